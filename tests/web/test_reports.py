#!/usr/bin/env python3
"""ganglia-web's reports and views: their definitions against THE table, and
what graph.php draws of them against known values.
"""
import html
import json
import operator
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

import charts  # noqa: E402
from charts import ADDITIONS, SUMMARY, short  # noqa: E402
from ganglia import BUILD, TOP  # noqa: E402

NAMED = 16  # instances with a series of their own
LABEL = 22  # characters of their labels
HOSTILE = [r"$(id)`id`;*[a]?~^|!#=,+%n%s", r"\:a:b\l", "e" * (LABEL - 2) + "\\", "-" * 60,
           "80"]

# Definitions ------------------------------------------------------------------


def table_metrics():
    """Names of the numeric metrics that programs of ours make."""
    page = subprocess.run([BUILD / "man/print-metrics"], capture_output=True,
                          text=True, check=True).stdout
    found = {name for name, kind in
             re.findall(r"^([a-z]\w*)\t(\w+)", page, re.M) if kind != "string"}
    for file in ("sflow/collector/stats.h", "gmetad-bridge/counters.h",
                 "gmetad-bridge/own.c"):
        found |= set(re.findall(r'(?:METRIC|ASKED)\([^)]*?"((?:sflow|bridge)_\w+)"',
                                (TOP / file).read_text()))
    return found


def definition_faults(name, report, known):
    if report["report_name"] != name or not re.fullmatch(
            r"sflow_\w+_report", name):
        yield f"report_name is {report['report_name']}"
    if report["instances"] not in ("sum", "each", "prefixed", "hosts"):
        yield f"instances is {report['instances']}"
    for text in ("title", "vertical_label"):
        if not re.fullmatch(r"[\w ,/-]+", report[text]):
            yield f"{text}: {report[text]}"
    for metric in charts.metrics_of(report) - known:
        yield f"no metric {metric}"
    if report["instances"] == "sum":
        for key in ("color", "label"):
            values = [series[key].lower() for series in report["series"]]
            if len(set(values)) != len(values):
                yield f"twice the same {key}: {values}"
    elif len(report["series"]) != 1:
        yield "several series for each instance"
    for series in report["series"]:
        if series["type"] not in ("stack", "area", "line") or not re.fullmatch(
                "[0-9A-Fa-f]{6}", series.get("color", "000000")):
            yield f"{series}"


def check_definitions(tap, reports):
    with tap.point("reports: names, colours, and metrics of the table") as faults:
        known = table_metrics()
        if len(known) < 400 or not reports:
            faults.append(f"{len(known)} metrics, {len(reports)} reports")
        for name, report in reports.items():
            faults += [f"{name}: {fault}" for fault
                       in definition_faults(name, report, known)]
    with tap.point("reports: each has the function that graph.php calls, and is "
                   "installed") as faults:
        installed = (TOP / "conf.d/local.mk").read_text()
        for name in reports:
            text = (ADDITIONS / f"graph.d/{name}.php").read_text()
            if f"function graph_{name}(&$rrdtool_graph)" not in text or \
                    f"'{name}'" not in text:
                faults.append(f"{name}.php: {text}")
            if not re.search(rf"\b{short(name)}\b", installed):
                faults.append(f"{name} is not installed")
    with tap.point("views: their reports exist, and they are installed") as faults:
        views = list(ADDITIONS.glob("conf/view_*.json"))
        if not views:
            faults.append("no view")
        for path in views:
            view = json.loads(path.read_text())
            faults += [f"{path.name}: {item}" for item in view["items"]
                       if item["graph"] not in reports]
            if not re.fullmatch(r"[\w -]+", view["view_name"]) or \
                    path.name not in installed:
                faults.append(f"{path.name}: {view['view_name']}")


# Values -----------------------------------------------------------------------

OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul,
             "/": operator.truediv, "ADDNAN": operator.add, "MAX": max}


def compute(rpn, value_of):
    stack = []
    for token in rpn.split(","):
        if token in OPERATORS:
            right = stack.pop()
            stack.append(OPERATORS[token](stack.pop(), right))
        elif token[0].islower():
            stack.append(value_of(token))
        else:
            stack.append(float(token))
    return stack.pop()


def value_of(metric):
    """Some number, another one for each: greater where it is a total."""
    return 1 + sum(map(ord, metric)) % 89 + 200 * metric.endswith("_total")


def is_near(a, b):
    return a is not None and abs(a - b) <= 1e-6 * max(abs(a), abs(b), 1)


def add_all(rrds, reports):
    """The host `full` has all metrics; `few` one of them; the sums of the cluster
    are of five hosts."""
    for report in reports.values():
        prefix = "" if report["instances"] in ("sum", "hosts") else "vm1."
        for metric in charts.metrics_of(report):
            rrds.add(f"c/full/{prefix}{metric}", value_of(metric))
            for folder in ("c/" + SUMMARY, SUMMARY):
                rrds.add(f"{folder}/{prefix}{metric}", 5 * value_of(metric), 5)
    rrds.add("c/few/mc_get_hits", 3)


def expected(name, report, factor):
    if report["instances"] != "sum":
        value = compute(report["series"][0]["value"], value_of)
        label = "vm1" if factor == 1 else "full vm1"
        if report["instances"] == "hosts":
            label = "full"
        return [(label, "33cc33", value)]
    if report.get("mean"):
        factor = 1
    return [(series["label"], series["color"],
             compute(series["value"], lambda m: factor * value_of(m)))
            for series in report["series"]]


def differs(found, wanted):
    return [(label, color) for label, color, _ in found] != \
        [(label, color) for label, color, _ in wanted] or \
        not all(is_near(a[2], b[2]) for a, b in zip(found, wanted))


def check_meanings(tap, web):
    """What the definitions compute, said a second time."""
    v = value_of
    ratio = 100 * v("mc_get_hits") / (v("mc_get_hits") + v("mc_get_misses"))
    used = 1024 * (v("vnode_mem_total") - v("vnode_mem_free"))
    vm = 1024 * v("vmem_total") * v("vmem_util") / 100
    with tap.point("a hit ratio is in percent, memory in bytes") as faults:
        for name, label, wanted in (("memcache_hits", "GET", ratio),
                                    ("hypervisor_memory", "Used", used),
                                    ("vm_memory", "vm1", vm)):
            found = {label: value for label, _, value in
                     web.series(f"g=sflow_{name}_report&c=c&h=full")}
            if not is_near(found.get(label), wanted):
                faults.append(f"{name}: {found}, {label} is {wanted}")


def check_values(tap, web, reports):
    for what, query, factor in (("a host", "c=c&h=full", 1),
                                ("a cluster", "c=c", 5), ("the grid", "", 5)):
        with tap.point(f"each report of {what}: series, colours, values") as faults:
            for name, report in reports.items():
                found = web.series(f"g={name}&{query}")
                wanted = expected(name, report, factor)
                if differs(found, wanted):
                    faults.append(f"{name}: {found} instead of {wanted}")
    with tap.point("each report is a picture") as faults:
        faults += [name for name in reports if not
                   web.picture(f"g={name}&c=c&h=full").startswith(b"\x89PNG")]
    with tap.point("a report of which the host has little, or nothing") as faults:
        found = web.series("g=sflow_memcache_operations_report&c=c&h=few")
        if [label for label, _, _ in found] != ["GET"] or found[0][2] != 3:
            faults.append(f"{found} of one metric")
        for name in reports:
            command = web.command(f"g={name}&c=c&h=empty")
            if "No data in this time" not in command:
                faults.append(f"{name}: {command}")
        if not web.picture(f"g={name}&c=c&h=empty").startswith(b"\x89PNG"):
            faults.append(f"{name} is no picture")


# Instances --------------------------------------------------------------------


def add_instances(rrds):
    for port in range(1, 41):
        rrds.add(f"c/switch/swp{port}.bytes_in", 1000 if port % 2 else port)
        rrds.add(f"c/switch/swp{port}.errs_in", int(port % 20 == 0))
        rrds.add(f"c/well/swp{port}.errs_in", 0)
    rrds.add("c/switch/bytes_in", 99)
    rrds.add("c/switch/gone.bytes_in", 77, ago=3 * 3600)
    for host in range(20):
        rrds.add(f"lines/host{host}/cpu_idle", host)
    for host in range(1, 12):
        rrds.add(f"ranks/host{host}/load_one", 100 - host if host % 2 else host)
    for i, name in enumerate(HOSTILE):
        rrds.add(f"c/hostile/{name}.vcpu_util", i + 1)
    for name in ("web", "80.web", "1"):
        rrds.add(f"c/servers/{name}.http_meth_get", 10)
    rrds.add("c/servers/http_meth_get", 5)
    rrds.add("c/servers/silent.http_meth_get", "U")
    rrds.add("d/full/load_one", 7)
    rrds.make()
    old = rrds.root / "c/switch/gone.bytes_in.rrd"
    os.utime(old, (rrds.now - 3 * 3600,) * 2)


def check_ports(tap, web):
    with tap.point("ports: the busiest by name, in their order, and the sum of the "
                   "rest") as faults:
        found = web.series("g=sflow_ports_in_report&c=c&h=switch")
        labels = [label for label, _, _ in found]
        odd = [f"swp{port}" for port in range(1, 40, 2)]
        if len(labels) != NAMED + 1 or labels[-1] != "24 others" or \
                labels[:-1] != [name for name in odd if name in labels]:
            faults.append(labels)
        # four of the odd ones, and all even ones
        if not is_near(found[-1][2], 8 * (4 * 1000 + sum(range(2, 41, 2)))):
            faults.append(f"the others are {found[-1][2]}")
        if len({color for _, color, _ in found}) != len(found):
            faults.append("twice the same colour")
    with tap.point("too many for one command are counted") as faults:
        (web.rrds / "c/many").mkdir()
        for port in range(1017):
            os.link(web.rrds / "c/switch/swp1.bytes_in.rrd",
                    web.rrds / f"c/many/{port}.bytes_in.rrd")
        query = "g=sflow_ports_in_report&c=c&h=many"
        if len(web.series(query)) != NAMED or \
                "1001 that are less busy are not drawn" not in web.command(query):
            faults.append(web.command(query)[-300:])
    with tap.point("of lines, the others are counted") as faults:
        query = "g=sflow_hosts_cpu_report&c=lines"
        if len(web.series(query)) != NAMED or \
                "4 that are less busy are not drawn" not in web.command(query):
            faults.append(web.command(query)[-300:])
    with tap.point("the switch's own sum is no port, nor one that is gone") as faults:
        command = web.command("g=sflow_ports_in_report&c=c&h=switch")
        faults += [file for file in ("switch/bytes_in.rrd", "gone.bytes_in")
                   if file in command]


def check_order(tap, web):
    with tap.point("hosts are in the order of their rank, however few they are") as faults:
        labels = [label for label, _, _ in web.series("g=sflow_hosts_load_report&c=ranks")]
        wanted = [f"host{i}" for i in (1, 3, 5, 7, 9, 11, 10, 8, 6, 4, 2)]
        if labels != wanted:
            faults.append(labels)
    with tap.point("ports without errors are left out, and counted") as faults:
        query = "g=sflow_ports_errors_report&c=c&h="
        found = web.series(query + "switch")
        if [label for label, _, _ in found] != ["swp20", "swp40"] or \
                "38 without any" not in web.command(query + "switch"):
            faults.append(found)
        command = web.command(query + "well")
        if "40 without any" not in command or "No data" in command or \
                not web.picture(query + "well").startswith(b"\x89PNG"):
            faults.append(command)
    with tap.point("a long title has a smaller font") as faults:
        for host, is_small in (("switch", False), ("h" * 60, True)):
            command = web.command(f"g=sflow_ports_in_report&c=c&h={host}")
            if ("--font TITLE:" in command) != is_small:
                faults.append(command)


def check_instances(tap, web):
    with tap.point("hostile names of instances are drawn, and nothing is "
                   "run") as faults:
        query = "g=sflow_vm_cpu_report&c=c&h=hostile"
        found = {label: value for label, _, value in web.series(query)}
        if sorted(found.values()) != list(range(1, len(HOSTILE) + 1)) or \
                not web.picture(query).startswith(b"\x89PNG"):
            faults.append(found)
        faults += [f"{label} has {len(label)} characters" for label in found
                   if len(label) > LABEL]
    with tap.point("hosts and clusters with hostile names are left out, and nothing "
                   "is run") as faults:
        before = web.series("g=sflow_hosts_load_report")
        for evil in ("x'`touch ran`'", "x\n", '"$(touch ran)"', "\xe4"):
            shutil.copytree(web.rrds / "d/full", web.rrds / evil / evil)
            shutil.copytree(web.rrds / "d/full", web.rrds / "d" / evil)
        if web.series("g=sflow_hosts_load_report") != before or \
                not web.picture("g=sflow_hosts_load_report").startswith(b"\x89PNG"):
            faults.append("the chart is another")
        if list(web.folder.rglob("ran")):
            faults.append("it was run")
    with tap.point("several web servers are one sum, and the chart says so") as faults:
        query = "g=sflow_http_methods_report&c=c&h=servers"
        found = web.series(query)
        if [(label, value) for label, _, value in found] != [("GET", 35)]:
            faults.append(found)
        command = html.unescape(web.command(query))
        if "COMMENT:'of 5 together'" not in command:
            faults.append(command)
    with tap.point("hosts of one name in two clusters are two") as faults:
        found = {label: value for label, _, value
                 in web.series("g=sflow_hosts_load_report")
                 if not label.startswith("host")}
        if found != {"full": value_of("load_one"), "full d": 7}:
            faults.append(found)


# All --------------------------------------------------------------------------


def test(tap, folder):
    reports = charts.definitions()
    check_definitions(tap, reports)
    rrds = charts.Rrds(folder / "rrds")
    with tap.point("ganglia-web's copy and RRDs are made"):
        add_all(rrds, reports)
        rrds.make()
        (rrds.root / "c/empty").mkdir()
        web = charts.Web(folder / "web", rrds.root)
    check_values(tap, web, reports)
    check_meanings(tap, web)
    add_instances(rrds)
    check_ports(tap, web)
    check_order(tap, web)
    check_instances(tap, web)
    with tap.point("neither PHP nor rrdtool complain of ours") as faults:
        faults += web.complaints


charts.run(test)
