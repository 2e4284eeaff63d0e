"""From counters to metrics, by the rules of DESIGN.md ("Rules that keep values
true"), written a second time and from the text: which metrics each datagram
has to update, and to what.
"""
from dataclasses import dataclass

from goldenfile import KINDS, MACHINE_KINDS, Absent, evaluate
from wire import COUNTERS

PHYSICAL = {"0:2003", "0:2004", "0:2005", "0:2006"}
DELAY_MS = 5000  # a network holds no datagram up for longer
INTERVAL_LEAST_MS = 100  # no agent polls more often: no deltas over less


@dataclass
class Options:
    """Parameters of the module that change which metrics there are."""

    vm: str = "prefix"  # or host, no
    multiple: tuple = ()  # kinds whose first instance has a prefix too
    accept: tuple = KINDS


@dataclass
class Expected:
    """One metric value that a datagram has to update."""

    datagram: int
    agent: str
    hosts: set  # names by which the host may be called at that time
    prefix: str
    metric: object  # goldenfile.Metric
    golden: object
    value: object
    source: str
    sub_agent: int

    @property
    def name(self):
        return f"{self.prefix}.{self.metric.name}" if self.prefix else self.metric.name

    def title(self, meta):
        return f"{self.prefix}: {meta.title}" if self.prefix else meta.title


@dataclass
class Latch:
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
    """A name that can be a part of a metric's name, of XML and of a path."""
    for bad in " <>&\"'/:":
        text = text.replace(bad, "_")
    return text.replace("..", "_")


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
            if delta < 0 or (item.type == "u32" and delta >= 2**31):
                return None
            deltas[item.name] = delta
        return deltas

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
        whole = sum(self.deltas.get(n, 0) for n in self.golden.totals[total])
        return 100 * part / whole if whole else 0

    def call_ratio(self, name, other):
        part, count = self.delta(name), self.delta(other)
        return part / count if count else 0

    def call_percent(self, name, other):
        if self.value(other) == 0:
            raise Absent
        return 100 * self.value(name) / self.value(other)

    def call_since(self, name):
        return self.arrival // 1000 - self.value(name)

    def call_name(self, name, *texts):
        value = self.value(name)
        if value >= len(texts):
            raise Absent
        return texts[value]

    def call_text(self, name):
        if self.value(name) == "":
            raise Absent
        return self.value(name)


class Replay:
    """The state that a collector keeps, and what it makes of each datagram."""

    def __init__(self, options):
        self.options = options
        self.sub_agents = {}  # (agent, sub-agent) -> SubAgent
        self.samples = {}  # (agent, sub-agent, source) -> sequence
        self.latches = {}  # (agent, sub-agent, source, tag) -> Latch
        self.descr = {}  # (agent, sub-agent, source) -> hostname
        self.machines = {}  # agent -> host name
        self.owners = {}  # host name -> the agent that had it first
        self.instances = {}  # (agent, kind) -> data sources, first come first

    def datagram(self, datagram):
        """The Expected of one datagram."""
        key = (datagram.agent, datagram.sub_agent)
        last = self.sub_agents.get(key)
        how = standing(last, datagram) if last else "next"
        if how == "stale":
            return []
        if how == "restart":
            self.forget(key)
        self.sub_agents[key] = SubAgent(datagram.sequence, datagram.uptime, datagram.arrival)
        for sample in datagram.samples:
            self.note_names(datagram, sample)
        expected = []
        for sample in datagram.samples:
            self.note_sequence(key, sample)
            for record in sample.records:
                if record.golden is not None and record.golden.kind in self.options.accept:
                    expected += self.record(datagram, sample, record)
        return expected

    def forget(self, key):
        """All counters, and sequences of samples, of a sub-agent or of one of
        its data sources."""
        self.latches = {k: v for k, v in self.latches.items() if k[: len(key)] != key}
        self.samples = {k: v for k, v in self.samples.items() if k[: len(key)] != key}

    def note_sequence(self, sub_agent, sample):
        """A data source whose own sequence goes back was made anew."""
        if sample.tag in COUNTERS:
            key = (*sub_agent, sample.source)
            if key in self.samples and signed(int(sample.sequence) - self.samples[key]) < 0:
                self.forget(key)
            self.samples[key] = int(sample.sequence)

    def note_names(self, datagram, sample):
        for record in sample.records:
            hostname = (record.values or {}).get("hostname") if record.tag == "0:2000" else None
            if hostname:
                self.descr[datagram.agent, datagram.sub_agent, sample.source] = hostname
                if is_machine(sample):
                    self.machines[datagram.agent] = safe_name(hostname)

    def record(self, datagram, sample, record):
        key = (datagram.agent, datagram.sub_agent, sample.source, record.tag)
        scope = Scope(record, self.latches.get(key), datagram)
        self.latches[key] = Latch(record.values, datagram.uptime, datagram.arrival)
        golden = record.golden
        if not golden.metrics or (golden.only_machine and not self.is_host(golden.kind, sample)):
            return []
        hosts, prefix = self.place(golden.kind, datagram, sample.source)
        expected = []
        for metric in golden.metrics:
            try:
                value = evaluate(metric.expression, scope)
            except Absent:
                continue
            where = (datagram.number, datagram.agent, hosts, prefix)
            what = (metric, golden, value, sample.source, datagram.sub_agent)
            expected.append(Expected(*where, *what))
        return expected

    def is_host(self, kind, sample):
        return is_machine(sample) if kind == "host" else self.options.vm == "host"

    def place(self, kind, datagram, source):
        """What the host may be called at this time, and the metrics' prefix.
        The machine has its own name as soon as it is known; until then it has
        none, or, after a while, its address."""
        agent = datagram.agent
        if kind == "vm" and self.options.vm == "host":
            return {safe_name(self.descr[agent, datagram.sub_agent, source])}, ""
        key = agent.replace(":", "-")
        name = self.machines.get(agent)
        if name and self.owners.setdefault(name, agent) != agent:
            name = f"{name}-{key}"  # two hosts of one name are told apart
        hosts = {name} if name else {"-", key}
        return hosts, self.prefix(kind, datagram, source)

    def prefix(self, kind, datagram, source):
        if kind in MACHINE_KINDS:
            return ""
        key = (datagram.agent, datagram.sub_agent, source)
        if kind != "vm":
            known = self.instances.setdefault((datagram.agent, kind), [])
            if key not in known:
                known.append(key)
            if known[0] == key and kind not in self.options.multiple:
                return ""
        hostname = self.descr.get(key, "") if kind in ("vm", "jvm") else ""
        return safe_name(hostname) or source.split(":")[1]


def is_machine(sample):
    """The machine itself, not a guest, a container or an application."""
    return sample.source == "2:1" or bool(sample.tags() & PHYSICAL)


def silent(golden, options):
    """Whether nothing of this structure can become a metric."""
    no_host = golden.kind == "vm" and golden.only_machine and options.vm != "host"
    return not golden.metrics or no_host or golden.kind not in options.accept


def replay(datagrams, options=Options()):
    """The Expected of all datagrams."""
    state, expected = Replay(options), []
    for datagram in datagrams:
        expected += state.datagram(datagram)
    return expected
