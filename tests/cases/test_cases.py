#!/usr/bin/env python3
"""Recordings of odd agents, and what is right of each: the files *.tsv of this folder,
whose lines are

    FILE  OPTIONS  WHAT  RULE

OPTIONS are those of tests/tools/replay ("-": none). WHAT is "HOST METRIC" (patterns of
the shell), "event TEXT" (a pattern, too), "stat NAME", or "host NAME". RULE is

    in A B [N]   each value lies between A and B, and there are N at least (1)
    last A B     the last value does
    texts T,...  each value is one of these
    none         there is none
    count A B    there are so many: values, events, or hosts at the end
    up, down     so the hosts are at the end; all of that name
"""
import fnmatch
import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ.get("abs_top_srcdir", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("abs_top_builddir", SOURCE / "build"))
CASES = SOURCE / "tests" / "cases"

sys.path.insert(0, str(SOURCE / "tests" / "golden"))
from tap import Tap  # noqa: E402


def replay(file, options, tool):
    """The lines of a replay, in fields."""
    command = [str(tool)] + (options.split() if options != "-" else [])
    done = subprocess.run(command + [str(CASES / file)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(f"{file}: {done.stderr or done.returncode}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def found(lines, what):
    """The texts that a WHAT means, in the order of time."""
    first, _, rest = what.partition(" ")
    if first == "event":
        return [f[2] for f in lines if f[0] == "E" and fnmatch.fnmatchcase(f[2], rest)]
    if first == "stat":
        return [f[2] for f in lines if f[0] == "S" and f[1] == rest]
    if first == "host":
        return [f[2] for f in lines if f[0] == "H" and fnmatch.fnmatchcase(f[1], rest)]
    return [f[4] for f in lines
            if f[0] == "V" and fnmatch.fnmatchcase(f[2], first)
            and fnmatch.fnmatchcase(f[3], rest)]


def within(text, low, high):
    return float(low) <= float(text) <= float(high)


def judge(texts, rule):
    """What is wrong by the rule; "" where nothing is."""
    word, *rest = rule.split(" ", 1)
    args = rest[0].split(" ") if rest else []
    if word == "none":
        bad = texts
    elif word == "count":
        bad = [] if within(len(texts), *args) else [f"{len(texts)} of them"]
    elif word in ("up", "down"):
        bad = [text for text in texts or ["none there"] if text != word]
    elif not texts or len(texts) < int((args + ["1"] * 3)[2] if word == "in" else 1):
        bad = [f"{len(texts)} values"]
    elif word == "texts":
        bad = [text for text in texts if text not in rest[0].split(",")]
    else:
        chosen = texts[-1:] if word == "last" else texts
        bad = [text for text in chosen if not within(text, *args[:2])]
    return ", ".join(bad[:4])


def check_file(tap, file, rows, tool):
    faults, replays = [], {}
    for options, what, rule in rows:
        if options not in replays:
            replays[options] = replay(file, options, tool)
        bad = judge(found(replays[options], what), rule)
        if bad:
            faults.append(f"{what}: {bad}; right is: {rule}")
    tap.point(file, faults, len(rows))


def check_itself(tap):
    """What is wrong is seen."""
    wrong = [(["2"], "in 0 1"), ([], "in 0 1"), (["1"], "in 0 1 2"), (["1"], "none"),
             (["1", "2"], "count 0 1"), (["down"], "up"), ([], "up"),
             (["0", "5"], "last 0 1"), (["a"], "texts b,c")]
    right = [(["1"], "in 0 1"), ([], "none"), (["1"], "count 1 1"), (["up"], "up"),
             (["5", "0"], "last 0 1"), (["b c"], "texts b c")]
    faults = [f"{rule} let {texts} pass" for texts, rule in wrong
              if not judge(texts, rule)]
    faults += [f"{rule} of {texts}: {judge(texts, rule)}" for texts, rule in right
               if judge(texts, rule)]
    tap.point("what is wrong is seen", faults)


def main():
    tap = Tap()
    tool = Path(sys.argv[1]) if len(sys.argv) > 1 else BUILD / "tests/tools/replay"
    files = {}
    for table in sorted(CASES.glob("*.tsv")):
        for line in table.read_text(encoding="ascii").splitlines():
            if line and not line.startswith("#"):
                file, *row = line.split("\t")
                files.setdefault(file, []).append(row)
    for file, rows in files.items():
        check_file(tap, file, rows, tool)
    check_itself(tap)
    return tap.done()


sys.exit(main())
