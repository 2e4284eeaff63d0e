"""The golden files: what a counter structure holds and what its metrics are.

README.md describes the format. Nothing here looks at the C sources: this is
the second, independent statement of what the record table in sflow/records.c
has to say.
"""
import ast
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent

ALL_ONES = {"u32": 2**32 - 1, "u64": 2**64 - 1, "pct": -1}
WIDTH = {"u32": 4, "u64": 8, "i32": 4, "pct": 4, "f32": 4, "uuid": 16}


class Absent(Exception):
    """The rules say that there is no value."""


@dataclass
class Field:
    name: str
    type: str
    key: str = None  # sflowtool's name of it
    flags: tuple = ()

    @property
    def tail(self):
        return "tail" in self.flags

    def supported(self, value):
        return value != ALL_ONES.get(self.type) and not (self.type == "f32" and value == -1.0)

    def theirs(self, element):
        """sflowtool's text of this field, or None when the wire has no such
        field."""
        if self.key in element:
            return element[self.key]
        if "unless_empty" in self.flags:
            return ""
        if self.tail:
            return None
        raise ValueError(f"sflowtool has no {self.key}")

    def value_of_theirs(self, text):
        if "percent100" in self.flags:
            return -1 if text == "unknown" else round(float(text) * 100)
        if self.type == "f32":
            return float(text)
        return text if self.type in ("string", "uuid") else int(text)

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
        except ValueError:
            return False
        return ours == theirs


def single(value):
    """The 32-bit float next to value."""
    return struct.unpack(">f", struct.pack(">f", value))[0]


MACHINE_KINDS = ("host", "gpu", "ip")  # of the machine itself
KINDS = MACHINE_KINDS + ("vm", "jvm", "http", "memcache")


def text_of(kind, value):
    """How sflow-dump prints a value of the wire."""
    return "%.9g" % single(value) if kind == "f32" else str(value)


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
    fields: list  # that it uses; the first is the one that it is about
    deltas: bool  # whether it compares with the sample before
    function: str  # of the outermost call, or None


@dataclass
class Golden:
    name: str
    tag: str = None
    record: str = None
    beside: str = None  # only beside this structure
    absent: str = None  # only without this one
    kind: str = "host"
    only_machine: bool = False
    fields: list = field(default_factory=list)
    totals: dict = field(default_factory=dict)
    metrics: list = field(default_factory=list)
    described: dict = field(default_factory=dict)

    def by_name(self, name):
        for item in self.fields:
            if item.name == name or "_" + item.name == name:
                return item
        raise ValueError(f"{self.name}: no field {name}")

    @property
    def counters(self):
        """Fields whose going back tells of a reset."""
        used = {name for metric in self.metrics if metric.deltas for name in metric.fields}
        used |= {name for names in self.totals.values() for name in names}
        return [item for item in self.fields if item.name in used]

    def meta(self, metric, known):
        return self.described.get(metric) or known[metric]


# Expressions --------------------------------------------------------------

DELTA_CALLS = {"rate", "busy", "share", "ratio"}
GAUGE_CALLS = {"percent", "since", "name", "text"}


def compile_metric(golden, name, text):
    tree = ast.parse(text, mode="eval").body
    used, deltas = [], False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if node.func.id not in DELTA_CALLS | GAUGE_CALLS:
                raise ValueError(f"{golden.name}: no function {node.func.id}")
            deltas = deltas or node.func.id in DELTA_CALLS
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n not in functions]
    for node in sorted(names, key=lambda n: n.col_offset):
        if node.id not in golden.totals:
            used.append(golden.by_name(node.id).name)
    function = tree.func.id if isinstance(tree, ast.Call) else None
    return Metric(name, tree, used, deltas, function)


OPERATORS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
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
        args = [a.id if isinstance(a, ast.Name) else a.value for a in node.args]
        return getattr(scope, "call_" + node.func.id)(*args)
    raise ValueError(f"unknown expression {ast.dump(node)}")


# Files --------------------------------------------------------------------


def line_record(golden, rest):
    words = rest.split()
    golden.tag, golden.record = words[:2]
    for word, tag in zip(words[2::2], words[3::2]):
        setattr(golden, {"beside": "beside", "not": "absent"}[word], tag)


def line_field(golden, rest):
    name, kind, *more = rest.split()
    if kind not in WIDTH and kind != "string":
        raise ValueError(f"unknown type {kind}")
    golden.fields.append(Field(name, kind, more[0], tuple(more[1:])))


def line_total(golden, rest):
    name, names = rest.split("=")
    golden.totals[name.strip()] = [golden.by_name(n.strip()).name for n in names.split(",")]


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


LINES = {
    "record": line_record,
    "kind": line_kind,
    "only": line_only,
    "field": line_field,
    "total": line_total,
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


def read_goldens(folder=HERE):
    return [read_golden(path) for path in sorted(folder.glob("*.golden"))]


def read_tsv(path):
    lines = [l for l in path.read_text().splitlines() if not l.startswith("#")]
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"))) for line in lines[1:]]


def read_metas(folder=HERE):
    """name -> Meta: gmond's own table with the deviations applied. Also the
    faults found in the two files."""
    metas, faults = {}, []
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
    decimals = re.fullmatch(r"%\.(\d)f", fmt)
    if decimals:
        digits = int(decimals[1])
        return r"-?\d+" + (rf"\.\d{{{digits}}}" if digits else "")
    return {"%u": r"\d+", "%d": r"-?\d+", "%s": r".*"}[fmt]
