#!/usr/bin/env python3
"""sflowget against XML that is invented here: hosts that are down, late or of another
kind, as gmond, gmetad or gmetad-bridge would print them.
"""
import json
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


def mixed(tap):
    """Servers have a load, switches have none; one host is down, its values are old."""
    site = site_xml.Site([
        host("node1"), host("node2", {"swap_in": 3, "load_one": 2}),
        host("switch1", {"swp1.bytes_in": 5}), host("node3", age=900, TN=900)])
    with tap.point("a pattern of agents passes over those without the metric") as faults:
        expect(faults, site.get("--value", "*", "load_one"), FOUND, "1\n2\n\n", "")
        expect(faults, site.get("--prometheus", "*", "load_one"), FOUND)
        expect(faults, site.get("--prometheus", "node*"), FOUND)
        agents = site.json("*", "swp1.*", "swap_in")["agents"]
        if [a["agent"] for a in agents] != ["node2", "switch1"]:
            faults.append(agents)
        for one in ("switch1", "node3"):
            expect(faults, site.get("--value", one, "load_one"), NOT_FOUND, "\n")
    with tap.point("what no agent has is told, once") as faults:
        for options in (["*", "load_one", "nothing"], ["*", "load_one", "nothing*"],
                        ["node3*", "load_one"], ["switch*", "load_one"],
                        ["node3*"]):
            result = site.get(*options)
            expect(faults, result, NOT_FOUND, err="no agent has a value")
            if result.stderr.count(b"\n") != 1:
                faults.append(result.stderr)


def human(tap):
    site = site_xml.Site([host("a", {"mem_free": (8123456, "KB"),
                                     "swp1.bytes_in": (12345678, "bytes/sec")})])
    with tap.point("--human") as faults:
        rows = [line.split() for line in site.get("--human", "a").stdout.decode()
                .splitlines()[2:]]
        if [row[1:-2] for row in rows] != [
                ["7.75", "GB"], ["12.3M", "bytes/sec", "=", "98.8M", "bit/s"]]:
            faults.append(rows)


def servers(tap):
    """Ten ports of two switches, a server, and one that is down."""
    site = site_xml.Site(
        [host(f"sw{i}", {f"swp{n}.util_in": (10 * i + n, "%") for n in range(5)})
         for i in (1, 2)] + [host("web"), host("off", {"swp1.util_in": 99}, TN=900)],
        interactive=True,
        d=[host("old", {"swp1.util_in": 98}, age=241, TN=5),
           host("text", {"swp1.util_in": "97", "os_name": "Linux"})])
    with tap.point("--servers: the highest of all, by one query") as faults:
        result = site.get("--servers", "*.util_*", "--count", 3)
        expect(faults, result, FOUND,
               "24  %  sw2  swp4.util_in  c\n23  %  sw2  swp3.util_in  c\n"
               "22  %  sw2  swp2.util_in  c\n10 values of 2 agents: lowest 10, "
               "1/4 to 12.25, median 17, 3/4 to 21.75, highest 24\n", "")
        if site.queries != ["/"]:
            faults.append(site.queries)
        out = site.get("--servers", "*.util_*").stdout.decode()
        if out.count("\n") != 11:
            faults.append(out)
    with tap.point("--servers: of a pattern of agents, and as JSON") as faults:
        found = json.loads(site.get("--servers=*.util_in", "--json", "--count=1",
                                    "sw1*").stdout)
        top, = found.pop("servers")
        if top != {"agent": "sw1", "cluster": "c", "metric": "swp4.util_in",
                   "value": 14, "units": "%", "age": 1} or \
                found != {"values": 5, "agents": 1, "lowest": 10, "highest": 14,
                          "first_quartile": 11, "median": 12, "third_quartile": 13}:
            faults.append((top, found))
        expect(faults, site.get("--servers", "nothing", "--json"), NOT_FOUND,
               '{"servers":[],"values":0,"agents":0}\n', "no agent has a value")
        expect(faults, site.get("--servers", "os_name"), NOT_FOUND, "",
               "os_name: its values are texts")
        expect(faults, site.get("--servers", "load_on"), NOT_FOUND, "",
               "is it load_one?")
    with tap.point("--count is not ignored, and not 0") as faults:
        for wrong in (["--count=5", "--list"], ["--count=2", "web", "load_one"],
                      ["--servers", "load_one", "--count=0"]):
            expect(faults, site.get(*wrong), USAGE, "", "--count")
    with tap.point("--list of a pattern: the agents") as faults:
        lines = site.get("--list", "sw*").stdout.decode().splitlines()
        if [line.split()[0] for line in lines] != ["sw1", "sw2"]:
            faults.append(lines)
    with tap.point("--servers: usage") as faults:
        for wrong in (["--csv"], ["--count=10001"], ["--list"], ["a", "b"],
                      ["--decode", "--read", "x"]):
            expect(faults, site.get("--servers", "load_one", *wrong), USAGE, "",
                   "--")


def hints(tap):
    site = site_xml.Site([host("node1.example.net"), host("core-1"), host("WEB"),
                          host("a" * 200), host("web\x9b31m")])
    with tap.point("near misses: is it that?") as faults:
        for asked, near in (("node1", "node1.example.net"), ("core1", "core-1"),
                            ("web", "WEB"), ("core-1.example.net", "core-1")):
            expect(faults, site.get(asked), NOT_FOUND,
                   err=f"{asked}: there is no such agent; is it {near}?\n")
        expect(faults, site.get("core-1", "load_ones"), NOT_FOUND,
               err="load_ones: there is no such metric; is it load_one?\n")
        expect(faults, site.get("*", "load_ones"), NOT_FOUND,
               err="load_ones: no agent has a value of that; is it load_one?\n")
        expect(faults, site.get("--servers", "load_one", "nobody"), NOT_FOUND, "",
               "nobody: there is no such agent")
        expect(faults, site.get("--cluster", "nets", "--list"), NOT_FOUND,
               err="there is no agent in cluster nets\n")
        expect(faults, site.get("--cluster", "d", "core-1"), NOT_FOUND,
               err="core-1: there is no such agent in cluster d\n")
    with tap.point("an interactive port is asked once more for a hint") as faults:
        there = site_xml.Site([host("node1.example.net")], interactive=True)
        expect(faults, there.get("--value", "node1.example.net", "load_one"), FOUND)
        if there.queries != ["/*/node1.example.net"]:
            faults.append(there.queries)
        expect(faults, there.get("node1"), NOT_FOUND,
               err="node1: there is no such agent; is it node1.example.net?\n")
        if there.queries[1:] != ["/*/node1", "/*/*?filter=summary"]:
            faults.append(there.queries)
    with tap.point("who was renamed or removed is told to have been") as faults:
        there = site_xml.Site([
            host("web2"), '<?sflow-former was="web1" is="www"?>',
            '<?sflow-former was="old" is=""?>', '<?sflow-former was="web2" is="x"?>'])
        for asked, words in ((["web1"], "web1: it is now called www\n"),
                             (["-i", "WEB1"], "WEB1: it is now called www\n"),
                             (["--cluster", "c", "old"], "old: it was removed\n"),
                             (["--cluster", "d", "old"], "old: there is no such "),
                             (["web3"], "web3: there is no such agent; is it web2?\n")):
            expect(faults, there.get("--value", *asked, "load_one"), NOT_FOUND, "",
                   words)
        expect(faults, there.get("--value", "web2", "load_one"), FOUND, "1\n", "")
    with tap.point("what is far from all gets no hint") as faults:
        for asked in ("nobody", "n", "a" * 199, "*.example.com"):
            result = site.get(asked)
            expect(faults, result, NOT_FOUND, err="there is no such agent\n")
        if "web?31m?" not in site.get("web\x9b32m").stderr.decode():
            faults.append(site.get("web\x9b32m"))


def test(tap, _session):
    ages(tap)
    addresses(tap)
    lists(tap)
    mixed(tap)
    hints(tap)
    human(tap)
    servers(tap)


if __name__ == "__main__":
    ganglia.run(test)
