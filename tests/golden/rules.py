"""From counters to metrics, by the rules of DESIGN.md ("Rules that keep values
true"), written a second time and from the text: which metrics each datagram
has to update, and to what.
"""
import re
from collections import Counter
from dataclasses import dataclass, replace

from goldenfile import KINDS, Absent, custom_golden, evaluate, safe_text
from owners import Owners
from ports import Ports
from wire import COUNTERS, FLOWS, OF_PACKETS, RTMETRIC, Record

PHYSICAL = {"0:2003", "0:2004", "0:2005", "0:2006"}
DELAY_MS = 5000  # a network holds no datagram up for longer
INTERVAL_LEAST_MS = 100  # no agent polls more often: no deltas over less
FRAME_LEAST = 60  # bytes; no packet has fewer
DEFAULT = tuple(kind for kind, facts in KINDS.items() if facts.accepted)


@dataclass
class Options:
    """Parameters of the module that change which metrics there are."""

    vm: str = "prefix"  # or host, no
    multiple: tuple = ()  # kinds whose first instance has a prefix too
    accept: tuple = DEFAULT


@dataclass(eq=False)
class Expected:
    """One metric value that a datagram has to update."""

    datagram: int
    agent: str
    hosts: set  # names by which the host may be called at that time
    prefix: str
    part: str  # of what has the prefix: a lane, a queue
    metric: object  # goldenfile.Metric
    golden: object
    value: object
    source: str
    sub_agent: object

    @property
    def name(self):
        parts = [part for part in (self.prefix, self.part) if part and self.prefix]
        return ".".join([*parts, self.metric.name])

    def title(self, meta):
        whose = f"{self.prefix} {self.part}".strip()
        return f"{whose}: {meta.title}" if self.prefix else meta.title

    def group(self, meta):
        of_port = self.source.startswith("0:") and self.source != "0:0" and self.prefix
        return f"port {self.prefix}" if of_port else meta.group


@dataclass
class Latch:
    golden: object
    values: dict
    uptime: int
    arrival: int


@dataclass
class SubAgent:
    sequence: int
    uptime: int
    arrival: int


def interval(latch, datagram):
    """Milliseconds between two samples. The agent's uptime is the better
    clock, unless it steps by whole seconds."""
    uptime = (datagram.uptime - latch.uptime) % 2**32
    arrival = datagram.arrival - latch.arrival
    if uptime == 0 or uptime >= 2**31:
        return arrival
    if arrival <= 0:
        return uptime
    if uptime - arrival > 600000:  # no datagram is held up for so long
        return arrival
    if abs(uptime - arrival) > arrival / 2 + 5000:  # the longer makes no spike
        return max(uptime, arrival)
    whole = datagram.uptime % 1000 == 0 and latch.uptime % 1000 == 0
    return arrival if whole and abs(arrival - uptime) < 1000 else uptime


def signed(number):
    """The step between two 32-bit numbers that wrap."""
    return (number + 2**31) % 2**32 - 2**31


def standing(last, datagram):
    """Is a datagram the next one, a restart, or stale: a duplicate, or one that
    others have overtaken on its way? Both clocks agree on how late that is."""
    ahead = signed(datagram.sequence - last.sequence)
    later = signed(datagram.uptime - last.uptime)
    if ahead > 0:
        return "restart" if later < -DELAY_MS else "next"
    if later > 0:
        return "restart" if ahead < 0 else "next"
    return "stale" if datagram.arrival - last.arrival - later <= DELAY_MS else "restart"


def safe_name(text):
    """A name that can be a part of a metric's name and of a path."""
    text = re.sub("[ /:]", "_", safe_text(text)).replace("..", "._")
    if text[:1] in (".", "-"):
        text = "_" + text[1:]
    return text[:-1] + "_" if text.endswith(".") else text


class Scope:
    """What the expressions of one record see: its values, the values before,
    the interval, the arrival. The call_ methods are the functions that golden
    files may use."""

    def __init__(self, record, latch, datagram):
        self.golden, self.now = record.golden, record.values
        self.before = latch.values if latch else {}
        self.interval = interval(latch, datagram) if latch else 0
        self.arrival = datagram.arrival
        self.deltas = self.all_deltas()

    def all_deltas(self):
        """Of every counter that has two supported values; None when one of
        them tells of a reset, which spoils the whole record."""
        deltas = {}
        for item in self.golden.counters:
            now, before = self.now.get(item.name), self.before.get(item.name)
            if now is None or before is None:
                continue
            if not item.supported(now) or not item.supported(before):
                continue
            delta = (now - before) % 2**32 if item.type == "u32" else now - before
            if delta < 0 or (delta >= 2**31 and not self.is_right(item, delta, deltas)):
                return None
            deltas[item.name] = delta
        return deltas

    def is_right(self, item, delta, deltas):
        """A large step is right for a wide counter, and for packets when their
        octets say that there were so many."""
        octets = deltas.get(self.golden.carriers.get(item.name), -1)
        return item.type != "u32" or octets >= delta * FRAME_LEAST

    @property
    def is_reset(self):
        return self.deltas is None and self.interval >= INTERVAL_LEAST_MS

    @property
    def has_rates(self):
        compares = bool(self.before) and self.interval >= INTERVAL_LEAST_MS
        return compares and self.deltas is not None

    def value(self, name):
        item = self.golden.by_name(name)
        if item.name not in self.now or not item.supported(self.now[item.name]):
            raise Absent
        return self.now[item.name]

    def delta(self, name):
        if self.deltas is None or name not in self.deltas or self.interval < INTERVAL_LEAST_MS:
            raise Absent
        return self.deltas[name]

    def call_rate(self, name):
        return self.delta(name) * 1000 / self.interval

    def call_busy(self, name):
        return self.delta(name) * 100 / self.interval

    def call_share(self, name, total):
        part = self.delta(name)
        whole = sum(self.deltas.get(n, 0) for n in self.golden.sums[total])
        return 100 * part / whole if whole else 0

    def call_ratio(self, name, other):
        part, count = self.delta(name), self.delta(other)
        return part / count if count else 0

    def call_sum(self, name, *others):
        known = [self.delta(name)] + [self.deltas[o] for o in others if o in self.deltas]
        return sum(known) * 1000 / self.interval

    def call_load(self, octets, speed):
        bits = self.delta(octets) * 8 * 1000 / self.interval
        if self.value(speed) == 0:
            raise Absent
        return 100 * bits / self.value(speed)

    def call_percent(self, name, other):
        if self.value(other) == 0:
            raise Absent
        return 100 * self.value(name) / self.value(other)

    def call_since(self, name):
        return self.arrival // 1000 - self.value(name)

    def call_flags(self, name, *texts):
        bits = self.value(name)
        return ",".join(t for bit, t in enumerate(texts) if bits >> bit & 1) or "none"

    def call_name(self, code, *texts):
        value = self.value(code) if isinstance(code, str) else code
        if value >= len(texts):
            raise Absent
        return texts[value]

    def call_text(self, name):
        if self.value(name) == "":
            raise Absent
        value = self.value(name)
        return f"{value:016x}" if isinstance(value, int) else safe_text(value)


class Replay:
    """The state that a collector keeps, and what it makes of each datagram."""

    def __init__(self, goldens, options):
        self.goldens, self.options = goldens, options
        self.sub_agents = {}  # (agent, sub-agent) -> SubAgent
        self.samples = {}  # (agent, sub-agent, source) -> sequence
        self.latches = {}  # (agent, sub-agent, source, structure, part) -> Latch
        self.names = {}  # (agent, sub-agent, source) -> what it calls itself
        self.machines = {}  # agent -> host name
        self.owners = {}  # host name -> the agent that had it first
        self.shown = {}  # agent -> (sub-agent, port or VLAN) -> what it is called
        self.told_apart = set()  # (agent, sub-agent, port or VLAN, what it is called)
        self.instances = {}  # (agent, kind) -> data sources, first come first
        self.ports = Ports(goldens.port_totals, self.names)
        self.owners_of = Owners()
        self.counts = Counter()  # of samples and records that gave nothing

    def datagram(self, datagram):
        """The Expected of one datagram."""
        key = (datagram.agent, datagram.sub_agent)
        told = self.ports.tick(datagram.arrival)
        expected = [e for agent, sums in told for e in self.totals(datagram, agent, sums)]
        last = self.sub_agents.get(key)
        how = standing(last, datagram) if last else "next"
        if how == "stale":
            return expected
        if how == "restart":
            self.forget(key)
        self.sub_agents[key] = SubAgent(datagram.sequence, datagram.uptime, datagram.arrival)
        for sample in datagram.samples:
            expected += self.sample(datagram, sample)
        return latest(self.named(datagram, expected))

    def forget(self, key):
        """All counters, and sequences of samples, of a sub-agent or of one of
        its data sources."""
        self.unlatch(key)
        self.owners_of.restarted(key)
        self.samples = {k: v for k, v in self.samples.items() if k[: len(key)] != key}

    def unlatch(self, key):
        self.latches = {k: v for k, v in self.latches.items() if k[: len(key)] != key}

    def sample(self, datagram, sample):
        if sample.tag == RTMETRIC and "custom" in self.options.accept:
            return self.custom(datagram, sample)
        if sample.tag in COUNTERS:
            return self.counters(datagram, sample)
        if sample.tag in FLOWS:
            self.ports.hear(datagram, sample.source)
        elif sample.tag not in OF_PACKETS | {RTMETRIC}:
            self.counts["unknown"] += 1
        return []

    def counters(self, datagram, sample):
        key = (datagram.agent, datagram.sub_agent, sample.source)
        self.note_sequence(key, sample)
        owned = self.owners_of.divide(key, sample)
        self.counts["refused"] += owned.refused
        if owned.left:
            self.unlatch(key)
            self.ports.forget(datagram, sample.source)
        for source in owned.sources or [sample.source]:
            own = (*key[:2], source)
            if source != sample.source:
                self.note_sequence(own, sample)
            self.ports.hear(datagram, source, counters=True)
            self.note_name(own, sample, [r for r, s in owned.records if s == source])
        expected = []
        for record, source in owned.records:
            if record.golden is None:
                self.counts["unknown"] += 1
            else:
                expected += self.accepted(datagram, sample, record, source)
        return expected

    def custom(self, datagram, sample):
        """Each metric that the agent names itself is a structure of its own."""
        if not sample.set:
            self.counts["malformed"] += 1
            return []
        self.names[datagram.agent, datagram.sub_agent, "set " + sample.set] = sample.set
        expected = []
        for name, number, value in sample.custom:
            golden = custom_golden(self.goldens.rtmetric, safe_name(name), number)
            values = {golden.fields[0].name: value}
            record = Record(RTMETRIC, False, 0, golden=golden, values=values)
            source = "set " + sample.set
            expected += self.record(datagram, source, record, (safe_name(name), ""))
        self.counts["malformed"] += sample.broken
        return expected

    def note_sequence(self, key, sample):
        """A data source whose own sequence goes back was made anew."""
        if key in self.samples and signed(int(sample.sequence) - self.samples[key]) < 0:
            self.forget(key)
        self.samples[key] = int(sample.sequence)

    def note_name(self, key, sample, records):
        """What the sample says that its data source is called. A port that gets
        another name is another port."""
        naming = [r for r in records if r.golden and r.golden.names and r.values]
        name = naming[0].values[naming[0].golden.names] if naming else ""
        if not name:
            return
        was = self.names.get(key, name)
        if was != name and key[2].startswith("0:"):
            self.unlatch(key)
        self.names[key] = name
        if naming[0].tag == "0:2000" and is_machine(sample):
            self.machines[key[0]] = safe_name(name)

    def named(self, datagram, expected):
        """The host's name may come behind what it is the name of."""
        for e in expected:
            if e.hosts & self.unnamed(datagram.agent):
                e.hosts = self.hosts(datagram.agent)
        return expected

    @staticmethod
    def unnamed(agent):
        return {"-", agent.replace(":", "-")}

    def accepted(self, datagram, sample, record, source):
        """The Expected of one record, if it is one that is looked at."""
        golden = record.golden
        if golden.record == "lag_port_stats" and record.values:
            index = record.values["dot3adAggPortAttachedAggID"]
            self.ports.aggregate(datagram, source, index)
        unwanted = golden.kind not in self.options.accept
        if golden.metrics and (unwanted or golden.kind == "host" and not is_machine(sample)):
            return []
        if not record.values:
            self.counts["malformed"] += 1
            return []
        if golden.only_machine and self.options.vm != "host" and golden.kind == "vm":
            return []
        if golden.record == "host_net_io":
            self.ports.own.add(datagram.agent)
        part = self.part(golden, record.values, 0)
        return self.record(datagram, source, record, part)

    @staticmethod
    def part(golden, values, place):
        """Which of several it is, and its part of a metric's name."""
        if not golden.part:
            return 0, ""
        word, by = golden.part
        number = place if by == "-" else values[by]
        return number, f"{word}{number}"

    def record(self, datagram, source, record, part):
        """The Expected of a record and of the lists in it."""
        golden, values = record.golden, record.values
        key = (datagram.agent, datagram.sub_agent, source, golden.name, part[0])
        latch = self.latches.get(key)
        scope = Scope(record, latch if latch and latch.golden is golden else None, datagram)
        self.latches[key] = Latch(golden, values, datagram.uptime, datagram.arrival)
        self.counts["resets"] += scope.is_reset
        expected = self.metrics(datagram, source, scope, part[1])
        if golden.record == "if_counters":
            rates = {e.metric.name: e.value for e in expected}
            sums = self.ports.heard(datagram, source, values, rates, scope.has_rates,
                                    begins=not scope.before, reset=scope.deltas is None)
            expected += self.totals(datagram, datagram.agent, sums)
        for item in golden.lists:
            expected += self.elements(datagram, source, item.elements, values[item.name])
        return expected

    def elements(self, datagram, source, golden, elements):
        if golden.kind not in self.options.accept:
            return []
        expected = []
        for place, values in enumerate(elements):
            record = Record("-", False, 0, golden=golden, values=values)
            part = self.part(golden, values, place)
            expected += self.record(datagram, source, record, part)
        return expected

    def metrics(self, datagram, source, scope, part):
        golden = scope.golden
        if not golden.metrics:
            return []
        hosts, prefix = self.place(golden.kind, datagram, source)
        where = (datagram.number, datagram.agent, hosts, prefix, part)
        told = "-" if source.startswith("set ") else source.partition("@")[0]
        expected = []
        for metric in golden.metrics:
            try:
                value = evaluate(metric.expression, scope)
            except Absent:
                continue
            expected.append(Expected(*where, metric, golden, value, told, datagram.sub_agent))
        return expected

    def totals(self, datagram, agent, sums):
        golden = self.goldens.port_totals
        where = (datagram.number, agent, self.hosts(agent), "", "")
        return [
            Expected(*where, metric, golden, sums[metric.name], "-", "-")
            for metric in golden.metrics
            if metric.name in sums
        ]

    def hosts(self, agent):
        """What the agent's host may be called at this time. The machine has its
        own name as soon as it is known; until then it has none, or, after a
        while, its address."""
        name = self.machines.get(agent)
        if name and self.owners.setdefault(name, agent) != agent:
            name = f"{name}-{agent.replace(':', '-')}"  # two of one name are told apart
        return {name} if name else self.unnamed(agent)

    def place(self, kind, datagram, source):
        """The names of the host, and the metrics' prefix."""
        if kind == "vm" and self.options.vm == "host":
            key = (datagram.agent, datagram.sub_agent, source)
            return {safe_name(self.names[key])}, ""
        return self.hosts(datagram.agent), self.prefix(kind, datagram, source)

    def prefix(self, kind, datagram, source):
        key = (datagram.agent, datagram.sub_agent, source)
        cls, _, index = source.partition("@")[0].partition(":")
        naming = KINDS[kind].naming
        of_port = cls == "1" or cls == "0" and index != "0"
        if naming == "machine" or naming == "first" and not of_port:
            known = self.instances.setdefault((datagram.agent, kind), [])
            if key not in known:
                known.append(key)
            if known[0] == key and kind not in self.options.multiple:
                return ""
        name = "" if kind in ("http", "memcache") else self.names.get(key, "")
        usual = safe_name(name) or ("vlan" if cls == "1" else "") + index
        return self.apart(key, usual, bool(name)) if of_port else usual

    def apart(self, key, usual, named):
        """A port or VLAN that is called as one elsewhere on the agent, of another
        sub-agent, or of another data source that carries it: both are told apart from
        then on. One with a data source of its own yields to no carried one."""
        agent, sub, source = key
        shown = self.shown.setdefault(agent, {})
        for (other_sub, other), called in shown.items():
            if called != usual or (other_sub, other) == (sub, source):
                continue
            wire, other_wire = (s.partition("@")[2] for s in (source, other))
            if sub != other_sub or wire and wire != (other_wire or other):
                self.told_apart.add((*key, usual))
            if sub != other_sub or other_wire and other_wire != (wire or source):
                self.told_apart.add((agent, other_sub, other, usual))
        shown[sub, source] = usual
        if (*key, usual) not in self.told_apart:
            return usual
        told, _, wire = source.partition("@")
        what = usual if named or wire else "vlan" if told[0] == "1" else "interface"
        return f"{what[:30]}-{sub}-{(wire or told).replace(':', '-')}"


def latest(expected):
    """Totals that are told twice in one datagram are those told last."""
    last = {e.name: e for e in expected if e.golden.totals}
    return [e for e in expected if not e.golden.totals or last[e.name] is e]


def is_machine(sample):
    """The machine itself, not a guest, a container or an application."""
    return sample.source == "2:1" or bool(sample.tags() & PHYSICAL)


def silent(golden, options):
    """Whether nothing of this structure can become a metric."""
    no_host = golden.kind == "vm" and golden.only_machine and options.vm != "host"
    return not golden.metrics or no_host or golden.kind not in options.accept


def apart(datagrams):
    """sflow-dump tells datagrams apart by their time: each comes at least 1 ms
    after the one before."""
    last = 0
    for datagram in datagrams:
        last = max(datagram.arrival, last + 1)
        yield replace(datagram, arrival=last)


def replay(goldens, datagrams, options=Options()):
    """The Expected of all datagrams, and what else was counted."""
    state, expected = Replay(goldens, options), []
    for datagram in apart(datagrams):
        expected += state.datagram(datagram)
    return expected, state.counts
