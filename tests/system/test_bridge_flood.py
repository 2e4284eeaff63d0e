#!/usr/bin/env python3
"""A million datagrams of invented agents, or what a busy machine can send of them in
half a minute, while a gmetad that reads
the bridge is stopped in the middle and other readers stop for good: those who were
there before are served as before, memory is bounded, and all is counted.
"""
import re
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import crowd  # noqa: E402
import ganglia  # noqa: E402

LOAD = ganglia.BUILD / "tests/bench/sflow-load"
FLOOD, PACE, LONGEST = 1_000_000, 60_000, 25  # s
LEAST = FLOOD // 10
KNOWN = 12
MAX_AGENTS = 2000
STALLED = 20       # readers
TIMEOUT = 3        # s that a reader may take nothing
KB_PER_AGENT = 25  # at most, with its host
KB_READERS = 30_000  # pieces that are being sent, and the allocator's own
STATE_BYTES = 1000   # of an agent
FEW = 60           # lines in the log
ANSWERS = 2        # s


def counted(our):
    return our.status()["bridge"]


def stall(our):
    """A reader that takes the beginning of all XML, and no more."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect((ganglia.LOCAL, our.xml_port))
    if not client.recv(1000):
        raise OSError("nothing came")
    return client


class Flood:
    """sflow-load, and what it has sent."""

    def __init__(self, session, our):
        self.log = session.path("sflow-load.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [LOAD, "--spoof", "--rate", str(PACE), "--count", str(FLOOD),
                 "--seconds", str(LONGEST), ganglia.LOCAL,
                 str(our.sflow_port)], stdout=log, stderr=log,
                preexec_fn=ganglia.die_with_parent)

    def runs(self):
        return self.process.poll() is None

    def sent(self):
        self.process.wait(5)
        return int(re.search(r"sent (\d+) datagrams", self.log.read_text())[1])


def is_served(our, agents, faults):
    """One of them, by its value that is not old; returns how long it took."""
    asked = time.monotonic()
    host = next(our.ask("/known/node-7").iter("HOST"))
    took = time.monotonic() - asked
    metric = ganglia.metrics_of(host)["load_one"]
    if not bridge.is_up(host) or int(metric["TN"]) > 2 + agents.late or \
            metrics_wrong(host):
        faults.append(f"{host.attrib}: load_one {metric}")
    return took


def metrics_wrong(host):
    return ganglia.metrics_of(host).get("interrupts", {}).get("VAL") != "1000"


# Points ----------------------------------------------------------------------------


def during(tap, our, agents, flood, gmetad):
    """Returns sizes in KB in the second half."""
    sizes, longest, clients, began = [], 0, [], time.monotonic()
    with tap.point("while it lasts: those known are served, at once") as faults:
        while flood.runs():
            longest = max(longest, is_served(our, agents, faults))
            if time.monotonic() - began > 4 and not clients:
                clients = [stall(our) for _ in range(STALLED)]
                gmetad.process.send_signal(19)
            if time.monotonic() - began > 12:
                sizes.append(our.rss_kb())
            time.sleep(0.2)
        if longest > ANSWERS:
            faults.append(f"an answer took {longest:.1f} s")
        if len(clients) != STALLED or len(sizes) < 5:
            faults.append(f"it was too short: {time.monotonic() - began:.1f} s")
        print(f"# {time.monotonic() - began:.1f} s, answers within "
              f"{longest:.2f} s, {sizes[0]} to {sizes[-1]} KB")
    return sizes, clients


def afterwards(tap, our, agents, flood, before, sizes):
    with tap.point("each datagram is received, or the kernel has counted it") as \
            faults:
        sent, told = flood.sent(), agents.sent
        ganglia.wait_for("all", lambda: (now := counted(our)["ingest"])[
            "received"] + now["kernel_drops"] >= sent + agents.sent - KNOWN)
        now = counted(our)
        print(f"# sent {sent}: {now['ingest']}, {now['collector']}")
        if sent < LEAST or now["ingest"]["received"] > sent + agents.sent:
            faults.append(f"sent {sent} and {agents.sent}: {now}")
    with tap.point(f"there are {MAX_AGENTS} agents, the others are refused and "
                   "counted") as faults:
        agent_count = now["collector"]["agents"]
        if agent_count != MAX_AGENTS or now["collector"]["refused"] < \
                sent - now["ingest"]["kernel_drops"] - MAX_AGENTS:
            faults.append(f"{now['collector']}")
    with tap.point("those known have lost nothing that the kernel did not drop, and "
                   "none is down") as faults:
        # of strangers one datagram each; some may have come twice
        taken = now["collector"]["datagrams"] - (MAX_AGENTS - KNOWN)
        if not told - now["ingest"]["kernel_drops"] - KNOWN <= taken <= \
                agents.sent + 20:
            faults.append(f"{taken} of {told}: {now}")
        hosts = our.hosts("known")
        faults += [f"{name} is missing" for name in agents.agents
                   if name not in hosts]
        faults += [f"{name} is down" for name, host in hosts.items()
                   if not bridge.is_up(host)]
        down = crowd.new_lines(our, 0, "host node-")
        faults += [line for line in down if "is down" in line and not agents.late]
    with tap.point("memory is bounded by the number of agents, and did not grow in "
                   "the end") as faults:
        bound = KB_PER_AGENT * MAX_AGENTS + KB_READERS
        if max(sizes) - before > bound or \
                sizes[-1] - sizes[0] > KB_READERS / 3:
            faults.append(f"{before} KB before, then {sizes}")
    with tap.point("few lines in the log, one of them says what is refused") as \
            faults:
        lines = crowd.new_lines(our, 0)
        if len(lines) > FEW + KNOWN or not [
                line for line in lines if "refused: too many" in line]:
            faults.append(f"{len(lines)} lines: {lines[:2]} ... {lines[-3:]}")
    with tap.point("the state has not more of them than there are") as faults:
        rows = len(our.saved())
        size = sum(path.stat().st_size for path in our.folder.glob("bridge.db*"))
        if rows > MAX_AGENTS or size > STATE_BYTES * MAX_AGENTS + 4_500_000:
            faults.append(f"{rows} rows, {size} bytes")


def readers_gone(tap, our, agents, cut, clients, gmetad):
    with tap.point("readers that stopped are cut off") as faults:
        ganglia.wait_for("cut", lambda: counted(our)["readers"]["requests_cut"]
                         >= cut + STALLED, TIMEOUT + 5)
        if counted(our)["readers"]["now"] > 3:
            faults.append(f"{counted(our)['readers']}")
        for client in clients:
            client.close()
    with tap.point("a gmetad that was stopped meanwhile goes on, and has the present "
                   "values") as faults:
        gmetad.process.send_signal(18)

        def is_present():
            host = next(host for host in ganglia.read_xml(gmetad.port).iter("HOST")
                        if host.get("NAME") == "node-7")
            return abs(int(host.get("REPORTED")) - time.time()) < 4 and \
                abs(float(ganglia.metrics_of(host)["load_one"]["VAL"]) -
                    (time.time() - agents.began)) < 5 + agents.late
        ganglia.wait_for("the present values", is_present)
        ganglia.wait_for("its RRD", lambda: gmetad.last(
            "node-7", "load_one", "known")[0] > time.time() - 5)


def test(tap, session):
    our = bridge.Bridge(
        session, clusters={"known": 'agents = { "10.1.0.0/16" }', "rest": ""},
        sflow=f"max_agents = {MAX_AGENTS}",
        extra=f'user = "" reader_timeout = {TIMEOUT} self {{ name = "" }}')
    agents = crowd.Crowd([our.sflow_port], crowd.named(KNOWN), 0.5)
    with agents.sending():
        ganglia.wait_for("all hosts, with their rates", lambda: len(
            our.hosts("known")) == KNOWN and not any(map(
                metrics_wrong, our.hosts("known").values())))
        gmetad = session.gmetad(sources={"known": our.gmond_ports["known"]})
        ganglia.wait_for("gmetad has them", lambda: b"node-7" in ganglia.read_tcp(
            gmetad.port))
        before, cut = our.rss_kb(), counted(our)["readers"]["requests_cut"]
        flood = Flood(session, our)
        sizes, clients = during(tap, our, agents, flood, gmetad)
        readers_gone(tap, our, agents, cut, clients, gmetad)
        afterwards(tap, our, agents, flood, before, sizes)
    with tap.point("SIGTERM ends it") as faults:
        faults += [fault for fault in [our.end()] if fault]


if __name__ == "__main__":
    bridge.run(test)
