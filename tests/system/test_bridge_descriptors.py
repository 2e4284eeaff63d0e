#!/usr/bin/env python3
"""The descriptors of gmetad-bridge, and the program of on_event. The bridge does not
crash when readers come and go while hosts join and the program is started for them. The
program inherits no descriptor of the bridge, and each descriptor is close-on-exec.
"""
import contextlib
import os
import re
import socket
import sys

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

READERS = 6
HOSTS = 400
AT_ONCE = 10     # of them join; the bridge runs 16 programs at a time
BETWEEN = 0.05   # s
RRD = 'step = 1 rra = {} write = "always" summaries = no ' \
      'archives "^load_one$" { rra = { "RRA:AVERAGE:0.5:1:9" } }'
LOOKS = 100      # at all descriptors, while they come and go
STANDARD = range(3)  # input, output, errors
# librrd opens its files without O_CLOEXEC, and closes them after each update.
OF_LIBRARIES = re.compile(r"/.*\.rrd(\.new\w*)?$")
# What has to be among them, besides sockets: those of the four ports, and a reader's.
KINDS = {"anon_inode:[eventpoll]": 1, "anon_inode:[eventfd]": 3,
         "anon_inode:[signalfd]": 1, "bridge.db": 1}
SOCKETS = 5
# `ls` has its input, output and errors, and the folder that it reads.
LS_HAS = "0 1 2 3"
SCRIPT = "#!/bin/sh\necho $(ls /proc/self/fd) >>{}\n"


def descriptors(pid):
    """(number, what is open, is it close-on-exec) of each, without those that are
    closed while this looks."""
    for number in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            what = os.readlink(f"/proc/{pid}/fd/{number}")
            with open(f"/proc/{pid}/fdinfo/{number}", encoding="ascii") as info:
                flags = int(re.search(r"(?m)^flags:\s*([0-7]+)$", info.read())[1], 8)
            if os.readlink(f"/proc/{pid}/fd/{number}") == what:
                yield int(number), what, bool(flags & os.O_CLOEXEC)


def kind_of(what):
    return "socket" if what.startswith("socket:") else os.path.basename(what)


def inherited(found):
    """Those of the bridge itself that a program would inherit."""
    return {f"{number} ({what})" for number, what, closed in found
            if not closed and number not in STANDARD and not OF_LIBRARIES.match(what)}


def missing(found, sockets):
    kinds = [kind_of(what) for _, what, _ in found]
    return [kind for kind, least in {**KINDS, "socket": sockets}.items()
            if kinds.count(kind) < least]


def test_readers(tap, our, to):
    """Some readers end while a child that was forked still holds their sockets."""
    with tap.point(f"{READERS} readers in a loop, while {HOSTS} hosts join") as faults:
        agents = [traffic.Agent(f"10.3.{i // 250}.{i % 250}", f"host{i}")
                  for i in range(HOSTS)]

        def join():
            for _ in range(min(AT_ONCE, len(agents))):
                to.send(agents.pop().machine(), keep=False)

        def read():
            ganglia.read_tcp(our.xml_port)
        with contextlib.ExitStack() as stack:
            for _ in range(READERS):
                stack.enter_context(traffic.in_background(read, 0))
            with traffic.in_background(join, BETWEEN):
                ganglia.wait_for("all have joined", lambda: (
                    our.status()["bridge"]["collector"]["up"] == HOSTS))
        if not our.is_alive():
            faults.append("the bridge died")


def test_programs(tap, events):
    with tap.point("programs of on_event have no descriptor of the bridge") as faults:
        lines = ganglia.wait_for("they ran", events.read_text).splitlines()
        faults += sorted({f"{line} instead of {LS_HAS}" for line in lines
                          if line != LS_HAS})


def look(our, to, sockets):
    """With a reader that asks nothing, while others come, and hosts join."""
    agents = [traffic.Agent(f"10.4.0.{i}", f"late{i}") for i in range(LOOKS)]
    bad = set()
    to.send(agents[0].machine(), keep=False)  # there is something to write
    with socket.create_connection((ganglia.LOCAL, our.interactive_port)):
        ganglia.wait_for("all is open",
                         lambda: not missing(descriptors(our.pid), sockets))
        for agent in agents:
            to.send(agent.machine(later_ms=1000), keep=False)
            our.status()
            bad |= inherited(descriptors(our.pid))
    return sorted(bad)


def test(tap, session):
    our = bridge.Bridge(session, rrd=RRD, start=False)
    script, events = our.folder / "event", our.folder / "events"
    script.write_text(SCRIPT.format(events))
    script.chmod(0o755)
    our.extra = f'on_event = "{script}"'
    our.write()
    our.start()
    with traffic.Sender(our.sflow_port) as to:
        test_readers(tap, our, to)
        test_programs(tap, events)
        with tap.point("all are close-on-exec, with librrd") as faults:
            faults += look(our, to, SOCKETS)
        cached = bridge.Rrdcached(session, our.rrds)
        our.rrd += f' rrdcached = "unix:{cached.socket_path}"'
        our.write()
        our.restart()
        with tap.point("and with rrdcached") as faults:
            faults += look(our, to, SOCKETS + 1)


bridge.run(test)
