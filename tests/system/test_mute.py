#!/usr/bin/env python3
"""A mute gmond, and one without a send channel, call no metric handler: the
module delivers to their own receive channel then.
"""
import sys

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402


def own_channel(tap, session, title, **settings):
    gmond = session.gmond(module={"deliver": "auto"}, **settings)
    with tap.point(f"{title}: the hosts appear, with their values") as faults:
        replay = traffic.Replay(session, gmond.sflow_port, speed=6,
                                seconds=30)
        hosts = replay.shown(gmond)
        if hosts.keys() != traffic.NODES.keys():
            faults.append(f"hosts: {sorted(hosts)}")
        for ip, host in hosts.items():
            faults += [f"{ip}: {fault}" for fault in replay.faults(host)]
    with tap.point(f"{title}: the values go on") as faults:
        agent = traffic.Agent("10.9.9.9", "one-more")
        with traffic.Sender(gmond.sflow_port) as to:
            for load in ("0.25", "1.75"):
                with traffic.in_background(
                        lambda: to.send(agent.machine(load=float(load))), 0.2):
                    ganglia.wait_for(f"load {load}", lambda: gmond.value(
                        "10.9.9.9", "load_one") == load)


def test(tap, session):
    own_channel(tap, session, "mute = yes", globals_={"mute": "yes"})
    own_channel(tap, session, "no udp_send_channel", send=[])

    with tap.point("deliver = direct in a mute gmond: the log says why not, "
                   "and what to set") as faults:
        gmond = session.gmond(module={"deliver": "direct"}, wait=False,
                              globals_={"mute": "yes"})
        ganglia.wait_for("gmond answers", gmond.is_up)
        log = ganglia.wait_for("a line", lambda: [
            line for line in gmond.log().splitlines() if "sflow:" in line])
        if "mute = yes" not in log[0] or "deliver = auto" not in log[0]:
            faults.append(log)
    with tap.point("nothing to deliver to: the log says so") as faults:
        gmond = session.gmond(module={"deliver": "channel"}, wait=False,
                              send=[], receive=[])
        ganglia.wait_for("gmond answers", gmond.is_up)
        log = ganglia.wait_for("a line", lambda: [
            line for line in gmond.log().splitlines() if "sflow:" in line])
        if "udp_send_channel" not in log[0]:
            faults.append(log)


if __name__ == "__main__":
    ganglia.run(test)
