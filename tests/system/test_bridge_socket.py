#!/usr/bin/env python3
"""The bridge with a socket that systemd has opened, which stays open while the bridge is
not there: a burst finds room in it, and nothing is lost over a restart, nor taken for
silence. This test plays systemd: it opens the socket, as root with the buffer of the
.socket unit, and hands it over as sd_listen_fds(3) says.
"""
import os
import re
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import crowd  # noqa: E402
import ganglia  # noqa: E402
import network  # noqa: E402
import traffic  # noqa: E402

LINUX_SO_RCVBUFFORCE, LINUX_SO_TIMESTAMPNS, LINUX_SO_MEMINFO = 33, 35, 55
LINUX_RMEM_ALLOC, LINUX_DROPS, LINUX_MEMINFO_VARS = 0, 8, 9
UNIT = (ganglia.TOP / "conf.d/gmetad-bridge.socket").read_text()
BUFFER = int(re.search("ReceiveBuffer=([0-9]+)M", UNIT)[1]) << 20  # bytes
BURST = 10000
TRUESIZE = 1280    # bytes of the buffer that the kernel counts for a datagram of these
HOSTS = 20
POLLING = 0.5      # s
RATE = 1000        # per second, of all counters
AWAY = (0, 2.4, 8) # s: the last is longer than what is a stop of the program
COARSE = ("node-1", "node-2")
SOON = 4           # s
NOBODY = "65534"
# As systemd does between fork() and exec(): the process has the socket as 3.
HAND_OVER = ("import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update("
             "LISTEN_FDS='1', LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES='s'); "
             "os.execv(sys.argv[2], sys.argv[2:])")


class Socket:
    """systemd's socket, on a port and all addresses."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, LINUX_SO_RCVBUFFORCE, BUFFER)
        except PermissionError:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self.socket.setsockopt(socket.SOL_SOCKET, LINUX_SO_TIMESTAMPNS, 1)
        self.socket.bind(("::", port))
        self.room = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    def numbers(self):
        return struct.unpack(f"={LINUX_MEMINFO_VARS}I", self.socket.getsockopt(
            socket.SOL_SOCKET, LINUX_SO_MEMINFO, 4 * LINUX_MEMINFO_VARS))

    def dropped(self):
        return self.numbers()[LINUX_DROPS]

    def is_empty(self):
        return self.numbers()[LINUX_RMEM_ALLOC] == 0


class Activated(bridge.Bridge):
    """A bridge that has systemd's socket. It may be another port than its own."""

    def __init__(self, session, shift_port=0, **more):
        super().__init__(session, start=False, **more)
        self.given = Socket(self.sflow_port + shift_port)
        self.keeps = (self.given.socket.fileno(),)
        self.start()

    def handed_over(self, arguments):
        return [sys.executable, "-c", HAND_OVER, str(self.keeps[0]), *arguments]

    def received(self):
        return self.status()["bridge"]["ingest"]["received"]


def activated(session, **more):
    """As root, the bridge is nobody, as in the unit: its own sockets would be small."""
    return Activated(session, extra='self { name = "" }', sflow=f"rcvbuf = {BUFFER}",
                     user=NOBODY if os.geteuid() == 0 else None, **more)


def burst(our):
    """As many datagrams of one agent as are to find room, as fast as can be. Their
    counters rise by RATE a second of the agent's clock."""
    agent = traffic.Agent("10.9.0.1", "burst")
    count = min(BURST, our.given.room // TRUESIZE)
    payloads = [agent.machine(rate=RATE, later_ms=20) for _ in range(count)]
    with traffic.Sender(our.sflow_port) as sender:
        for payload in payloads:
            sender.socket.sendto(payload, sender.to)
    return count


def faults_of_rates(our, names):
    """Rates that are shown, and not what the agents count."""
    shown = our.hosts()
    return [f"{name}: {metric} is {told[metric]['VAL']}"
            for name in names if name in shown
            for told in [ganglia.metrics_of(shown[name])]
            for metric, want in (("interrupts", RATE), ("bytes_in", RATE),
                                 ("bytes_out", 2 * RATE))
            if metric in told
            and abs(float(told[metric]["VAL"]) - want) > 0.03 * want]


def test_bursts(tap, our):
    for name, is_stopped in (("that runs", False), ("that is not there", True)):
        with tap.point(f"a burst to a bridge {name}: all is received, and none of the "
                       "values is wrong") as faults:
            if is_stopped:
                faults += [fault for fault in [our.end()] if fault]
            before = 0 if is_stopped else our.received()
            count = burst(our)
            if is_stopped:
                our.start()
            ganglia.wait_for("all is read", our.given.is_empty)
            ganglia.wait_for("all is received",
                             lambda: our.received() - before >= count)
            told = our.status()
            print(f"# {count} datagrams, {our.received() - before} received, "
                  f"{our.given.dropped()} dropped")
            if our.received() - before != count or our.given.dropped():
                faults.append(f"of {count}: {told['bridge']['ingest']}, "
                              f"{our.given.dropped()} dropped")
            if told["bridge"]["collector"]["samples_lost"]:
                faults.append(told["bridge"]["collector"])
            faults += faults_of_rates(our, ["burst"])
            faults += crowd.new_lines(our, 0, "buffers are")


class Pollers(crowd.Crowd):
    """Agents whose counters rise by RATE a second by their own clocks, which is the
    real one. Some have a coarse clock, and send half as often."""

    def __init__(self, port):
        super().__init__([port], crowd.named(HOSTS), POLLING)
        self.woken, self.beats = time.monotonic(), 0
        for name in COARSE:
            self.agents[name].uptime_ms = 99000

    def beat(self):
        self.beats += 1
        for name, agent in self.agents.items():
            later = int((time.monotonic() - self.woken) * 1000) + 100000
            if name in COARSE:
                if self.beats % 2 == 0:
                    continue
                payload = self.coarse(agent, later)
            else:
                payload = agent.machine(rate=RATE, later_ms=later - agent.uptime_ms)
            if name not in self.silent:
                for sender in self.senders:
                    sender.send(payload, keep=False)

    @staticmethod
    def coarse(agent, now_ms):
        """Of an agent whose clock has whole seconds: its rates are made by the times of
        arrival."""
        count = RATE * now_ms // 1000
        return agent.datagram((traffic.MACHINE, [
            traffic.host_descr(agent.name),
            traffic.host_cpu(0.5, now_ms // 1000, (0, 0, 0, now_ms // 10), count, count),
            traffic.host_net(count, 2 * count)]),
            later_ms=now_ms // 1000 * 1000 - agent.uptime_ms)



def watch(our, seconds, names):
    """Faults of the rates, for some seconds."""
    end, faults = time.monotonic() + seconds, []
    while time.monotonic() < end and len(faults) < 5:
        faults += faults_of_rates(our, names)
        time.sleep(0.1)
    return faults


def complaints(our, at):
    """What the log says of silence, or of restarts that there were not."""
    return [line for line in our.log()[at:].splitlines()
            if re.search("is (down|late)|nobody listened|restarted|lost", line)]


def test_restarts(tap, our):
    agents = Pollers(our.sflow_port)
    with agents.sending():
        ganglia.wait_for("all hosts", lambda: len(our.hosts()) >= HOSTS)
        time.sleep(10 * POLLING)
        for seconds in AWAY:
            with tap.point(f"a restart that takes {seconds} s and a bit: nothing is lost, "
                           "nobody is missed, and rates are right") as faults:
                at = len(our.log())
                faults += [fault for fault in [our.end()] if fault]
                time.sleep(seconds)
                our.start()
                faults += watch(our, SOON, agents.agents)
                faults += complaints(our, at)
                if our.given.dropped():
                    faults.append(f"{our.given.dropped()} were dropped")
                lost = our.status()["bridge"]["collector"]["samples_lost"]
                if lost:
                    faults.append(f"{lost} samples are lost")
        with tap.point("who ends while the bridge is not there is down, and nobody "
                       "else") as faults:
            faults += [fault for fault in [our.end()] if fault]
            agents.silent.add("node-3")
            time.sleep(1)
            at = len(our.log())
            our.start()
            ganglia.wait_for("it is down", lambda: "node-3 is down" in our.log()[at:])
            time.sleep(SOON)
            down = re.findall(r"host (\S+) is down", our.log()[at:])
            if down != ["node-3"]:
                faults.append(down)


def test_another_port(tap, session):
    with tap.point("where systemd's socket has another port, the log says so, and the "
                   "bridge opens its own") as faults:
        our = activated(session, shift_port=1)
        with traffic.Sender(our.sflow_port) as sender:
            sender.send(traffic.Agent("10.9.0.2", "other").machine())
        ganglia.wait_for("it is received", lambda: our.received() == 1)
        said = f"systemd's socket on UDP port {our.sflow_port + 1} of :: is not used"
        if said not in our.log():
            faults.append(our.log())
    with tap.point("with SIGHUP the bridge goes over to that port, and back") as faults:
        at = len(our.log())
        own, our.sflow_port = our.sflow_port, our.sflow_port + 1
        our.reload()
        with traffic.Sender(our.sflow_port) as sender:
            sender.send(traffic.Agent("10.9.0.3", "given").machine())
        ganglia.wait_for("it is received", lambda: our.received() == 2)
        if "systemd" in our.log()[at:]:
            faults.append(our.log()[at:])
        our.sflow_port = own
        our.reload()
        if said not in our.log()[at:]:
            faults.append(f"it does not say so: {our.log()[at:]}")
        with traffic.Sender(own) as sender:
            sender.send(traffic.Agent("10.9.0.2", "other").machine())
        ganglia.wait_for("it is received", lambda: our.received() == 3)


def test(tap, session):
    our = activated(session)
    test_bursts(tap, our)
    test_restarts(tap, our)
    test_another_port(tap, session)


if __name__ == "__main__":
    network.isolate()
    bridge.run(test)
