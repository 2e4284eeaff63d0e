#!/usr/bin/env python3
"""./start, as somebody who has just cloned this runs it. With --demo it says where all
is, what it says can be run works, the pages have charts, and nothing of it stays. Where
something is in its way, it says so in one line, and harms nothing.
"""
import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import web  # noqa: E402

START = ganglia.TOP / "start"
# Of the recordings, and the machine itself.
HOSTS = {"gmond's": 6, "gmetad-bridge's": 4}
DAEMONS = ("gmond", "gmetad-bridge", "gmetad", "gmetad@parent", "php")
SHOWN = 45  # s, of the two minutes within which there must be charts
SWITCH = "switch1.example.net"
PAGES = ("node1.example.net", "node2.example.net", "node3.example.net",
         "node4.example.net", SWITCH)
RUNS = "ganglia-sflow is running"


# Runs ---------------------------------------------------------------------------


def five_ports():
    """The first of five that are free one after another."""
    while True:
        first = random.choice(ganglia.PORTS[:-5:5])
        with contextlib.ExitStack() as stack, \
                contextlib.suppress(OSError):
            for port in range(first, first + 5):
                probe = stack.enter_context(socket.socket())
                probe.bind((ganglia.LOCAL, port))
            return first


def chosen(session):
    """Options, so that it gets in nobody's way."""
    names = ("--port", "--xml-port", "--gmetad-port",
             "--gmetad-interactive-port", "--bridge-port", "--web-port")
    options = {name: session.port() for name in names}
    options["--bridge-xml-port"] = five_ports()
    for port in list(session.reserved):
        session.release(port)
    return options


class Commands:
    """Programs that are found before the system's. Each leaves a trace."""

    def __init__(self, session, **scripts):
        self.folder = session.path("commands")
        self.folder.mkdir()
        self.trace = self.folder / "trace"
        for name, script in scripts.items():
            path = self.folder / name.replace("_", "-")
            path.write_text(f'#!/bin/sh\necho "$0 $*" >>{self.trace}\n{script}\n')
            path.chmod(0o755)

    def environment(self):
        return {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}

    def were_used(self):
        return self.trace.read_text() if self.trace.exists() else ""


NOBODY = {"id": "echo 1000", "sudo": "exit 1"}  # no root, and no way to it


class Run:
    """./start in a folder, with its output."""

    def __init__(self, session, options, *words, folder=None, commands=None):
        self.folder = folder or session.path("run")
        self.log = session.path("start.log")
        pairs = [str(word) for pair in options.items() for word in pair]
        with open(self.log, "w", encoding="utf-8") as out:
            self.child = subprocess.Popen(
                [str(START), "--run-dir", str(self.folder), *words, *pairs],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=commands.environment() if commands else None,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def said(self):
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, text, seconds=300):
        def found():
            if self.child.poll() is not None and text not in self.said():
                raise AssertionError(f"it ended: {self.said()}")
            return text in self.said()
        ganglia.wait_for(text, found, seconds)
        return self.said()

    def end(self, seconds=60):
        """Its status; None when it had to be killed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.child.wait(seconds)
        self.child.kill()
        self.child.wait()
        return None

    def processes(self):
        """Those that work in its folder."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(process / "cwd") == str(self.folder):
                    found[int(process.name)] = (process / "comm").read_text().strip()
        return found

    def refusal(self, *wanted, status=1):
        """What is wrong with a run that should not have begun: each of the patterns
        has to match one line, and there is no other."""
        ended, lines = self.end(), self.said().splitlines()
        faults = [] if ended == status else [f"its status is {ended}"]
        faults += [f"no single line is like {pattern}" for pattern in wanted
                   if len([line for line in lines if re.search(pattern, line)]) != 1]
        if len(lines) != len(wanted):
            faults.append(f"it says {len(lines)} lines")
        if self.processes():
            faults.append(f"it leaves {self.processes()}")
        return faults + (lines if faults else [])


# What stands in its way ---------------------------------------------------------


def test_options(tap, session):
    with tap.point("an option that is wrong") as faults:
        done = subprocess.run([str(START), "--bogus"], check=False,
                              capture_output=True, text=True)
        if done.returncode != 2 or "--bogus" not in done.stderr or \
                done.stderr.count("\n") != 1:
            faults.append(done)
    with tap.point("a folder that isn't its own is left alone") as faults:
        folder = session.path("mine")
        folder.mkdir()
        (folder / "letter").touch()
        faults += Run(session, chosen(session), folder=folder).refusal(
            f"^start: {folder} holds other files .*--run-dir")
        if os.listdir(folder) != ["letter"]:
            faults.append(os.listdir(folder))


def test_ports(tap, session):
    options = chosen(session)
    udp = ("--port", "--bridge-port")
    with tap.point("ports that are taken, each in one line, with its option") \
            as faults, contextlib.ExitStack() as stack:
        for name, port in options.items():
            taken = stack.enter_context(socket.socket(
                type=socket.SOCK_DGRAM if name in udp else socket.SOCK_STREAM))
            taken.bind((ganglia.LOCAL, port))
            if name not in udp:
                taken.listen()
        faults += Run(session, options, "--demo").refusal(*(
            rf"^start: {'UDP' if name in udp else 'TCP'} port {port} is taken by "
            rf"\w+, process {os.getpid()}; {name} chooses another$"
            for name, port in options.items()))
    with tap.point("a gmond of the system: one line, and it stays") as faults:
        gmond = session.gmond(module=None)
        options = {**chosen(session), "--xml-port": gmond.port}
        faults += Run(session, options).refusal(
            rf"^start: TCP and UDP port {gmond.port} is taken by gmond, process "
            rf"{gmond.pid}, which can stay; --xml-port chooses another$")
        if not gmond.is_up():
            faults.append("it is gone")


def test_packages(tap, session):
    with tap.point("no root, and packages that are missing") as faults:
        commands = Commands(session, dpkg_query="exit 1", **NOBODY)
        faults += Run(session, chosen(session), commands=commands).refusal(
            "^start: missing packages, and neither root nor sudo .*gmetad")
    without_php = Commands(session, dpkg_query='case "$*" in *php-cli*) exit 1; '
                           'esac\nPATH=${PATH#*:} exec dpkg-query "$@"', **NOBODY)
    with tap.point("no ganglia-web, where it was asked for") as faults:
        faults += Run(session, chosen(session), "--web",
                      commands=without_php).refusal(
            "^start: missing packages, .*: php-cli$")
    with tap.point("no ganglia-web: the demo goes on without it") as faults:
        run = Run(session, chosen(session), "--demo", "--build",
                  commands=without_php)
        if run.end(300) != 0 or "No ganglia-web: its packages" not in run.said():
            faults.append(run.said())


def test_half_built(tap, session):
    with tap.point("what a build that was killed leaves is made again") as faults:
        top = session.path("tree")
        (top / "build").mkdir(parents=True)
        for name in ("configure", "build/Makefile", "build/unfinished"):
            (top / name).touch()
        commands = Commands(session, autoreconf="")
        done = subprocess.run(
            ["bash", "-c", f'top={top}; cd "$top"; . {START.parent}/tests/run/'
             f"packages.sh; . {START.parent}/tests/run/build.sh; make_configure; "
             "is_configured build"], env=commands.environment(), check=False,
            stdout=subprocess.PIPE)
        if done.returncode == 0:
            faults.append("a build folder without its end is taken for done")
        if "autoreconf" not in commands.were_used():
            faults.append("a configure without Makefile.in is taken for done")


ENDING = """
. {folder}/packages.sh; . {folder}/children.sh
run={run} stopping=yes
for i in 1 2 3 4 5 6 7 8; do
    spawn "child$i" bash -c "trap 'sleep 0.$i; kill -SEGV \\$\\$' TERM
        echo; while :; do sleep 0.05; done"
done
rm() {{ sleep 0.1; command rm "$@"; }}
while [ "$(cat {run}/child*.log | wc -l)" -lt 8 ]; do sleep 0.1; done
end_children
"""


def test_ending(tap, session):
    with tap.point("that a daemon crashes at its end is nothing to tell") as faults:
        done = subprocess.run(
            ["bash", "-c", ENDING.format(folder=START.parent / "tests/run",
                                         run=session.root)], check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.stdout != "Ending all\n" or done.returncode != 0:
            faults.append(f"{done.returncode}: {done.stdout}")


# The demo -----------------------------------------------------------------------


def commands(said):
    """The lines of its summary that are commands of the build folder."""
    folder = re.search(r"in (\S+/build):", said)
    lines = re.findall(r"(?m)^\s+(tools/\S+ .*)$", said)
    return folder and folder[1], lines


def killed_run(session, options, folder):
    """Leaves its daemons, and a ganglia-web of which half is there."""
    run = Run(session, options, "--demo", folder=folder)
    run.wait_for(RUNS)
    run.child.kill()
    run.child.wait()
    (folder / "web/root/ganglia/graph.php").unlink()
    (folder / "web/root/ganglia/conf.php").write_text("<?php half")
    return run.processes()


def chart_faults(address):
    """Of the page of the cluster, and of five hosts, as they are now."""
    now, faults = int(time.time()), []
    for host in (None, *PAGES):
        where = {"c": "sflow", "g": "load_report", "cs": now - SHOWN, "ce": now}
        if host is not None:
            where["h"] = host
        if host == SWITCH:  # which has no load
            where.update(c="bridge", g="sflow_ports_in_report")
        url = f"{address}graph.php?{web.urllib.parse.urlencode(where)}"
        faults += [f"{host}: {fault}" for fault in
                   web.chart_faults(web.chart_of(url))]
    return faults


def has_charts(address):
    faults = chart_faults(address)
    if faults:
        raise ValueError(faults)
    return True


def test_summary(tap, run, options):
    with tap.point("it says where all is, and what it has") as faults:
        said = run.wait_for("The recordings take")
        faults += [f"no {port} in what it says" for port in options.values()
                   if not re.search(rf"\b{port}\b", said)]
        seen = []
        for whose, count in HOSTS.items():
            part = said.partition(f"{whose} XML after")[2]
            hosts = re.findall(r"(?m)^  (\S+) +\S+ +[1-9]\d* metrics$",
                               part.partition("Hosts in")[0])
            seen += hosts
            if len(hosts) != count:
                faults.append(f"{whose}: {hosts}")
        if len(set(seen)) < len(seen) or SWITCH not in seen:
            faults.append(f"not each once: {seen}")
    with tap.point("what it says can be run works") as faults:
        folder, lines = commands(said)
        if len(lines) < 2:
            faults.append(f"only {lines}")
        for line in lines:
            ganglia.wait_for(line, lambda line=line: subprocess.run(
                line.split(), cwd=folder, stdout=subprocess.PIPE,
                check=False).returncode == 0)


def test_demo(tap, session):
    options, folder = chosen(session), session.path("run")
    no_network = Commands(session, apt_get="exit 1")
    left = killed_run(session, options, folder)
    run = Run(session, options, "--demo", folder=folder, commands=no_network)
    try:
        with tap.point("what an earlier run left is ended") as faults:
            run.wait_for(RUNS)
            if len(left) < len(DAEMONS):
                faults.append(f"it left only {left}")
            faults += [f"{name} still runs" for pid, name in left.items()
                       if pid in run.processes()]
        test_summary(tap, run, options)
        with tap.point("within two minutes, pages have charts with data") as faults:
            address = re.search(r"ganglia-web +(http://\S+/ganglia/)$", run.said(),
                                re.M)
            if not address:
                raise AssertionError(run.said())
            address = address[1]
            ganglia.wait_for("charts", lambda: has_charts(address), 120)
        with tap.point("all daemons run, and end with it") as faults:
            for name in DAEMONS:
                os.kill(int((folder / f"{name}.pid").read_text()), 0)
            run.child.send_signal(signal.SIGINT)
            status = run.end()
            if status != 0:
                faults.append(f"it ends with {status}")
            if run.processes():
                faults.append(f"it leaves {run.processes()}")
        with tap.point("where all is installed, it asks for nothing") as faults:
            if no_network.were_used():
                faults.append(no_network.were_used())
    finally:
        if run.child.poll() is None:
            run.child.terminate()
            run.end()
        for pid in run.processes():
            os.kill(pid, signal.SIGKILL)


def test(tap, session):
    test_options(tap, session)
    test_ports(tap, session)
    test_packages(tap, session)
    test_half_built(tap, session)
    test_ending(tap, session)
    test_demo(tap, session)


if __name__ == "__main__":
    ganglia.run(test)
