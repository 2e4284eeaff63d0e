"""A host's totals over its ports, by the rules: they are told when all ports that
count have told rates since the last time, so that no sum is of some of them.
"""
from dataclasses import dataclass

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
SILENT = 3  # polling intervals; a port that is silent for longer counts no more
USUAL_MS = 30000  # the interval before a second sample tells it
SWEEP_MS = 10000  # between looks for those that are silent


@dataclass
class Port:
    heard: int = None  # ms, its last counters
    interval: int = USUAL_MS
    counted: bool = False
    rates: dict = None  # by metric, since the last totals
    part_said: int = None  # ms, when a port said that it is part of this one

    def silent(self, since, now):
        return now - since > SILENT * self.interval


class Ports:
    """The ports of all agents."""

    def __init__(self, golden):
        self.names = [metric.name for metric in golden.metrics]
        self.known = {}  # agent -> (sub-agent, source) -> Port
        self.own = set()  # agents that tell totals of their own
        self.swept = 0

    def hear(self, datagram, source, counters=False):
        ports = self.known.setdefault(datagram.agent, {})
        port = ports.setdefault((datagram.sub_agent, source), Port())
        if counters and port.heard is not None and datagram.arrival > port.heard:
            port.interval = round((datagram.arrival - port.heard) / 1000) * 1000 or 1000
        if counters:
            port.heard = datagram.arrival

    def aggregate(self, datagram, member, index):
        """A port is part of the one with this index, if that is known: then this
        one doesn't count."""
        port = self.known[datagram.agent].get((datagram.sub_agent, f"0:{index}"))
        if port is not None and member != f"0:{index}":
            port.part_said, port.counted, port.rates = datagram.arrival, False, None

    def heard(self, datagram, source, if_type, rates, has_rates):
        """A port's counters came. Returns the totals if they are due."""
        port = self.known[datagram.agent][datagram.sub_agent, source]
        said = port.part_said
        made_of_others = said is not None and not port.silent(said, datagram.arrival)
        port.counted = if_type not in NOT_PHYSICAL and not made_of_others
        if not port.counted:
            port.rates = None
        if not port.counted or not has_rates:
            return {}
        port.rates = {name: rates[name] for name in self.names if name in rates}
        return self.due(datagram.agent)

    def due(self, agent):
        counted = [port for port in self.known[agent].values() if port.counted]
        if not counted or any(port.rates is None for port in counted):
            return {}
        sums = {}
        for port in counted:
            for name, value in port.rates.items():
                sums[name] = sums.get(name, 0) + value
            port.rates = None
        return {} if agent in self.own else sums

    def tick(self, now):
        """Gives up waiting for ports that are silent: (agent, totals) of those
        that were only waiting for them."""
        if now - self.swept < SWEEP_MS:
            return []
        self.swept, told = now, []
        for agent, ports in self.known.items():
            lost = [p for p in ports.values() if p.counted and p.silent(p.heard, now)]
            for port in lost:
                port.counted, port.rates = False, None
            sums = self.due(agent) if lost else {}
            told += [(agent, sums)] * bool(sums)
        return told
