#!/usr/bin/env python3
"""Checks sflow-dump, and so the record table and the rules, against recorded
and made-up traffic. Prints TAP. See README.md.

usage: check-golden.py [--dump PATH] [--self-test]
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # the source folder may be read-only

import captures  # noqa: E402
import compare  # noqa: E402
import goldenfile  # noqa: E402
import rules  # noqa: E402
import selftest  # noqa: E402
import synthetic  # noqa: E402
import wire  # noqa: E402
from tap import Tap  # noqa: E402


class Dump:
    """sflow-dump."""

    def __init__(self, path):
        self.path = path

    def lines(self, *args):
        """Its output; what is said on standard error, or a status, is a
        fault."""
        run = subprocess.run([self.path, *args], capture_output=True, timeout=60)
        text = run.stdout.decode("latin-1")
        lines = text.removesuffix("\n").split("\n") if text else []
        faults = []
        if run.returncode:
            faults.append(f"sflow-dump {' '.join(map(str, args))} ended with {run.returncode}")
        return lines, faults + run.stderr.decode("latin-1").splitlines()

    def parsed(self, parse, *args):
        """Its output, parsed, and faults."""
        lines, faults = self.lines(*args)
        return self.parse(parse, lines, faults)

    @staticmethod
    def parse(parse, lines, faults):
        try:
            return parse(lines), faults
        except ValueError as error:
            return parse([]), faults + [str(error)]

    def each(self, parse, *args, files):
        """The same for each of several files, in one run."""
        lines, faults = self.lines(*args, *files)
        heads = [f"P\t{path}" for path in files]
        if len(files) == 1:
            lines = heads + lines
        if [line for line in lines if line.startswith("P\t")] != heads:
            return [(parse([]), faults + ["not all files were read"])] * len(files)
        ends = [lines.index(head) for head in heads] + [len(lines)]
        parts = (lines[at + 1 : end] for at, end in zip(ends, ends[1:]))
        return [self.parse(parse, part, faults) for part in parts]


class Checker:
    """All that is compared, and with what."""

    def __init__(self, tap, dump, goldens):
        self.tap, self.dump, self.goldens = tap, dump, goldens
        self.metas, self.faults = goldenfile.read_metas()

    # sflow-dump table

    def check_table(self):
        point, goldens, metas = self.tap.point, self.goldens, self.metas
        point("golden files: gmond-metrics.tsv and deviations.tsv", self.faults, len(metas))
        table, faults = self.dump.parsed(compare.Table, "table")
        faults += compare.compare_table(table, goldens, metas)
        point("table: facts", faults, len(table))
        point("table: every metric", compare.compare_coverage(table, goldens, metas))
        point("table: unique names", compare.compare_unique(table, goldens))
        point("table: kinds", compare.compare_kinds(table), len(table.kinds))

    # recorded traffic

    def check_capture(self, name):
        datagrams, faults = captures.load(name, self.goldens)
        path = captures.FOLDER / f"{name}.pcap"
        point, count = self.tap.point, len(datagrams)
        point(f"{name}: sflowtool, golden files and framing agree", faults, count)
        point(f"{name}: every counter record is known", captures.unread(datagrams))
        seen, faults = self.dump.parsed(compare.parse_decode, "decode", path)
        faults += compare.compare_headers(datagrams, seen, self.goldens.rtmetric)
        point(f"{name}: decode: headers", faults, count)
        point(f"{name}: decode: other records", compare.compare_others(datagrams, seen))
        used = captures.used(self.goldens, datagrams)
        for golden in used:
            found = compare.compare_records(datagrams, seen, golden)
            point(f"{name}: decode: {golden.name}", *found)
        self.check_metrics(name, datagrams, path)

    def check_metrics(self, name, datagrams, path):
        """With all that the table can make, each structure on its own."""
        options = rules.Options(accept=tuple(goldenfile.KINDS))
        expected, counts = rules.replay(self.goldens, datagrams, options)
        arguments = ("-o", "accept=all", "metrics", path)
        seen, faults = self.dump.parsed(compare.parse_metrics, *arguments)
        faults += compare.compare_leftovers(expected, seen)
        self.tap.point(f"{name}: metrics: no others", faults)
        self.tap.point(f"{name}: metrics: counts", compare.compare_statistics(counts, seen))
        unknown = [f"{counts['unknown']} samples and records are"] * bool(counts["unknown"])
        self.tap.point(f"{name}: nothing is unknown", unknown)
        used = captures.used(self.goldens, datagrams)
        names = {golden.name for golden in used if not rules.silent(golden, options)}
        for golden in sorted(names | {e.golden.name for e in expected}):
            of_golden = [e for e in expected if e.golden.name == golden]
            found = compare.compare_metrics(of_golden, seen, self.metas)
            self.tap.point(f"{name}: metrics: {golden}", *found)

    def check_option(self, name, option, meaning):
        datagrams, _ = captures.load(name, self.goldens)
        path = captures.FOLDER / f"{name}.pcap"
        arguments = ("-o", option) if option else ()
        faults, count = self.all_metrics(datagrams, meaning, *arguments, "metrics", path)
        self.tap.point(f"{name}: metrics with {option or 'no options'}", faults, count)

    def all_metrics(self, datagrams, options, *args):
        return self.metrics(datagrams, options, *self.dump.parsed(compare.parse_metrics, *args))

    def metrics(self, datagrams, options, seen, faults):
        expected, counts = rules.replay(self.goldens, datagrams, options)
        faults = faults + compare.compare_leftovers(expected, seen)
        faults += compare.compare_statistics(counts, seen)
        found, count = compare.compare_metrics(expected, seen, self.metas)
        return faults + found, count

    # made-up traffic

    def check_scenarios(self, scenarios, options, folder):
        """Scenarios with the same options."""
        files = [folder / f"{name.replace(' ', '-')}.pcap" for name, _ in scenarios]
        for path, (_, datagrams) in zip(files, scenarios):
            wire.write_pcap(path, datagrams, self.goldens.rtmetric)
        decoded = self.dump.each(compare.parse_decode, "decode", files=files)
        told = []
        for option, _ in options:
            arguments = ("-o", option, "metrics")
            told.append(self.dump.each(compare.parse_metrics, *arguments, files=files))
        for (name, datagrams), seen, *by_option in zip(scenarios, decoded, *told):
            self.tap.point(f"made up: {name}: decode", *self.records(datagrams, *seen))
            found = self.made_up_metrics(datagrams, options, by_option)
            self.tap.point(f"made up: {name}: metrics", *found)

    def records(self, datagrams, seen, faults):
        faults = faults + compare.compare_headers(datagrams, seen, self.goldens.rtmetric)
        faults += compare.compare_others(datagrams, seen)
        found, checked = compare.compare_records(datagrams, seen)
        checked += sum(len(s.custom) for d in datagrams for s in d.samples)
        has_records = any(s.records or s.custom for d in datagrams for s in d.samples)
        return faults + found, checked if has_records else None

    def made_up_metrics(self, datagrams, options, told):
        faults, checked = [], 0
        for (option, meaning), seen in zip(options, told):
            found, count = self.metrics(datagrams, meaning, *seen)
            faults, checked = faults + [f"{option}: {f}" for f in found], checked + count
        used = captures.used(self.goldens, datagrams)
        mute = all(rules.silent(golden, options[0][1]) for golden in used)
        return faults, None if mute else checked

    def check_all(self):
        self.check_table()
        for name in captures.names():
            self.check_capture(name)
        for name in captures.names():
            self.check_option(name, None, rules.Options())
        for name, option, meaning in OPTIONS:
            self.check_option(name, option, meaning)
        with tempfile.TemporaryDirectory() as folder:
            for scenarios, options in synthetic.scenarios(self.goldens):
                self.check_scenarios(scenarios, options, Path(folder))


KVM = "hsflowd-kvm-libvirt-testdriver"
OPTIONS = (
    (KVM, "vm=host", rules.Options(vm="host")),
    (KVM, "vm=no", rules.Options(accept=tuple(k for k in rules.DEFAULT if k != "vm"))),
    ("cluster", "accept=host", rules.Options(accept=("host",))),
    ("cluster", "accept=host jvm -host", rules.Options(accept=("jvm",))),
    ("cluster", "multiple_http=yes", rules.Options(multiple=("http",))),
    ("cluster", "multiple_memcache=yes", rules.Options(multiple=("memcache",))),
    ("cluster", "multiple_jvm=yes", rules.Options(multiple=("jvm",))),
)


def default_dump():
    top = os.environ.get("abs_top_builddir", os.getcwd())
    return os.environ.get("SFLOW_DUMP", os.path.join(top, "tests/tools/sflow-dump"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dump", default=default_dump(), help="path of sflow-dump")
    parser.add_argument("--self-test", action="store_true", help="only test this test")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    tap, goldens = Tap(), goldenfile.read_goldens()
    selftest.check(tap, goldens)
    if not options.self_test:
        if not os.access(options.dump, os.X_OK):
            print(f"Bail out! {options.dump} is not there; --dump says where it is")
            return 99
        Checker(tap, Dump(options.dump), goldens).check_all()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
