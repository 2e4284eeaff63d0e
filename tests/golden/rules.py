"""From counters to metrics, by the rules of DESIGN.md ("Rules that keep values
true"), written a second time and from the text: which metrics each datagram
has to update, and to what.
"""
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from goldenfile import KINDS, UNKNOWN, Absent, custom_golden, evaluate, safe_text
from owners import Owners
from ports import NOT_PHYSICAL, Ports
from wire import COUNTERS, FLOWS, OF_PACKETS, RTMETRIC, Record

PHYSICAL = {"0:2003", "0:2004", "0:2005", "0:2006"}
BACK_MS = 5000  # an uptime that goes back by more is not of the same clock
OVERTAKEN_MS = 10000  # no datagram is overtaken by more
BACKLOG_MS = 60000  # no clock is further ahead of its floor than this, where nothing is lost
PROVEN_MS = 8000  # a sub-agent that goes on for so long is one
NEAR_ZERO = 64  # numbers that begin again are lower
INTERVAL_LEAST_MS = 100  # no agent polls more often: no deltas over less
FRAME_LEAST = 60  # bytes; no packet has fewer
FRAME_WIRE = 84  # bytes of the line that the shortest packet takes
FRAME_MOST = 9216  # bytes of the largest on a line,
FRAME_HOST = 65536  # and where hosts divide them later
LINE_MORE = 1.1  # times what a line carries in an interval
FRAME_GAP = 20  # of these are between it and the next
WRAP = 2**32
TEN = 10  # times what was counted last, at most, a counter goes on
BY_CHANCE = 2**21  # packets from where they are expected: one wrap in 1024 comes there
NEAR = 10000  # from its wrap: then it did wrap
CPUS_MOST = 65536  # no machine has so many
NO_LIMIT = 2**52  # bytes: no processor addresses so many
POLLS = 8  # of which a record may reset at most; for which a speed is suspected
VIRTUAL = ("tap", "tun", "veth", "vnet", "vif")  # Linux's names of what has no speed
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
class Memory:
    """What is remembered of a record beside its last values, over restarts."""

    rates: dict = field(default_factory=dict)  # counter -> per ms, as last told
    ratios: dict = field(default_factory=dict)  # counter -> (another, per one of it)
    polls: list = field(default_factory=list)  # of the last: was it reset?
    together: dict = field(default_factory=dict)  # packets -> (per ms, octets of that poll)
    kept: dict = None  # the same, while it is open how many packets there are
    fall: dict = None  # its values before it fell at the last poll
    speed: str = "good"  # or passed, wrong
    suspect: int = 0  # polls for which it still is, where it was passed
    wrong_bits: int = 0  # of the speed's number, where it is wrong
    width: int = 0  # bits of its octets, where it is known that these are 32 or 64

    def resets_often(self):
        return len(self.polls) >= 2 and 2 * sum(self.polls) > len(self.polls)


@dataclass
class Sitting:
    """The records of one sample, which are judged together."""

    scopes: list = field(default_factory=list)  # (source, Scope, part)
    falls: int = 0  # 32-bit counters that are below what they were
    fell: bool = False  # one of them can't have wrapped
    reset: bool = False
    jumped: bool = False  # the source's number went back, which it often does
    rose: bool = False  # or that has unlatched it: some counters went on,
    dropped: bool = False  # some did not


@dataclass
class SubAgent:
    sequence: int
    uptime: int
    arrival: int
    gap: float = 0  # the longest between two datagrams lately; 0: not known
    newcomer: object = None  # a datagram of which it is not decided whose it is

    @staticmethod
    def of(datagram, gap=0):
        return SubAgent(datagram.sequence, datagram.uptime, datagram.arrival, gap)

    def gap_after(self, elapsed):
        return max(elapsed, self.gap - elapsed / 8)

    def is_overdue(self, now):
        return not self.gap or now - self.arrival > 1.5 * self.gap + 1000


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
    if uptime < arrival / 2:  # no recording is long enough to know such a clock
        return arrival
    whole = datagram.uptime % 1000 == 0 and latch.uptime % 1000 == 0
    near = 1500 if arrival < 2500 else 1250
    return arrival if whole and abs(arrival - uptime) < near else uptime


def signed(number):
    """The step between two 32-bit numbers that wrap."""
    return (number + 2**31) % 2**32 - 2**31


def standing(last, datagram):
    """Is a datagram the next one, a newcomer's, or stale: a duplicate, or one that
    others have overtaken on its way? Both clocks agree on how late that is. A clock
    may be late, not early; other numbers of the same clock are no restart."""
    ahead = signed(datagram.sequence - last.sequence)
    later = signed(datagram.uptime - last.uptime)
    elapsed = datagram.arrival - last.arrival
    if ahead <= 0 and later <= 0:
        return "stale" if elapsed - later <= OVERTAKEN_MS else "newcomer"
    early = later - elapsed > BACKLOG_MS + elapsed / 8
    return "newcomer" if early or later < -BACK_MS else "next"


def has_begun_again(last, datagram):
    """Did it start after its sender was last heard?"""
    return datagram.uptime <= datagram.arrival - last.arrival + BACK_MS


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

    def __init__(self, record, latch, datagram, memory, cpus, usual):
        self.golden, self.now = record.golden, record.values
        self.before = latch.values if latch else {}
        self.interval = interval(latch, datagram) if latch else 0
        self.arrival = datagram.arrival
        self.memory, self.machine_cpus, self.usual = memory, cpus, usual
        self.deltas, self.back, self.doubt, self.several = {}, set(), set(), set()
        self.untrue, self.beyond, self.wrapped = set(), set(), False
        self.compared = bool(self.before)
        self.good = self.compared and self.interval >= INTERVAL_LEAST_MS
        if self.golden.record == "if_counters" and self.now.get("ifSpeed") == UNKNOWN["u32"]:
            self.now = {**self.now, "ifSpeed": UNKNOWN["u64"]}

    def compare(self, sitting):
        """Takes the deltas of all counters with two supported values, and judges
        what is odd of them."""
        if not self.good:
            if not self.compared:
                self.memory.fall = self.memory.kept = None
            return
        self.take_deltas()
        wide = [name for name in self.deltas if self.golden.by_name(name).type != "u32"]
        if any(max(self.now[name], self.before[name]) >= WRAP for name in wide):
            self.memory.width = 64
        if self.back or self.doubt:
            self.judge_falls(sitting)
        elif self.memory.width == 32:
            self.judge_narrow()
        if any(not self.golden.by_name(n).tail and n not in self.now for n in self.summed()):
            self.untrue |= self.shares()
        unknown = {name for name in self.several if not self.one_answer(name)}
        self.untrue |= unknown
        if 0 < self.usual < self.interval / 2:
            self.judge_gap()
        self.settle(bool(unknown))
        polls = self.memory.polls + [bool(self.back or self.doubt)]
        self.memory.polls = polls[-POLLS:]

    def settle(self, unknown):
        """What is remembered for the next poll, beside the values."""
        memory = self.memory
        if memory.fall is not None:
            self.look_back()
        elif not unknown:
            memory.kept = None
        if self.back or self.doubt:
            memory.fall, memory.kept = self.before, None
        elif unknown and memory.kept is None and memory.fall is None:
            memory.kept = dict(memory.together)

    def summed(self):
        """The counters that shares are of."""
        return {name for names in self.golden.sums.values() for name in names}

    def shares(self):
        """And those that shares are made of."""
        made = {m.fields[0] for m in self.golden.metrics if "share" in m.functions}
        return self.summed() | made

    def pair(self, item):
        now, before = self.now.get(item.name), self.before.get(item.name)
        if now is None or before is None or not item.supported(now) or not item.supported(before):
            return None
        if now == before == UNKNOWN["u32"]:  # of an agent whose counters have 32 bits
            return None
        return now, before

    def take_deltas(self):
        for item in self.golden.counters:
            if self.pair(item) is None:
                continue
            now, before = self.pair(item)
            wide = item.type != "u32"
            delta = self.deltas[item.name] = now - before if wide else (now - before) % WRAP
            if wide and delta < 0:
                self.back.add(item.name)
            most = self.octets(item.name) // FRAME_LEAST
            if not wide and (now < before or delta >= 2**31) and most < delta:
                self.doubt.add(item.name)
            if not wide and most >= delta + WRAP:
                self.several.add(item.name)

    def octets(self, name):
        """Those of the packets that are counted there; -1: not known."""
        octets = self.golden.carriers.get(name)
        return -1 if octets in self.back else self.deltas.get(octets, -1)

    def expected(self, name):
        """What the counter would count in this interval, if it went on as last
        told; or None."""
        if name in self.memory.rates:
            return self.memory.rates[name] * self.interval
        other, ratio = self.memory.ratios.get(name, (None, None))
        known = other in self.deltas and other not in self.doubt
        return ratio * self.deltas[other] if known else None

    def cpu_most(self, name):
        """How many ms of CPUs there can be; or None."""
        number = self.golden.cpus.get(name)
        if number is None:
            return None
        cpus = self.now.get(number, 0)
        if not 0 < cpus < CPUS_MOST:
            cpus = self.machine_cpus
        return cpus * (self.interval + max(self.interval / 10, 1000)) or None

    def most(self, name):
        """What the counter can have counted; or None."""
        expected = self.expected(name)
        return self.cpu_most(name) or (None if expected is None else TEN * expected)

    def did_wrap(self, name):
        most = self.most(name)
        return self.deltas[name] <= NEAR or most is not None and self.deltas[name] <= most

    def judge_falls(self, sitting):
        counts = not self.memory.resets_often()
        for name in [item.name for item in self.golden.counters if item.name in self.doubt]:
            if self.was_taken_back(name):
                self.doubt.remove(name)
                self.untrue.add(name)
                self.deltas[name] = 0
                continue
            fell = counts and self.now[name] < self.before[name]
            sitting.falls += fell
            if self.did_wrap(name) and not (sitting.jumped and self.now[name] < self.before[name]):
                self.doubt.remove(name)
                self.wrapped = True
            else:
                sitting.fell |= fell
        if self.back and not self.doubt and not sitting.jumped and self.has_narrow():
            sitting.falls += counts and len(self.back)
            self.back, self.wrapped, self.memory.width = set(), True, 32
            self.judge_narrow()
        self.good = not self.back and not self.doubt
        sitting.reset |= counts and bool(self.back)
        sitting.reset |= sitting.fell and (sitting.jumped or sitting.falls >= 2)

    def narrow(self, octets):
        """How many octets came at least and at most, if their agent counts with 32 bits;
        None where that does not fit the packets of them, or none are counted."""
        names = [p for p, o in self.golden.carriers.items() if o == octets and p in self.deltas]
        if not names:
            return None
        packets = sum(self.deltas[name] for name in names)
        line = self.line(octets)
        count = self.deltas[octets] % WRAP
        missing = packets * FRAME_LEAST - count
        count += max(0, -(-missing // WRAP)) * WRAP
        most = packets * (FRAME_MOST if line else FRAME_HOST)
        if line and self.memory.speed != "wrong":
            most = min(most, line * LINE_MORE)
        return (count, most) if count <= most else None

    def has_narrow(self):
        """Whether all counters that fell are octets that began again at 2^32."""
        return self.memory.width != 64 and all(
            name in self.golden.carriers.values() and self.narrow(name) for name in self.back)

    def judge_narrow(self):
        for name in set(self.golden.carriers.values()) & self.deltas.keys():
            found = self.narrow(name)
            if found is None:
                continue
            self.deltas[name] = found[0]
            if found[0] + WRAP <= found[1]:
                self.untrue.add(name)

    def was_taken_back(self, name):
        """Kernels take back some of the time that CPUs were idle or waited."""
        fall = self.before[name] - self.now[name]
        most = self.cpu_most(name) if name in self.shares() else None
        return 0 < fall <= min(self.before[name] // TEN, most or 0)

    def had_begun_again(self, names):
        """These had counted since they fell what they do in an interval, and then did."""
        rates = [(name, self.expected(name)) for name in names]
        return all(rate is not None and max(self.before[name], self.deltas[name]) <= 2 * rate
                   for name, rate in rates)

    def look_back(self):
        """A record that is back where it was before it fell: the reading between
        was wrong, unless so much was counted since that it can't be told."""
        if not any(self.deltas.values()):
            return
        was, self.memory.fall = self.memory.fall, None
        if was.keys() != self.now.keys():
            return
        close, fallen = False, []
        for item in self.golden.counters:
            if self.pair(item) is None or not item.supported(was[item.name]):
                continue
            up = self.now[item.name] - was[item.name]
            fall = was[item.name] - self.before[item.name]
            if up < 0:
                return
            close |= fall > 0 and up // TEN <= fall
            fallen += [item.name] if fall > 0 else []
        if close and not self.had_begun_again(fallen):
            self.back, self.doubt, self.good = set(), set(), False

    def went_on(self):
        """Whether the record was left alone by what reset its sample."""
        before = {name: self.before[name] for name in self.deltas}
        on = any(was and was // TEN >= self.deltas[name] for name, was in before.items())
        return not self.wrapped and (on or not any(before.values()))

    def line(self, octets):
        """How many of these octets the line carries; 0: not known."""
        speeds = [m.fields[1] for m in self.golden.metrics if m.fields[0] == octets
                  and "load" in m.functions]
        return self.now[speeds[0]] * self.interval / 8000 if speeds else 0

    def line_most(self, octets):
        """How many packets of these octets a line can carry; or None."""
        line = self.line(octets)
        came = self.deltas[octets]
        if line >= came:
            return min((line - came) / FRAME_GAP, line / FRAME_WIRE)
        wrong = line > 0 and came > 2 * line and self.memory.speed == "good"
        return line / FRAME_WIRE if wrong else None

    def one_answer(self, name):
        """Whether it is known that these packets did not wrap once more."""
        delta, octets = self.deltas[name], self.golden.carriers[name]
        line = self.line_most(octets)
        if delta == 0 or line is not None and line < delta + WRAP:
            return True
        memory = self.memory
        pair = (memory.together if memory.kept is None else memory.kept).get(name)
        if pair is None:
            return False
        last, carried = (rate * self.interval for rate in pair)
        expected = [last] + ([last * self.deltas[octets] / carried] if carried else [])
        return any(abs(delta - one) <= BY_CHANCE for one in expected)

    def judge_gap(self):
        """After a gap, counters that may have wrapped unseen."""
        shares = self.shares()
        for item in self.golden.counters:
            slow = item.type == "u32" and item.name not in self.golden.carriers
            if slow and item.name in self.deltas and (self.most(item.name) or 0) >= WRAP:
                self.untrue |= shares if item.name in shares else {item.name}

    @property
    def is_reset(self):
        return bool(self.back or self.doubt)

    @property
    def has_rates(self):
        return self.good

    def value(self, name):
        item = self.golden.by_name(name)
        if item.name not in self.now or not item.supported(self.now[item.name]):
            raise Absent
        if item.name in self.golden.limits and not self.limits(item.name):
            raise Absent
        return self.now[item.name]

    def limits(self, name):
        """Whether a limit of memory is one."""
        limit = self.now[name]
        used = [m.fields[0] for m in self.golden.metrics if "percent" in m.functions]
        if not used:
            return limit < NO_LIMIT
        known = self.golden.by_name(used[0]).supported(self.now[used[0]])
        return 0 < limit < NO_LIMIT and not (known and self.now[used[0]] > limit)

    def delta(self, name):
        if not self.good or name not in self.deltas or name in self.untrue:
            raise Absent
        return self.deltas[name]

    def call_rate(self, name):
        return self.delta(name) * 1000 / self.interval

    def call_busy(self, name):
        delta, most = self.delta(name), self.cpu_most(name)
        if most is not None and delta > most:
            raise Absent
        return delta * 100 / self.interval

    def call_share(self, name, total):
        part = self.delta(name)
        whole = sum(self.deltas.get(n, 0) for n in self.golden.sums[total])
        return 100 * part / whole if whole else 0

    def call_ratio(self, name, other):
        part, count = self.delta(name), self.delta(other)
        return part / count if count else 0

    def call_sum(self, name, *others):
        self.delta(name)
        if self.untrue & {name, *others}:
            raise Absent
        known = [self.delta(n) for n in (name, *others) if n in self.deltas]
        return sum(known) * 1000 / self.interval

    def call_load(self, octets, speed):
        bits = self.delta(octets) * 8 * 1000 / self.interval
        if self.value(speed) == 0 or self.memory.speed == "wrong":
            raise Absent
        if bits > 2 * self.value(speed):
            self.beyond.add(octets)
        if bits > self.value(speed) * 1.1:
            raise Absent
        return 100 * bits / self.value(speed)

    def call_percent(self, name, other):
        part, whole = self.value(name), self.value(other)
        if whole == 0 or part > whole:
            raise Absent
        return 100 * part / whole

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
        self.begun = {}  # (agent, sub-agent) -> its first datagram
        self.proven = set()  # those that have gone on for a while
        self.visible = set()  # those whose ports are shown
        self.samples = {}  # (agent, sub-agent, source) -> sequence
        self.jumps = {}  # (agent, sub-agent, source) -> how lately that went back near 0
        self.jumped = set()  # those of which it does now
        self.recounts = set()  # those of which it does so without a restart
        self.left = {}  # the latches that it has just ended
        self.latches = {}  # (agent, sub-agent, source, structure, part) -> Latch
        self.memories = {}  # the same -> Memory
        self.cpus = {}  # agent -> how many its machine has
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
        taken = [datagram]
        if how == "newcomer":
            taken = self.decide(last, datagram)
            if not taken:
                return expected
            self.forget(key)
            last = SubAgent.of(taken[0])
            self.begun[key] = taken[0]
        self.see(key, datagram)
        self.sub_agents[key] = SubAgent.of(datagram)
        if last:
            self.sub_agents[key].gap = last.gap_after(datagram.arrival - last.arrival)
        for one in taken:  # what was told by one that waited is of the time when it came
            told = [e for sample in one.samples for e in self.sample(one, sample)]
            expected += told if one is datagram else []
        return latest(self.named(datagram, expected))

    def see(self, key, datagram):
        """The ports of a sub-agent are shown where it has gone on for a while, by its
        clock and by ours, or came when none had."""
        first = self.begun.setdefault(key, datagram)
        ours, theirs = datagram.arrival - first.arrival, signed(datagram.uptime - first.uptime)
        if min(ours, theirs) >= PROVEN_MS:
            self.proven.add(key)
        if key in self.proven or not any(known[0] == key[0] for known in self.proven):
            self.visible.add(key)

    def is_visible(self, datagram, source):
        key = datagram.agent, datagram.sub_agent
        return key in self.visible or not is_port_or_vlan(source)

    @staticmethod
    def decide(last, datagram):
        """The datagrams of a sender that has begun again; none while that is not
        decided."""
        first = last.newcomer
        if first and standing(SubAgent.of(first), datagram) == "next":
            return [first, datagram]
        if last.is_overdue(datagram.arrival) and has_begun_again(last, datagram):
            return [datagram]
        last.newcomer = datagram
        return []

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
        for source in owned.sources:
            expected += self.owned(datagram, sample, source, owned.records)
        self.left, self.jumped = {}, set()
        return expected

    def owned(self, datagram, sample, source, records):
        """The Expected of the records of one owner: these are reset together, whatever
        becomes of others in the sample."""
        key = (datagram.agent, datagram.sub_agent, source)
        sitting = Sitting(jumped=key in self.jumped)
        for record in (r for r, owner in records if owner == source):
            if record.golden is None:
                self.counts["unknown"] += 1
            else:
                self.accepted(datagram, sample, record, source, sitting)
        if sitting.rose and not sitting.dropped:
            self.recounts.add(key)
        return self.finish(datagram, sitting)

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
            sitting = Sitting()  # each is judged alone
            self.record(datagram, source, record, (safe_name(name), ""), sitting)
            expected += self.finish(datagram, sitting)
        self.counts["malformed"] += sample.broken
        return expected

    def note_sequence(self, key, sample):
        """A data source whose own sequence goes back to near 0 was made anew."""
        ahead = signed(int(sample.sequence) - self.samples[key]) if key in self.samples else 0
        lately = self.jumps.get(key, 0)
        if ahead >= 0:
            self.jumps[key] = max(0, lately - 1)
        elif int(sample.sequence) < NEAR_ZERO:
            self.jumps[key] = 2
            if not lately and key in self.recounts:
                self.jumped.add(key)
            elif not lately:
                self.left.update((k, v) for k, v in self.latches.items() if k[: len(key)] == key)
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
        if was != name:  # what was told before has another name
            for known in (k for k in self.memories if k[: len(key)] == key):
                self.memories[known].rates, self.memories[known].ratios = {}, {}
                self.memories[known].together = {}
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

    def accepted(self, datagram, sample, record, source, sitting):
        """Takes one record, if it is one that is looked at."""
        golden = record.golden
        visible = (datagram.agent, datagram.sub_agent) in self.visible
        told = "dot3adAggPortAttachedAggID" in record.values and visible
        if golden.record == "lag_port_stats" and told:
            index = record.values["dot3adAggPortAttachedAggID"]
            self.ports.aggregate(datagram, source, index)
        unwanted = golden.kind not in self.options.accept
        if golden.metrics and (unwanted or golden.kind == "host" and not is_machine(sample)):
            return
        self.counts["malformed"] += record.short
        if not record.values:
            return
        if golden.only_machine and self.options.vm != "host" and golden.kind == "vm":
            return
        if golden.record == "host_net_io":
            self.ports.own.add(datagram.agent)
        for name in ("cpu_num", "cpus"):
            if golden.record in ("host_cpu", "virt_node") and name in record.values:
                cpus = record.values[name]
                self.cpus[datagram.agent] = 0 if cpus == UNKNOWN["u32"] else cpus
        part = self.part(golden, record.values, 0)
        self.record(datagram, source, record, part, sitting)

    @staticmethod
    def part(golden, values, place):
        """Which of several it is, and its part of a metric's name."""
        if not golden.part:
            return 0, ""
        word, by = golden.part
        number = place if by == "-" else values[by]
        return number, f"{word}{number}"

    def record(self, datagram, source, record, part, sitting):
        """Compares a record, and the lists in it, with those before."""
        golden, values = record.golden, record.values
        key = (datagram.agent, datagram.sub_agent, source, golden.name, part[0])
        latch = self.latches.get(key)
        if latch is None:
            self.note_jump(key, record, datagram, sitting)
        if latch and (latch.golden is not golden or latch.values.keys() != values.keys()):
            latch = None
        memory = self.memories.setdefault(key, Memory())
        ports = self.ports.known.get(datagram.agent, {})
        port = ports.get((datagram.sub_agent, source))
        more = (memory, self.cpus.get(datagram.agent, 0), port.interval if port else 0)
        scope = Scope(record, latch, datagram, *more)
        scope.compare(sitting)
        self.latches[key] = Latch(golden, scope.now, datagram.uptime, datagram.arrival)
        sitting.scopes.append((source, scope, part[1]))
        for item in golden.lists:
            elements = values.get(item.name, ())
            self.elements(datagram, source, item.elements, elements, sitting)

    def note_jump(self, key, record, datagram, sitting):
        """Whether the counters of a source that was made anew, by its number, went on."""
        left = self.left.get(key)
        if left is None or left.values.keys() != record.values.keys():
            return
        scope = Scope(record, left, datagram, Memory(), 0, 0)
        scope.take_deltas()
        sitting.rose |= any(delta and scope.before[n] for n, delta in scope.deltas.items())
        sitting.dropped |= bool(scope.back or scope.doubt)

    def elements(self, datagram, source, golden, elements, sitting):
        if golden.kind not in self.options.accept:
            return
        for place, values in enumerate(elements):
            record = Record("-", False, 0, golden=golden, values=values)
            part = self.part(golden, values, place)
            self.record(datagram, source, record, part, sitting)

    def finish(self, datagram, sitting):
        """The Expected of all records of a sample."""
        expected = []
        for source, scope, part in sitting.scopes:
            self.counts["resets"] += scope.is_reset
            if sitting.reset and scope.good:
                scope.good = scope.went_on()
            another = scope.memory.wrong_bits != scope.now.get("ifSpeed", 0).bit_length()
            if scope.good and scope.memory.speed == "wrong" and another:
                scope.memory.speed = "good"
            told = self.metrics(datagram, source, scope, part)
            passed = self.judge_speed(datagram, source, scope)
            if passed:
                told = [e for e in told if not self.is_beyond(e, scope)]
            elif scope.memory.speed == "wrong":
                told = [e for e in told if "load" not in e.metric.functions]
            remember(scope, told)
            expected += told
            if scope.golden.record == "if_counters" and "ifType" in scope.now \
                    and (datagram.agent, datagram.sub_agent) in self.visible:
                expected += self.port(datagram, source, scope, told, passed)
        return expected

    @staticmethod
    def is_beyond(told, scope):
        """Octets or packets, of which there is more than twice what the line carries."""
        name, functions = told.metric.fields[0], told.metric.functions
        most = scope.now["ifSpeed"] / 8 / FRAME_WIRE * 2
        packets = "sum" in functions or (
            "rate" in functions and scope.golden.by_name(name).type == "u32")
        return name in scope.beyond or packets and told.value > most

    def judge_speed(self, datagram, source, scope):
        """Whether more came than the line carries, for the first time. Again within
        some polls, or on what has no line, the speed is wrong."""
        memory = scope.memory
        if not scope.good or memory.speed == "wrong":
            return False
        name = self.names.get((datagram.agent, datagram.sub_agent, source), "")
        virtual = scope.now.get("ifType") in NOT_PHYSICAL or name.startswith(VIRTUAL)
        if not scope.beyond:
            memory.suspect = max(0, memory.suspect - 1)
            memory.speed = "passed" if memory.suspect else "good"
            return False
        if memory.speed == "passed" or virtual:
            memory.speed, memory.wrong_bits = "wrong", scope.now["ifSpeed"].bit_length()
            memory.suspect = 0
        else:
            memory.speed, memory.suspect = "passed", POLLS
        return memory.speed == "passed"

    def port(self, datagram, source, scope, told, passed):
        """The totals that are due by it."""
        rates = {e.metric.name: e.value for e in told}
        reset = not scope.has_rates and scope.interval >= INTERVAL_LEAST_MS
        sums = self.ports.heard(datagram, source, scope.now, rates, scope.has_rates,
                                begins=not scope.compared, reset=reset,
                                unsure=passed or bool(scope.untrue))
        return self.totals(datagram, datagram.agent, sums)

    def metrics(self, datagram, source, scope, part):
        golden = scope.golden
        if not golden.metrics or not self.is_visible(datagram, source):
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
        of_port = is_port_or_vlan(source)
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


def is_port_or_vlan(source):
    cls, _, index = source.partition("@")[0].partition(":")
    return cls == "1" or cls == "0" and index != "0"


def remember(scope, told):
    """Keeps how fast the counters are, as far as it was told."""
    for metric in (expected.metric for expected in told):
        name, memory = metric.fields[0], scope.memory
        if metric.functions & {"rate", "busy"}:
            memory.rates[name] = scope.deltas[name] / scope.interval
        elif "ratio" in metric.functions:
            other = metric.fields[1]
            count = scope.deltas[other]
            memory.ratios[name] = other, scope.deltas[name] / count if count else 0
    rates = {e.metric.fields[0] for e in told if "rate" in e.metric.functions}
    for name, octets in scope.golden.carriers.items():
        if name in rates and octets in rates:
            pair = (scope.deltas[one] / scope.interval for one in (name, octets))
            scope.memory.together[name] = tuple(pair)
        elif name in rates or octets in rates:
            scope.memory.together.pop(name, None)


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
