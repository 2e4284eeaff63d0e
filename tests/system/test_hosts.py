#!/usr/bin/env python3
"""Hosts come, change their names, fall silent and come again."""
import sys

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

HOST_DMAX = 4  # s
SWEEP = 10     # s between the module's looks for who is gone


def shows(gmond, agent, load):
    """The agent's host with that load, as metrics; else false."""
    host = gmond.hosts()[agent.address]
    metrics = ganglia.metrics_of(host)
    return host.get("NAME") == agent.name and "interrupts" in metrics and \
        metrics["load_one"]["VAL"] == f"{load:.2f}" and metrics


def described(metrics):
    return [f"{name} has no {key}" for name, metric in metrics.items()
            for key in ("GROUP", "DESC", "TITLE") if not metric.get(key)]


def test(tap, session):
    # gmond itself forgets nothing in this time: the module has to
    gmond = session.gmond(module={"deliver": "direct"},
                          globals_={"host_dmax": HOST_DMAX,
                                    "cleanup_threshold": 3600})
    stays = traffic.Agent("10.5.0.1", "stays")
    silent = traffic.Agent("10.5.0.2", "falls-silent")
    renamed = traffic.Agent("fd00::5:3", "old-name")
    nameless = traffic.Agent("10.5.0.4", None)
    key = traffic.key_of(renamed.address)
    to = traffic.Sender(gmond.sflow_port)

    def beat():
        to.send(stays.machine(load=1.5))
        to.send(nameless.datagram((traffic.MACHINE, [traffic.host_cpu()])))

    with to, traffic.in_background(beat, 0.3):
        with tap.point("they come"):
            for _ in range(5):
                to.send(silent.machine(load=2.5))
                to.send(renamed.machine(load=3.5))
            before = ganglia.wait_for("both", lambda: shows(
                gmond, silent, 2.5))
            ganglia.wait_for("old-name", lambda: gmond.hosts()[key].get(
                "NAME") == "old-name")
        with tap.point("another name: once may be an error") as faults:
            renamed.name = "new-name"
            to.send(renamed.machine(load=4.5))
            ganglia.wait_for("its load", lambda: gmond.value(
                key, "load_one") == "4.50")
            if gmond.hosts()[key].get("NAME") != "old-name":
                faults.append(gmond.hosts()[key].get("NAME"))
        with tap.point("another name, twice: it is that host, and the old one "
                       "is no more") as faults:
            to.send(renamed.machine(load=5.5))
            ganglia.wait_for("its name", lambda: gmond.hosts()[key].get(
                "NAME") == "new-name")
            ganglia.wait_for("its load", lambda: gmond.value(
                key, "load_one") == "5.50")
            metrics = gmond.metrics(key)
            if metrics.keys() != before.keys():
                faults.append(f"it has {sorted(metrics)}")
            if metrics["interrupts"]["VAL"] != "1000":
                faults.append(f"a gap in its rates: {metrics['interrupts']}")
            faults += described(metrics)
            if "old-name" in {host.get("NAME")
                              for host in gmond.hosts().values()}:
                faults.append("old-name is there")
        with tap.point("who is silent is gone after host_dmax, and the log "
                       "says so") as faults:
            ganglia.wait_for("it is gone", lambda: silent.address not in
                             gmond.hosts(), SWEEP + ganglia.PATIENCE)
            if "host falls-silent is gone" not in gmond.log():
                faults.append(gmond.log())
        with tap.point("who is heard stays") as faults:
            if not shows(gmond, stays, 1.5):
                faults.append("it does not")
            if int(gmond.metrics(stays.address)["load_one"]["TN"]) > 3:
                faults.append(gmond.metrics(stays.address)["load_one"])
        with tap.point("an agent that says no name has its address for "
                       "one") as faults:
            ganglia.wait_for("it", lambda: gmond.hosts()[
                nameless.address].get("NAME") == nameless.address)
        with tap.point("the silent one comes again, with all it has") as \
                faults:
            to.send(silent.machine(load=6.5))
            to.send(silent.machine(load=6.5))
            after = ganglia.wait_for("it", lambda: shows(gmond, silent, 6.5))
            if after.keys() != before.keys():
                faults.append(sorted(after.keys() ^ before.keys()))
            faults += described(after)


if __name__ == "__main__":
    ganglia.run(test)
