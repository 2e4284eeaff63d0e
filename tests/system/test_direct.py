#!/usr/bin/env python3
"""deliver = direct: recorded traffic of five hosts, in gmond's XML value by
value as the library makes it of the same datagrams.
"""
import sys
import time

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

SPEED = 6
SECONDS = 62  # of the recording: the restart of node3, the end of node5
POLLING = 5   # s in the recording


def times(host, heard, now):
    """What is wrong with when it was heard, and when it started."""
    faults = []
    ip, reported = host.get("IP"), int(host.get("REPORTED"))
    if abs(reported - heard.last) > 1.1:
        faults.append(f"{ip}: REPORTED is {reported - heard.last:.1f} s off")
    if abs(now - reported - int(host.get("TN"))) > 2:
        faults.append(f"{ip}: TN is {host.get('TN')}, REPORTED "
                      f"{now - reported:.1f} s ago")
    started = int(host.get("GMOND_STARTED"))
    if abs(started - heard.started) > 3:
        faults.append(f"{ip}: GMOND_STARTED is "
                      f"{started - heard.started:.1f} s off")
    return faults


def test(tap, session):
    gmond = session.gmond(module={"deliver": "direct"})
    replay = traffic.Replay(session, gmond.sflow_port, speed=SPEED,
                            seconds=SECONDS)
    replay.shown(gmond)
    now = time.time()
    hosts = gmond.sflow_hosts()

    with tap.point("REPORTED, TN and GMOND_STARTED") as faults:
        for ip in traffic.NODES:
            faults += times(hosts[ip], replay.heard[ip], now)
    with tap.point("TN of a metric is since it was sent") as faults:
        for ip in traffic.NODES:
            age = now - replay.heard[ip].last
            tn = int(ganglia.metrics_of(hosts[ip])["load_one"]["TN"])
            if not age - 2 <= tn <= age + POLLING / SPEED + 2:
                faults.append(f"{ip}: {tn}, it was heard {age:.1f} s ago")
    with tap.point("the five hosts are there, by address and name") as faults:
        names = {ip: host.get("NAME") for ip, host in hosts.items()}
        if names != traffic.NODES:
            faults.append(names)
    for ip, name in traffic.NODES.items():
        with tap.point(f"{name}: each metric, and nothing else") as faults:
            if len(replay.expected[ip]) < 40:
                faults.append(f"only {len(replay.expected[ip])} expected")
            faults += replay.faults(hosts[ip])
    with tap.point("nothing was dropped by the kernel") as faults:
        if gmond.drops() != 0:
            faults.append(gmond.drops())
    with tap.point("sflow_agents is 5") as faults:
        if gmond.own("sflow_agents") != 5:
            faults.append(gmond.own("sflow_agents"))


if __name__ == "__main__":
    ganglia.run(test)
