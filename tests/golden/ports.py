"""A host's totals over its ports, by the rules: they are told when all ports that
count have told rates since the last time, so that no sum is of some of them.
"""
from dataclasses import dataclass, field

from once import OTHER, Alike, is_another, review

# IANAifType of what is made of other interfaces, or of nothing
NOT_PHYSICAL = {
    24,  # softwareLoopback
    53,  # propVirtual
    131,  # tunnel
    135,  # l2vlan
    136,  # l3ipvlan
    137,  # l3ipxvlan
    150,  # mplsTunnel
    161,  # ieee8023adLag
    166,  # mpls
    209,  # bridge
    246,  # ifPwType
}
SILENT = 3  # polling intervals without a rate: then a port counts no more
OUTAGE = 2  # polling intervals without any port: then all are waited for anew
LONGER_MOST = 300000  # ms: a longer interval counts as that
SWEEP_MS = 10000  # between looks for those that are silent


@dataclass
class Port:
    """A data source, whether it is a port or not."""

    heard: int = None  # ms, its last counters
    interval: float = 0  # ms; 0 before a second sample tells it
    jitter: float = 0  # ms, its mean deviation
    proven: float = 0  # ms for which samples have come so
    longer: float = 0  # ms, a much longer interval that came lately,
    longer_left: float = 0  # which is remembered for so long
    shorter: list = field(default_factory=list)  # much shorter ones that came last
    counted: bool = False
    rates: dict = None  # by metric, since the last totals
    unsure: set = frozenset()  # those of which no rate can be known
    rated: int = None  # ms, when there were rates, or it began to count
    begun: bool = False  # without rates since then
    part_said: int = None  # ms, when a port said that it is part of this one
    is_port: bool = False  # it has if_counters, or is an aggregate
    below: bool = False  # counted in the port that its name begins with
    sum: bool = False  # counted in others that add up to it
    alike: object = None  # with those of its ifIndex

    def learn(self, gap):
        """One that is longer by half and more has to come again soon, whatever comes in
        between; shorter ones have to come four times in a row, or for half of it."""
        self.longer_left -= gap
        apart = abs(gap - self.interval)
        if not self.interval:
            self.adopt(gap, 0)
        elif apart <= self.interval / 2:
            self.jitter += (apart - self.jitter) / 4
            self.interval += (gap - self.interval) / 8
            self.proven += gap
            self.shorter = []
        elif gap > self.interval:
            if self.longer and abs(gap - self.longer) <= gap / 2:
                self.adopt(gap, gap)
            else:
                self.longer, self.shorter, self.proven = gap, [], 0
                self.longer_left = 4 * min(gap, LONGER_MOST)
        else:
            self.shorter = [*self.shorter, gap]
            if len(self.shorter) >= 4 or sum(self.shorter) >= self.interval / 2:
                self.adopt(max(self.shorter), sum(self.shorter))
        if self.longer_left <= 0:
            self.longer = 0

    def adopt(self, gap, proven):
        self.interval, self.longer, self.shorter = gap, 0, []
        self.jitter, self.proven = gap / 16, proven

    def has_ended(self, now):
        """Two of its samples are missing."""
        slack = max(self.interval / 6, 4 * self.jitter, 1000)
        return now - self.heard > 2 * (self.interval or LONGER_MOST) + slack

    def takes_the_place_of(self, pace, now):
        """Whether an agent that was expected as often as the other one sends is now
        expected as often as this one does."""
        if pace is None or pace is self or self.interval and pace.has_ended(now):
            return True
        return self.interval > pace.interval and self.proven >= pace.interval * 3 / 4


@dataclass
class Times:
    """Of the ports of an agent."""

    heard: int = None  # ms, any of them
    since: int = None  # ms, again after an outage


class Ports:
    """The ports of all agents."""

    def __init__(self, golden, names):
        self.called = names  # (agent, sub-agent, source) -> its name
        self.alike = {}  # (agent, ifIndex) -> Alike
        self.names = [metric.name for metric in golden.metrics]
        self.known = {}  # agent -> (sub-agent, source) -> Port
        self.pace = {}  # agent -> the Port as often as which it is expected
        self.times = {}  # agent -> Times
        self.own = set()  # agents that tell totals of their own
        self.swept = 0

    def hear(self, datagram, source, counters=False):
        ports = self.known.setdefault(datagram.agent, {})
        port = ports.setdefault((datagram.sub_agent, source), Port())
        if counters and port.heard is not None and datagram.arrival > port.heard:
            port.learn(datagram.arrival - port.heard)
        if counters:
            port.heard = datagram.arrival
            if port.takes_the_place_of(self.pace.get(datagram.agent), datagram.arrival):
                self.pace[datagram.agent] = port

    def forget(self, datagram, source):
        """What it was until now is another port."""
        self.known[datagram.agent].pop((datagram.sub_agent, source), None)

    def poll(self, agent, port=None):
        """How often the port is polled, or its agent is expected: any time, as long as
        nothing is known."""
        pace = self.pace[agent].interval if agent in self.pace else 0
        return max(port.interval if port else 0, pace) or float("inf")

    def waited_for(self, agent, port, now):
        since = max(port.rated, self.times[agent].since)
        return now - since <= SILENT * self.poll(agent, port)

    def aggregate(self, datagram, member, index):
        """A port is part of the one with this index, if that is known: then this
        one doesn't count."""
        told = f"0:{index}@{member.partition('@')[2] or member}"
        ports, sub = self.known[datagram.agent], datagram.sub_agent
        port = ports.get((sub, f"0:{index}")) or ports.get((sub, told))
        if port is not None and member not in (f"0:{index}", told):
            port.part_said, port.counted, port.rates = datagram.arrival, False, None
            port.is_port = True

    def carries(self, datagram, source):
        """Is the source part of a port that tells of itself, too?"""
        wire = source.partition("@")[2]
        port = self.known[datagram.agent].get((datagram.sub_agent, wire))
        return wire.startswith("0:") and wire != "0:0" and port is not None and port.is_port

    def beside(self, datagram, source, port):
        """The ports of its ifIndex."""
        port.is_port = True
        if port.alike is None:
            key = datagram.agent, source.partition("@")[0]
            port.alike = self.alike.setdefault(key, Alike())
            port.alike.add(port)
        return port.alike

    def heard(self, datagram, source, values, rates, has_rates, begins, reset, unsure):
        """A port's counters came; it `begins` where there are none before them.
        Returns the totals if they are due."""
        agent, now, if_type = datagram.agent, datagram.arrival, values["ifType"]
        port = self.known[agent][datagram.sub_agent, source]
        times = self.times.setdefault(agent, Times())
        if times.heard is None or now - times.heard > OUTAGE * self.poll(agent, port):
            times.since = now
        times.heard = now
        if has_rates or begins and not port.begun:
            port.rated = now
        port.begun = not has_rates and (begins or port.begun)
        said = port.part_said
        made_of_others = said is not None and now - said <= SILENT * self.poll(agent, port)
        alike = self.beside(datagram, source, port)
        alike.heard(port, values, datagram, begins or reset)
        once = port.below or port.sum or is_another(port)
        once = once or if_type == OTHER and self.carries(datagram, source)
        physical = if_type not in NOT_PHYSICAL and not made_of_others and not once
        port.counted = physical and self.waited_for(agent, port, now)
        if port.counted:
            alike.counted = port
        else:
            self.count_out(port)
        if not port.counted or not has_rates:
            return {}
        port.rates = {name: rates[name] for name in self.names if name in rates}
        port.unsure = set(self.names) - rates.keys() if unsure else set()
        return self.due(datagram.agent)

    @staticmethod
    def count_out(port):
        port.counted, port.rates = False, None
        if port.alike and port.alike.counted is port:
            port.alike.counted = None

    def due(self, agent):
        counted = [port for port in self.known[agent].values() if port.counted]
        if not counted or any(port.rates is None for port in counted):
            return {}
        if any(port.alike.is_open for port in counted):
            return {}
        names = {key[1:]: name for key, name in self.called.items() if key[0] == agent}
        review(self.known[agent], names, self.names)
        sums, unsure = {}, set()
        for port in counted:
            if port.below or port.sum or is_another(port):
                self.count_out(port)
                continue
            unsure |= port.unsure
            for name, value in port.rates.items():
                sums[name] = sums.get(name, 0) + value
            port.rates = None
        sums = {name: value for name, value in sums.items() if name not in unsure}
        return {} if agent in self.own else sums

    def tick(self, now):
        """Gives up waiting for ports that are silent, where others are not:
        (agent, totals) of those that were only waiting for them."""
        if now - self.swept < SWEEP_MS:
            return []
        self.swept, told = now, []
        for agent, ports in self.known.items():
            counted = [p for p in ports.values() if p.counted]
            slowest = max((self.poll(agent, p) for p in counted), default=0)
            if not counted or now - self.times[agent].heard > OUTAGE * slowest:
                continue
            lost = [p for p in counted if not self.waited_for(agent, p, now)]
            for port in lost:
                self.count_out(port)
            sums = self.due(agent) if lost else {}
            told += [(agent, sums)] * bool(sums)
        return told
