#!/usr/bin/env python3
"""A flood of datagrams from invented agents: those who were there before are
still served, and memory is bounded.
"""
import random
import struct
import sys
import time

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

FLOOD = 100000
MAX_AGENTS = 200
MAX_SOURCES = 32
KNOWN = 5
RATE = 900
# What one agent may cost at most: its own data, gmond's host with some 50
# metrics, and as many samples as max_sources lets it have.
KB_PER_AGENT = 600
SEED = 5
PACE = 12500  # datagrams per second
LATE = 5      # s: a busy machine, and dumps that hold the hosts


class Known:
    """Hosts that were there first; the next datagram of each at a time."""

    def __init__(self, port):
        self.sender = traffic.Sender(port)
        self.agents = [traffic.Agent(f"10.1.0.{i}", f"known-{i}")
                       for i in range(KNOWN)]
        self.load, self.sent = 0, []

    def send(self):
        self.load = (self.load + 0.25) % 32
        self.sent.append((time.monotonic(), f"{self.load:.2f}"))
        for agent in self.agents:
            self.sender.send(agent.machine(rate=RATE, load=self.load),
                             keep=False)

    def late(self, gmond):
        """Those whose value is older than LATE seconds. They get a new one all
        the time."""
        asked = time.monotonic()
        hosts, faults = gmond.hosts(), []
        good = {load for at, load in self.sent if at > asked - LATE}
        for agent in self.agents:
            got = ganglia.metrics_of(hosts[agent.address])["load_one"]["VAL"]
            if got not in good:
                faults.append(f"{agent.name}: load {got}, the newest are "
                              f"{sorted(good)[-3:]}")
        return faults

    def faults(self, gmond):
        hosts, faults = gmond.hosts(), []
        for agent in self.agents:
            metrics = ganglia.metrics_of(hosts[agent.address])
            for name, want in (("load_one", f"{self.load:.2f}"),
                               ("interrupts", str(RATE)),
                               ("bytes_out", f"{2 * RATE}.00"),
                               ("cpu_user", "25.00"), ("cpu_idle", "75.00")):
                if metrics[name]["VAL"] != want:
                    faults.append(f"{agent.name}: {name} is "
                                  f"{metrics[name]['VAL']}, not {want}")
        return faults


def spoofed():
    """Invented agents: flows of nobody, whole machines with a name, and data
    sources without end of an agent that is known."""
    dice = random.Random(SEED)
    machine = traffic.Agent("10.99.99.99", "spoofed-000000").machine()
    name = machine.index(b"spoofed-")
    bare = traffic.Agent("10.99.99.99").datagram(
        (traffic.MACHINE, [traffic.host_cpu()]))
    for i in range(FLOOD):
        address = struct.pack(">BI", 1, dice.randrange(0x0B000000, 0x7E000000))
        if i % 10 > 3:
            yield machine[:7] + address + machine[12:name + 8] + \
                b"%06d" % i + machine[name + 14:]
        elif i % 10 == 1:
            agent = traffic.Agent("10.1.0.0", sub_agent=dice.randrange(1, 99))
            yield agent.datagram(((3, dice.randrange(1, 1 << 30)),
                                  [traffic.http(i)]))
        else:
            yield bare[:7] + address + bare[12:]


def flood(gmond, known):
    """Returns what was wrong meanwhile, and the most hosts that were seen."""
    began, most, faults = time.monotonic(), 0, []
    with traffic.Sender(gmond.sflow_port) as sender:
        for i, datagram in enumerate(spoofed()):
            if i % 200 == 0:
                time.sleep(max(0, began + i / PACE - time.monotonic()))
            sender.send(datagram, keep=False)
            if i % (PACE // 2) == 0:
                known.send()
            if i % PACE == 0 and i > PACE:
                faults += known.late(gmond)
                most = max(most, len(gmond.hosts()))
    print(f"# it took {time.monotonic() - began:.1f} s")
    return faults, most


def test(tap, session):
    gmond = session.gmond(module={"deliver": "direct",
                                  "max_agents": MAX_AGENTS,
                                  "max_sources": MAX_SOURCES})
    known = Known(gmond.sflow_port)
    with tap.point("the known hosts are there, with right values"):
        known.send()
        known.send()
        ganglia.wait_for("them", lambda: not known.faults(gmond))
    base = gmond.rss_kb()

    peaks = []
    with traffic.in_background(lambda: peaks.append(
            gmond.own("sflow_refused")), 1):
        with tap.point(f"{FLOOD} datagrams of a flood: the known hosts are "
                       "shown up to date meanwhile") as faults:
            late, most = flood(gmond, known)
            faults += late
        with tap.point("sflow_refused counts them"):
            ganglia.wait_for("refusals", lambda: max(peaks) > 0.2 * PACE)
    with tap.point("the known hosts have the newest values, all of them") as \
            faults:
        known.send()
        known.send()
        ganglia.wait_for("right values", lambda: not known.faults(gmond))
        if gmond.own("sflow_agents") != MAX_AGENTS:
            faults.append(f"{gmond.own('sflow_agents')} agents")
    with tap.point(f"at most {MAX_AGENTS} hosts, and its own") as faults:
        most = max(most, len(gmond.hosts()))
        print(f"# {most} hosts")
        if not MAX_AGENTS / 4 < most <= MAX_AGENTS + 1:
            faults.append(f"{most} hosts")
    bound = base + MAX_AGENTS * KB_PER_AGENT
    with tap.point(f"resident memory stays below {bound} KB") as faults:
        print(f"# {base} KB before, {gmond.rss_kb()} KB after")
        if gmond.rss_kb() > bound:
            faults.append(f"{gmond.rss_kb()} KB")
    with tap.point(f"at most {MAX_SOURCES} data sources of one agent") as \
            faults:
        # sources of web servers, each with its own number as prefix
        servers = [name for name in gmond.metrics("10.1.0.0")
                   if name.endswith("http_meth_get")]
        if len(servers) > MAX_SOURCES:
            faults.append(f"{len(servers)} web servers")
    with tap.point("the log is not flooded") as faults:
        lines = gmond.log().count("\n")
        if lines > 120:
            faults.append(f"{lines} lines")


if __name__ == "__main__":
    ganglia.run(test)
