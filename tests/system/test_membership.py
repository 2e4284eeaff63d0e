#!/usr/bin/env python3
"""Up and down, as the real gmond and gmetad say it: a recording in which one
host falls silent and another restarts.
"""
import sys
import threading
import time

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

SPEED = 4          # of the recording; the agents' clocks run as recorded
SILENT = "10.80.0.5"      # node5
RESTARTED = "10.80.0.3"   # node3
POLLING = 5.0      # s
PATIENCE = 2       # s: a tick, a publication, a look, on a busy machine
EVENT_SCRIPT = """#!/bin/sh
echo "$SFLOW_EVENT $SFLOW_HOST $SFLOW_AGENT $SFLOW_MISSED $SFLOW_ALLOWED" \
"$((SFLOW_TIME - SFLOW_LAST_HEARD)) $(ls /proc/self/fd | wc -l)" >>{}
"""


def is_down(host):
    """As every Ganglia program sees it."""
    return int(host.get("TN")) > 4 * int(host.get("TMAX"))


class Watch:
    """When hosts were seen to go down, or to come up."""

    def __init__(self, gmond):
        self.gmond, self.changes, self.state = gmond, [], {}

    def look(self):
        now = time.time()
        for ip, host in self.gmond.sflow_hosts().items():
            down = is_down(host)
            if self.state.get(ip, False) != down:
                self.changes.append((now, ip, down))
            self.state[ip] = down

    def down_at(self, ip):
        return [at for at, who, down in self.changes if who == ip and down]


def replay(session, gmond, watch):
    """Sends the recording; returns when each agent was last heard."""
    last = {}
    recording = traffic.read_pcap(ganglia.CAPTURES / "cluster.pcap")
    stop = threading.Event()

    def look():
        while not stop.is_set():
            watch.look()
            stop.wait(0.2)
    thread = threading.Thread(target=look)
    thread.start()
    try:
        with traffic.Sender(gmond.sflow_port) as sender:
            sender.replay(recording, SPEED)
        for at, payload in sender.sent:
            last[".".join(map(str, payload[8:12]))] = at
        ganglia.wait_for("node5 is down", lambda: watch.down_at(SILENT), 30)
    finally:
        stop.set()
        thread.join()
    return last


def summary(gmetad):
    """Hosts up and down, as gmetad tells ganglia-web."""
    xml = ganglia.ElementTree.fromstring(ganglia.read_tcp(
        gmetad.interactive, ask=b"/?filter=summary\n"))
    hosts = [e for e in xml.iter("HOSTS")][-1]
    return int(hosts.get("UP")), int(hosts.get("DOWN"))


def test(tap, session):
    events = session.path("events")
    script = session.path("on_event")
    script.write_text(EVENT_SCRIPT.format(events))
    script.chmod(0o755)
    gmond = session.gmond(module={"deliver": "direct",
                                  "on_event": str(script)})
    gmetad = session.gmetad(gmond)
    watch = Watch(gmond)
    last = replay(session, gmond, watch)
    with tap.point("a host that falls silent is down when two heartbeats are "
                   "missing, and some slack") as faults:
        silence = watch.down_at(SILENT)[0] - last[SILENT]
        # 2 I and a sixth, or four mean deviations of about 0.8 s
        if not 2 * POLLING + 0.8 <= silence <= 3 * POLLING + PATIENCE:
            faults.append(f"after {silence:.1f} s")
        if len(watch.down_at(SILENT)) != 1:
            faults.append(watch.changes)
    with tap.point("the log says so at the same time, and why") as faults:
        line = [text for text in gmond.log().splitlines()
                if "node5.example.net is down" in text]
        if len(line) != 1 or "of 2 heartbeats missed" not in line[0]:
            faults.append(line)
        said = float(line[0].split("last heard ")[1].split()[0])
        if not abs(said - silence) <= PATIENCE:
            faults.append(f"it says {said} s, seen after {silence:.1f} s")
    with tap.point("a restart is a restart, and the host never down") as faults:
        if watch.down_at(RESTARTED) and \
                watch.down_at(RESTARTED)[0] < last[RESTARTED]:
            faults.append(watch.changes)
        if "host node3.example.net restarted" not in gmond.log():
            faults.append(gmond.log())
    with tap.point("gmetad counts them, one by one") as faults:
        ganglia.wait_for("all five down", lambda: summary(gmetad)[1] == 5, 40)
    with tap.point("sflow_hosts_down and sflow_hosts_up say the same"):
        ganglia.wait_for("5 and 0", lambda: gmond.own(
            "sflow_hosts_down") == 5 and gmond.own("sflow_hosts_up") == 0)
    with tap.point("a datagram brings a host back at once") as faults:
        recording = traffic.read_pcap(ganglia.CAPTURES / "cluster.pcap")
        with traffic.Sender(gmond.sflow_port) as sender:
            for _, payload in recording:
                if payload[8:12] == bytes((10, 80, 0, 5)):
                    sender.send(payload)
                    break
        ganglia.wait_for("it is up", lambda: not is_down(
            gmond.hosts()[SILENT]), 5)
        ganglia.wait_for("gmetad's word", lambda: summary(gmetad)[1] == 4)
    with tap.point("on_event was run for each event, without gmond's "
                   "sockets") as faults:
        lines = [text.split() for text in events.read_text().splitlines()]
        for word in ("joined", "late", "down", "restarted", "returned"):
            if not any(line[0] == word for line in lines):
                faults.append(f"no {word}: {lines}")
        down = [line for line in lines
                if line[:2] == ["down", "node5.example.net"]]
        if len(down) != 1 or down[0][2] != SILENT or down[0][3:5] != ["2", "2"]:
            faults.append(down)
        # standard streams, and the folder that ls reads
        faults += [line for line in lines if int(line[-1]) > 4]


if __name__ == "__main__":
    ganglia.run(test)
