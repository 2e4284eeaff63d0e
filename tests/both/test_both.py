#!/usr/bin/env python3
"""gmond with the module, and the bridge, show the same of each recording in tests/cases
and tests/captures, and of made-up traffic with all structures.

Both get the same datagrams at the same invented times (world.h). Each second in which
datagrams have come, and now and then in silence, all that the one shows is compared with
all that the other shows: the hosts, by name, with all attributes, and whether they are up;
their metrics, by name, with value, type, units, slope, TMAX, DMAX, age, title, description
and group, as text; and what stands in the log. What is different and meant is a rule in
meant.py; all else is a fault, and so is a rule that nothing needs.
"""
import os
import re
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ.get("abs_top_srcdir", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("abs_top_builddir", SOURCE / "build"))
TESTS = SOURCE / "tests"

sys.path.append(str(TESTS / "golden"))
import goldenfile  # noqa: E402
import synthetic  # noqa: E402
import wire  # noqa: E402
from meant import Difference, all_rules, rule_for  # noqa: E402
from recordings import datagrams, lines  # noqa: E402
from shown import Metric, Shown, hosts_of  # noqa: E402
from tap import Tap  # noqa: E402

# Of the traffic that tests/golden makes up: all structures, custom metrics of all types,
# and totals over ports that come and go.
MADE_UP = {"everything", "custom_metrics", "several_ports", "port_totals"}

# What each recording is run with: gmond.conf, the module's parameters, the bridge's
# sflow { }; how long nothing comes at the end, s; and, where the recording comes again,
# the silence before that. In the second one gmond has forgotten the hosts by then, and
# the collector has not.
RUNS = [
    ("", "", "", 150, None),
    ("globals { host_dmax = 700 }",
     "param accept { value = all } param vm { value = host }",
     'accept = { "all" } vm = host host_dmax = 700', 750, 680),
    ("globals { host_dmax = 300 }", "param deliver { value = channel }", "host_dmax = 300",
     480, None),
]


class Both:
    """The comparison of what two programs show."""

    def __init__(self, channel):
        self.channel = channel
        self.faults, self.rules = [], {}
        self.metrics = {}  # names that the bridge has shown, by host
        self.moments = self.checked = 0
        self.first, self.last = {}, {}  # when it was shown
        self.shown, self.traced = {}, {}

    def judge(self, difference):
        rule = rule_for(difference, self.channel)
        if rule is None:
            self.faults.append(str(difference))
        else:
            self.rules[rule] = self.rules.get(rule, 0) + 1

    def compare_metric(self, name, module, bridge, context):
        module, bridge = module and Metric.of(module), bridge and Metric.of(bridge)
        if module is None or bridge is None:
            self.judge(Difference("metric", name, module, bridge, **context))
            return
        if module.tn != bridge.tn:
            self.judge(Difference("age", name, module, bridge, **context))
        if module._replace(tn=bridge.tn) == bridge:
            return
        for part, mine, theirs in zip(module._fields, module, bridge):
            if mine != theirs and part != "tn":
                self.judge(Difference(part, name, mine, theirs, **context))

    def compare_attributes(self, name, module, bridge, context):
        mine, theirs = module.attributes, bridge.attributes
        for key in sorted(mine.keys() | theirs.keys()):
            if mine.get(key) != theirs.get(key):
                shown = (mine[key], mine["TN"]) if key == "REPORTED" else mine.get(key)
                self.judge(Difference(key, name, shown, theirs.get(key), **context))
        if module.up() != bridge.up():
            self.judge(Difference("up", name, module, bridge, **context))

    def compare_host(self, name, module, bridge, now):
        if bridge is not None:
            self.note(name, bridge, now)
        if module is None or bridge is None:
            last = self.shown[name][-1][0] if name in self.shown else 0
            self.judge(Difference("host", name, module, bridge, now, bridge, last=last))
            return
        context = {"now": now, "host": bridge, "first": self.first.setdefault(name, now)}
        self.compare_attributes(name, module, bridge, context)
        mine, theirs = module.metrics, bridge.metrics
        for metric in mine.keys() | theirs.keys():
            self.checked += 1
            if mine.get(metric) != theirs.get(metric):
                context["last"] = self.last.get((name, metric), 0)
                context["came"], context["stale"] = self.trace(name, metric)
                self.compare_metric(metric, mine.get(metric), theirs.get(metric), context)

    def note(self, name, bridge, now):
        """Keeps what the bridge shows, and when it showed last what it does not show any
        more."""
        shown = self.shown.setdefault(name, [])
        for metric in shown[-1][1].metrics.keys() - bridge.metrics.keys() if shown else ():
            self.last[name, metric] = shown[-1][0]
        shown.append((now, bridge))
        self.metrics[name] = self.metrics.get(name, set()) | bridge.metrics.keys()

    def trace(self, name, metric):
        """When the value came that the bridge shows, and since when it has been stale: its
        age is not its true one when it is."""
        came = stale = 0
        index, *known = self.traced.get((name, metric), (-1,))
        for i in range(len(self.shown[name]) - 1, -1, -1):
            now, host = self.shown[name][i]
            if metric not in host.metrics:
                break
            if i == index:
                came, since = known
                stale = stale and since or stale
                break
            shown = Metric.of(host.metrics[metric])
            came = now - int(shown.tn)
            if shown.old():
                stale = now
            elif not shown.ageless():
                break
        self.traced[name, metric] = len(self.shown[name]) - 1, came, stale
        return came, stale

    def compare_moment(self, module, bridge, now):
        self.moments += 1
        for name in module.keys() | bridge.keys():
            self.compare_host(name, module.get(name), bridge.get(name), now)

    def compare_logs(self, module, bridge):
        """Lines of the same moment may come in another order."""
        if len(module) != len(bridge):
            self.faults.append(f"{len(module)} lines in gmond's log, {len(bridge)} in the "
                               f"bridge's: {sorted(set(module) ^ set(bridge))[:4]}")
        for mine, theirs in zip(sorted(module), sorted(bridge)):
            if mine != theirs:
                self.judge(Difference("log", "", mine, theirs))

    def compare(self, module, bridge, began):
        moments = module.moments(), bridge.moments()
        if [since for since, _ in moments[0]] != [since for since, _ in moments[1]]:
            self.faults.append("they have not the same moments")
        for (since, mine), (_, theirs) in zip(*moments):
            self.compare_moment(mine, theirs, began + since // 1000)
        self.compare_logs(module.log, bridge.log)


def run(recording, of):
    """What both show in one of the RUNS."""
    conf, parameters, sflow, silence, again = of
    sent = lines(recording, again)
    module = Shown([BUILD / "tests/both/module_says", silence, conf, parameters], sent)
    bridge = Shown([BUILD / "tests/both/bridge_says", silence,
                    f'sflow {{ {sflow} }} cluster "all" {{ }}'], sent)
    return module, bridge


# In what gmond shows, of which each makes a difference that is not meant.
OTHERWISE = [
    ('<HOST NAME="', '<HOST NAME="a'), (' IP="', ' IP="1'), (' TAGS="', ' TAGS="a'),
    (' TN="', ' TN="1'), (' TMAX="', ' TMAX="1'), (' DMAX="', ' DMAX="1'),
    (' REPORTED="', ' REPORTED="1'), (' LOCATION="', ' LOCATION="a'),
    (' GMOND_STARTED="', ' GMOND_STARTED="1'), (' VAL="', ' VAL="1'),
    (' TYPE="float"', ' TYPE="double"'), (' UNITS="', ' UNITS="k'),
    ('TN="0" TMAX="60"', 'TN="1" TMAX="60"'), ('TMAX="60"', 'TMAX="61"'),
    ('DMAX="600"', 'DMAX="601"'), ('SLOPE="both"', 'SLOPE="zero"'),
    ('"TITLE" VAL="', '"TITLE" VAL="a'), ('"DESC" VAL="', '"DESC" VAL="a'),
    ('"GROUP" VAL="', '"GROUP" VAL="a'), ('<METRIC NAME="', '<METRIC NAME="a'),
]


def faults_of(module, bridge, now):
    both = Both(False)
    both.compare_moment(hosts_of(module), hosts_of(bridge), now)
    return both.faults


def check_itself(tap, path):
    """What is different is seen, in either direction."""
    module, bridge = run(path, RUNS[0])
    (since, mine), (_, theirs) = next(
        both for both in zip(module.parts(), bridge.parts()) if "<HOST " in both[0][1])
    now = datagrams(path)[0][0] // 1000 + since // 1000
    faults = faults_of(mine, theirs, now)
    for old, new in OTHERWISE:
        other = mine.replace(old, new, 1)
        if other == mine or not faults_of(other, theirs, now):
            faults.append(f"{new} is not seen")
    nothing = re.sub("<HOST .*</HOST>\n", "", mine, flags=re.DOTALL)
    if not faults_of(nothing, theirs, now) or not faults_of(mine, nothing, now):
        faults.append("that there is no host is not seen")
    both = Both(False)
    both.compare_logs(["a", "b"], ["a", "c"])
    both.compare_logs(["a"], ["a", "a"])
    if len(both.faults) != 2:
        faults.append("another line in the log is not seen")
    tap.point("what is different is seen", faults)


def check_recording(tap, path, every):
    faults, checked = [], 0
    began = datagrams(path)[0][0] // 1000
    for of in RUNS:
        both = Both("channel" in of[1])
        both.compare(*run(path, of), began)
        every.append(both)
        faults += both.faults
        checked += both.checked
    tap.point(f"{path.parent.name}/{path.name}", faults, checked)


def made_up(folder):
    """The made-up traffic, as recordings in this folder."""
    goldens = goldenfile.read_goldens()
    for scenarios, _ in synthetic.scenarios(goldens):
        for name, sent in scenarios:
            if name in MADE_UP:
                wire.write_pcap(folder / f"{name}.pcap", sent, goldens.rtmetric)
    return sorted(folder.iterdir())


def check_rules(tap, every):
    used = {}
    for both in every:
        for rule, times in both.rules.items():
            used[rule] = used.get(rule, 0) + times
    tap.point("every rule is needed", [rule.__name__ for rule in all_rules()
                                       if rule not in used])
    for rule, times in used.items():
        print(f"# {rule.__name__}: {times} times")


def main():
    tap, every = Tap(), []
    recordings = [path for folder in ("cases", "captures")
                  for path in sorted((TESTS / folder).glob("*.pcap*"))]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder) / "made-up"
        folder.mkdir()
        recordings += made_up(folder)
        for path in recordings:
            check_recording(tap, path, every)
    check_itself(tap, TESTS / "cases" / "speeds.pcap")
    check_rules(tap, every)
    print(f"# {len(recordings)} recordings, {sum(b.moments for b in every)} moments, "
          f"{sum(len(b.metrics) for b in every)} hosts, "
          f"{sum(len(names) for b in every for names in b.metrics.values())} metrics, "
          f"{sum(b.checked for b in every)} comparisons of a metric")
    return tap.done()


sys.exit(main())
