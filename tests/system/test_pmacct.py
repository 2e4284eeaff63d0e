#!/usr/bin/env python3
"""Debian's pmacctd with its sfprobe plugin, as it is: the rates of its port in
Ganglia against what the kernel counts at the interface.
"""
import json
import sys
import time

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import network  # noqa: E402

AGENT = "192.0.2.1"
POLLING = 20   # s, and pmacct has no setting for it; the first one comes
               # when it likes
INTERVALS = 2  # until an agent without a host record is a host
IN, OUT = 200, 90  # packets a second
SETTLE = 2     # s, until the traffic is there
# It counts what it captures: in what goes to the interface's address, and out
# what comes from it.
MAP = """set_tag=1 filter='ether dst {0}'
set_tag=2 filter='ether src {0}'
"""
CONFIGURATION = """daemonize: false
pcap_interface: port
plugins: sfprobe[port]
pre_tag_map[port]: {folder}/map
sfprobe_direction[port]: tag
sfprobe_ifindex[port]: 7
sfprobe_ifspeed[port]: 100000000
sfprobe_agentip: {agent}
sfprobe_receiver: 127.0.0.1:{port}
sampling_rate: 64
"""


def start_pmacct(session, port):
    folder = session.root / "pmacct"
    folder.mkdir()
    link = json.loads(network.ip("-json link show dev port"))[0]
    (folder / "map").write_text(MAP.format(link["address"]))
    (folder / "conf").write_text(CONFIGURATION.format(
        folder=folder, agent=AGENT, port=port))
    pmacct = network.Contained(session, "pmacctd", "-f", str(folder / "conf"))
    ganglia.wait_for("sfprobe", lambda: "Exporting flows" in pmacct.log())


def port_of(metrics):
    """Its name."""
    return next(name.rpartition(".")[0] for name in metrics
                if name.endswith(".bytes_in"))


def compare(watch, port, begin, end, faults):
    """The traffic is the same all the time, so each value is its rate."""
    for counter in ("bytes_in", "pkts_in", "bytes_out", "pkts_out"):
        want = watch.rate("port", counter, begin, end)
        values = watch.values(f"{port}.{counter}")
        wrong = [value for value in values if abs(value - want) > 0.1 * want]
        if wrong or not values:
            faults.append(f"{counter}: {values}, and the kernel has counted "
                          f"{want:.1f} a second")


def test(tap, session):
    far = network.Machine("port", "192.0.2.2/24")
    here = network.Here("port", f"{AGENT}/24")
    gmond = session.gmond(module={"deliver": "direct",
                                  "names": f"{AGENT} = probe-1"})
    with network.Watch(gmond, AGENT, ["port"]) as watch, \
            network.flow(far, here, IN), network.flow(here, far, OUT):
        time.sleep(SETTLE)
        begin = time.monotonic()
        start_pmacct(session, gmond.sflow_port)
        with tap.point("the probe is a host, and its port has rates"):
            port = ganglia.wait_for("rates", lambda: port_of(gmond.metrics(
                AGENT)), POLLING + INTERVALS * POLLING + ganglia.PATIENCE)
            time.sleep(SETTLE)
            end = time.monotonic()
    with tap.point("the host has its name, and no other host came") as faults:
        if gmond.sflow_hosts().keys() != {AGENT} or \
                gmond.hosts()[AGENT].get("NAME") != "probe-1":
            faults.append([(ip, host.get("NAME")) for ip, host in
                           gmond.sflow_hosts().items()])
    with tap.point("bytes and packets both ways, as the kernel has counted "
                   "them") as faults:
        compare(watch, port, begin, end, faults)
    with tap.point("speed, and utilization of it") as faults:
        metrics = gmond.metrics(AGENT)
        if metrics[f"{port}.speed"]["VAL"] != "100000000":
            faults.append(metrics[f"{port}.speed"])
        for way in ("in", "out"):
            want = float(metrics[f"{port}.bytes_{way}"]["VAL"]) * 8e-6
            got = float(metrics[f"{port}.util_{way}"]["VAL"])
            if abs(got - want) > 0.0051:
                faults.append(f"util_{way} {got} instead of {want}")
    with tap.point("the host's totals are those of its only port") as faults:
        for counter in ("bytes_in", "pkts_in", "bytes_out", "pkts_out"):
            if metrics[counter]["VAL"] != metrics[f"{port}.{counter}"]["VAL"]:
                faults.append(f"{counter} {metrics[counter]['VAL']}")
    watch.no_troubles(tap)


if __name__ == "__main__":
    network.isolate()
    ganglia.run(test)
