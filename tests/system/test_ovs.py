#!/usr/bin/env python3
"""Debian's Open vSwitch, as it is: its ports in Ganglia against what the kernel
counts at them, with traffic through the bridge.
"""
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import network  # noqa: E402

AGENT = "192.0.2.1"
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
SAMPLING = 64
TO_P2, TO_P3 = 200, 60  # packets a second from p1
SETTLE = 4   # s until rates are those of the traffic
WINDOW = 8   # s in which they are compared


class OpenVSwitch:
    """A switch in a folder of its own, with the datapath in its own process."""

    def __init__(self, session):
        folder = session.root / "ovs"
        folder.mkdir()
        for name in ("RUNDIR", "LOGDIR", "DBDIR", "SYSCONFDIR"):
            os.environ[f"OVS_{name}"] = str(folder)
        self.database = f"unix:{folder}/db.sock"
        self.run("ovsdb-tool", "create", f"{folder}/conf.db", SCHEMA)
        network.start(session, "ovsdb-server", f"{folder}/conf.db",
                      f"--remote=p{self.database}",
                      f"--pidfile={folder}/ovsdb-server.pid",
                      f"--unixctl={folder}/ovsdb-server.ctl")
        ganglia.wait_for("ovsdb-server", (folder / "db.sock").exists)
        network.start(session, "ovs-vswitchd", self.database,
                      "--disable-system",
                      f"--pidfile={folder}/ovs-vswitchd.pid",
                      f"--unixctl={folder}/ovs-vswitchd.ctl")

    def run(self, name, *arguments):
        return subprocess.run([ganglia.find_program(name), *arguments],
                              check=True, timeout=20, stdout=subprocess.PIPE,
                              text=True).stdout

    def set(self, words):
        return self.run("ovs-vsctl", f"--db={self.database}", "--timeout=15",
                        *words.split())

    def send_sflow(self, port):
        self.set(f'--id=@s create sFlow agent=br0 target="127.0.0.1:{port}" '
                 f"sampling={SAMPLING} polling=1 header=128 "
                 "-- set bridge br0 sflow=@s")


def build(session):
    """The switch, its address, and the machines at p1, p2 and p3."""
    switch = OpenVSwitch(session)
    switch.set("add-br br0 -- set bridge br0 datapath_type=netdev")
    machines = []
    for i in (1, 2, 3):
        machines.append(network.Machine(f"p{i}", f"192.0.2.1{i}/24"))
        switch.set(f"add-port br0 p{i}")
    network.ip(f"addr add {AGENT}/24 dev br0")
    network.ip("link set br0 up")
    return switch, machines


def ports_of(metrics):
    return {name.rpartition(".")[0] for name in metrics if "." in name}


def fresh(gmond, metric):
    """Seconds since its last value."""
    return int(gmond.metrics(AGENT)[metric]["TN"])


def appears(tap, gmond):
    with tap.point("the switch is a host, its ports are there by their "
                   "names") as faults:
        ganglia.wait_for("its ports", lambda: ports_of(
            gmond.metrics(AGENT)) == {"br0", "p1", "p2", "p3"})
        if gmond.sflow_hosts().keys() != {AGENT}:
            faults.append(f"hosts {sorted(gmond.sflow_hosts())}")
        if gmond.hosts()[AGENT].get("NAME") != "ovs-1":
            faults.append(gmond.hosts()[AGENT].get("NAME"))
    with tap.point("a port's state, and its metrics in a group of its own") \
            as faults:
        metrics = ganglia.wait_for("rates", lambda: "p1.bytes_in" in
                                   gmond.metrics(AGENT) and
                                   gmond.metrics(AGENT))
        want = {"p1.status": "up/up", "p1.duplex": "full-duplex",
                "p1.speed": "10000000000"}
        faults += [f"{name} is {metrics[name]['VAL']}" for name, value in
                   want.items() if metrics[name]["VAL"] != value]
        for name, metric in metrics.items():
            if name.startswith("p1.") and metric["GROUP"] != "port p1":
                faults.append(f"{name} is in {metric['GROUP']!r}")
        if metrics["p1.bytes_in"]["TITLE"] != "p1: Bytes Received":
            faults.append(metrics["p1.bytes_in"])
    with tap.point("what Open vSwitch says it can't count is no metric") \
            as faults:
        unsupported = {"p1.broadcast_in", "p1.unknown_in", "p1.multicast_out",
                       "p1.broadcast_out", "ovs_mask_hits", "ovs_masks"}
        faults += sorted(unsupported & gmond.metrics(AGENT).keys())


def rates(tap, watch, begin, end):
    with tap.point("bytes and packets of each port, as the kernel has "
                   "counted them") as faults:
        for port, ways in (("p1", ("in",)), ("p2", ("out",)),
                           ("p3", ("out",))):
            for way in ways:
                for unit in ("bytes", "pkts"):
                    counter = f"{unit}_{way}"
                    faults += watch.faults(f"{port}.{counter}", port, counter,
                                           begin, end)
    with tap.point("it is the traffic that was sent") as faults:
        want = (TO_P2 + TO_P3) * network.PACKET
        got = watch.rate("p1", "bytes_in", begin, end)
        if not 0.7 * want <= got <= 1.1 * want:
            faults.append(f"{got:.0f} instead of {want}")
    with tap.point("utilization is bytes over speed, in the same "
                   "moment") as faults:
        looks = [metrics for _, metrics in watch.shown
                 if "p1.util_in" in metrics]
        if not looks:
            faults.append("there is none")
        for metrics in looks:
            row = {name: float(metrics[f"p1.{name}"]["VAL"])
                   for name in ("bytes_in", "speed", "util_in")}
            want = 800 * row["bytes_in"] / row["speed"]
            if abs(row["util_in"] - want) > 0.0051:
                faults.append(row)
    with tap.point("the host's totals are the sums of its ports") as faults:
        for counter in ("bytes_in", "bytes_out", "pkts_in", "pkts_out"):
            parts = sum(watch.mean(f"{port}.{counter}", begin, end)
                        for port in ("br0", "p1", "p2", "p3"))
            got = watch.mean(counter, begin, end)
            if abs(got - parts) > 0.1 * parts:
                faults.append(f"{counter}: {got:.1f} instead of {parts:.1f}")
    with tap.point("the datapath's flows and hits") as faults:
        got = watch.mean("ovs_hits", begin, end)
        want = watch.rate("p1", "pkts_in", begin, end)
        if not 0.8 * want <= got <= 1.3 * want:
            faults.append(f"{got:.1f} hits a second, {want:.1f} packets")
        if watch.mean("ovs_flows", begin, end) < 1:
            faults.append(watch.values("ovs_flows"))


def leaves(tap, gmond, switch):
    with tap.point("a port is removed: its metrics age, those of the others "
                   "don't") as faults:
        switch.set("del-port br0 p3")
        ganglia.wait_for("p3 ages", lambda: fresh(gmond, "p3.bytes_out") >= 5)
        for metric in ("p1.bytes_in", "p2.bytes_out"):
            if fresh(gmond, metric) > 3:
                faults.append(f"{metric} is {fresh(gmond, metric)} s old")
        ganglia.wait_for("totals without it", lambda: fresh(
            gmond, "bytes_in") <= 2)
    with tap.point("it is there again"):
        switch.set("add-port br0 p3")
        ganglia.wait_for("p3", lambda: fresh(gmond, "p3.bytes_out") <= 2)


def no_spikes(tap, watch):
    with tap.point("never a rate that was not") as faults:
        most = 2 * (TO_P2 + TO_P3)
        names = {name for _, metrics in watch.shown for name in metrics}
        for port in ("br0", "p1", "p2", "p3"):
            for way in ("in", "out"):
                for name, limit in ((f"bytes_{way}", most * network.PACKET),
                                    (f"pkts_{way}", most)):
                    values = watch.values(f"{port}.{name}")
                    if f"{port}.{name}" in names and max(values) > limit:
                        faults.append(f"{port}.{name}: {max(values)}")
        for name, limit in (("bytes_in", most * network.PACKET),
                            ("bytes_out", 2 * most * network.PACKET)):
            if max(watch.values(name)) > limit:
                faults.append(f"{name}: {max(watch.values(name))}")


def test(tap, session):
    switch, (p1, p2, p3) = build(session)
    gmond = session.gmond(module={"deliver": "direct",
                                  "names": f"{AGENT} = ovs-1"})
    switch.send_sflow(gmond.sflow_port)
    with network.Watch(gmond, AGENT, ("p1", "p2", "p3")) as watch, \
            network.flow(p1, p2, TO_P2), network.flow(p1, p3, TO_P3):
        appears(tap, gmond)
        time.sleep(SETTLE)
        begin = time.monotonic()
        time.sleep(WINDOW)
        end = time.monotonic()
        rates(tap, watch, begin, end)
        leaves(tap, gmond, switch)
        time.sleep(SETTLE)
    no_spikes(tap, watch)
    watch.no_troubles(tap)


if __name__ == "__main__":
    network.isolate()
    ganglia.run(test)
