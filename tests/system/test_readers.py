#!/usr/bin/env python3
"""Clients that read gmond's XML slowly, or not at all. gmond's thread for XML
waits for them and lets all others wait; the module goes on hearing datagrams,
gmond's main thread goes on too, and the hosts are up to date as soon as the
client is gone.
"""
import socket
import sys
import time

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

CROWD = 350    # hosts: their XML has to be larger than all socket buffers
RATE = 700     # of the watched hosts' counters, per second
WATCHED = 5
PERIOD = 0.2   # s between their datagrams
STALL = 4      # s


class Watched:
    """Hosts whose clock and counters go with ours, so that a gap would show."""

    def __init__(self, port):
        self.sender = traffic.Sender(port)
        self.began = time.monotonic()
        self.agents = [traffic.Agent(f"10.1.0.{i}", f"watched-{i}")
                       for i in range(WATCHED)]
        self.load = 0.25

    def send(self):
        now_ms = 100123 + int((time.monotonic() - self.began) * 1000)
        for agent in self.agents:
            self.sender.send(agent.machine(
                later_ms=now_ms - agent.uptime_ms, rate=RATE, load=self.load),
                keep=False)

    def faults(self, gmond):
        """What is not as it was sent last."""
        hosts, faults = gmond.hosts(), []
        for agent in self.agents:
            metrics = ganglia.metrics_of(hosts[agent.address])
            if metrics["load_one"]["VAL"] != f"{self.load:.2f}":
                faults.append(f"{agent.name}: {metrics['load_one']['VAL']} "
                              f"is not the newest load")
            for name, want in (("interrupts", RATE), ("bytes_out", 2 * RATE)):
                got = float(metrics[name]["VAL"])
                # the counters are whole numbers, five times a second
                if abs(got - want) > 0.02 * want:
                    faults.append(f"{agent.name}: {name} is {got}, not {want}")
            if int(metrics["load_one"]["TN"]) > 3:
                faults.append(f"{agent.name}: TN {metrics['load_one']['TN']}")
        return faults

    def until_right(self, gmond, seconds=6):
        """Its faults after at most that time."""
        deadline = time.monotonic() + seconds
        while (faults := self.faults(gmond)) and time.monotonic() < deadline:
            time.sleep(0.2)
        return faults


def connect(port):
    """A client with little room."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect((ganglia.LOCAL, port))
    return client


def others_wait(gmond):
    """That the dump hangs indeed; else these tests would prove nothing."""
    try:
        ganglia.read_tcp(gmond.port, 1)
    except TimeoutError:
        return True
    return False


def drip(client):
    """Reads a little, for STALL seconds. Returns how much."""
    deadline, count = time.monotonic() + STALL, 0
    while time.monotonic() < deadline:
        count += len(client.recv(1024))
        time.sleep(0.05)
    return count


def stall(tap, gmond, other, watched, title, keep_busy, load):
    """`other` is another gmond, which hears the metrics of the first one's own
    host, and can be read meanwhile."""
    with traffic.in_background(watched.send, PERIOD) as sent:
        ganglia.wait_for("right values", lambda: not watched.faults(gmond))
        with tap.point(f"{title}: other readers wait, so it is a real test"):
            client = connect(gmond.port)
            ganglia.wait_for("the dump hangs", lambda: others_wait(gmond))
        before, began = sent(), time.time()
        watched.load = load
        keep_busy(client)
        during = sent() - before
        with tap.point(f"{title}: datagrams went on coming meanwhile") as \
                faults:
            if during < STALL / PERIOD * 0.5:
                faults.append(f"{during} of each agent were sent")
            want = WATCHED / PERIOD
            if abs(other.own("sflow_datagrams") - want) > 0.3 * want:
                faults.append(f"sflow_datagrams is "
                              f"{other.own('sflow_datagrams')}, not {want}")
        with tap.point(f"{title}: gmond's main thread went on") as faults:
            metric = other.metrics(ganglia.LOCAL)["sflow_datagrams"]
            if int(metric["TN"]) > 2:
                faults.append(f"its metrics are {metric['TN']} s old")
            if not others_wait(gmond):
                faults.append(f"the dump was over within "
                              f"{time.time() - began:.1f} s")
        client.close()
        with tap.point(f"{title}: the values are the newest as soon as it is "
                       "gone, and no rate has a gap") as faults:
            ganglia.wait_for("XML", gmond.hosts)
            faults += watched.until_right(gmond)
        with tap.point(f"{title}: no datagram was lost") as faults:
            if gmond.drops() != 0:
                faults.append(f"the kernel dropped {gmond.drops()}")
            for name in ("sflow_kernel_drops", "sflow_samples_lost"):
                if other.own(name) != 0:
                    faults.append(f"{name} is {other.own(name)}")


def test(tap, session):
    other = session.gmond(module=None)
    gmond = session.gmond(module={"deliver": "direct"}, send=[other.port],
                          receive=[])
    with traffic.Sender(gmond.sflow_port) as sender:
        for i in range(CROWD):
            agent = traffic.Agent(f"10.2.{i // 256}.{i % 256}", f"crowd-{i}")
            for _ in range(2):
                sender.send(agent.machine(), keep=False)
    ganglia.wait_for(f"{CROWD} hosts", lambda: len(gmond.hosts()) >= CROWD)
    watched = Watched(gmond.sflow_port)
    stall(tap, gmond, other, watched, "a client that never reads",
          lambda client: time.sleep(STALL), 1.75)
    stall(tap, gmond, other, watched, "a client that drips", drip, 2.5)
    with tap.point("many clients that come and go at once") as faults:
        with traffic.in_background(watched.send, PERIOD):
            for _ in range(3):
                clients = [connect(gmond.port) for _ in range(4)]
                for client in clients:
                    client.close()
            faults += watched.until_right(gmond)


if __name__ == "__main__":
    ganglia.run(test)
