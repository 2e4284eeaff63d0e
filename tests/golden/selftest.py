"""Tests the test: what sflow-dump should print is accepted, and with any one
line gone, doubled, or changed in any one column it is not. A comparison that
can't fail would show here.
"""
import re

import captures
import compare
import goldenfile
import rules
import synthetic

MUTATIONS = 120  # tried for each list of lines, spread over all of them,
MUTATIONS_MADE_UP = 40  # and for each of the many that are made up


# What a right sflow-dump prints -------------------------------------------


def render_decode(datagrams, goldens):
    lines = []
    for d in datagrams:
        lines.append(("D", d.number, d.agent, d.sub_agent, d.sequence, d.uptime, d.arrival))
        for sample in d.samples:
            lines.append(("S", sample.tag, sample.sequence, sample.source))
            columns = compare.custom_columns(sample, goldens.rtmetric)
            lines += [("C", *custom) for custom in columns]
            for record in sample.records:
                lines += render_record(record)
    return ["\t".join(str(column) for column in line) for line in lines]


def render_record(record):
    golden = record.golden
    if golden is None:
        return [("U", record.tag, record.length)]
    head = ("R", golden.tag, golden.record, golden.beside or "-", record.length)
    fields = golden.flat(record.values)
    return [head] + [("F", path, goldenfile.text_of(f.type, v)) for path, f, v in fields]


def render_metrics(expected, counts, metas):
    lines = []
    for e in expected:
        meta = e.golden.meta(e.metric.name, metas)
        fmt = compare.fine_format(e, meta.format)
        value = e.value if fmt == "%s" else fmt.replace("u", ".0f") % e.value
        what = (e.name, meta.type, value, meta.units, meta.slope, e.group(meta), e.title(meta))
        where = (60, 600, e.source, e.sub_agent)
        lines.append(("M", e.datagram, e.agent, sorted(e.hosts)[-1], *what, *where))
    lines.append(("X", *(counts[name] for name in compare.STATISTICS)))
    return ["\t".join(str(column) for column in line) for line in lines]


def render_table(goldens, metas):
    lines = []
    for (tag, beside, record), g in compare.structures(goldens).items():
        for m in g.metrics:
            meta = g.meta(m.name, metas)
            facts = [getattr(meta, column) for column in meta.COLUMNS]
            row = ["T", tag, beside, g.kind, record, m.about, m.name, *facts]
            lines.append("\t".join(row))
    for name, kind in goldenfile.KINDS.items():
        lines.append("\t".join(("K", name, kind.naming, "yes" if kind.accepted else "no")))
    return lines


# Mutations ----------------------------------------------------------------


def other(text):
    """Another value than text, by as little as possible."""
    return str(int(text) + 1) if text.lstrip("-").isdigit() else text + "x"


def other_metric(column, text):
    """The same for the columns of an M line; some have a tolerance."""
    if column == "tmax":
        return "59"
    if column == "dmax":
        return "599"
    if column == "value" and re.fullmatch(r"-?\d+(\.\d+)?", text):
        decimals = len(text.partition(".")[2])
        value = float(text)
        return f"{value + max(3 * 10.0**-decimals, abs(value) * 0.003):.{decimals}f}"
    return other(text)


def changes_of(line):
    """The line gone, doubled, with any one column changed, with one more
    column and with one less."""
    yield []
    yield [line, line]
    yield [line + "\tx"]
    yield [line.rpartition("\t")[0]]
    letter, *columns = line.split("\t")
    for at, text in enumerate(columns):
        changed = other_metric(compare.METRIC[at], text) if letter == "M" else other(text)
        yield ["\t".join([letter, *columns[:at], changed, *columns[at + 1 :]])]


def mutations(lines, most):
    """Lists of lines, each wrong in one place; and what is wrong there."""
    found = [(at, change) for at, line in enumerate(lines) for change in changes_of(line)]
    for at in range(len(lines) - 1):
        if lines[at].startswith("F\t") and lines[at + 1].startswith("F\t"):
            found.append((at, [lines[at + 1], lines[at]]))
    stride = max(1, len(found) // most)
    for at, change in found[::stride]:
        drop = 2 if len(change) == 2 and change[0] != change[1] else 1
        yield lines[:at] + change + lines[at + drop :], f"{lines[at]!r} as {change}"


def unnoticed(lines, faults_of, most=MUTATIONS):
    """The control, that the right lines pass, and all mutations that pass
    though they should not; and how many were tried."""
    right = faults_of(lines)
    if right:
        return [f"right, but refused: {fault}" for fault in right], 1
    faults, count = [], 0
    for wrong, what in mutations(lines, most):
        count += 1
        if not faults_of(wrong):
            faults.append(f"not noticed: {what}")
    return faults, count


# The three outputs --------------------------------------------------------


def faults_of_decode(datagrams, goldens, lines):
    try:
        seen = compare.parse_decode(lines)
    except ValueError as error:
        return [str(error)]
    faults = compare.compare_headers(datagrams, seen, goldens.rtmetric)
    faults += compare.compare_others(datagrams, seen)
    return faults + compare.compare_records(datagrams, seen)[0]


def faults_of_metrics(expected, counts, metas, lines):
    try:
        seen = compare.parse_metrics(lines)
    except ValueError as error:
        return [str(error)]
    faults = compare.compare_leftovers(expected, seen)
    faults += compare.compare_statistics(counts, seen)
    return faults + compare.compare_metrics(expected, seen, metas)[0]


def faults_of_table(goldens, metas, lines):
    try:
        table = compare.Table(lines)
    except ValueError as error:
        return [str(error)]
    faults = compare.compare_table(table, goldens, metas) + compare.compare_unique(table, goldens)
    return faults + compare.compare_coverage(table, goldens, metas) + compare.compare_kinds(table)


def check_traffic(tap, name, datagrams, goldens, metas, most=MUTATIONS):
    lines = render_decode(datagrams, goldens)
    found = unnoticed(lines, lambda wrong: faults_of_decode(datagrams, goldens, wrong), most)
    tap.point(f"self-test: {name}: decode", *found)
    expected, counts = rules.replay(goldens, datagrams, synthetic.LOUD[0][1])
    lines = render_metrics(expected, counts, metas)
    if expected:
        right = (expected, counts, metas)
        found = unnoticed(lines, lambda wrong: faults_of_metrics(*right, wrong), most)
        tap.point(f"self-test: {name}: metrics", *found)


def check(tap, goldens):
    metas, _ = goldenfile.read_metas()
    lines = render_table(goldens, metas)
    found = unnoticed(lines, lambda wrong: faults_of_table(goldens, metas, wrong))
    tap.point("self-test: table", *found)
    for golden in goldens.wire:
        datagrams = synthetic.steps(goldens, golden)[:2]
        check_traffic(tap, golden.name, datagrams, goldens, metas, MUTATIONS_MADE_UP)
    totals = synthetic.port_totals(goldens)[:9]
    for name, datagrams in (("custom", synthetic.custom_metrics(goldens)), ("totals", totals)):
        check_traffic(tap, name, datagrams, goldens, metas)
    for name in captures.names():
        datagrams, _ = captures.load(name, goldens)
        check_traffic(tap, name, datagrams[:16], goldens, metas)
