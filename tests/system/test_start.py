#!/usr/bin/env python3
"""./start --demo, as somebody who has just cloned this runs it: it says where all is,
what it says can be run works, and nothing of it stays.
"""
import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys

sys.dont_write_bytecode = True

import ganglia  # noqa: E402

START = ganglia.TOP / "start"
HOSTS = 7  # of the recordings
DAEMONS = ("gmond", "gmetad-bridge", "gmetad", "gmetad@parent")


def five_ports():
    """The first of five that are free one after another, below those that the kernel
    gives to others meanwhile."""
    while True:
        first = random.randrange(20000, 32000, 5)
        with contextlib.ExitStack() as stack, \
                contextlib.suppress(OSError):
            for port in range(first, first + 5):
                probe = stack.enter_context(socket.socket())
                probe.bind((ganglia.LOCAL, port))
            return first


def chosen(session):
    """Options, so that it gets in nobody's way."""
    names = ("--port", "--xml-port", "--gmetad-port",
             "--gmetad-interactive-port", "--bridge-port")
    options = {name: session.port() for name in names}
    options["--bridge-xml-port"] = five_ports()
    return options


def commands(said):
    """The lines of its summary that are commands of the build folder."""
    folder = re.search(r"in (\S+/build):", said)
    lines = re.findall(r"(?m)^\s+(tools/\S+ .*)$", said)
    return folder and folder[1], lines


def test(tap, session):
    options = chosen(session)
    run, log = session.root / "run", session.root / "start.log"
    for port in list(session.reserved):
        session.release(port)
    words = [str(word) for pair in options.items() for word in pair]
    with open(log, "w", encoding="utf-8") as out:
        child = subprocess.Popen(
            [str(START), "--demo", "--run-dir", str(run), *words],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        with tap.point("it says where all is, and what it has") as faults:
            said = ganglia.wait_for("the hosts of the recordings", lambda: (
                lambda text: "The recordings take" in text and text)(
                    log.read_text(encoding="utf-8")), 300)
            faults += [f"no {port} in what it says" for name, port in
                       options.items() if not re.search(rf"\b{port}\b", said)]
            for whose in ("gmond's", "gmetad-bridge's"):
                part = said.partition(f"{whose} XML after")[2]
                hosts = re.findall(r"(?m)^  \S+ +\S+ +[1-9]\d* metrics$",
                                   part.partition("Hosts in")[0])
                if len(hosts) < HOSTS:
                    faults.append(f"{whose}: {hosts}")
        with tap.point("what it says can be run works") as faults:
            folder, lines = commands(said)
            if len(lines) < 2:
                faults.append(f"only {lines}")
            for line in lines:
                ganglia.wait_for(line, lambda line=line: subprocess.run(
                    line.split(), cwd=folder, stdout=subprocess.PIPE,
                    check=False).returncode == 0, 30)
        with tap.point("all daemons run, and end with it") as faults:
            pids = {name: int((run / f"{name}.pid").read_text())
                    for name in DAEMONS}
            for pid in pids.values():
                os.kill(pid, 0)
            child.send_signal(signal.SIGINT)
            status = child.wait(60)
            if status != 0:
                faults.append(f"it ends with {status}")
            faults += [f"{name} is still there" for name, pid in pids.items()
                       if os.path.exists(f"/proc/{pid}")]
        with tap.point("an option that is wrong") as faults:
            done = subprocess.run([str(START), "--bogus"], check=False,
                                  capture_output=True, text=True)
            if done.returncode != 2 or "--bogus" not in done.stderr:
                faults.append(done)
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait(60)


if __name__ == "__main__":
    ganglia.run(test)
