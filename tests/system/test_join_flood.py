#!/usr/bin/env python3
"""Hosts that join by the ten thousand while an honest one polls each second: agents that
all have one name, virtual machines that all have one long name, and others. The honest
one is up all the time; when it stops in the middle of the flood, the log, Nagios'
command file and on_event say so in its own time; and SIGTERM ends the program.
"""
import os
import re
import struct
import sys
import threading
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

HONEST, ADDRESS = "honest.example.net", "10.1.0.1"
POLLING = 1      # s
LEARNING = 4     # s, before the flood
SECONDS = 9      # s, of the flood, and
STOPS_AFTER = 5  # s, in it
OWN_TIME = (2 * POLLING, 5 * POLLING + 1)  # from its last datagram: m I + S
BUSY = 3         # s: a tick, and a machine with other things to do
ENDS = 5         # s
LOOK = 0.4       # s between two looks at the XML
# What a joined host costs at most: its agent, or its data source, and the event that
# waits for Nagios and on_event; gmond has some 8.5 KB for each metric.
KB_PER_HOST = {"bridge": 12, "gmond": 70}
KB_MORE = 60_000  # the allocator's own, and documents that are being sent
LOG_LINES = 200
LONG_NAME = "a-name-of-a-virtual-machine-with-fifty-characters-"
VMS = 1000  # of an agent
ON_EVENT = """#!/bin/sh
echo "$SFLOW_EVENT $SFLOW_HOST" >>{}
"""


# The floods -------------------------------------------------------------------------


def agents_of(name, count):
    """Each is another agent's first datagram; a %06d in the name is its number."""
    datagram = traffic.Agent("10.99.99.99").datagram(
        (traffic.MACHINE, [traffic.host_descr(name % 0 if "%" in name else name)]))
    at = datagram.find(b"000000") if "%" in name else len(datagram)
    for i in range(count):
        yield datagram[:8] + struct.pack(">I", 0x0B000000 + i) + datagram[12:at] + \
            (b"%06d" % i + datagram[at + 6:] if "%" in name else b"")


def machines(count):
    """Each is another virtual machine; all have one name, every second has a UUID."""
    agent = None
    for i in range(count):
        if i % VMS == 0:
            agent = traffic.Agent(f"2001:db8:1111:2222:3333:4444:5555:{i // VMS + 1:x}")
        uuid = struct.pack(">4I", i, 1, 2, 3) if i % 2 else bytes(16)
        yield agent.datagram(((3, 100000 + i % VMS), [
            traffic.host_descr(LONG_NAME, uuid), traffic.virt_cpu(i)]), later_ms=1)


class Kind:
    """`counts` is how many there are, for each of the two programs."""

    def __init__(self, what, make, **counts):
        self.what, self.make, self.counts = what, make, counts


KINDS = (
    Kind("agents of one name", lambda count: agents_of("same", count),
         bridge=30_000, gmond=10_000),
    Kind("virtual machines of one long name", machines,
         bridge=20_000, gmond=8_000),
    Kind("hosts that join", lambda count: agents_of("join-%06d", count),
         bridge=90_000, gmond=20_000))


class Flood(threading.Thread):
    """Sends all of it in SECONDS, or as fast as this machine can; then, until it is told
    to stop, again from the beginning."""

    def __init__(self, port, kind, count):
        super().__init__(daemon=True)
        self.port, self.kind, self.count = port, kind, count
        self.sent, self.ended = 0, threading.Event()

    def run(self):
        began, pace = time.monotonic(), self.count / SECONDS
        with traffic.Sender(self.port) as sender:
            while not self.ended.is_set():
                for datagram in self.kind.make(self.count):
                    if self.sent % 50 == 0:
                        self.ended.wait(max(0, began + self.sent / pace -
                                            time.monotonic()))
                    if self.ended.is_set():
                        return
                    sender.send(datagram, keep=False)
                    self.sent += 1

    def stop(self):
        self.ended.set()
        self.join()


# The honest one, and who looks after it ---------------------------------------------


class Honest:
    """Sends once a second until it is stopped. `held_up` is for how long this machine
    let it send nothing."""

    def __init__(self, port):
        self.sender = traffic.Sender(port)
        self.agent = traffic.Agent(ADDRESS, HONEST)
        self.last, self.held_up, self.stopped = None, 0, False

    def send(self):
        if self.stopped:
            return
        now = time.monotonic()
        self.held_up = max(self.held_up, now - (self.last or now))
        self.last = now
        self.sender.send(self.agent.machine(later_ms=1000 * POLLING), keep=False)


class Fifo(threading.Thread):
    """Nagios' command file, and who reads it: when each host was said to be down."""

    def __init__(self, path):
        super().__init__(daemon=True)
        os.mkfifo(path)
        path.chmod(0o666)
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.down, self.lines, self.ended = {}, 0, threading.Event()

    def run(self):
        rest = b""
        while not self.ended.wait(0.05):
            try:
                *lines, rest = (rest + os.read(self.fd, 1 << 20)).split(b"\n")
            except BlockingIOError:
                continue
            self.lines += len(lines)
            for line in lines:
                words = line.decode().split(" ", 1)[1].split(";")
                if words[0] != "PROCESS_HOST_CHECK_RESULT" or len(words) != 4:
                    raise ValueError(line)
                if words[2] == "1":
                    self.down.setdefault(words[1], time.monotonic())

    def stop(self):
        self.ended.set()
        self.join()
        os.close(self.fd)


class Place:
    """One of the two programs in a flood: with its FIFO, and the events it tells."""

    def __init__(self, session, name, kind):
        self.name, self.kind = name, kind
        self.count = kind.counts[name]
        folder = session.path(name)
        folder.mkdir()
        folder.chmod(0o777)
        self.fifo = Fifo(folder / "nagios.cmd")
        self.events = folder / "events"
        self.events.touch()
        self.events.chmod(0o666)
        script = folder / "on_event"
        script.write_text(ON_EVENT.format(self.events))
        script.chmod(0o755)
        self.program = self.start(session, str(script), str(folder / "nagios.cmd"))
        self.honest = Honest(self.program.sflow_port)
        self.flood = Flood(self.program.sflow_port, kind, self.count)
        self.base = self.program.rss_kb()
        self.looks, self.wrong, self.told = 0, [], {}

    def start(self, session, on_event, nagios):
        if self.name == "gmond":
            return session.gmond(module={
                "max_agents": 100_000, "vm": "host", "on_event": on_event,
                "nagios_commands": nagios})
        return bridge.Bridge(
            session, clusters={"all": ""},
            sflow='max_agents = 100000 vm = "host"', extra=
            f'user = "" on_event = "{on_event}" nagios_commands = "{nagios}"')

    def host(self):
        """The honest host's element, of all that there are."""
        if self.name == "gmond":
            xml = ganglia.read_tcp(self.program.port, 30)
        else:
            xml = self.program.ask_raw(f"/all/{HONEST}")
        return re.search(rb'<HOST NAME="%s" [^>]*>' % HONEST.encode(), xml)

    def look(self):
        """Whether it is up in the XML. Where it is not, that is a fault."""
        host, stopped = self.host(), self.honest.stopped
        self.looks += 1
        if host is None:
            self.wrong.append("it is not there")
            return
        tn, tmax = (int(re.search(rb' %s="(\d+)"' % word, host[0])[1])
                    for word in (b"TN", b"TMAX"))
        if tn > 4 * tmax and not stopped:
            self.wrong.append(f"TN {tn}, TMAX {tmax}")

    def note(self):
        """When its death was told, and where."""
        now = time.monotonic()
        if f"host {HONEST} is down" in self.program.log():
            self.told.setdefault("the log", now)
        if f"down {HONEST}\n" in self.events.read_text():
            self.told.setdefault("on_event", now)
        if HONEST in self.fifo.down:
            self.told.setdefault("Nagios", self.fifo.down[HONEST])
        return len(self.told) == 3

    def hosts(self):
        """How many are up."""
        if self.name == "gmond":
            return ganglia.read_tcp(self.program.port, 30).count(b"<HOST ")
        return self.program.status()["bridge"]["collector"]["up"]


# Points -------------------------------------------------------------------------------


def watch(place):
    """Until it is to stop: it is up. Then: when that is told."""
    began = time.monotonic()
    while time.monotonic() < began + STOPS_AFTER:
        place.look()
        time.sleep(LOOK)
    place.note()
    place.early = dict(place.told)
    place.honest.stopped = True
    latest = place.honest.last + OWN_TIME[1] + BUSY
    while not place.note() and time.monotonic() < latest + 5:
        time.sleep(0.1)
    place.joined, place.rss = place.hosts(), place.program.rss_kb()


def judge(tap, session, place):
    what = f"{place.name}, {place.kind.what}"
    with tap.point(f"{what}: the honest host is up all the time") as faults:
        print(f"# {place.looks} looks, {place.flood.sent} datagrams, {place.fifo.lines} "
              f"results for Nagios, held up for {place.honest.held_up:.1f} s at most")
        if place.honest.held_up < OWN_TIME[0]:
            faults += place.wrong + list(place.early)
        if place.looks < 2:
            faults.append(f"{place.looks} looks")
    with tap.point(f"{what}: its death is told in its own time") as faults:
        for where in ("the log", "Nagios", "on_event"):
            after = place.told.get(where, float("inf")) - place.honest.last
            print(f"# {where}: after {after:.1f} s")
            if not OWN_TIME[0] <= after <= OWN_TIME[1] + BUSY:
                faults.append(f"{where}: after {after:.1f} s")
    with tap.point(f"{what}: they join; memory and log are bounded") as faults:
        bound = place.base + KB_PER_HOST[place.name] * place.count + KB_MORE
        lines = place.program.log().count("\n")
        print(f"# {place.base} KB, then {place.rss} KB with {place.joined} hosts; "
              f"{lines} lines")
        if place.joined < place.count / 4:
            faults.append(f"{place.joined} hosts")
        if place.rss > bound:
            faults.append(f"{place.rss} KB, more than {bound}")
        if lines > LOG_LINES:
            faults.append(f"{lines} lines")
    with tap.point(f"{what}: SIGTERM ends it within {ENDS} s of the flood") as faults:
        if not place.flood.is_alive() or place.flood.sent < place.count / 4:
            faults.append(f"{place.flood.sent} were sent, of {place.count}")
        began = time.monotonic()
        faults += filter(None, [place.program.end(ENDS)])
        print(f"# after {time.monotonic() - began:.1f} s")
    session.programs.remove(place.program)  # it is known how it ended


def test_kind(tap, session, kind):
    places = [Place(session, name, kind) for name in kind.counts]
    for place in places:
        place.fifo.start()
    with traffic.in_background(lambda: [place.honest.send() for place in places],
                               POLLING):
        time.sleep(LEARNING)
        for place in places:
            ganglia.wait_for("it is there", place.host)
            place.flood.start()
        watchers = [threading.Thread(target=watch, args=[place]) for place in places]
        for watcher in watchers:
            watcher.start()
        for watcher in watchers:
            watcher.join()
    for place in places:
        judge(tap, session, place)
        place.flood.stop()
        place.fifo.stop()


def test(tap, session):
    for kind in KINDS:
        test_kind(tap, session, kind)


if __name__ == "__main__":
    bridge.run(test)
