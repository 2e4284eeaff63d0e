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


class Tap:
    """Prints test points; the plan comes at the end."""

    def __init__(self):
        self.count = self.failed = 0

    def point(self, name, faults, checked=None):
        """Passes when there are no faults, and something was checked at all."""
        if checked == 0:
            faults = faults + ["nothing was checked"]
        self.count += 1
        self.failed += bool(faults)
        number = "" if checked is None else f" ({checked})"
        print(f"{'not ok' if faults else 'ok'} {self.count} - {name}{number}")
        for fault in faults[: compare.ENOUGH]:
            print(f"#   {fault}")
        if len(faults) > compare.ENOUGH:
            print(f"#   and {len(faults) - compare.ENOUGH} more")

    def done(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


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
        try:
            return parse(lines), faults
        except ValueError as error:
            return parse([]), faults + [str(error)]


class Checker:
    """All that is compared, and with what."""

    def __init__(self, tap, dump, goldens):
        self.tap, self.dump, self.goldens = tap, dump, goldens
        self.metas, self.faults = goldenfile.read_metas()
        self.table = []

    # sflow-dump table

    def check_table(self):
        point, goldens, metas = self.tap.point, self.goldens, self.metas
        point("golden files: gmond-metrics.tsv and deviations.tsv", self.faults, len(metas))
        self.table, faults = self.dump.parsed(compare.parse_table, "table")
        faults += compare.compare_table(self.table, goldens, metas)
        point("table: facts", faults, len(self.table))
        point("table: every metric", compare.compare_coverage(self.table, goldens, metas))
        point("table: unique names", compare.compare_unique(self.table, goldens))

    # recorded traffic

    def check_capture(self, name):
        datagrams, faults = captures.load(name, self.goldens)
        path = captures.FOLDER / f"{name}.pcap"
        point, count = self.tap.point, len(datagrams)
        point(f"{name}: sflowtool, golden files and framing agree", faults, count)
        seen, faults = self.dump.parsed(compare.parse_decode, "decode", path)
        point(f"{name}: decode: headers", faults + compare.compare_headers(datagrams, seen), count)
        point(f"{name}: decode: other records", compare.compare_others(datagrams, seen))
        for golden in captures.used(self.goldens, datagrams):
            found = compare.compare_golden(datagrams, seen, golden)
            point(f"{name}: decode: {golden.name}", *found)
        self.check_metrics(name, datagrams, path)

    def check_metrics(self, name, datagrams, path):
        expected = rules.replay(datagrams)
        seen, faults = self.dump.parsed(compare.parse_metrics, "metrics", path)
        faults += compare.compare_leftovers(expected, seen, datagrams, self.table)
        self.tap.point(f"{name}: metrics: no others", faults)
        for golden in captures.used(self.goldens, datagrams):
            if not rules.silent(golden, rules.Options()):
                found = compare.compare_metrics(expected, seen, golden, self.metas)
                self.tap.point(f"{name}: metrics: {golden.name}", *found)

    def check_option(self, name, option, meaning):
        datagrams, _ = captures.load(name, self.goldens)
        path = captures.FOLDER / f"{name}.pcap"
        faults, count = self.all_metrics(datagrams, meaning, "-o", option, "metrics", path)
        self.tap.point(f"{name}: metrics with {option}", faults, count)

    # made-up traffic

    def check_scenario(self, name, datagrams, folder):
        path = folder / (name.replace(" ", "-") + ".pcap")
        wire.write_pcap(path, datagrams)
        self.tap.point(f"made up: {name}: decode", *self.all_records(datagrams, path))
        faults, count = self.all_metrics(datagrams, rules.Options(), "metrics", path)
        used = captures.used(self.goldens, datagrams)
        mute = all(rules.silent(golden, rules.Options()) for golden in used)
        self.tap.point(f"made up: {name}: metrics", faults, None if mute else count)

    def all_records(self, datagrams, path):
        seen, faults = self.dump.parsed(compare.parse_decode, "decode", path)
        faults += compare.compare_headers(datagrams, seen)
        faults += compare.compare_others(datagrams, seen)
        checked = 0
        for golden in captures.used(self.goldens, datagrams):
            found, count = compare.compare_golden(datagrams, seen, golden)
            faults, checked = faults + found, checked + count
        return faults, checked

    def all_metrics(self, datagrams, options, *args):
        expected = rules.replay(datagrams, options)
        seen, faults = self.dump.parsed(compare.parse_metrics, *args)
        faults += compare.compare_leftovers(expected, seen, datagrams, self.table)
        for golden in captures.used(self.goldens, datagrams):
            faults += compare.compare_metrics(expected, seen, golden, self.metas)[0]
        return faults, len(expected)

    def check_all(self):
        self.check_table()
        for name in captures.names():
            self.check_capture(name)
        for name, option, meaning in OPTIONS:
            self.check_option(name, option, meaning)
        with tempfile.TemporaryDirectory() as folder:
            for name, datagrams in synthetic.scenarios(self.goldens):
                self.check_scenario(name, datagrams, Path(folder))


KVM = "hsflowd-kvm-libvirt-testdriver"
OPTIONS = (
    (KVM, "vm=host", rules.Options(vm="host")),
    (KVM, "vm=no", rules.Options(accept=tuple(k for k in goldenfile.KINDS if k != "vm"))),
    ("cluster", "accept=host", rules.Options(accept=("host",))),
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
