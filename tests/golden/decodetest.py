"""Tests check-decode.py: with any one field gone, doubled in a list, or changed, what
is printed is not accepted, neither as JSON nor as text.
"""
import copy
import json

import captures
import decodetext
import wire

MUTATIONS = 60  # tried of each datagram with a structure that was in none before


def places(value, path=()):
    """The ways to all that is in an object."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inner:
        yield (*path, key)
        if isinstance(part, (dict, list)):
            yield from places(part, (*path, key))


def other(value):
    """Another value, by as little as possible."""
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, list):
        return value + value[-1:] if value else [0]
    if isinstance(value, dict):
        return {**value, "more": 0}
    return value + 1


def changed(value, path, change):
    wrong = copy.deepcopy(value)
    holder = wrong
    for key in path[:-1]:
        holder = holder[key]
    if change == "gone":
        del holder[path[-1]]
    else:
        holder[path[-1]] = other(holder[path[-1]])
    return wrong


def spread(found, most):
    return found[:: max(1, len(found) // most)]


def unnoticed(checker, ours, theirs, walked):
    """The changes that are accepted, and how many were tried."""
    faults, count = [], 0
    ways = [(path, change) for path in places(ours) for change in ("gone", "other")]
    for path, change in spread(ways, MUTATIONS):
        count += 1
        wrong = changed(ours, path, change)
        if not checker.datagram(wrong, theirs, walked):
            faults.append(f"not noticed: {path} {change}")
    return faults, count


def unnoticed_text(ours):
    lines = [texts[0] for texts in decodetext.datagram(ours)]
    faults, tried = decodetext.faults_of([ours], lines), spread(range(len(lines)), MUTATIONS)
    for at in tried:
        for wrong in ([], [lines[at]] * 2, [lines[at] + "1"]):
            if not decodetext.faults_of([ours], lines[:at] + wrong + lines[at + 1 :]):
                faults.append(f"not noticed: {lines[at]!r} as {wrong}")
    return faults, 3 * len(tried)


def structures(datagram):
    for sample in datagram["samples"]:
        yield sample["format"]
        for record in sample.get("records", []):
            yield sample["format"], record["format"]


def check(tap, name, checker, lines, path):
    theirs = captures.read_json(captures.FOLDER / f"{name}.sflowtool.json.gz")
    walked, seen, faults, count = wire.walk_pcap(path), set(), [], 0
    for line, *others in zip(lines, theirs, walked):
        ours = json.loads(line)
        new = set(structures(ours)) - seen
        if not new:
            continue
        seen |= new
        for found, tried in (unnoticed(checker, ours, *others), unnoticed_text(ours)):
            faults, count = faults + found, count + tried
    tap.point(f"self-test: {name}: changes", faults, count)
