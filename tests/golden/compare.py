"""What sflow-dump printed, against what it should have printed. Each compare_
function returns the differences as texts; none means that they agree.
"""
import ipaddress
import re
from dataclasses import dataclass, field

from goldenfile import format_shape, text_of

ENOUGH = 12  # differences that are shown


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


@dataclass
class SeenDatagram:
    columns: list
    samples: list = field(default_factory=list)


COLUMNS = {"D": 6, "S": 3, "R": 4, "F": 2, "U": 2, "M": 14, "T": 11}


def split(line, letters):
    letter, *columns = line.split("\t")
    if letter not in letters or len(columns) != COLUMNS[letter]:
        raise ValueError(f"unexpected line: {line!r}")
    return letter, columns


def parse_decode(lines):
    datagrams = []
    for line in lines:
        letter, columns = split(line, "DSRFU")
        try:
            if letter == "D":
                datagrams.append(SeenDatagram(columns))
            elif letter == "S":
                datagrams[-1].samples.append(SeenSample(columns))
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


def compare_headers(expected, seen):
    """Datagram headers and sample headers, all of them and no other."""
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
    fields = [f for f in golden.fields if f.name in record.values]
    if [f.name for f in fields] != [name for name, _ in have.fields]:
        return faults + [f"fields {[n for n, _ in have.fields]}, not {[f.name for f in fields]}"]
    for item, (name, value) in zip(fields, have.fields):
        if not agrees(record, item, value):
            wanted = record.values[name] if record.theirs is None else item.theirs(record.theirs)
            faults.append(f"{name} is {value!r}, not {wanted!r}")
    return faults


def agrees(record, item, value):
    """Made-up values are compared as they are, others with sflowtool's text."""
    if record.theirs is None:
        return value == text_of(item.type, record.values[item.name])
    return item.agrees(value, item.theirs(record.theirs))


def compare_golden(expected, seen, golden):
    """The records of one golden file; also how many there were."""
    faults, count = [], 0
    for record, have, where in pairs(expected, seen):
        if record.golden is golden:
            count += 1
            found = compare_record(record, have) if have else ["missing"]
            faults += [f"{where}: {text}" for text in found]
    return faults, count


def compare_others(expected, seen):
    """Flow records and counter records without golden file: their type and
    length. The table may know the latter already."""
    faults = []
    for record, have, where in pairs(expected, seen):
        if record.golden is not None:
            continue
        letters = "U" if record.flow else "UR"
        if have is None or have.letter not in letters:
            faults.append(f"{where}: {have}, not U")
        elif (have.tag, have.length) != (record.tag, str(record.length)):
            faults.append(f"{where}: {have}, not of {record.length} bytes")
        elif have.letter == "U" and have.fields:
            faults.append(f"{where}: unknown, yet with fields")
    return faults


# sflow-dump metrics -------------------------------------------------------

METRIC = (
    "datagram agent host name type value units slope group title tmax dmax source sub_agent"
).split()


class SeenMetric:
    """One M line."""

    def __init__(self, columns):
        self.__dict__.update(zip(METRIC, columns))
        self.key = (self.datagram, self.agent, self.name)
        self.base = self.name.rsplit(".", 1)[-1]  # no metric's own name has a dot


class SeenMetrics(list):
    """All M lines, and by what they are of."""

    def __init__(self, metrics=()):
        super().__init__(metrics)
        self.by_key = {}
        for metric in self:
            self.by_key.setdefault(metric.key, []).append(metric)


def parse_metrics(lines):
    return SeenMetrics(SeenMetric(split(line, "M")[1]) for line in lines)


def unit_of(fmt):
    """One in the last printed digit."""
    decimals = re.fullmatch(r"%\.(\d)f", fmt)
    return 10.0 ** -int(decimals[1]) if decimals else 1.0


def tolerance(expected, fmt):
    """Integers and texts are exact, a point in time may hold still for two
    seconds, and what depends on the interval has 0.1 %."""
    if expected.metric.function == "since":
        return 2
    if not fmt.endswith("f"):
        return 0
    unit = unit_of(fmt) * 1.000001
    by_interval = expected.metric.deltas and not {"share", "ratio"} & {expected.metric.function}
    return max(unit, abs(expected.value) * 0.001) if by_interval else unit


def compare_value(expected, text, fmt):
    if not re.fullmatch(format_shape(fmt), text):
        return False
    if fmt == "%s":
        return text == expected.value
    want = float(fmt.replace("u", ".0f") % expected.value)
    return abs(float(text) - want) <= tolerance(expected, fmt)


def compare_metric(expected, have, metas):
    meta = expected.golden.meta(expected.metric.name, metas)
    want = {
        "type": meta.type,
        "units": meta.units,
        "slope": meta.slope,
        "group": meta.group,
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


def compare_metrics(expected, seen, golden, metas):
    """The metrics of one golden file: each exactly when the rules say so. Also
    how many there were."""
    faults, count = [], 0
    for want in expected:
        if want.golden is not golden:
            continue
        count += 1
        found = seen.by_key.get((str(want.datagram), want.agent, want.name), [])
        where = f"datagram {want.datagram} {want.source} {want.name}"
        if len(found) != 1:
            faults.append(f"{where}: {len(found)} times, not once")
        for have in found:
            faults += [f"{where}: {text}" for text in compare_metric(want, have, metas)]
    return faults, count


def compare_leftovers(expected, seen, datagrams, table):
    """No metric but the expected ones, apart from those that the table makes
    of records which have no golden file yet."""
    keys = {(str(e.datagram), e.agent, e.name) for e in expected}
    allowed = {}
    for datagram in datagrams:
        records = [r for s in datagram.samples for r in s.records if not r.flow]
        tags = {r.tag for r in records if r.golden is None}
        allowed[str(datagram.number)] = {row.metric for row in table if row.tag in tags}
    order = [int(m.datagram) for m in seen if m.datagram.isdigit()]
    faults = [] if order == sorted(order) else ["datagrams out of order"]
    for have in seen:
        if have.key not in keys and have.base not in allowed.get(have.datagram, ()):
            where = f"datagram {have.datagram} {have.source} {have.name}"
            faults.append(f"{where}: not expected ({have.value})")
    return faults


# sflow-dump table ---------------------------------------------------------

TABLE = "tag beside record field metric type units slope format group title".split()


class Row:
    def __init__(self, columns):
        self.__dict__.update(zip(TABLE, columns))


def parse_table(lines):
    return [Row(split(line, "T")[1]) for line in lines]


def compare_table(rows, goldens, metas):
    """Names, types, units, slopes, formats, groups, titles: gmond's own, and
    each from the field that the golden file says."""
    faults = []
    known = {(g.tag, g.beside or "-"): g for g in goldens}
    for row in rows:
        golden = known.get((row.tag, row.beside))
        found = compare_row(row, golden, metas)
        faults += [f"{row.record} {row.metric}: {h!r}, not {w!r}" for h, w in found if h != w]
    return faults


def compare_row(row, golden, metas):
    """(what is there, what should be) of one row. A row without golden file
    may have any name but one of gmond's with other facts."""
    meta, found = metas.get(row.metric), []
    if golden is not None:
        metric = next((m for m in golden.metrics if m.name == row.metric), None)
        if metric is None:
            return [(row.metric, "a metric of " + golden.name)]
        meta = golden.meta(row.metric, metas)
        found = [(row.record, golden.record), (row.field, metric.fields[0])]
    if meta is not None:
        found += [(getattr(row, column), getattr(meta, column)) for column in meta.COLUMNS]
    return found


def compare_coverage(rows, goldens, metas):
    """Every metric of gmond's, and of the golden files, is in the table."""
    have = {row.metric for row in rows}
    faults = [f"{name} is missing" for name in metas if name not in have and name != "heartbeat"]
    made = {(row.tag, row.beside, row.metric) for row in rows}
    for golden in goldens:
        for metric in golden.metrics:
            if (golden.tag, golden.beside or "-", metric.name) not in made:
                faults.append(f"{golden.name}.golden: {metric.name} is missing")
    return faults


def compare_unique(rows, goldens):
    """A name stands for one thing, within a kind. The two memcached structures
    say the same, and no agent sends both."""
    kinds = {(g.tag, g.beside or "-"): g.kind for g in goldens}
    seen, faults = {}, []
    for row in rows:
        kind = kinds.get((row.tag, row.beside), "host")
        before = seen.setdefault((kind, row.metric), row)
        both = {row.tag, before.tag} == {"0:2200", "0:2204"}
        if before is not row and not (both and row.metric.startswith("mc_")):
            faults.append(f"{row.metric} comes from {before.tag} and from {row.tag}")
    return faults
