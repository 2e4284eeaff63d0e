#!/usr/bin/env python3
"""sflowget against XML that is invented here: hosts that are down, late or of another
kind, as gmond, gmetad or gmetad-bridge would print them.
"""
import os
import sys

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import site_xml  # noqa: E402
from site_xml import FOUND, NOT_FOUND, USAGE, expect  # noqa: E402

HELD_S = 45  # gmond's TN of a host that is up is no larger


def host(name, metrics=None, **attributes):
    return site_xml.host(name, metrics or {"load_one": 1}, **attributes)


def names_of(result):
    return [line.split()[0] for line in result.stdout.decode().splitlines()]


def ages(tap):
    """A host of gmond's that is down has a TN beyond four TMAX, whatever its silence
    is; the metrics have the truth. The bridge has it in REPORTED."""
    site = site_xml.Site([
        host("silent", age=14, TN=81), host("slow", age=50, TN=HELD_S),
        host("fast", age=3, TN=3), host("bridge", age=400, TN=81, REPORTED=4967),
        host("switch", age=90, TN=HELD_S, tmax=120)])
    for name, age in (("silent", 14), ("slow", 50), ("fast", 3), ("bridge", 33),
                      ("switch", 90)):
        with tap.point(f"the age of a host: {name}") as faults:
            agent = site.json(name)["agents"][0]
            listed = site.get("--list").stdout.decode()
            if agent["age"] != age:
                faults.append(f"--json: {agent['age']}")
            line, = (li for li in listed.splitlines() if li.split()[0] == name)
            if line.split()[-2:] != [str(age), "s"]:
                faults.append(f"--list: {line}")


def addresses(tap):
    site = site_xml.Site([host("a", IP="fd80--4"), host("fd80--5", IP="fd80--5"),
                          host("b", IP="192.0.2.4")])
    with tap.point("IPv6: found in each spelling, printed with colons") as faults:
        for asked in ("fd80::4", "fd80:0:0::4", "fd80--4", "FD80::0004"):
            expect(faults, site.get("--value", asked, "load_one"), FOUND, "1\n")
            agents = site.json(asked)["agents"]
            if [a["address"] for a in agents] != ["fd80::4"]:
                faults.append(f"{asked}: {agents}")
        expect(faults, site.get("--value", "fd80::5", "load_one"), FOUND, "1\n")
        expect(faults, site.get("--value", "fd80::6", "load_one"), NOT_FOUND, "")
        if b"fd80::4 " not in site.get("--list").stdout:
            faults.append("not in --list")


def lists(tap):
    site = site_xml.Site([
        host("node10"), host("node2", age=90, TN=90), host("node1", age=46, TN=45),
        host("node3", age=44, TN=44), host("node20", age=91, TN=45, tmax=120),
        host("node9", age=89, TN=45, tmax=120)])
    with tap.point("--list: in the order of the names' numbers") as faults:
        if names_of(site.get("--list")) != ["node1", "node2", "node3", "node9",
                                            "node10", "node20"]:
            faults.append(site.get("--list"))
    with tap.point("--list --down, --late") as faults:
        for options, names in ((["--down"], ["node2"]),
                               (["--late"], ["node1", "node20"]),
                               (["--down", "--late"], ["node1", "node2", "node20"]),
                               (["--late", "node1"], ["node1"]),
                               (["--down", "node1*"], [])):
            result = site.get("--list", *options)
            if names_of(result) != names or result.returncode != FOUND:
                faults.append(f"{options}: {result}")


def test(tap, _session):
    ages(tap)
    addresses(tap)
    lists(tap)


if __name__ == "__main__":
    ganglia.run(test)
