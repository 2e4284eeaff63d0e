#!/usr/bin/env python3
"""check_sflow against the real gmond with the module, the bridge, and a gmetad that
polls both; and against servers that nobody should have to ask.
"""
import contextlib
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

CHECK = ganglia.BUILD / "tools/check_sflow/check_sflow"
SFLOWGET = ganglia.BUILD / "tools/sflowget/sflowget"
OK, WARNING, CRITICAL, UNKNOWN = range(4)
# The guidelines' line: text, then performance data.
DATUM = re.compile(r" '(?:[^']|'')+'=-?[0-9.]+(?:s|ms|us|%|[KMGT]?B|c)?"
                   r"(?:;[-@~0-9.:]*){0,4}")


def run(*arguments, **more):
    return subprocess.run([CHECK, *map(str, arguments)], text=True, timeout=40,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def faults_of(answer, status, *texts):
    """What is wrong with an answer."""
    faults = []
    line, _, data = answer.stdout.partition("\n")[0].partition(" |")
    state = ("OK", "WARNING", "CRITICAL", "UNKNOWN")[status]
    if answer.returncode != status or not line.startswith(f"SFLOW {state} - "):
        faults.append(f"{answer.returncode} instead of {status}: "
                      f"{answer.stdout}{answer.stderr}")
    faults += [f"no {text!r} in {answer.stdout}" for text in texts
               if text not in answer.stdout]
    if DATUM.sub("", data) or "|" in line:
        faults.append(f"bad performance data: {answer.stdout}")
    if answer.stderr:
        faults.append(f"on stderr: {answer.stderr}")
    return faults


# A small site -----------------------------------------------------------------


class Site:
    """Two hosts that send each second to a gmond and to a bridge."""

    def __init__(self, session):
        self.gmond = session.gmond()
        self.bridge = bridge.Bridge(session)
        self.gmetad = session.gmetad(sources={
            "gmond": self.gmond.port,
            "bridge": self.bridge.gmond_ports["sflow"]})
        self.agents = {name: traffic.Agent(f"10.9.0.{i}", name=name)
                       for i, name in enumerate(("web1", "web2"), 1)}
        self.sending = set(self.agents)
        self.senders = [traffic.Sender(self.gmond.sflow_port),
                        traffic.Sender(self.bridge.sflow_port)]
        # who is asked, and the cluster that the hosts are in there
        self.where = {"gmond": (self.gmond.port, "test"),
                      "the bridge's gmond": (self.bridge.gmond_ports["sflow"],
                                             "sflow"),
                      "the bridge": (self.bridge.interactive_port, "sflow"),
                      "gmetad": (self.gmetad.interactive, "test"),
                      "gmetad's bridge": (self.gmetad.interactive, "sflow")}

    def send(self):
        for name in list(self.sending):
            datagram = self.agents[name].machine()
            for sender in self.senders:
                sender.send(datagram)

    def check(self, name, *arguments):
        port, cluster = self.where[name]
        return run("-H", f"127.0.0.1:{port}", "--cluster", cluster, *arguments)

    def wait(self, status, *arguments):
        """Until they all say so, and the faults of the last one's answer."""
        for name in self.where:
            ganglia.wait_for(f"{name}: {status}", lambda: self.check(
                name, *arguments).returncode == status, 30)


def first_sample(tap, site):
    """After a restart of all that collect: the agents have been there for longer."""
    site.send()
    for name in site.where:
        with tap.point(f"{name}: one sample: a metric that needs two awaits it"):
            ganglia.wait_for("its words", lambda: not faults_of(
                site.check(name, "--host", "web1", "--metric", "cpu_user",
                           "--metric", "nix"), UNKNOWN,
                "cpu_user awaits a second sample: the collector began ",
                "nix is not there"), 20)
        with tap.point(f"{name}: a host that is not heard yet") as faults:
            arguments = ("--host", "none", "--heartbeat")
            known = "gmetad" not in name  # it keeps the hosts when gmond begins anew
            words = f"none in cluster {site.where[name][1]} is not heard yet: the "\
                "collector began " if known else "no host none"
            faults += faults_of(site.check(name, *arguments), UNKNOWN, words)
            faults += faults_of(site.check(name, *arguments, "--awaited", "ok"),
                                OK if known else UNKNOWN, words)
    with tap.point("sflowget has words for it, too") as faults:
        done = subprocess.run(
            [SFLOWGET, "--daemon", f"127.0.0.1:{site.bridge.interactive_port}",
             "--value", "web1", "cpu_user", "nix"], capture_output=True, text=True,
            timeout=30, check=False)
        for text in ("cpu_user: there is no such metric yet: it needs two samples, "
                     "and the collector began ", "nix: there is no such metric\n"):
            if text not in done.stderr:
                faults.append(done)
    site.send()
    for name in site.where:
        with tap.point(f"{name}: two samples: there it is"):
            ganglia.wait_for("its value", lambda: not faults_of(
                site.check(name, "--host", "web1", "--metric", "cpu_user"), OK,
                "cpu_user 2"), 20)


def known_hosts(tap, site):
    for name in site.where:
        with tap.point(f"{name}: one host, and all of them") as faults:
            def expect(status, texts, *arguments):
                faults.extend(faults_of(site.check(name, *arguments), status,
                                        *texts))
            expect(OK, ["web1: heard", "'heartbeat'="],
                   "--host", "web1", "--heartbeat", "-w", 60, "-c", 120)
            expect(OK, ["load_one 0.50", "'load_one'=0.50;5;@10:20"],
                   "--host", "web1", "--metric", "load_one", "-w", 5,
                   "-c", "@10:20")
            expect(CRITICAL, ["(critical: 0.1)"], "--host", "web1",
                   "--heartbeat", "--metric", "load_one", "-c", 0.1)
            expect(WARNING, ["web1 load_one", "web2 load_one"],
                   "--host-regex", "^web", "--metric", "load_one", "-w", 0.1)
            expect(OK, ["Highest load_one:\nweb"], "--host-regex", "^web",
                   "--metric", "load_one", "--top", 1, "load_one")
            expect(OK, ["0 of 3 hosts down"], "--hosts-down", "-w", 0)
            expect(UNKNOWN, ["os_name is no number"],
                   "--host", "web1", "--metric", "os_name")
            expect(UNKNOWN, ["nix is not there"],
                   "--host", "web1", "--metric", "nix")
            expect(UNKNOWN, [" in cluster "], "--host", "web", "--heartbeat")
            expect(OK, [" in cluster "], "--host", "web", "--heartbeat",
                   "--absent=ok", "--awaited=ok")


def silent_and_back(tap, site):
    with tap.point("a host that falls silent is CRITICAL everywhere") as faults:
        site.sending.remove("web2")
        site.wait(CRITICAL, "--host", "web2", "--heartbeat")
        site.wait(CRITICAL, "--host", "web2", "--metric", "load_one")
        site.wait(WARNING, "--hosts-down", "-w", 0, "-c", "50%")
        for name in site.where:
            faults += faults_of(site.check(name, "--hosts-down", "-w", 0), WARNING,
                                "1 of 3 hosts down: web2 (warning: 0)")
            answer = site.check(name, "--host", "web2", "--heartbeat")
            faults += faults_of(answer, CRITICAL, "web2: down, last heard")
            ago = int(re.search(r"heard (\d+) s", answer.stdout)[1])
            if ago > 60:  # gmond's own TN says 81
                faults.append(f"{name}: {answer.stdout}")
    with tap.point("its return is OK everywhere"):
        site.sending.add("web2")
        site.wait(OK, "--host", "web2", "--heartbeat")
        site.wait(OK, "--hosts-down", "-w", 0)


def hosts_for_nagios(tap, site, folder):
    folder.mkdir()
    output = folder / "hosts.cfg"
    mine = "# mine\ndefine host {\n\thost_name web2\n\taddress 192.0.2.2\n}\n"
    output.write_text(mine)
    where = ("-H", f"127.0.0.1:{site.bridge.interactive_port}")
    arguments = (*where, "--generate-hosts", "--output", output)

    with tap.point("each host is defined, but for those that are") as faults:
        faults += faults_of(run(*arguments), OK, "2 new")
        text = output.read_text()
        if not text.startswith(mine) or text.count("define host {") != 3:
            faults.append(text)
    with tap.point("what is there is kept, and a second run changes nothing") \
            as faults:
        before = output.stat()
        faults += faults_of(run(*arguments), OK, "the file is as it was")
        faults += faults_of(run(*arguments, "--host-regex", "^web1$"), OK,
                            "1 kept")
        if output.stat().st_ino != before.st_ino:
            faults.append("it was written")
    with tap.point("what can't be asked or written leaves it alone") as faults:
        faults += faults_of(run("-H", "127.0.0.1:1", *arguments[2:]), UNKNOWN)
        faults += faults_of(run(*arguments, "--except", folder / "x"), UNKNOWN)
        faults += faults_of(run(*arguments[:-1], folder / "no/x"), CRITICAL)
        if output.read_text() != text or \
                [path.name for path in folder.iterdir()] != ["hosts.cfg"]:
            faults.append("it is another")
    with tap.point("without --output they are printed") as faults:
        answer = run(*where, "--generate-hosts", "--except", output)
        if answer.returncode != OK or "define host" in answer.stdout or \
                "3 defined elsewhere" not in answer.stderr:
            faults.append(str(answer))


# Servers ----------------------------------------------------------------------


@contextlib.contextmanager
def server(serve):
    """A port where each connection is given to serve(connection)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        stop = threading.Event()

        def work():
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    with connection:
                        connection.settimeout(20)
                        serve(connection)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            thread.join()


def never_ends(connection):
    connection.sendall(b"<GANGLIA_XML><CLUSTER NAME='c'>")
    while True:
        connection.sendall(b"<HOST NAME='x' TN='1' TMAX='20'></HOST>\n" * 100)


def never_answers(connection):
    connection.recv(1000)
    connection.recv(1000)


ONE_HOST = ("--host", "h", "--cluster", "c", "--heartbeat")
CUT = b"<?xml version='1.0'?><GANGLIA_XML><CLUSTER NAME='c'>" \
    b"<HOST NAME='h' TN='1' TMAX='20'><METRIC NAME='load_one' VAL='1' " \
    b"TYPE='float' TN='1' TMAX='60'/></HOST>"
BOMB = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
    b"<!ENTITY %c '&%c;&%c;&%c;'>" % (98 + i, 97 + i, 97 + i, 97 + i)
    for i in range(20)) + b"]><GANGLIA_XML>&u;</GANGLIA_XML>"


def bad_servers(tap):
    for name, serve in (("answers", never_answers), ("ends", never_ends)):
        with tap.point(f"a server that never {name} is UNKNOWN in time") as \
                faults, server(serve) as port:
            began = time.monotonic()
            faults += faults_of(run("-H", f"127.0.0.1:{port}", *ONE_HOST,
                                    "-t", 1), UNKNOWN, "in time")
            if not 0.9 < time.monotonic() - began < 15:
                faults.append(f"{time.monotonic() - began:.1f} s")
    with tap.point("nobody there is UNKNOWN") as faults:
        faults += faults_of(run("-H", "127.0.0.1:1", *ONE_HOST), UNKNOWN,
                            "no connection")
    with tap.point("who is refused is told that it may be so") as faults:
        for abort in (False, True):
            def refuse(connection):
                if abort:  # a reset, not an end
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                          struct.pack("ii", 1, 0))
            with server(refuse) as port:
                faults += faults_of(
                    run("-H", f"127.0.0.1:{port}", *ONE_HOST), UNKNOWN,
                    "it closed without an answer (is this machine in its "
                    "trusted_hosts?)\n")
    with tap.point("XML that is cut anywhere is UNKNOWN") as faults:
        length = [0]
        with server(lambda c: c.sendall(CUT[:length[0]])) as port:
            for length[0] in range(0, len(CUT), 3):
                faults += faults_of(run("-H", f"127.0.0.1:{port}", *ONE_HOST),
                                    UNKNOWN)
            length[0] = len(CUT)  # nothing more is needed
            faults += faults_of(run("-H", f"127.0.0.1:{port}", *ONE_HOST), OK)
    for name, text in (("a bomb", BOMB), ("no XML", b"220 mail ready\r\n"),
                       ("no Ganglia", b"<html><body/></html>")):
        with tap.point(f"{name} is UNKNOWN") as faults, \
                server(lambda c: c.sendall(text)) as port:
            faults += faults_of(run("-H", f"127.0.0.1:{port}", *ONE_HOST),
                                UNKNOWN)


def closed_pipe(tap, site):
    with tap.point("a closed pipe is UNKNOWN, and no signal") as faults:
        where = ("-H", f"127.0.0.1:{site.gmond.port}")
        for arguments in ((*where, "--host", "web1", "--heartbeat"),
                          (*where, "--generate-hosts"), ("--help",)):
            reader, writer = os.pipe()
            os.close(reader)
            process = subprocess.Popen([CHECK, *arguments], stdout=writer,
                                       stderr=subprocess.DEVNULL)
            os.close(writer)
            status = process.wait(timeout=20)
            if status not in (UNKNOWN, CRITICAL):
                faults.append(f"{arguments}: {status}")


def test(tap, session):
    bad_servers(tap)
    site = Site(session)
    first_sample(tap, site)
    with traffic.in_background(site.send, 1):
        with tap.point("hosts are there"):
            site.wait(OK, "--host", "web1", "--metric", "load_one")
            site.wait(OK, "--host", "web2", "--metric", "load_one")
            site.wait(OK, "--hosts-down", "-w", 0)  # in the bridge's sums
        known_hosts(tap, site)
        hosts_for_nagios(tap, site, session.path("nagios"))
        silent_and_back(tap, site)
        closed_pipe(tap, site)


ganglia.run(test)
