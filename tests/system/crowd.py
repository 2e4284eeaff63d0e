"""Agents that send all the time, and readers that read all the time, beside what the
bridge's fault tests do.
"""
import contextlib
import os
import subprocess
import sys
import threading
import time

import ganglia
import traffic

PRIVATE = "GANGLIA_SFLOW_MOUNTS"  # set once the test has mounts of its own


class Crowd:
    """Agents, each of which sends once in `every` seconds. Their load is how many
    seconds the crowd has been there, by the real clock; their counters go up by
    1000 a second of their own time."""

    def __init__(self, ports, agents, every=0.5):
        self.senders = [traffic.Sender(port) for port in ports]
        self.agents = {name: traffic.Agent(address, name)
                       for name, address in agents.items()}
        self.silent, self.every = set(), every
        self.heard = {}  # when each has sent its last, and
        self.first = {}  # its first
        self.began = None
        self.late, self.last = 0, None  # s that were left out, as all is busy

    def add(self, name, address):
        self.agents[name] = traffic.Agent(address, name)

    def beat(self):
        now = time.monotonic()
        self.began = self.began or int(time.time())
        self.late += int(now - self.last - self.every + 0.5) if self.last else 0
        self.last = now
        for name, agent in list(self.agents.items()):
            if name in self.silent:
                continue
            payload = agent.machine(
                load=float(int(time.time()) - self.began),
                later_ms=int(1000 * self.every))
            for sender in self.senders:
                sender.send(payload, keep=False)
            self.heard[name] = time.time()
            self.first.setdefault(name, time.time())

    @contextlib.contextmanager
    def sending(self):
        """At the middle of each second, where there is one a second: steps are at
        its full ones."""
        time.sleep(1.4 - time.time() % 1)
        try:
            with traffic.in_background(self.beat, self.every):
                yield self
        finally:
            for sender in self.senders:
                sender.close()

    @property
    def sent(self):
        return sum(agent.sequence for agent in self.agents.values())


def named(count, name="node", network="10.1"):
    return {f"{name}-{i}": f"{network}.{i // 250}.{i % 250 + 1}"
            for i in range(count)}


class Readers:
    """Threads that read whole documents as long as the block lasts. Whatever is
    wrong with one is a fault."""

    def __init__(self, our, hosts, count=2, every=0.0):
        self.our, self.hosts, self.every = our, hosts, every
        self.faults, self.read, self.longest = [], 0, 0.0
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(i,))
                        for i in range(count)]

    def work(self, turn):
        cluster = next(iter(self.our.clusters))
        ports = ((self.our.gmond_ports[cluster], b""), (self.our.xml_port, b""),
                 (self.our.interactive_port, b"/\n"))
        while not self.stop.wait(self.every):
            turn += 1
            began = time.monotonic()
            try:
                got = ganglia.read_tcp(ports[turn % 3][0], 10,
                                       ports[turn % 3][1])
            except OSError as error:
                self.faults.append(f"{error}")
                continue
            self.longest = max(self.longest, time.monotonic() - began)
            self.read += 1
            names = got.count(b"<HOST NAME=\"node-")
            if not got.endswith(b"</GANGLIA_XML>\n") or names != self.hosts:
                self.faults.append(f"{len(got)} bytes with {names} hosts, at the "
                                   f"end {got[-40:]!r}")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def new_lines(program, since, words=""):
    """Those with the words that its log has since it was so long."""
    return [line for line in program.log()[since:].splitlines()
            if words in line]


def with_own_mounts():
    """Runs this program again, in a mount namespace of its own, so that what it
    mounts goes with it. A user who is not root is root there. Where that is not
    allowed it goes on without, and can_mount() says so."""
    if PRIVATE in os.environ:
        return
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    private = [ganglia.find_program("unshare"), "--mount", *as_root]
    allowed = subprocess.run([*private, "true"], check=False,
                             stderr=subprocess.DEVNULL).returncode == 0
    os.environ[PRIVATE] = "yes" if allowed else "no"
    if allowed:
        os.execv(private[0], [*private, sys.executable, *sys.argv])


def can_mount(what):
    if os.environ[PRIVATE] != "yes":
        print(f"# {what}: skipped, mounts are not allowed")
    return os.environ[PRIVATE] == "yes"


def unmount(folder):
    """So that it can be removed; also while somebody uses it."""
    subprocess.run([ganglia.find_program("umount"), "--lazy", str(folder)],
                   check=False)
