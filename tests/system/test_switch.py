#!/usr/bin/env python3
"""Switches, made up: one as an LG-Ericsson and one as a NEC is set up, 48 ports
whose counters come at an interval, packet samples of 1 in 512 and 1 in 2048, no
host record. Their clocks run as they are told to, so each rate is known.
"""
import sys
import threading
import time
from dataclasses import dataclass, field

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

INTERVAL = 1       # s between polls; the switches' clocks go as ours
FRESH = 5          # s
SETTLE = 4         # polls until a change is seen
PORTS = 48
IN_A_DATAGRAM = 8
RATES_IN = ("bytes_in", "ucast_in", "multicast_in", "broadcast_in",
            "drops_in", "errs_in", "unknown_in")
RATES_OUT = tuple(name.replace("_in", "_out") for name in RATES_IN[:-1])
TITLES = {"bytes_in": "Bytes Received", "pkts_out": "Packets Sent"}


@dataclass
class Port:
    """Each of its counters is a rate times the switch's uptime."""
    index: int
    name: str = ""          # as structure 0:1005 tells it; "": it doesn't
    rate: int = 1           # of all that is counted, in proportion
    kind: int = traffic.ETHERNET_TYPE
    speed: int = 10 ** 9
    status: int = traffic.UP
    unknown: tuple = ()     # counters that are all ones
    more: tuple = ()        # records
    summed: bool = True     # in its switch's totals
    base: int = 0           # what its counters begin from,
    since_ms: int = 0       # and when

    def rates(self):
        """By metric: per second."""
        sizes = (8000, 60, 7, 3, 2, 1, 4)
        rates = {name: size * self.rate for name, size in zip(RATES_IN, sizes)}
        rates.update({name: 3 * size * self.rate
                      for name, size in zip(RATES_OUT, sizes)})
        return {name: rate for name, rate in rates.items()
                if name not in self.unknown}

    def counts(self, names, uptime_ms):
        rates = self.rates()
        ms = uptime_ms - self.since_ms
        return [self.base + rates[name] * ms // 1000 if name in rates else -1
                for name in names]

    def records(self, uptime_ms):
        found = [traffic.if_counters(
            self.index, self.kind, self.speed, self.status,
            self.counts(RATES_IN, uptime_ms), self.counts(RATES_OUT, uptime_ms))]
        if self.name:
            found.append(traffic.port_name(self.name))
        return found + list(self.more)

    def shown_name(self):
        return self.name.replace("/", "_") or str(self.index)

    def shown(self):
        """Its metrics, by name without prefix: the values as text or number."""
        found = {**self.rates(), "speed": self.speed, "duplex": "full-duplex",
                 "status": "up/up" if self.status == traffic.UP else "up/down"}
        for way in ("in", "out"):
            if f"ucast_{way}" in found:
                found[f"pkts_{way}"] = sum(
                    found.get(f"{cast}_{way}", 0)
                    for cast in ("ucast", "multicast", "broadcast"))
            if self.speed and f"bytes_{way}" in found:
                found[f"util_{way}"] = \
                    800 * found[f"bytes_{way}"] / self.speed
        return found


@dataclass
class Switch:
    """An agent without a host record."""
    address: str
    sampling: int
    ports: list
    uptime_ms: int = 7_000_456
    sequence: int = 0
    samples: dict = field(default_factory=dict)

    def next_sample(self, kind, index):
        """Sequence numbers of packet samples and counters are apart."""
        self.samples[kind, index] = self.samples.get((kind, index), 0) + 1
        return self.samples[kind, index]

    def datagram(self, samples):
        self.sequence += 1
        return traffic.datagram_of(self.address, 0, self.sequence,
                                   self.uptime_ms, samples)

    def packet(self, port):
        number = self.next_sample("flow", port.index)
        return traffic.flow_sample_of(number, (0, port.index), self.sampling,
                                      number * self.sampling)

    def counters(self, port):
        return traffic.compact_sample_of(
            self.next_sample("counters", port.index), (0, port.index),
            port.records(self.uptime_ms))

    def poll(self):
        """The datagrams of a poll, an interval after the last one."""
        self.uptime_ms += INTERVAL * 1000
        found = []
        for at in range(0, len(self.ports), IN_A_DATAGRAM):
            group = self.ports[at:at + IN_A_DATAGRAM]
            found.append(self.datagram([self.packet(group[0])] + [
                self.counters(port) for port in group]))
        return found

    def renumber(self):
        """It starts again, and a card more has come before the others. Other
        rates than before, so that the old ones are not taken for them."""
        self.uptime_ms, self.sequence, self.samples = 4_321, 0, {}
        for port in self.ports:
            port.rate += 1
            if port.summed:
                port.index += 1


def totals(ports):
    sums = {}
    for port in ports:
        if not port.summed:
            continue
        for name, value in port.shown().items():
            if name in ("bytes_in", "bytes_out", "pkts_in", "pkts_out"):
                sums[name] = sums.get(name, 0) + value
    return sums


class World:
    """Switches that send, and a gmond that is looked at all the time."""

    def __init__(self, gmond, switches):
        self.gmond, self.switches = gmond, switches
        self.lock = threading.Lock()  # held by who changes a switch
        self.to = traffic.Sender(gmond.sflow_port)
        self.limits = {switch.address: {} for switch in switches}
        self.spikes, self.troubles = [], []
        self.polls = self.looks = 0

    def beat(self):
        with self.lock:
            for switch in self.switches:
                raise_limits(self.limits[switch.address], switch.ports)
                for datagram in switch.poll():
                    self.to.send(datagram, keep=False)
            self.polls += 1
        self.look()

    def look(self):
        hosts = self.gmond.hosts()
        self.troubles += ganglia.troubles(hosts)
        for switch in self.switches:
            host = hosts.get(traffic.key_of(switch.address))
            if host is not None:
                self.look_at(switch, ganglia.metrics_of(host))

    def look_at(self, switch, metrics):
        limits = self.limits[switch.address]
        for name, metric in metrics.items():
            if metric["UNITS"].endswith("/sec") and "speed" not in name and \
                    float(metric["VAL"]) > limits.get(name.rpartition(".")[0], 0):
                self.spikes.append(f"{name}: {metric['VAL']}")
        self.looks += 1

    def metrics(self, switch):
        return self.gmond.metrics(traffic.key_of(switch.address))

    def settled(self, switch, seconds=ganglia.PATIENCE):
        """What is wrong with the switch in the end, some polls from now."""
        before = self.polls
        ganglia.wait_for("polls", lambda: self.polls >= before + SETTLE)
        deadline = time.monotonic() + seconds
        while True:
            try:
                faults = all_faults(switch, self.metrics(switch))
            except KeyError:
                faults = [f"{switch.address} is not there"]
            if not faults or time.monotonic() > deadline:
                return faults
            time.sleep(0.3)


def raise_limits(limits, ports):
    """No rate of a port may be more than its fastest ever, no total more than
    all of them."""
    for port in ports:
        most = 1.02 * max(port.rates().values())
        name = port.shown_name()
        limits[name] = max(limits.get(name, 0), most)
    limits[""] = sum(limits.values()) - limits.get("", 0)


# What is wrong ----------------------------------------------------------------


def is_right(want, got):
    if isinstance(want, str):
        return got == want
    return abs(float(got) - want) <= 0.002 * want + 0.0051


def compare(prefix, want, metrics):
    """The metrics of a port, or the host's own for an empty prefix. Old values
    don't count."""
    got = {name[len(prefix):]: metric["VAL"] for name, metric in metrics.items()
           if name.startswith(prefix) and (prefix or "." not in name)}
    faults = [f"{prefix}{name}: it is missing"
              for name in want.keys() - got.keys()]
    faults += [f"{prefix}{name}: nobody sent it"
               for name in got.keys() - want.keys()]
    faults += [f"{prefix}{name}: {got[name]} instead of {want[name]}"
               for name in want.keys() & got.keys()
               if not is_right(want[name], got[name])]
    faults += [f"{prefix}{name}: it is {metrics[prefix + name]['TN']} s old"
               for name in want.keys() & got.keys()
               if metrics[prefix + name]["SLOPE"] != "zero"
               and int(metrics[prefix + name]["TN"]) > FRESH]
    return faults


def all_faults(switch, metrics):
    faults = compare("", totals(switch.ports), metrics)
    for port in switch.ports:
        faults += compare(f"{port.shown_name()}.", port.shown(), metrics)
    return faults


# Switches ---------------------------------------------------------------------

LAG, BOND, VLAN = 200, 201, 300  # ifIndex


def lg_ericsson():
    """No names. Of the last ports one counts little, one has no speed, one is
    down."""
    ports = [Port(i, rate=i) for i in range(1, PORTS + 1)]
    ports[44].unknown = ("broadcast_in", "unknown_in", "multicast_out",
                         "broadcast_out")
    ports[45].speed = 0
    ports[46].status = traffic.DOWN
    ports[47].base = (1 << 32) - ports[47].rates()["ucast_in"] * 7010  # wraps
    return Switch("10.9.0.1", 512, ports)


def nec():
    """Names, two aggregates of two ports each, of which one says so by its
    type, and a VLAN that counts once more."""
    ports = [Port(10 + i, f"GigabitEthernet0/{i}", rate=i)
             for i in range(1, PORTS + 1)]
    for port, aggregate in zip(ports, (LAG, LAG, BOND, BOND)):
        port.more = (traffic.lag_port(aggregate),)
    ports += [
        Port(LAG, "ChannelGroup1", 3, traffic.LAG_TYPE, summed=False),
        Port(BOND, "ChannelGroup2", 7, summed=False),
        Port(VLAN, "VLAN0100", 40, traffic.VLAN_TYPE, summed=False)]
    return Switch("fd00::9:2", 2048, ports)


def small(address, names=("up", "down", "")):
    return Switch(address, 512, [
        Port(i, name, rate=i, more=(traffic.ethernet(),))
        for i, name in enumerate(names, 1)])


# Points -----------------------------------------------------------------------


def appear(tap, world, lg, named):
    with tap.point("a switch without a name is a host by its address, after "
                   "two intervals") as faults:
        ganglia.wait_for("it", lambda: lg.address in world.gmond.hosts())
        if world.gmond.hosts()[lg.address].get("NAME") != lg.address:
            faults.append(world.gmond.hosts()[lg.address].get("NAME"))
    with tap.point("48 ports by their numbers, value by value, and the "
                   "totals") as faults:
        faults += world.settled(lg)
    with tap.point("the other has the name that it was given, its ports have "
                   "their own, and a LAG does not count again") as faults:
        faults += world.settled(named)
        host = world.gmond.hosts()[traffic.key_of(named.address)]
        if host.get("NAME") != "nec-1":
            faults.append(host.get("NAME"))
    with tap.point("who is in the file of names has that name") as faults:
        ganglia.wait_for("edge-1", lambda: world.gmond.hosts()[
            "10.9.0.3"].get("NAME") == "edge-1")


def described(tap, world, named):
    with tap.point("each port is a group, each title names the port") as faults:
        for name, metric in world.metrics(named).items():
            port = name.rpartition(".")[0]
            if not port:
                continue
            if metric["GROUP"] != f"port {port}":
                faults.append(f"{name}: group {metric['GROUP']!r}")
            if metric["TITLE"] != f"{port}: {metric['DESC']}":
                faults.append(f"{name}: title {metric['TITLE']!r}")
            metric_of = TITLES.get(name.rpartition(".")[2], metric["DESC"])
            if metric["DESC"] != metric_of:
                faults.append(f"{name}: {metric['DESC']!r}")


def odd_ports(tap, world, lg):
    with tap.point("what a port can't count is no metric; no utilization "
                   "without a speed; a port that is down says so") as faults:
        metrics = world.metrics(lg)
        faults += [f"{name} is there" for name in (
            "45.broadcast_in", "45.unknown_in", "45.multicast_out", "46.util_in",
            "46.util_out") if name in metrics]
        if metrics["47.status"]["VAL"] != "up/down":
            faults.append(metrics["47.status"])
    with tap.point("cleared counters are no rates, and then they count "
                   "again") as faults:
        with world.lock:
            lg.ports[9].since_ms = lg.uptime_ms
            lg.ports[9].rate += 1
        faults += world.settled(lg)


def is_over(world, switch, port):
    """The port's metrics are no longer told, or are gone."""
    metric = world.metrics(switch).get(f"{port}.bytes_in")
    return metric is None or int(metric["TN"]) >= 4


def changes(tap, world, lg, named):
    with tap.point("a port gets another name: its metrics do, and the old "
                   "ones age") as faults:
        with world.lock:
            named.ports[5].name = "uplink"
        faults += world.settled(named)
        ganglia.wait_for("the old name", lambda: is_over(
            world, named, "GigabitEthernet0_6"))
    with world.lock:
        named.renumber()
        removed = lg.ports.pop(20)
    with tap.point("a switch starts again, and its ports have other "
                   "numbers: each name keeps its own rates") as faults:
        faults += world.settled(named)
        if "host nec-1 restarted" not in world.gmond.log():
            faults.append(world.gmond.log())
    with tap.point("another loses a port: its metrics age, the others don't, "
                   "the totals are without it") as faults:
        ganglia.wait_for("its end", lambda: is_over(
            world, lg, removed.shown_name()))
        faults += world.settled(lg)
        metrics = world.metrics(lg)
        if metrics["1.bytes_in"]["DMAX"] != "600":
            faults.append(metrics["1.bytes_in"])
        faults += [f"{name} is {metrics[name]['TN']} s old"
                   for name in ("1.bytes_in", "bytes_in")
                   if int(metrics[name]["TN"]) > FRESH]


CHOICES = [
    ({"ports": "^up$|^3$"}, {"up", "3"}, set()),
    ({"ports_except": "^d"}, {"up", "3"}, set()),
    ({"accept": "default ethernet"}, {"up", "down", "3"}, {"eth_fcs_errs"}),
    ({"accept": "all -interface"}, {"up", "down", "3"}, {"eth_fcs_errs"}),
]


def has_chosen(gmond, address, ports, more):
    metrics = gmond.metrics(address)
    names = {tuple(name.rpartition(".")[::2]) for name in metrics}
    ours = {port for port, _ in names if port}
    rates = {name for port, name in names if port}
    return ours == ports and more <= rates and \
        ("eth_fcs_errs" in rates) == ("eth_fcs_errs" in more)


def choices(tap, session):
    gmonds = [session.gmond(module={"deliver": "direct", **module}, wait=False)
              for module, _, _ in CHOICES]
    for gmond in gmonds:
        gmond.wait_until_up()
    switch = small("10.9.0.4")
    senders = [traffic.Sender(gmond.sflow_port) for gmond in gmonds]

    def beat():
        for datagram in switch.poll():
            for sender in senders:
                sender.send(datagram, keep=False)

    with traffic.in_background(beat, INTERVAL):
        for gmond, (module, ports, more) in zip(gmonds, CHOICES):
            words = ", ".join(f'{key} = "{value}"'
                              for key, value in module.items())
            with tap.point(f"{words}: those ports, those metrics") as faults:
                ganglia.wait_for("them", lambda: has_chosen(
                    gmond, switch.address, ports, more))
                metrics = gmond.metrics(switch.address)
                if ("up.bytes_in" in metrics) == \
                        ("-interface" in module.get("accept", "")):
                    faults.append(sorted(metrics))


def test(tap, session):
    names = session.path("hosts")
    names.write_text("10.9.0.3 edge-1 edge-1.example.net\n")
    gmond = session.gmond(module={
        "deliver": "direct", "names": "fd00::9:2 = nec-1",
        "names_file": str(names)})
    lg, named = lg_ericsson(), nec()
    world = World(gmond, [lg, named, small("10.9.0.3")])
    with tap.point("one poll is not enough to know a switch") as faults:
        world.beat()
        time.sleep(INTERVAL)
        if lg.address in gmond.hosts():
            faults.append("it is there")
    with traffic.in_background(world.beat, INTERVAL):
        appear(tap, world, lg, named)
        described(tap, world, named)
        odd_ports(tap, world, lg)
        changes(tap, world, lg, named)
    with tap.point("in all that time never a rate that was not") as faults:
        faults += world.spikes
        if world.looks < 20:
            faults.append(f"{world.looks} looks")
    with tap.point("nothing of it is lost, malformed, unknown or "
                   "refused") as faults:
        faults += world.troubles
    choices(tap, session)


if __name__ == "__main__":
    ganglia.run(test)
