#!/usr/bin/env python3
"""All at once: hosts that join and die, on_event and Nagios, readers that hang up, reloads,
orders of the administrator, RRDs by librrd and by rrdcached, and floods of strangers and of
damaged datagrams. Those who were there before have right values all the time; the bridge
does not die, and a sanitizer that it is built with finds nothing.

SECONDS in the environment sets how long it goes on. Another build's bridge is tried with
abs_top_builddir.
"""
import contextlib
import itertools
import os
import random
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import crowd  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

SECONDS = float(os.environ.get("SECONDS", 16))
KNOWN, RATE = 20, 700
XML_END = b"</GANGLIA_XML>"
STRANGERS = "max_agents = 400"  # or their XML would be all that there is to do
SOON = 0.4         # s, in which no agent polls twice
GUESTS = 5         # hosts that join at a time
LIVES = 4          # s that one of them sends
SINGLES, DAMAGED = 30, 30  # datagrams in each turn of a flood
TURN = 0.1         # s
READERS = 4
RELOAD = 1.5       # s between two
ORDER = 0.7
FINDS = re.compile(r"Sanitizer|runtime error|terminate|assert", re.IGNORECASE)
CHANGES = ("sockets = 1", "sockets = 3 lower_case = yes", "vm = host rcvbuf = 1M",
           'names = { "10.2.0.1 = given" } misses = 3', "accept = all rate = 5000",
           'allow = { "0.0.0.0/0" } ports = "^eth"')
RRD = 'step = 1 rra = {{}} write = "{}" {} delay = 2 ' \
      'archives "^(load_one|bytes_in)$" {{ rra = {{ "RRA:AVERAGE:0.5:1:60" }} }}'


class Known:
    """Hosts that were there first, and send each second."""

    def __init__(self, port):
        self.sender = traffic.Sender(port)
        self.agents = [traffic.Agent(f"10.1.0.{i}", f"known-{i}")
                       for i in range(KNOWN)]
        self.last, self.held_up = time.monotonic(), 0

    def send(self):
        """Their clocks go with this machine's, however late this comes. What is late
        is not made good at once: no agent polls so."""
        passed = time.monotonic() - self.last
        if passed < SOON:
            return
        self.held_up = max(self.held_up, passed)
        self.last += passed
        for agent in self.agents:
            self.sender.send(agent.machine(rate=RATE, later_ms=int(passed * 1000)),
                             keep=False)


class CommandFile:
    """Nagios's, and who reads it."""

    def __init__(self, path):
        self.path, self.bytes = path, 0
        os.mkfifo(path)
        path.chmod(0o666)
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def read(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.bytes += len(os.read(self.fd, 65536))


class Guests:
    """Hosts that join, live for some seconds, and die."""

    def __init__(self, port):
        self.sender, self.count, self.agents = traffic.Sender(port), 0, []

    def send(self):
        for _ in range(GUESTS):
            self.count += 1
            name = f"Guest-{self.count % 50}"  # names come again
            self.agents.append((time.monotonic(), traffic.Agent(
                f"10.2.{self.count // 250 % 250}.{self.count % 250}", name)))
        self.agents = [(began, agent) for began, agent in self.agents
                       if time.monotonic() - began < LIVES]
        for _, agent in self.agents:
            self.sender.send(agent.datagram(
                agent.machine_part(traffic.http(agent.sequence)),
                ((3, 100001), [traffic.host_descr(f"vm-of-{agent.address}"),
                               traffic.virt_cpu(agent.sequence)])), keep=False)


class Flood:
    """Strangers, and datagrams with some bytes changed, or cut."""

    def __init__(self, port):
        self.sender, self.random, self.count = traffic.Sender(port), random.Random(7), 0
        self.agent = traffic.Agent("10.8.0.1", "damaged")

    def send(self):
        for _ in range(SINGLES):
            self.count += 1
            self.sender.send(traffic.Agent(
                f"10.9.{self.count // 250 % 250}.{self.count % 250}",
                "stranger").machine(), keep=False)
        for _ in range(DAMAGED):
            datagram = bytearray(self.agent.machine())
            for _ in range(self.random.randrange(1, 5)):
                datagram[self.random.randrange(len(datagram))] = \
                    self.random.randrange(256)
            self.sender.send(bytes(datagram[:self.random.randrange(len(datagram))]
                                   if self.random.random() < 0.3 else datagram),
                             keep=False)


class Readers:
    """They ask for all that can be asked, and some hang up before the end."""

    def __init__(self, our):
        self.our, self.broken, self.random = our, [], random.Random(8)

    def read(self):
        what = self.random.choice(("grid", "cluster", "query", "status", "hang up"))
        end = XML_END
        try:
            if what == "grid":
                text = ganglia.read_tcp(self.our.xml_port)
            elif what == "cluster":
                text = ganglia.read_tcp(next(iter(self.our.gmond_ports.values())))
            elif what == "status":
                text, end = self.our.ask_raw("GET /status HTTP/1.0"), b"}"
            elif what == "query":
                text = self.our.ask_raw(self.random.choice(
                    ("/", "/sflow", "/sflow/known-1", "/?filter=summary",
                     "/sflow?filter=former", "/sflow/none")))
            else:
                with contextlib.closing(traffic.socket.create_connection(
                        (ganglia.LOCAL, self.our.xml_port))) as s:
                    s.recv(self.random.randrange(1, 3000))
                return
            if not text.rstrip().endswith(end):
                self.broken.append(f"{what}: it ends with {text[-80:]}")
        except OSError:
            pass  # at a reload that binds its port anew, nobody listens for a moment


class Administrator:
    """Reloads, and orders on the control socket."""

    def __init__(self, our, rrds):
        self.our, self.rrds = our, itertools.cycle(rrds)
        self.changes, self.turn = itertools.cycle(CHANGES), 0

    def reload(self):
        self.our.sflow = f"{STRANGERS} {next(self.changes)}"
        self.our.rrd = next(self.rrds)
        self.our.reload(wait=False)

    def order(self):
        self.turn += 1
        host = f"Guest-{self.turn % 50}"
        words = ("--remove", host) if self.turn % 2 else \
            ("--rename", host, f"renamed-{self.turn % 7}")
        subprocess.run([str(bridge.PROGRAM), "-c", str(self.our.conf), *words],
                       capture_output=True, timeout=60, check=False)


def faults_of_known(our, known):
    hosts = our.hosts()
    faults = []
    for agent in known.agents:
        if agent.name not in hosts:
            faults.append(f"{agent.name} is missing among {len(hosts)} hosts")
            continue
        value = float(ganglia.metrics_of(hosts[agent.name])["interrupts"]["VAL"])
        if abs(value - RATE) > 2:
            faults.append(f"{agent.name}: interrupts {value}")
    return faults


def watch(our, known):
    """Looks at the known hosts as long as it goes on."""
    faults, looks, end = [], 0, time.monotonic() + SECONDS
    while time.monotonic() < end and not faults:
        with contextlib.suppress(OSError):
            faults += faults_of_known(our, known)
            looks += 1
        if not our.is_alive():
            faults.append("the bridge died")
        time.sleep(0.5)
    print(f"# {looks} looks; the longest silence was {known.held_up:.1f} s")
    return faults + (["nothing was looked at"] if looks == 0 else [])


def found(our):
    """What a sanitizer, or the C library, has said."""
    return [line for line in our.log().splitlines() if FINDS.search(line)]


def begin(session, cached, fifo):
    """The bridge, which has all that there is."""
    script = session.path("event")
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    ways = ("", f'rrdcached = "unix:{cached.socket_path}"')
    rrds = [RRD.format(write, way) for write in ("always", "changed") for way in ways]
    our = bridge.Bridge(
        session, rrd=rrds[0], sflow=STRANGERS, extra=f'''control = "{session.path("control")}"
            on_event = "{script}" nagios_commands = "{fifo}" self {{ name = "" }}
            user = ""''',
        clusters={"sflow": "", "others": 'agents = "10.9.0.0/16"'})
    return our, rrds


def test(tap, session):
    commands = CommandFile(session.path("nagios.cmd"))
    cached = bridge.Rrdcached(session, session.root)
    our, rrds = begin(session, cached, commands.path)
    known, guests = Known(our.sflow_port), Guests(our.sflow_port)
    flood, readers = Flood(our.sflow_port), Readers(our)
    administrator = Administrator(our, rrds)
    with contextlib.ExitStack() as stack:
        stack.enter_context(traffic.in_background(known.send, 1))
        with tap.point("the known hosts are there") as faults:
            ganglia.wait_for("they are", lambda: not faults_of_known(our, known))
        for each, seconds in ((guests.send, 1), (flood.send, TURN),
                              (administrator.reload, RELOAD),
                              (administrator.order, ORDER), (commands.read, TURN),
                              *[(readers.read, 0)] * READERS):
            stack.enter_context(traffic.in_background(each, seconds))
        with tap.point(f"all at once for {SECONDS:.0f} s: the known hosts have right "
                       "values") as faults:
            faults += watch(our, known)
    with tap.point("no known host was called down, and no document was broken") as faults:
        faults += readers.broken
        if known.held_up < 2:
            faults += [line for line in crowd.new_lines(our, 0, "is down")
                       if "host known-" in line]
    with tap.point("others joined, died, were removed and renamed; RRDs were written"
                   ) as faults:
        log, status = our.log(), ganglia.wait_for("it answers", our.status)["bridge"]
        faults += [f"nobody {word}" for word in ("joined", "is down", "renamed")
                   if word not in log]
        if status["rrd"]["updates"] == 0 or status["collector"]["malformed"] == 0 \
                or commands.bytes == 0:
            faults.append(str(status))
    with tap.point("it ends when it is told to, and no sanitizer found anything"
                   ) as faults:
        fault = our.end(60)
        faults += ([fault] if fault else []) + found(our)


if __name__ == "__main__":
    bridge.run(test)
