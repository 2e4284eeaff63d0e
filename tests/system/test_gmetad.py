#!/usr/bin/env python3
"""Debian's gmetad reads a gmond with the module: RRDs of all hosts, with the
values that the XML has.
"""
import sys

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

GAUGES = ("mem_total", "disk_total", "cpu_num", "load_one", "proc_total",
          "swap_total", "mem_free", "disk_free", "part_max_used")
RATES = ("bytes_in", "bytes_out", "cpu_idle", "interrupts", "contexts")


def rrd_faults(gmetad, gmond, names):
    """What differs between the last value in an RRD and the XML."""
    faults = []
    for ip, host in traffic.NODES.items():
        metrics = gmond.metrics(ip)
        for name in names:
            want = float(metrics[name]["VAL"])
            at, got = gmetad.last(host, name)
            if abs(got - want) > 1e-6 * abs(want):
                faults.append(f"{host}: {name} is {got}, in XML {want}")
    return faults


def no_faults(check):
    """Faults after it has had some time."""
    try:
        ganglia.wait_for("it", lambda: not check())
    except TimeoutError:
        return check() or ["it could not be read for long"]
    return []


def test(tap, session):
    gmond = session.gmond(module={"deliver": "direct"})
    replay = traffic.Replay(session, gmond.sflow_port, speed=6, seconds=30)
    with tap.point("gmond has the five hosts") as faults:
        if replay.shown(gmond).keys() != traffic.NODES.keys():
            faults.append(sorted(gmond.sflow_hosts()))
    gmetad = session.gmetad(gmond)

    with tap.point("an RRD for each number of each host") as faults:
        def missing():
            return [f"{host}/{name}" for ip, host in traffic.NODES.items()
                    for name, row in replay.expected[ip].items()
                    if row.type != "string" and not (
                        gmetad.cluster() / host / f"{name}.rrd").exists()]
        faults += no_faults(missing)
    with tap.point("no RRD of a text, and no other host") as faults:
        for ip, host in traffic.NODES.items():
            for name, row in replay.expected[ip].items():
                path = gmetad.cluster() / host / f"{name}.rrd"
                if row.type == "string" and path.exists():
                    faults.append(path)
        local = gmond.hosts()[ganglia.LOCAL].get("NAME")
        extra = {path.name for path in gmetad.cluster().iterdir()} - \
            set(traffic.NODES.values()) - {local, "__SummaryInfo__"}
        if extra:
            faults.append(extra)
    with tap.point("gauges in the RRDs are those of the XML") as faults:
        faults += no_faults(lambda: rrd_faults(gmetad, gmond, GAUGES))
    with tap.point("rates in the RRDs are those of the XML, and plausible") \
            as faults:
        faults += no_faults(lambda: rrd_faults(gmetad, gmond, RATES))
        for ip, host in traffic.NODES.items():
            idle = gmetad.last(host, "cpu_idle")[1]
            if not 0 < idle <= 100:
                faults.append(f"{host}: cpu_idle {idle}")
            for name in ("bytes_in", "interrupts"):
                rate = gmetad.last(host, name)[1]
                if not 0 < rate < 1e8:
                    faults.append(f"{host}: {name} {rate}")
    agent = traffic.Agent("10.1.1.1", "made-up")
    with tap.point("a new value is in the RRD, too") as faults:
        with traffic.Sender(gmond.sflow_port) as to:
            for load, rate in ((0.25, 1000), (4.75, 1000)):
                with traffic.in_background(
                        lambda: to.send(agent.machine(load=load)), 0.5):
                    for name, want in (("load_one", load),
                                       ("interrupts", rate)):
                        ganglia.wait_for(name, lambda: abs(gmetad.last(
                            "made-up", name)[1] - want) < 1e-3)
        if not gmetad.is_alive():
            faults.append("gmetad ended")
    with tap.point("the module's own metrics have RRDs") as faults:
        def missing_own():
            return [name for name in ganglia.OWN if not (
                gmetad.cluster() / local / f"{name}.rrd").exists()]
        faults += no_faults(missing_own)
    with tap.point("gmetad's summary counts the hosts as up"):
        def all_up():
            xml = ganglia.ElementTree.fromstring(ganglia.read_tcp(
                gmetad.interactive, ask=b"/?filter=summary\n"))
            return [int(e.get("UP")) for e in xml.iter("HOSTS")][-1] == 7

        with traffic.Sender(gmond.sflow_port) as to, \
                traffic.in_background(replay.again, 1), \
                traffic.in_background(lambda: to.send(agent.machine()), 0.5):
            ganglia.wait_for("7 hosts", all_up)


if __name__ == "__main__":
    ganglia.run(test)
