#!/usr/bin/env python3
"""deliver = channel: the hosts as Ganglia messages, in the XML of a gmond that
has no module, and in that of the sender itself.
"""
import sys
import time

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

METADATA = 2  # s after which it is sent anew


def check(tap, replay, gmond, title):
    hosts = replay.shown(gmond)
    with tap.point(f"{title}: the five hosts are there") as faults:
        names = {ip: host.get("NAME") for ip, host in hosts.items()}
        if names != traffic.NODES:
            faults.append(names)
    with tap.point(f"{title}: each metric, and nothing else") as faults:
        for ip in traffic.NODES:
            faults += [f"{ip}: {fault}" for fault in replay.faults(hosts[ip])]
    with tap.point(f"{title}: GMOND_STARTED and REPORTED") as faults:
        for ip in traffic.NODES:
            heard, host = replay.heard[ip], hosts[ip]
            started = int(host.get("GMOND_STARTED")) - heard.started
            if abs(started) > 3:
                faults.append(f"{ip}: started {started:.1f} s off")
            late = int(host.get("REPORTED")) - heard.last
            if not -1.1 <= late <= 3:
                faults.append(f"{ip}: reported {late:.1f} s late")


def test(tap, session):
    plain = session.gmond(module=None)
    own = session.port()
    sender = session.gmond(module={"deliver": "channel"}, port=own,
                           globals_={"send_metadata_interval": METADATA},
                           send=[own, plain.port])
    deaf = session.gmond(module={"deliver": "auto"}, globals_={"deaf": "yes"},
                         send=[plain.port], receive=[], wait=False)
    ganglia.wait_for("the deaf gmond listens", deaf.is_bound)
    replay = traffic.Replay(session, sender.sflow_port, seconds=42)
    check(tap, replay, plain, "a gmond without the module")
    check(tap, replay, sender, "the sender itself")

    with tap.point("a deaf gmond takes the channel by itself") as faults:
        agent = traffic.Agent("10.9.9.9", "behind-the-deaf")
        with traffic.Sender(deaf.sflow_port) as to, \
                traffic.in_background(lambda: to.send(agent.machine()), 0.3):
            ganglia.wait_for("its host", lambda: plain.sflow_hosts()[
                "10.9.9.9"].get("NAME") == "behind-the-deaf")
            ganglia.wait_for("its rate", lambda: plain.value(
                "10.9.9.9", "interrupts") == "1000")
        if not deaf.is_alive():
            faults.append("it ended")
    with tap.point("what is silent is not kept alive by metadata") as faults:
        last = max(heard.last for heard in replay.heard.values())
        time.sleep(max(0, last + 4 * METADATA - time.time()))
        for ip, host in plain.sflow_hosts().items():
            late = int(host.get("REPORTED")) - last
            if ip in traffic.NODES and late > 3:
                faults.append(f"{ip} was reported {late:.0f} s after all was "
                              "silent")


if __name__ == "__main__":
    ganglia.run(test)
