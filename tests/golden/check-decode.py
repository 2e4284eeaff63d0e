#!/usr/bin/env python3
"""Checks what sflowget --decode prints of recorded traffic against sflowtool's decode,
field by field, both ways: all that sflowtool says has to be there, and all that is
there has to be said by sflowtool, or by the bytes. The text has to say the same as
the JSON. Prints TAP. See README.md.

usage: check-decode.py [--program PATH] [--self-test]
"""
import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # the source folder may be read-only

import captures  # noqa: E402
import decodetext  # noqa: E402
import decodetheirs  # noqa: E402
import decodetest  # noqa: E402
import goldenfile  # noqa: E402
import wire  # noqa: E402
from tap import Tap  # noqa: E402

UNKNOWN = "43874:77"  # a format that nobody has


def run(program, path, *form):
    """The lines that it prints of a file, and faults."""
    command = [program, "--decode", *form, "--port", "0", "--read", path]
    done = subprocess.run(command, capture_output=True, timeout=120)
    faults = [f"{program} ended with {done.returncode}"] if done.returncode else []
    faults += done.stderr.decode("latin-1").splitlines()
    return done.stdout.decode().splitlines(), faults


def check_capture(tap, program, name, checker):
    path = captures.FOLDER / f"{name}.pcap"
    theirs = captures.read_json(captures.FOLDER / f"{name}.sflowtool.json.gz")
    walked = wire.walk_pcap(path)
    lines, faults = run(program, path, "--json")
    ours = [json.loads(line, object_pairs_hook=captures.unique_keys) for line in lines]
    if len(ours) != len(theirs):
        faults.append(f"{len(ours)} datagrams, not {len(theirs)}")
    fields = 0
    for number, three in enumerate(zip(ours, theirs, walked), 1):
        found = checker.datagram(*three)
        faults += [f"datagram {number}: {fault}" for fault in found]
        fields += decodetheirs.count_of(three[0])
    tap.point(f"{name}: as sflowtool has it: fields", faults, fields)
    text, faults = run(program, path)
    faults += decodetext.faults_of(ours, text)
    tap.point(f"{name}: the text says the same: lines", faults, len(text))


def made_unknown(data, walked):
    """A recording's bytes, with another format in front of each record."""
    data, at = bytearray(data), 0
    for record in records_of(walked):
        head = struct.pack(">II", wire.tag_number(record.tag), record.length)
        at = data.index(head + record.body, at)
        data[at : at + 4] = struct.pack(">I", wire.tag_number(UNKNOWN))
        at += len(head) + record.length  # in a sampled header there may be sFlow, too
    return data


def records_of(walked):
    return [record for d in walked for sample in d.samples for record in sample.records]


def check_unknown(tap, program, name, folder):
    """The same traffic, if nobody knew any record: they are there by their length."""
    path = captures.FOLDER / f"{name}.pcap"
    other, walked = folder / path.name, wire.walk_pcap(path)
    other.write_bytes(made_unknown(path.read_bytes(), walked))
    lines, faults = run(program, other, "--json")
    found = [r for d in map(json.loads, lines) for s in d["samples"] for r in s.get("records", [])]
    expected = records_of(walked)
    if len(found) != len(expected):
        faults.append(f"{len(found)} records, not {len(expected)}")
    for ours, record in zip(found, expected):
        length = {"format": UNKNOWN, "length": record.length}
        rest = {"rest_length": record.length, "rest": record.body.hex()}
        if ours != (length | rest if record.length else length):
            faults.append(f"{ours} of {record.length} bytes")
    tap.point(f"{name}: if they were unknown: records", faults, len(expected))


def main():
    parser = argparse.ArgumentParser()
    top = os.environ.get("abs_top_builddir", os.getcwd())
    parser.add_argument(
        "--program",
        default=os.path.join(top, "tools/sflowget/sflowget"),
        help="path of sflowget",
    )
    parser.add_argument("--self-test", action="store_true", help="only test this test")
    options = parser.parse_args()
    tap, goldens = Tap(), goldenfile.read_goldens()
    checker = decodetheirs.Checker(goldens)
    if not os.access(options.program, os.X_OK):
        print(f"Bail out! {options.program} is not there; --program says where it is")
        return 99
    for name in captures.names():
        path = captures.FOLDER / f"{name}.pcap"
        if not options.self_test:
            check_capture(tap, options.program, name, checker)
            with tempfile.TemporaryDirectory() as folder:
                check_unknown(tap, options.program, name, Path(folder))
        lines, _ = run(options.program, path, "--json")
        decodetest.check(tap, name, checker, lines, path)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
