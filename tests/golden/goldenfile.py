"""The golden files: what a counter structure holds and what its metrics are.

README.md describes the format. Nothing here looks at the C sources: this is
the second, independent statement of what the record table in sflow/wire/table.c
has to say.
"""
import ast
import functools
import re
import struct
from collections import namedtuple
from dataclasses import dataclass, field, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent

# What an agent sends for a number that it doesn't know.
UNKNOWN = {"u32": 2**32 - 1, "u64": 2**64 - 1, "i32": 2**31 - 1, "pct": -1, "f32": -1.0}
WIDTH = {"u8": 1, "u32": 4, "u64": 8, "i32": 4, "pct": 4, "f32": 4, "f64": 8, "mac": 8, "uuid": 16}
VARIABLE = ("string", "list", "rest")
TEXTS = ("string", "uuid", "mac", "rest")

# How the metrics of a kind are told apart on a host, and whether the kind is
# accepted unasked. machine: the first instance has no prefix; first: the same,
# unless it is a port or a VLAN; always: by a prefix.
Kind = namedtuple("Kind", "naming accepted")
KINDS = {
    "host": Kind("machine", True),
    "gpu": Kind("machine", True),
    "ip": Kind("machine", False),
    "vm": Kind("always", True),
    "jvm": Kind("first", True),
    "http": Kind("first", True),
    "memcache": Kind("first", True),
    "interface": Kind("always", True),
    "ethernet": Kind("always", False),
    "lag": Kind("always", False),
    "optics": Kind("always", True),
    "queue": Kind("always", True),
    "vlan": Kind("always", True),
    "wifi": Kind("first", True),
    "infiniband": Kind("first", True),
    "legacy": Kind("first", False),
    "switch": Kind("first", True),
    "ovs": Kind("first", True),
    "app": Kind("always", True),
    "vdi": Kind("first", True),
    "energy": Kind("first", True),
    "custom": Kind("always", False),
}


class Absent(Exception):
    """The rules say that there is no value."""


# Fields -------------------------------------------------------------------


def adapters_of_theirs(adapters):
    """sflowtool's list of interfaces, as the bytes that it was made of."""
    text = f"{len(adapters):08x}"
    for adapter in adapters:
        text += f"{int(adapter['ifIndex']):08x}{int(adapter['MACs']):08x}"
        text += "".join(mac + "0000" for mac in adapter["mac_list"])
    return text


def without_padding(text):
    """The bytes of a list of interfaces, each with its list of addresses, whose
    padding some agents leave as it was."""
    at, out = 8, text[:8]
    while at < len(text):
        count, start = int(text[at + 8 : at + 16], 16), at + 16
        out, at = out + text[at:start], start + 16 * count
        out += "".join(text[mac : mac + 12] + "0000" for mac in range(start, at, 16))
    return out


# flag -> what sflowtool prints, as sflow-dump prints the field
TRANSLATIONS = {
    "hex": lambda text: str(int(text, 16)),
    "adapters": adapters_of_theirs,
}
FLAGS = ("tail", "percent100", "thousandths", "unless_empty", "any_value", *TRANSLATIONS)


@dataclass
class Field:
    name: str
    type: str
    key: str = None  # sflowtool's name of it
    flags: tuple = ()
    elements: object = None  # of a list: its name, and then its Golden

    @property
    def tail(self):
        return "tail" in self.flags

    def supported(self, value):
        return value != UNKNOWN.get(self.type) or "any_value" in self.flags

    def theirs(self, element):
        """sflowtool's text of this field, or None when the wire has no such
        field."""
        if self.key in element:
            return self.translated(element[self.key])
        if "unless_empty" in self.flags:
            return ""
        if self.tail:
            return None
        raise ValueError(f"sflowtool has no {self.key}")

    def translated(self, text):
        for flag in self.flags:
            text = TRANSLATIONS.get(flag, lambda same: same)(text)
        return text

    def value_of_theirs(self, text):
        if "percent100" in self.flags:
            return -1 if text == "unknown" else round(float(text) * 100)
        if self.type == "f32":
            return float(text)
        return text if self.type in TEXTS else int(text)

    def agrees(self, ours, theirs):
        """Does sflow-dump's text say the same as sflowtool's?"""
        try:
            if self.type == "f32" and ours != text_of("f32", float(ours)):
                return False
            if "percent100" in self.flags and theirs != "unknown":
                return ours == str(int(ours)) and f"{int(ours) / 100:.2f}" == theirs
            if "percent100" in self.flags:
                return ours == "-1"
            if "thousandths" in self.flags:
                return f"{single(float(ours)):.3f}" == theirs
            if "adapters" in self.flags:
                return without_padding(ours) == theirs
        except ValueError:
            return False
        return ours == theirs


def single(value):
    """The 32-bit float next to value."""
    return struct.unpack(">f", struct.pack(">f", value))[0]


def safe_text(text):
    """Printable ASCII that XML can hold."""
    return re.sub("[^ -~]|[<>&\"']", "_", text)


def text_of(kind, value):
    """How sflow-dump prints a value of the wire."""
    if kind == "string":
        return safe_text(value)
    if kind == "f32":
        return "%.9g" % single(value)
    if kind == "f64":
        return "%.17g" % value
    return str(len(value) if kind == "list" else value)


@dataclass
class Meta:
    """What Ganglia is told about a metric, besides its value."""

    type: str
    units: str
    slope: str
    format: str
    group: str
    title: str

    COLUMNS = ("type", "units", "slope", "format", "group", "title")


@dataclass
class Metric:
    name: str
    expression: ast.expr
    fields: list  # that it uses
    about: str  # the field that the table has it in
    deltas: bool  # whether it compares with the sample before
    functions: set  # that it uses
    codes: tuple = ()  # of an enumeration or of flags: the field, and how many


@dataclass(eq=False)
class Golden:
    name: str
    tag: str = "-"  # none: not a record of its own
    record: str = None
    beside: str = None  # only beside this structure
    absent: str = None  # only without this one
    sample: bool = False  # it is a sample, not a record in one
    totals: bool = False  # it is on no wire, but sums
    kind: str = "host"
    only_machine: bool = False
    names: str = None  # the field that is the data source's name
    part: tuple = ()  # there are several: (word, the field that tells them apart)
    fields: list = field(default_factory=list)
    sums: dict = field(default_factory=dict)  # name of a total -> its fields
    carriers: dict = field(default_factory=dict)  # packets -> their octets
    cpus: dict = field(default_factory=dict)  # ms of CPUs -> the field that says how many
    limits: tuple = ()  # of memory
    metrics: list = field(default_factory=list)
    described: dict = field(default_factory=dict)

    def by_name(self, name):
        for item in self.fields:
            if item.name == name or "_" + item.name == name:
                return item
        raise ValueError(f"{self.name}: no field {name}")

    @functools.cached_property
    def counters(self):
        """Fields whose going back tells of a reset."""
        used = {name for metric in self.metrics if metric.deltas for name in metric.fields}
        used -= {self.speed_of(metric) for metric in self.metrics}
        used |= {name for names in self.sums.values() for name in names}
        return [item for item in self.fields if item.name in used]

    @staticmethod
    def speed_of(metric):
        return metric.fields[1] if "load" in metric.functions else None

    @property
    def lists(self):
        return [item for item in self.fields if item.type == "list"]

    def meta(self, metric, known):
        return self.described.get(metric) or known[metric]

    def flat(self, values, path=""):
        """(path, field, value) of all that is there, elements of lists
        included."""
        for item in self.fields:
            if item.name not in values:
                continue
            value = values[item.name]
            yield path + item.name, item, value
            if item.type == "list":
                for place, element in enumerate(value):
                    yield from item.elements.flat(element, f"{path}{item.name}.{place}.")


# Expressions --------------------------------------------------------------

DELTA_CALLS = {"rate", "busy", "share", "ratio", "sum", "load"}
GAUGE_CALLS = {"percent", "since", "name", "text", "flags"}


def calls_of(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def codes_of(tree, used):
    """Of name() and flags() the field and how many codes it has."""
    function = tree.func.id if isinstance(tree, ast.Call) else None
    if function == "name":
        return used[0], len(tree.args) - 1
    return (used[0], 2 ** (len(tree.args) - 1)) if function == "flags" else ()


def compile_metric(golden, name, text):
    tree = ast.parse(text, mode="eval").body
    functions = {node.func.id for node in calls_of(tree)}
    if functions - DELTA_CALLS - GAUGE_CALLS:
        raise ValueError(f"{golden.name}: no function {functions}")
    called = [node.func for node in calls_of(tree)]
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n not in called]
    names = [n.id for n in sorted(names, key=lambda n: n.col_offset) if n.id not in golden.sums]
    used = [golden.by_name(n).name for n in names]
    about = used[-1] if "sum" in functions else used[0]
    deltas = bool(functions & DELTA_CALLS)
    return Metric(name, tree, used, about, deltas, functions, codes_of(tree, used))


OPERATORS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.BitAnd: lambda a, b: a & b,
}


def evaluate(node, scope):
    """The value of an expression; `scope` is a rules.Scope. Raises Absent."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return scope.value(node.id)
    if isinstance(node, ast.BinOp):
        left, right = evaluate(node.left, scope), evaluate(node.right, scope)
        return OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Call):
        args = [a.id if isinstance(a, ast.Name) else evaluate(a, scope) for a in node.args]
        return getattr(scope, "call_" + node.func.id)(*args)
    raise ValueError(f"unknown expression {ast.dump(node)}")


# Files --------------------------------------------------------------------


def line_record(golden, rest):
    words = rest.split()
    golden.tag, golden.record = words[:2]
    for word, tag in zip(words[2::2], words[3::2]):
        setattr(golden, {"beside": "beside", "not": "absent"}[word], tag)


def line_sample(golden, rest):
    line_record(golden, rest)
    golden.sample = True


def line_element(golden, rest):
    golden.record = rest


def line_totals(golden, rest):
    golden.record, golden.totals = rest, True


def line_part(golden, rest):
    golden.part = tuple((rest + " -").split()[:2])


def line_field(golden, rest):
    name, kind, *more = rest.split()
    if kind not in WIDTH and kind not in VARIABLE:
        raise ValueError(f"unknown type {kind}")
    elements = more.pop(0) if kind == "list" else None
    key = more.pop(0) if more and more[0] not in FLAGS else name
    if set(more) - set(FLAGS):
        raise ValueError(f"unknown flags {more}")
    golden.fields.append(Field(name, kind, key, tuple(more), elements))


def names_in(golden, text):
    return [golden.by_name(name.strip()).name for name in text.split(",")]


def line_total(golden, rest):
    name, names = rest.split("=")
    golden.sums[name.strip()] = names_in(golden, names)


def line_packets(golden, rest):
    octets, names = rest.split("=")
    golden.carriers.update(dict.fromkeys(names_in(golden, names), octets.strip()))


def line_cpus(golden, rest):
    number, names = rest.split("=")
    golden.cpus.update(dict.fromkeys(names_in(golden, names), number.strip()))


def line_limit(golden, rest):
    golden.limits += tuple(names_in(golden, rest))


def line_metric(golden, rest):
    name, text = rest.split("=", 1)
    golden.metrics.append(compile_metric(golden, name.strip(), text.strip()))


def line_describe(golden, rest):
    name, *columns = [c.strip() for c in rest.split("|")]
    golden.described[name] = Meta(*columns)


def line_kind(golden, rest):
    if rest not in KINDS:
        raise ValueError(f"unknown kind {rest}")
    golden.kind = rest


def line_only(golden, rest):
    if rest != "machine":
        raise ValueError(rest)
    golden.only_machine = True


def line_names(golden, rest):
    golden.names = rest


LINES = {
    "record": line_record,
    "sample": line_sample,
    "element": line_element,
    "totals": line_totals,
    "kind": line_kind,
    "only": line_only,
    "names": line_names,
    "part": line_part,
    "field": line_field,
    "total": line_total,
    "packets": line_packets,
    "cpus": line_cpus,
    "limit": line_limit,
    "metric": line_metric,
    "describe": line_describe,
}


def read_golden(path):
    golden = Golden(path.stem)
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        try:
            LINES[word](golden, rest.strip())
        except Exception as error:
            raise SystemExit(f"{path}:{number}: {error!r}")
    return golden


class Goldens(list):
    """All golden files; `wire` are those of records."""

    def __init__(self, goldens):
        super().__init__(goldens)
        self.named = {golden.name: golden for golden in self}
        for golden in self:
            for item in golden.lists:
                item.elements = self.named[item.elements]
        self.wire = [g for g in self if g.tag != "-" and not g.sample]
        self.rtmetric = next(g for g in self if g.sample)
        self.port_totals = next(g for g in self if g.totals)


def read_goldens(folder=HERE):
    return Goldens(read_golden(path) for path in sorted(folder.glob("*.golden")))


@functools.lru_cache(maxsize=None)
def custom_golden(rtmetric, name, number):
    """What a metric that an agent calls `name`, of this type, is read by."""
    item, metric = rtmetric.fields[number], rtmetric.metrics[number]
    described = {name: replace(rtmetric.described[metric.name], title=name)}
    more = {"fields": [item], "metrics": [replace(metric, name=name)], "described": described}
    return replace(rtmetric, **more)


def read_tsv(path):
    lines = [l for l in path.read_text().splitlines() if not l.startswith("#")]
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"))) for line in lines[1:]]


class Metas(dict):
    """name -> Meta."""

    __hash__ = object.__hash__


def read_metas(folder=HERE):
    """gmond's own table with the deviations applied. Also the faults found in
    the two files."""
    metas, faults = Metas(), []
    for row in read_tsv(folder / "gmond-metrics.tsv"):
        metas[row["name"]] = Meta(*(row[c] for c in Meta.COLUMNS))
    for row in read_tsv(folder / "deviations.tsv"):
        meta = metas[row["name"]]
        if getattr(meta, row["column"]) != row["gmond"] or row["gmond"] == row["ours"]:
            faults.append(f"deviations.tsv: {row['name']} {row['column']} is no deviation")
        if not row["reason"]:
            faults.append(f"deviations.tsv: {row['name']} has no reason")
        setattr(meta, row["column"], row["ours"])
    return metas, faults


def format_shape(fmt):
    """A pattern that a value printed with fmt matches."""
    decimals = re.fullmatch(r"%\.(\d+)f", fmt)
    if decimals:
        digits = int(decimals[1])
        return r"-?\d+" + (rf"\.\d{{{digits}}}" if digits else "")
    return {"%u": r"\d+", "%d": r"-?\d+", "%s": r".*"}[fmt]
