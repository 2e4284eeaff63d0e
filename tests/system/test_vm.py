#!/usr/bin/env python3
"""Virtual machines as metrics of their hypervisor, as hosts of their own, and
not at all.
"""
import re
import sys

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

CAPTURE = "hsflowd-kvm-libvirt-testdriver"
HYPERVISORS = {"10.77.0.1", "10.77.0.3"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def check_values(replay, gmond, faults):
    hosts = replay.shown(gmond)
    if hosts.keys() != replay.expected.keys():
        faults.append(f"hosts {sorted(hosts)} instead of "
                      f"{sorted(replay.expected)}")
    for ip, host in hosts.items():
        faults += [f"{ip}: {fault}" for fault in replay.faults(host)]
    return hosts


def with_setting(session, vm, seconds=24):
    gmond = session.gmond(module={"deliver": "direct", "vm": vm})
    options = [] if vm == "prefix" else [f"vm={vm}"]  # of sflow-dump
    return gmond, traffic.Replay(session, gmond.sflow_port, CAPTURE, speed=6,
                                 seconds=seconds, options=options)


def prefix(tap, session):
    with tap.point("vm = prefix: each metric of hypervisors and VMs, value by "
                   "value") as faults:
        gmond, replay = with_setting(session, "prefix")
        hosts = check_values(replay, gmond, faults)
    with tap.point("vm = prefix: vm-alpha.vcpu_util and its like") as faults:
        if hosts.keys() != HYPERVISORS:
            faults.append(sorted(hosts))
        for ip in HYPERVISORS:
            vms = {name.rpartition(".")[0] for name
                   in ganglia.metrics_of(hosts[ip]) if ".vcpu_util" in name}
            if not vms:
                faults.append(f"{ip} has no VM")
        metric = ganglia.metrics_of(hosts["10.77.0.3"])["vm-alpha.vcpu_util"]
        if metric["TITLE"] != "vm-alpha: VM CPU Utilization":
            faults.append(metric)
    return {f"{ip}/{name.rpartition('.')[0]}" for ip, host in hosts.items()
            for name in ganglia.metrics_of(host) if ".vcpu_util" in name}


def host(tap, session, vms):
    with tap.point("vm = host: each metric of hypervisors and VMs, value by "
                   "value") as faults:
        gmond, replay = with_setting(session, "host")
        hosts = check_values(replay, gmond, faults)
    with tap.point("vm = host: VMs are hosts by their UUID") as faults:
        machines = hosts.keys() - HYPERVISORS
        for key in machines:
            metrics = ganglia.metrics_of(hosts[key])
            if not UUID.fullmatch(key) or metrics["uuid"]["VAL"] != key:
                faults.append(f"{key}: uuid {metrics.get('uuid')}")
            if "vcpu_util" not in metrics or "." in "".join(metrics):
                faults.append(f"{key}: {sorted(metrics)}")
        names = {hosts[key].get("NAME") for key in machines}
        if names != {vm.partition("/")[2] for vm in vms}:
            faults.append(f"{names} instead of {vms}")
        for ip in HYPERVISORS:
            if any(name.startswith("vcpu") or ".v" in name
                   for name in ganglia.metrics_of(hosts[ip])):
                faults.append(f"{ip} has metrics of VMs")


def not_at_all(tap, session):
    with tap.point("vm = no: none of them, and the hypervisors are there") \
            as faults:
        gmond, replay = with_setting(session, "no", seconds=12)
        hosts = check_values(replay, gmond, faults)
        for ip in HYPERVISORS:
            names = ganglia.metrics_of(hosts[ip])
            if any("vcpu" in name for name in names) or \
                    "vnode_domains" not in names:
                faults.append(f"{ip}: {sorted(names)}")


def test(tap, session):
    vms = prefix(tap, session)
    host(tap, session, vms)
    not_at_all(tap, session)


if __name__ == "__main__":
    ganglia.run(test)
