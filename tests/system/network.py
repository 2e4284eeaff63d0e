"""Networks for the system tests: the kernel's namespaces, which have no names
and end with the test, whatever ends it; and traffic of a known rate in them.
"""
import bisect
import contextlib
import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
import time

import traffic
from ganglia import Program, find_program, metrics_of, troubles

LINUX_CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
INSIDE = "GANGLIA_SFLOW_NAMESPACE"  # set once the test is in its own


def isolate(*more):
    """Runs this program again, in a network namespace of its own, and those that
    unshare(1) makes by `more`. A user who is not root is root there."""
    if INSIDE not in os.environ:
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        os.environ[INSIDE] = "yes"
        os.execv(find_program("unshare"), ["unshare", "--net", *more, *as_root,
                                           sys.executable, *sys.argv])
    ip("link set lo up")


def ip(words):
    """The ip command, and what it printed."""
    return subprocess.run([find_program("ip"), *words.split()], timeout=10,
                          check=True, stdout=subprocess.PIPE, text=True).stdout


def start(session, name, *arguments):
    """A program of the session, running."""
    program = Program(name, [find_program(name), *arguments],
                      session.path(f"{name}.log"))
    session.programs.append(program)
    return program


class Contained(Program):
    """One that starts others, which would outlive a test that is killed: they
    are in a process namespace, and end with its first process."""

    def __init__(self, session, name, *arguments):
        super().__init__(name, [find_program("unshare"), "--pid", "--fork",
                                "--kill-child", find_program(name), *arguments],
                         session.path(f"{name}.log"))
        session.programs.append(self)

    def end(self, seconds=5):
        if self.is_alive():
            self.process.kill()
            self.process.wait(seconds)
            return None
        return super().end(seconds)


# Namespaces -------------------------------------------------------------------


def check(status):
    if status != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def own_namespace():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


class Namespace:
    """Another namespace, as long as this object or something in it lives."""

    def __init__(self):
        home = own_namespace()
        check(LIBC.unshare(LINUX_CLONE_NEWNET))
        self.fd = own_namespace()
        check(LIBC.setns(home, LINUX_CLONE_NEWNET))
        os.close(home)
        self.path = f"/proc/{os.getpid()}/fd/{self.fd}"

    @contextlib.contextmanager
    def inside(self):
        """The thread is in there as long as the block lasts. Sockets and
        programs that it makes stay."""
        home = own_namespace()
        check(LIBC.setns(self.fd, LINUX_CLONE_NEWNET))
        try:
            yield
        finally:
            check(LIBC.setns(home, LINUX_CLONE_NEWNET))
            os.close(home)


DISCARD = 9


class Machine(Namespace):
    """A namespace behind a cable: `port` is its end here, eth0 the other."""

    def __init__(self, port, address):
        super().__init__()
        self.address = address.partition("/")[0]
        ip(f"link add {port} type veth peer name eth0 netns {self.path}")
        ip(f"link set {port} up")
        with self.inside():
            ip(f"addr add {address} dev eth0")
            ip("link set eth0 up")
            self.sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sink.bind((self.address, DISCARD))


class Here:
    """This namespace, where its machine's cable ends at `port`."""

    def __init__(self, port, address):
        self.address = address.partition("/")[0]
        ip(f"addr add {address} dev {port}")
        self.sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sink.bind((self.address, DISCARD))

    def inside(self):
        return contextlib.nullcontext()


# Traffic ----------------------------------------------------------------------

PAYLOAD = 972  # bytes
PACKET = PAYLOAD + 8 + 20 + 14  # with UDP, IP and Ethernet
TICK = 0.02    # s


@contextlib.contextmanager
def flow(sender, to, packets):
    """As many packets a second from one machine to another, as long as the
    block lasts. What is late is left out, so it is never faster."""
    with sender.inside():
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect((to.address, DISCARD))
    stop = threading.Event()

    def send():
        sent, began = 0, time.monotonic()
        while not stop.wait(TICK):
            due = int((time.monotonic() - began) * packets)
            for _ in range(min(due - sent, int(4 * TICK * packets) + 1)):
                with contextlib.suppress(OSError):
                    out.send(bytes(PAYLOAD))
            sent = due

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        out.close()


def counters(port):
    """What the kernel has counted at a port of this namespace: bytes_in,
    pkts_in, bytes_out, pkts_out."""
    link = json.loads(ip(f"-json -s link show dev {port}"))[0]["stats64"]
    return {f"{ours}_{way}": link[side][theirs]
            for way, side in (("in", "rx"), ("out", "tx"))
            for ours, theirs in (("bytes", "bytes"), ("pkts", "packets"))}


# Comparing --------------------------------------------------------------------

LOOK = 0.5  # s


class Watch:
    """What the kernel counts at ports, and what gmond says of a host, again and
    again, as long as the block lasts."""

    def __init__(self, gmond, host, ports):
        self.gmond, self.host, self.ports = gmond, host, ports
        self.counted, self.shown, self.troubles = [], [], []
        self.work = traffic.in_background(self.look, LOOK)

    def __enter__(self):
        self.work.__enter__()
        return self

    def __exit__(self, *error):
        return self.work.__exit__(*error)

    def look(self):
        self.counted.append((time.monotonic(),
                             {port: counters(port) for port in self.ports}))
        hosts = self.gmond.hosts()
        self.troubles += troubles(hosts)
        if self.host in hosts:
            self.shown.append((time.monotonic(), metrics_of(hosts[self.host])))

    def no_troubles(self, tap):
        with tap.point("nothing of it is lost, malformed, unknown or "
                       "refused") as faults:
            faults += self.troubles

    def rate(self, port, counter, begin, end):
        """By the kernel."""
        times = [at for at, _ in self.counted]
        first = self.counted[bisect.bisect_left(times, begin)]
        last = self.counted[bisect.bisect_right(times, end) - 1]
        return (last[1][port][counter] - first[1][port][counter]) / \
            (last[0] - first[0])

    def values(self, metric, begin=0.0, end=float("inf")):
        """What gmond has shown in that time."""
        return [float(metrics[metric]["VAL"]) for at, metrics in self.shown
                if begin <= at <= end and metric in metrics]

    def mean(self, metric, begin, end):
        values = self.values(metric, begin, end)
        return sum(values) / len(values)

    def faults(self, metric, port, counter, begin, end, share=0.1):
        """Is the metric's mean what the kernel has counted?"""
        want = self.rate(port, counter, begin, end)
        got = self.mean(metric, begin, end)
        if abs(got - want) > share * want:
            return [f"{metric}: {got:.1f} a second, and the kernel has "
                    f"counted {want:.1f}"]
        return []
