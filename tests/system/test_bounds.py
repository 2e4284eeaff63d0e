#!/usr/bin/env python3
"""What strangers can send is bounded in memory and in files: thousands of ports in the names
of agents that go on, and single datagrams in invented names. Those who were there before
have right values all the time, and who goes on gets in.
"""
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

LIARS, PORTS, AT_ONCE = 10, 1000, 40   # ports of each, and in a datagram
ROUNDS, BETWEEN = 3, 6                 # s; a second datagram confirms 5 s later
MAX_MEMORY = 100                       # MB, of 1,700 that they would take
MOST_KB = MAX_MEMORY * 1024 * 13 // 10
KNOWN, RATE = 5, 700
MAX_AGENTS, FILES = 300, 60
SINGLES, PACE = 20000, 2500            # datagrams, and a second
FILES_OF_HOST = 20                     # that one has, at least


class Known:
    """Hosts that were there first, and send each second."""

    def __init__(self, port):
        self.sender = traffic.Sender(port)
        self.agents = [traffic.Agent(f"10.1.0.{i}", f"known-{i}")
                       for i in range(KNOWN)]

    def send(self):
        for agent in self.agents:
            self.sender.send(agent.machine(rate=RATE), keep=False)

    def faults(self, hosts):
        return [f"{name}: interrupts {metrics.get('interrupts', {}).get('VAL')}"
                for name, metrics in hosts.items()
                if name.startswith("known-") and
                metrics.get("interrupts", {}).get("VAL") != str(RATE)] + \
            ["known hosts are missing"] * (
                sum(name.startswith("known-") for name in hosts) != KNOWN)


def liars(port):
    """Agents of a thousand ports each, which go on for some rounds."""
    agents = [traffic.Agent(f"10.9.0.{i}") for i in range(LIARS)]
    with traffic.Sender(port) as sender:
        for turn in range(ROUNDS):
            for agent in agents:
                later = BETWEEN * 1000
                for first in range(0, PORTS, AT_ONCE):
                    sender.send(agent.datagram(*(
                        ((0, i), [traffic.if_counters(
                            i, received=(turn * i, turn, 0, 0, 0, 0, 0))])
                        for i in range(first + 1, first + AT_ONCE + 1)),
                        later_ms=later), keep=False)
                    later = 0
                    time.sleep(0.002)
            time.sleep(BETWEEN)


def hosts_of_gmond(gmond):
    return {host.get("NAME"): ganglia.metrics_of(host)
            for host in gmond.hosts().values()}


def hosts_of_bridge(our):
    return {name: ganglia.metrics_of(host) for name, host in our.hosts().items()}


# gmond's memory -------------------------------------------------------------------------


def test_gmond(tap, session):
    gmond = session.gmond(module={"deliver": "direct", "max_memory": MAX_MEMORY})
    known = Known(gmond.sflow_port)
    with traffic.in_background(known.send, 1):
        with tap.point("gmond: the known hosts are there"):
            ganglia.wait_for("them", lambda: not known.faults(hosts_of_gmond(gmond)))
        base = gmond.rss_kb()
        with tap.point(f"gmond: {LIARS} agents of {PORTS} ports, which go on, take no more "
                       f"than max_memory = {MAX_MEMORY}") as faults:
            liars(gmond.sflow_port)
            took = gmond.rss_kb() - base
            print(f"# {took} KB of at most {MOST_KB}")
            if not MOST_KB / 4 < took <= MOST_KB:
                faults.append(f"{took} KB")
        with tap.point("gmond: what is refused is told, and why") as faults:
            if "all the memory for them is in use (max_memory)" not in gmond.log():
                faults.append(gmond.log()[-1000:])
        with tap.point("gmond: the known hosts have right values") as faults:
            faults += known.faults(hosts_of_gmond(gmond))


# The bridge's files ---------------------------------------------------------------------


def singles(port, seconds_passed):
    """Datagrams of invented agents, one of each; and an agent that goes on."""
    newcomer = traffic.Agent("10.2.0.1", "newcomer")
    began, polls = time.monotonic(), 0
    with traffic.Sender(port) as sender:
        for i in range(SINGLES):
            if i % 50 == 0:
                time.sleep(max(0, began + i / PACE - time.monotonic()))
            agent = traffic.Agent(f"10.{100 + i // 65536}.{i // 256 % 256}.{i % 256}",
                                  f"single-{i}", sequence=i * 7919)
            sender.send(agent.machine(), keep=False)
            passed = time.monotonic() - began
            if passed >= polls * BETWEEN + seconds_passed:
                sender.send(newcomer.machine(later_ms=BETWEEN * 1000), keep=False)
                polls += 1
    return polls


def folders(our, word):
    return [path for path in (our.rrds / "sflow").glob(f"{word}*") if path.is_dir()]


def test_bridge(tap, session):
    our = bridge.Bridge(session, sflow=f"max_agents = {MAX_AGENTS}",
                        rrd=f"step = 1 write = always files = {FILES} rra = "
                        '{ "RRA:AVERAGE:0.5:1:100" }')
    known = Known(our.sflow_port)
    with traffic.in_background(known.send, 1):
        with tap.point("bridge: the known hosts are there, with files"):
            ganglia.wait_for("them", lambda: not known.faults(hosts_of_bridge(our)))
            ganglia.wait_for("files", lambda: len(folders(our, "known-")) == KNOWN)
        with tap.point(f"bridge: of {SINGLES} single datagrams in invented names no files "
                       "come") as faults:
            polls = singles(our.sflow_port, 1)
            faults += folders(our, "single-")
            count = our.status()["bridge"]["collector"]["agents"]
            if count != MAX_AGENTS or polls < 2:
                faults.append(f"{count} agents, {polls} polls")
        with tap.point("bridge: one that goes on meanwhile is in at its second poll") as \
                faults:
            if "newcomer" not in our.hosts():
                faults.append(sorted(our.hosts())[-5:])
        with tap.point("bridge: ports of those who go on have so many files as `files` "
                       "says") as faults:
            liars(our.sflow_port)
            ganglia.wait_for("refusals", lambda: our.status()["bridge"]["rrd"]["refused"])
            counts = [len(list(path.iterdir())) for path in folders(our, "10.9.")]
            print(f"# files of liars: {counts}")
            if not counts or max(counts) > FILES:
                faults.append(counts)
        with tap.point("bridge: the known hosts have right values, and files that go on"
                       ) as faults:
            faults += known.faults(hosts_of_bridge(our))
            faults += bridge.faults_until(lambda: stopped(our), 60)


def stopped(our):
    """Files of known hosts that do not go on, or not with the right value."""
    faults = []
    for folder in folders(our, "known-"):
        rows = bridge.last_row(folder / "interrupts.rrd")
        files = len(list(folder.iterdir()))
        if rows[1]["sum"] != RATE or time.time() - rows[0] > 10 or \
                files < FILES_OF_HOST:
            faults.append(f"{folder.name}: {rows}, {files} files")
    return faults


def test(tap, session):
    test_gmond(tap, session)
    test_bridge(tap, session)


if __name__ == "__main__":
    bridge.run(test)
