"""What sflow-dump printed, against what it should have printed. Each compare_
function returns the differences as texts; none means that they agree.
"""
import functools
import ipaddress
import re
from dataclasses import dataclass, field

from goldenfile import KINDS, format_shape, single, text_of
from rules import safe_name

FINE = {"rate", "share", "busy", "ratio", "sum", "load", "percent"}
MOST_PLACES = 18
SAME_LINES = 10000  # of one self-test, which sees them again and again


# sflow-dump decode --------------------------------------------------------


@dataclass
class SeenRecord:
    letter: str  # R or U
    tag: str
    name: str
    beside: str
    length: str
    fields: list = field(default_factory=list)  # (name, value)

    def __str__(self):
        return f"{self.letter} {self.tag} {self.name} {self.beside} {self.length}"


@dataclass
class SeenSample:
    columns: list
    records: list = field(default_factory=list)
    custom: list = field(default_factory=list)  # columns of metrics without a record


@dataclass
class SeenDatagram:
    columns: list
    samples: list = field(default_factory=list)


COLUMNS = {"D": 6, "S": 3, "R": 4, "F": 2, "U": 2, "C": 4, "M": 14, "X": 4, "T": 12, "K": 3}


def split(line, letters):
    letter, *columns = line.split("\t")
    if letter not in letters or len(columns) != COLUMNS[letter]:
        raise ValueError(f"unexpected line: {line!r}")
    return letter, columns


def parse_decode(lines):
    datagrams = []
    for line in lines:
        letter, columns = split(line, "DSRFUC")
        try:
            if letter == "D":
                datagrams.append(SeenDatagram(columns))
            elif letter == "S":
                datagrams[-1].samples.append(SeenSample(columns))
            elif letter == "C":
                datagrams[-1].samples[-1].custom.append(columns)
            elif letter == "R":
                datagrams[-1].samples[-1].records.append(SeenRecord("R", *columns))
            elif letter == "U":
                tag, length = columns
                datagrams[-1].samples[-1].records.append(SeenRecord("U", tag, None, None, length))
            else:
                datagrams[-1].samples[-1].records[-1].fields.append(tuple(columns))
        except IndexError:
            raise ValueError(f"line out of place: {line!r}")
    return datagrams


def canonical(address):
    """Whether an address is written as inet_ntop does."""
    try:
        return str(ipaddress.ip_address(address)) == address
    except ValueError:
        return False


def custom_columns(sample, rtmetric):
    """The metrics in a sample that has no records, as they should be printed."""
    columns = []
    for name, number, value in sample.custom:
        kind = rtmetric.fields[number].type
        # a 32-bit float has been widened
        text = text_of("f64", single(value)) if kind == "f32" else text_of(kind, value)
        columns.append([safe_name(sample.set), safe_name(name), str(number), text])
    return columns


def compare_headers(expected, seen, rtmetric):
    """Datagram headers, sample headers, and samples without records: all of
    them and no other."""
    faults = []
    if len(expected) != len(seen):
        faults.append(f"{len(seen)} datagrams, not {len(expected)}")
    for want, have in zip(expected, seen):
        header = (want.number, want.agent, want.sub_agent)
        clocks = (want.sequence, want.uptime, want.arrival)
        found = [(have.columns, [str(column) for column in header + clocks])]
        samples = [[s.tag, s.sequence, s.source] for s in want.samples]
        found.append(([s.columns for s in have.samples], samples))
        for w, h in zip(want.samples, have.samples):
            found.append(([r.tag for r in h.records], [r.tag for r in w.records]))
            found.append((h.custom, custom_columns(w, rtmetric)))
        faults += [f"datagram {want.number}: {h}, not {w}" for h, w in found if h != w]
        if not canonical(have.columns[1]):
            faults.append(f"datagram {want.number}: {have.columns[1]} is no address")
    return faults


def pairs(expected, seen):
    """(expected record, seen record or None, where) in wire order."""
    for d, datagram in enumerate(expected):
        for s, sample in enumerate(datagram.samples):
            for r, record in enumerate(sample.records):
                try:
                    have = seen[d].samples[s].records[r]
                except IndexError:
                    have = None
                yield record, have, f"datagram {datagram.number} {sample.source} {record.tag}"


def compare_record(record, have):
    """A record that has a golden file: every field, none missing, none more."""
    golden = record.golden
    want = ["R", golden.tag, golden.record, golden.beside or "-", str(record.length)]
    faults = []
    if [have.letter, have.tag, have.name, have.beside, have.length] != want:
        faults.append(f"{have}, not {' '.join(want)}")
    fields = list(golden.flat(record.values))
    names = [path for path, _, _ in fields]
    if names != [name for name, _ in have.fields]:
        return faults + [f"fields {[n for n, _ in have.fields]}, not {names}"]
    for (path, item, value), (_, text) in zip(fields, have.fields):
        if not agrees(record, item, value, text):
            wanted = value if record.theirs is None else item.theirs(record.theirs)
            faults.append(f"{path} is {text!r}, not {wanted!r}")
    return faults


def agrees(record, item, value, text):
    """Made-up values are compared as they are, others with sflowtool's text."""
    if record.theirs is None:
        return text == text_of(item.type, value)
    return item.agrees(text, item.theirs(record.theirs))


def compare_records(expected, seen, golden=None):
    """The records of one golden file, or of all; also how many there were."""
    faults, count = [], 0
    for record, have, where in pairs(expected, seen):
        if record.golden is not None and golden in (None, record.golden):
            count += 1
            found = compare_record(record, have) if have else ["missing"]
            faults += [f"{where}: {text}" for text in found]
    return faults, count


def compare_others(expected, seen):
    """Flow records and unknown counter records: their type and length."""
    faults = []
    for record, have, where in pairs(expected, seen):
        if record.golden is not None:
            continue
        if have is None or have.letter != "U":
            faults.append(f"{where}: {have}, not U")
        elif (have.tag, have.length) != (record.tag, str(record.length)):
            faults.append(f"{where}: {have}, not of {record.length} bytes")
        elif have.fields:
            faults.append(f"{where}: unknown, yet with fields")
    return faults


# sflow-dump metrics -------------------------------------------------------

STATISTICS = "unknown malformed refused resets".split()
METRIC = (
    "datagram agent host name type value units slope group title tmax dmax source sub_agent"
).split()


@functools.lru_cache(maxsize=SAME_LINES)
class SeenMetric:
    """One M line."""

    def __init__(self, line):
        self.__dict__.update(zip(METRIC, split(line, "M")[1]))
        self.key = (self.datagram, self.agent, self.name)


class SeenMetrics(list):
    """All M lines, and by what they are of; and the X line behind them."""

    def __init__(self, metrics=(), statistics=None):
        super().__init__(metrics)
        self.statistics = statistics
        self.by_key = {}
        for metric in self:
            self.by_key.setdefault(metric.key, []).append(metric)


def parse_metrics(lines):
    if not lines:
        return SeenMetrics()
    *lines, last = lines
    statistics = split(last, "X")[1]
    return SeenMetrics(map(SeenMetric, lines), statistics)


def compare_statistics(counts, seen):
    """What was counted of samples and records that gave nothing, or no rates."""
    want = [str(counts[name]) for name in STATISTICS]
    found = zip(STATISTICS, want, seen.statistics or ["nothing"] * len(want))
    return [f"{name}: {have}, not {number}" for name, number, have in found if have != number]


def unit_of(fmt):
    """One in the last printed digit."""
    decimals = re.fullmatch(r"%\.(\d+)f", fmt)
    return 10.0 ** -int(decimals[1]) if decimals else 1.0


def tolerance(expected, fmt):
    """Integers and texts are exact, a point in time may hold still for two
    seconds, and what depends on the interval has 0.1 %."""
    functions = expected.metric.functions
    if "since" in functions:
        return 2
    if not fmt.endswith("f"):
        return 0
    unit = unit_of(fmt) * 1.000001
    by_interval = expected.metric.deltas and not functions <= {"share", "ratio"}
    by_interval = by_interval or expected.golden.totals
    return max(unit, abs(expected.value) * 0.001) if by_interval else unit


def fine_format(expected, fmt):
    """Rates, shares, utilizations and floats that agents name have three significant
    digits below 1; below 100, where the format has no decimals."""
    fine = expected.golden.totals or expected.metric.functions & FINE or fmt == "%.6f"
    size = abs(expected.value) if fine else 0
    if not fmt.endswith("f") or not 0 < size < (100 if fmt == "%.0f" else 1):
        return fmt
    size = abs(single(size))  # of doubles it is the same, but for a last digit
    if size >= 1:
        return fmt if fmt != "%.0f" or size >= 100 else "%.2f" if size < 10 else "%.1f"
    places = 3
    while size < 0.1 and places < MOST_PLACES:
        size, places = size * 10, places + 1
    return f"%.{max(places, int(fmt[2:-1]))}f"


def compare_value(expected, text, fmt):
    fmt = fine_format(expected, fmt)
    if not re.fullmatch(format_shape(fmt), text):
        return False
    if fmt == "%s":
        return text == expected.value
    want = float(fmt.replace("u", ".0f") % expected.value)
    return abs(float(text) - want) <= tolerance(expected, fmt)


@functools.lru_cache(maxsize=SAME_LINES)
def compare_metric(expected, have, metas):
    meta = expected.golden.meta(expected.metric.name, metas)
    want = {
        "type": meta.type,
        "units": meta.units,
        "slope": meta.slope,
        "group": expected.group(meta),
        "title": expected.title(meta),
        "source": expected.source,
        "sub_agent": str(expected.sub_agent),
    }
    found = [(column, getattr(have, column), text) for column, text in want.items()]
    faults = [f"{column} is {h!r}, not {w!r}" for column, h, w in found if h != w]
    if not compare_value(expected, have.value, meta.format):
        faults.append(f"value is {have.value}, not {meta.format} of {expected.value}")
    if have.host not in expected.hosts:
        faults.append(f"host is {have.host}, not {sorted(expected.hosts)}")
    return faults + compare_times(have)


def compare_times(have):
    """TMAX and DMAX are seconds and not below gmond's."""
    if not re.fullmatch(r"\d+", have.tmax) or not re.fullmatch(r"\d+", have.dmax):
        return [f"tmax {have.tmax} or dmax {have.dmax} is no number of seconds"]
    if int(have.tmax) < 60 or int(have.dmax) < 600 or int(have.dmax) < int(have.tmax):
        return [f"tmax {have.tmax} or dmax {have.dmax} is too low"]
    return []


def compare_metrics(expected, seen, metas):
    """Each metric exactly when the rules say so. Also how many there were."""
    faults = []
    for want in expected:
        found = seen.by_key.get((str(want.datagram), want.agent, want.name), [])
        where = f"datagram {want.datagram} {want.source} {want.name}"
        if len(found) != 1:
            faults.append(f"{where}: {len(found)} times, not once")
        for have in found:
            faults += [f"{where}: {text}" for text in compare_metric(want, have, metas)]
    return faults, len(expected)


def compare_leftovers(expected, seen):
    """No metric but the expected ones."""
    keys = {(str(e.datagram), e.agent, e.name) for e in expected}
    order = [int(m.datagram) for m in seen if m.datagram.isdigit()]
    faults = [] if order == sorted(order) else ["datagrams out of order"]
    for have in seen:
        if have.key not in keys:
            where = f"datagram {have.datagram} {have.source} {have.name}"
            faults.append(f"{where}: not expected ({have.value})")
    return faults


# sflow-dump table ---------------------------------------------------------

TABLE = "tag beside kind record field metric type units slope format group title".split()


class Row:
    def __init__(self, columns):
        self.__dict__.update(zip(TABLE, columns))
        self.structure = (self.tag, self.beside, self.record)


class Table(list):
    """T lines, and the kinds of K lines."""

    def __init__(self, lines):
        columns = [split(line, "TK") for line in lines]
        super().__init__(Row(c) for letter, c in columns if letter == "T")
        self.kinds = [c for letter, c in columns if letter == "K"]


def structures(goldens):
    """Golden files by the first columns of their rows."""
    return {(g.tag, g.beside or "-", g.record): g for g in goldens if not g.sample}


def compare_kinds(table):
    """How each kind's metrics are told apart, and which are accepted."""
    want = {(n, k.naming, "yes" if k.accepted else "no") for n, k in KINDS.items()}
    have = {tuple(columns) for columns in table.kinds}
    faults = [f"kind {kind} is missing" for kind in want - have]
    faults += [f"kind {kind} is not expected" for kind in have - want]
    return faults + ["a kind comes twice"] * (len(table.kinds) > len(have))


def compare_table(rows, goldens, metas):
    """Names, types, units, slopes, formats, groups, titles: gmond's own, and
    each from the field that the golden file says."""
    faults, known = [], structures(goldens)
    for row in rows:
        golden = known.get(row.structure)
        found = compare_row(row, golden, metas)
        faults += [f"{row.record} {row.metric}: {h!r}, not {w!r}" for h, w in found if h != w]
    return faults


def compare_row(row, golden, metas):
    """(what is there, what should be) of one row."""
    if golden is None:
        return [(row.structure, "that of a golden file")]
    metric = next((m for m in golden.metrics if m.name == row.metric), None)
    if metric is None:
        return [(row.metric, "a metric of " + golden.name)]
    meta = golden.meta(row.metric, metas)
    found = [(row.kind, golden.kind), (row.field, metric.about)]
    return found + [(getattr(row, column), getattr(meta, column)) for column in meta.COLUMNS]


def compare_coverage(rows, goldens, metas):
    """Every metric of gmond's, and of the golden files, is in the table."""
    have = {row.metric for row in rows}
    faults = [f"{name} is missing" for name in metas if name not in have and name != "heartbeat"]
    made = {(row.structure, row.metric) for row in rows}
    for structure, golden in structures(goldens).items():
        for metric in golden.metrics:
            if (structure, metric.name) not in made:
                faults.append(f"{golden.name}.golden: {metric.name} is missing")
    return faults


# Structures that say the same, and of which a host has but one.
EITHER = [{"memcached_counters", "memcache_counters"}, {"host_net_io", "port_totals"}]


def compare_unique(rows, goldens):
    """A name stands for one thing, but for what always has a prefix beside
    what never has one: a port's bytes_in is not the host's."""
    kinds = {key: "host" if g.totals else g.kind for key, g in structures(goldens).items()}
    seen, faults = {}, []
    for row in rows:
        naming = KINDS[kinds.get(row.structure, "host")].naming
        for before, other in seen.setdefault(row.metric, []):
            prefixed = {naming, other} == {"machine", "always"}
            if not prefixed and {row.record, before.record} not in EITHER:
                faults.append(f"{row.metric} comes from {before.structure} and {row.structure}")
        seen[row.metric].append((row, naming))
    return faults
