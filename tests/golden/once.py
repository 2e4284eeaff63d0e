"""Which ports are counted in others already, by the rules: several ports of one ifIndex
that are one, bonds and VLANs by names and rates, parts of a data source.
"""
import re
from itertools import combinations
from math import isnan, nan

OTHER = 1  # IANAifType of service access points and the like
CLOCKS_MS = 2000
SUM_SHARE = 0.01
BOND = re.compile(r"(bond|team|lag|trunk|port-?channel|bundle|eth-trunk|channel-group|bagg"
                  r"|ragg|bridge-aggregation|route-aggregation)|(po|ae|be|trk)\d+$", re.I)
LOOPBACK = re.compile(r"lo\d*$|(?i:loopback)\d+$")
VLAN = re.compile(r"vlan", re.I)
BELOW = re.compile(r"(.*[A-Za-z].*)\.\d+$")
OCTETS = ("ifInOctets", "ifOutOctets")
PACKETS = ("ifInUcastPkts", "ifOutUcastPkts")


class Alike:
    """The ports of one ifIndex."""

    def __init__(self):
        self.members, self.went_on = [], set()
        self.in_turn, self.differ = 0, False
        self.last, self.said, self.counted = None, None, None

    def add(self, port):
        self.members.append(port)
        self.begin(False)

    def begin(self, differ):
        self.in_turn, self.went_on, self.differ = 0, set(), differ

    def goes_on(self, values, datagram):
        before, uptime, arrival = self.said
        later = (datagram.uptime - uptime + 2**31) % 2**32 - 2**31
        if abs(later - (datagram.arrival - arrival)) > CLOCKS_MS:
            return False
        packets = ((values[name] - before[name]) % 2**32 < 2**31 for name in PACKETS)
        return all(values[name] >= before[name] for name in OCTETS) and all(packets)

    def heard(self, port, values, datagram, begins):
        if len(self.members) < 2 or not values.keys() >= {*OCTETS, *PACKETS}:
            return
        if begins and self.last is port:
            self.begin(False)
        elif self.last not in (None, port):
            if not self.goes_on(values, datagram):
                self.begin(True)
            elif any(values[name] != self.said[0][name] for name in OCTETS):
                self.in_turn += 1
                self.went_on.add(id(port))
        self.differ = self.differ and not begins
        self.last, self.said = port, (values, datagram.uptime, datagram.arrival)

    @property
    def enough(self):
        """Each has gone on twice."""
        return self.in_turn >= 2 * len(self.members)

    @property
    def is_one(self):
        return self.enough and len(self.went_on) == len(self.members)

    @property
    def is_open(self):
        return self.in_turn > 0 and not self.enough and not self.differ


def is_another(port):
    alike = port.alike
    return alike is not None and alike.is_one and alike.counted not in (None, port)


def is_near(left, whole):
    """Rates that can't be known (nan) say nothing."""
    known = [(part, all_of) for part, all_of in zip(left, whole) if not isnan(part)]
    return known and all(abs(part) <= all_of * SUM_SHARE + 1 for part, all_of in known)


def is_sum(whole, others):
    """Are these the sum of some of the others? There are few in any test."""
    if sum(rate for rate in whole if not isnan(rate)) < 1:
        return False
    for count in range(1, len(others) + 1):
        for some in combinations(others, count):
            left = [all_of - sum(rates) for all_of, *rates in zip(whole, *some)]
            if is_near(left, whole):
                return True
    return False


def review(ports, names, metrics):
    """Looks at an agent's ports, (sub-agent, source) -> Port, of which all that count
    have rates: sets `below` and `sum` where they are counted in others."""
    called = {key: names.get(key, "") for key, port in ports.items() if port.is_port}

    def rates(port):
        unsure = dict.fromkeys(port.unsure, nan)
        return [port.rates.get(metric, unsure.get(metric, 0)) for metric in metrics]

    for key, name in called.items():
        below = BELOW.match(name)
        ports[key].below = bool(LOOPBACK.match(name)) or bool(below) and any(
            other == below[1] and key[0] == sub for (sub, _), other in called.items()
        )
    for sub in {sub for sub, _ in called}:
        rated = {k: n for k, n in called.items() if k[0] == sub and ports[k].rates is not None}
        vlans = [ports[k] for k, n in rated.items() if VLAN.match(n)]
        plain = [k for k, n in rated.items() if not VLAN.match(n) and not BOND.match(n)]
        others = [rates(ports[k]) for k in plain if not ports[k].below]
        if vlans and is_sum([sum(r) for r in zip(*map(rates, vlans))], others[:32]):
            for port in vlans:
                port.sum = True
        for key, name in rated.items():
            port = ports[key]
            if BOND.match(name) and not port.sum:
                port.sum = is_sum(rates(port), others[:32])
