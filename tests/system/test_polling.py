#!/usr/bin/env python3
"""Agents that are polled every second, every five minutes, and at whatever is between,
in the eyes of Debian's gmetad, which reads now and then and adds the time since to what
it read: who sends is never down, and who stops is, within its own time and one read.

SECONDS in the environment sets how long it is watched.
"""
import os
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

POLLING = (1, 2, 3, 5, 8, 10, 30, 300)  # s
SECONDS = int(os.environ.get("SECONDS", 240))
READING = (15, 30)   # s, of a gmetad each
STOPS, STOPS_POLLING = "stops", 5
BRIDGE, MODULE = "bridge", "test"  # clusters
SOON = 5             # s: a tick, a read that takes its time, a busy machine
MISSES = 3           # of a host that has lost nothing: 2, and the poll it was in


class Crowd:
    """Agents, each with its own polling, to both."""

    def __init__(self, ports):
        self.to = [traffic.Sender(port) for port in ports]
        self.began = time.monotonic()
        self.agents = [(traffic.Agent(f"10.9.0.{i}", f"each-{seconds}-s"), seconds)
                       for i, seconds in enumerate(POLLING, 1)]
        self.agents.append((traffic.Agent("10.9.0.100", STOPS), STOPS_POLLING))
        self.sent = [0] * len(self.agents)
        self.stopped = None

    def beat(self):
        """Ten times a second: what is due."""
        seconds = time.monotonic() - self.began
        for i, (agent, polling) in enumerate(self.agents):
            if seconds < self.sent[i] * polling or \
                    (agent.name == STOPS and self.stopped is not None):
                continue
            self.sent[i] += 1
            payload = agent.datagram((traffic.MACHINE, [
                traffic.host_descr(agent.name),
                traffic.host_memory(free=1 << 30)]), later_ms=1000 * polling)
            for to in self.to:
                to.send(payload, keep=False)
            if agent.name == STOPS and seconds > SECONDS / 2:
                self.stopped = time.monotonic()


class Eyes:
    """What a gmetad shows, each second."""

    def __init__(self, gmetad, crowd):
        self.gmetad, self.crowd = gmetad, crowd
        self.looks, self.wrong, self.down_after = 0, [], {}

    def look(self):
        for cluster in ganglia.read_xml(self.gmetad.port).iter("CLUSTER"):
            for host in cluster.findall("HOST"):
                self.judge(cluster.get("NAME"), host)

    def judge(self, cluster, host):
        name, stopped = host.get("NAME"), self.crowd.stopped
        down = int(host.get("TN")) > 4 * int(host.get("TMAX"))
        self.looks += 1
        if name == STOPS and stopped is not None:
            if down:
                self.down_after.setdefault(cluster, time.monotonic() - stopped)
        elif down and name in [agent.name for agent, _ in self.crowd.agents]:
            self.wrong.append(f"{name} of the {cluster}: TN {host.get('TN')}, TMAX "
                              f"{host.get('TMAX')}")


def judge(tap, eyes, reading):
    with tap.point(f"gmetad, which reads every {reading} s, shows nobody down who "
                   f"sends, in {eyes.looks} looks") as faults:
        faults += eyes.wrong
        if eyes.looks < SECONDS * len(POLLING):
            faults.append("too few looks")
    with tap.point("and who stops is down within its own time and one read") as faults:
        most = MISSES * STOPS_POLLING + reading + SOON
        for cluster in (BRIDGE, MODULE):
            after = eyes.down_after.get(cluster)
            print(f"# {cluster}: after {after} s")
            if after is None or not STOPS_POLLING < after <= most:
                faults.append(f"{cluster}: after {after} s")


def test(tap, session):
    ours = bridge.Bridge(session, clusters={BRIDGE: ""})
    gmond = session.gmond()
    gmetads = [session.gmetad(sources={**ours.gmond_ports, MODULE: gmond.port},
                              interval=reading) for reading in READING]
    crowd = Crowd([ours.sflow_port, gmond.sflow_port])
    all_eyes = [Eyes(gmetad, crowd) for gmetad in gmetads]
    with traffic.in_background(crowd.beat, 0.1):
        while time.monotonic() < crowd.began + SECONDS:
            for eyes in all_eyes:
                eyes.look()
            time.sleep(1)
    for eyes, reading in zip(all_eyes, READING):
        judge(tap, eyes, reading)


if __name__ == "__main__":
    ganglia.run(test)
