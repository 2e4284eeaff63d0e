"""The programs that run-bridge measures: two sides, from the datagram to RRD and XML,
each with its processes, its polls and what it has written.

    gmetad  gmond with modsflow.so (direct), and gmetad that polls it
    bridge  gmetad-bridge, and a reader that polls it

With `cached`, each writes through an rrdcached of its own.
"""

import json
import os
import re
import select
import socket
import subprocess
import threading
import time

from measure import (available_kb, cpu_seconds, drops, fail, free_port,
                     how_it_ended, read_file, resident_kb, say, start, stop,
                     tcp_listens, udp_sockets, write_file)

STEP = 15  # s, of the RRDs, and between two polls
POLLING = 30  # s, of the agents
ARCHIVES = ["RRA:AVERAGE:0.5:1:240", "RRA:AVERAGE:0.5:40:240"]
SOME_METRICS = "^(load_one|cpu_user|cpu_idle|mem_free|bytes_in|bytes_out)$"
# Of rrdcached: a value is in its file after one to two minutes.
CACHED_WRITE_S = 60
RESERVE_KB = 1 << 20  # with less memory free than that, all is ended
FIRST_UPTIME_MS = 86400000

GMOND_CONF = """
globals {{ daemonize = no setuid = no mute = no deaf = no host_dmax = 0
  allow_extra_data = yes }}
cluster {{ name = "bench" }}
udp_send_channel {{ host = 127.0.0.1 port = {sink} }}
udp_recv_channel {{ bind = 127.0.0.1 port = {recv} }}
tcp_accept_channel {{ bind = 127.0.0.1 port = {tcp} }}
modules {{ module {{ name = "core_metrics" }}
  module {{ name = "sflow_module" path = "{module}"
    param port {{ value = {port} }} param bind {{ value = 127.0.0.1 }}
    param deliver {{ value = direct }}
    param max_agents {{ value = {max_agents} }} }} }}
collection_group {{ collect_every = 1 time_threshold = 60
  metric {{ name = "sflow_agents" }} }}
"""

GMETAD_CONF = """
data_source "bench" {step} 127.0.0.1:{tcp}
gridname "grid"
rrd_rootdir "{rrds}"
RRAs {archives}
case_sensitive_hostnames 1
trusted_hosts 127.0.0.1
xml_port {xml}
interactive_port {interactive}
setuid off
{cached}
"""

BRIDGE_CONF = """
sflow {{ port = {port} bind = "127.0.0.1" sockets = {sockets} rate = 0
  max_agents = {max_agents} }}
grid {{ name = "grid" }}
cluster "bench" {{ gmond_port = {gmond} }}
xml_bind = "127.0.0.1"
xml_port = {xml}
interactive_port = {interactive}
user = ""
{state}
{rrd}
"""


class Ended(Exception):
    """A program under test is gone."""


# ---- One process -------------------------------------------------------------

class Program:
    """A process under test, with its output in a file."""

    def __init__(self, folder, name, command):
        self.name, self.log = name, os.path.join(folder, name + ".log")
        with open(self.log, "ab") as log:
            self.process = start(command, stdout=log, stderr=log, cwd=folder)
        self.pid = self.process.pid

    def check(self):
        if self.process.poll() is not None:
            tail = read_file(self.log)[-2000:]
            raise Ended(f"{self.name}: "
                        f"{how_it_ended(self.process.returncode)}\n{tail}")

    def cpu(self):
        self.check()
        return cpu_seconds(self.pid)

    def resident_kb(self):
        return resident_kb(self.pid)

    def threads(self):
        """CPU seconds of its threads, added up by their names."""
        found = {}
        folder = f"/proc/{self.pid}/task"
        for task in os.listdir(folder):
            try:
                name = read_file(f"{folder}/{task}/comm").strip()
                ns = int(read_file(f"{folder}/{task}/schedstat").split()[0])
            except OSError:
                continue
            found[name] = found.get(name, 0) + ns / 1e9
        return found

    def wait_for(self, what, is_so):
        for _ in range(300):
            self.check()
            if is_so():
                return
            time.sleep(0.05)
        fail(f"{self.name}: not {what} after 15 s\n{read_file(self.log)}")

    def stop(self):
        stop(self.process)


def discard(bench, port, *options):
    return Program(bench.folder, f"discard{port}",
                   [bench.tool("discard"), str(port), *options])


def rrdcached(folder, base):
    """(program, its UNIX socket, its TCP port)."""
    port, path = free_port(socket.SOCK_STREAM), os.path.join(folder, "sock")
    program = Program(folder, "rrdcached", [
        "rrdcached", "-g", "-p", os.path.join(folder, "rrdcached.pid"),
        "-l", "unix:" + path, "-l", f"127.0.0.1:{port}", "-b", base,
        "-j", folder, "-w", str(CACHED_WRITE_S), "-z", str(CACHED_WRITE_S),
        "-f", "3600"])
    program.wait_for("listening", lambda: os.path.exists(path))
    return program, path, port


class Load:
    """sflow-load, to one port, until it is ended."""

    def __init__(self, bench, port, hosts, rate=0, *options):
        rate = rate or max(1, hosts // POLLING)
        self.process = start(
            [bench.tool("sflow-load"), "--agents", str(hosts), "--seconds",
             "3600", "--rate", str(rate), "--interval-ms",
             str(1000 * hosts // rate), "--first-uptime",
             str(FIRST_UPTIME_MS), *bench.traffic, *options,
             "127.0.0.1", str(port)], stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid

    def end(self):
        """Returns (datagrams sent, seconds)."""
        self.process.terminate()
        report = self.process.communicate()[0]
        stop(self.process)
        match = re.search(r"sent (\d+) datagrams .* in ([\d.]+) s", report)
        if not match:
            fail("sflow-load failed")
        return int(match.group(1)), float(match.group(2))


# ---- Readers -----------------------------------------------------------------

class Reader(threading.Thread):
    """Fetches the whole XML of a port at 6 s past each step, as gmetad does some
    time between two of them: .fetches has (when, seconds, bytes, complete)."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.fetches, self.ending = port, [], threading.Event()
        self.buffer = bytearray(1 << 20)
        self.start()

    def run(self):
        while not self.ending.wait(STEP - (time.time() - 6) % STEP):
            begin = time.time()
            count, tail = self.fetch()
            self.fetches.append((begin, time.time() - begin, count,
                                 tail.rstrip().endswith(b"</GANGLIA_XML>")))

    def fetch(self):
        count, tail = 0, b""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 60) as s:
                while got := s.recv_into(self.buffer):
                    count += got
                    tail = bytes(self.buffer[max(0, got - 20):got])
        except OSError as error:
            say(f"reader of port {self.port}: {error}")
        return count, tail

    def end(self):
        self.ending.set()


STALL = 45  # s, in which whoever takes nothing is cut off


class Staller(threading.Thread):
    """Connects and takes nothing, again and again: .cuts has after how many seconds
    it saw that it was cut off. It comes again when it saw nothing, as well, for that
    comes behind what it doesn't take."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.cuts, self.ending = port, [], threading.Event()
        self.start()

    def run(self):
        while not self.ending.wait(1):
            try:
                with socket.create_connection(("127.0.0.1", self.port)) as s:
                    self.stall(s)
            except OSError as error:
                say(f"who stalls: {error}")

    def stall(self, connection):
        begin, poll = time.monotonic(), select.poll()
        poll.register(connection, select.POLLRDHUP)
        while not self.ending.is_set() and time.monotonic() < begin + STALL:
            if poll.poll(1000):
                self.cuts.append(time.monotonic() - begin)
                return

    def end(self):
        self.ending.set()


def ask(port, query=None):
    """The answer; where there is no query, what the port says by itself."""
    with socket.create_connection(("127.0.0.1", port), 20) as s:
        if query is not None:
            s.sendall(query.encode() + b"\r\n")
        return b"".join(iter(lambda: s.recv(1 << 16), b""))


def status(port):
    answer = ask(port, "GET /status HTTP/1.0\r\n")
    return json.loads(answer[answer.index(b"{"):answer.rindex(b"}") + 1])


# ---- Both sides ----------------------------------------------------------------

class Side:
    """What both have: processes, a folder of RRDs, and samples of CPU time."""

    kind = None

    def __init__(self, bench, name, cached):
        self.bench, self.name, self.cached = bench, name, cached
        self.folder = os.path.join(bench.folder, re.sub(r"\W+", "-", name))
        self.rrds = os.path.join(self.folder, "rrds")
        os.makedirs(self.rrds)
        self.port = free_port(socket.SOCK_DGRAM)
        self.programs, self.samples, self.readers = [], [], []
        self.load = None
        if cached:
            self.daemon, self.socket, self.tcp = rrdcached(self.folder,
                                                           self.rrds)

    def send(self, hosts, *options):
        self.load = Load(self.bench, self.port, hosts, *options)

    def free_ports(self, count):
        return [free_port(socket.SOCK_STREAM) for _ in range(count)]

    def sample(self):
        """One more row: when, CPU seconds by process, and what is done()."""
        if available_kb() < RESERVE_KB:
            raise Ended(f"{self.name}: it left the machine no memory")
        self.samples.append((time.time(),
                             {p.name: p.cpu() for p in self.programs},
                             self.done()))

    def files(self):
        """(RRDs of hosts, RRDs of one host)."""
        hosts = [entry for entry in
                 os.scandir(os.path.join(self.rrds, "bench"))
                 if entry.name.endswith(".bench")]
        counts = [len(os.listdir(host.path)) for host in hosts]
        return sum(counts), max(counts, default=0)

    def drops(self):
        return drops(self.port)

    def stop(self):
        for reader in self.readers:
            reader.end()
        for program in self.programs:
            program.stop()


class GmondSide(Side):
    """gmond with the module."""

    kind = "gmond"

    def __init__(self, bench, name="gmond", cached=False, max_agents=20000):
        super().__init__(bench, name, cached)
        self.tcp_port, = self.free_ports(1)
        conf = os.path.join(self.folder, "gmond.conf")
        write_file(conf, GMOND_CONF.format(
            sink=bench.sink_port, recv=free_port(socket.SOCK_DGRAM),
            tcp=self.tcp_port, module=bench.module, port=self.port,
            max_agents=max_agents))
        self.gmond = Program(self.folder, "gmond", ["gmond", "-f", "-c", conf])
        self.gmond.wait_for("listening", lambda: udp_sockets(self.port) and
                            tcp_listens(self.tcp_port))
        self.programs = [self.gmond]


class GmetadSide(GmondSide):
    kind = "gmetad"

    def __init__(self, bench, cached, max_agents=20000):
        super().__init__(bench, "gmond + gmetad" +
                         (" + rrdcached" if cached else ""), cached,
                         max_agents)
        xml, self.interactive = self.free_ports(2)
        conf = os.path.join(self.folder, "gmetad.conf")
        write_file(conf, GMETAD_CONF.format(
            step=STEP, tcp=self.tcp_port, rrds=self.rrds, xml=xml,
            interactive=self.interactive,
            archives=" ".join(f'"{a}"' for a in ARCHIVES),
            cached=f'rrdcached_address "127.0.0.1:{self.tcp}"'
            if cached else ""))
        self.gmetad = Program(self.folder, "gmetad",
                              ["gmetad", "-d", "1", "-c", conf])
        self.gmetad.wait_for("listening",
                             lambda: tcp_listens(self.interactive))
        self.programs += [self.gmetad] + ([self.daemon] if cached else [])

    def done(self):
        """(when it has last polled, nothing). Debian's gmetad counts neither polls nor
        what it writes, which is all values at each poll."""
        polls = status(self.interactive)["metrics"]["polls"]
        return polls["ok"]["lastTime"], None


class BridgeSide(Side):
    kind = "bridge"

    def __init__(self, bench, cached=False, write="changed", rrd="all",
                 hosts=20000, state=False, sockets=1, name=None,
                 connections=None, reader=True, delay=0):
        super().__init__(bench, name or f"bridge, {write}" +
                         (f", delay {delay}" if delay else "") +
                         (" + rrdcached" if cached else ""), cached)
        self.delay = delay
        self.gmond_port, self.xml_port, self.interactive = self.free_ports(3)
        conf = os.path.join(self.folder, "gmetad-bridge.conf")
        write_file(conf, BRIDGE_CONF.format(
            port=self.port, max_agents=hosts + hosts // 10 + 100,
            sockets=sockets, gmond=self.gmond_port, xml=self.xml_port,
            interactive=self.interactive,
            state=f'state = "{self.folder}/state.db"' if state else "",
            rrd="" if rrd == "none" else self.rrd_section(
                write, rrd, connections)))
        self.bridge = Program(self.folder, "gmetad-bridge",
                              [bench.bridge, "-f", "-c", conf])
        self.bridge.wait_for("listening", lambda: udp_sockets(self.port) and
                             tcp_listens(self.interactive))
        self.programs = [self.bridge] + ([self.daemon] if cached else [])
        if reader:
            self.reader = Reader(self.gmond_port)
            self.readers.append(self.reader)

    def rrd_section(self, write, rules, connections):
        archives = "{ " + ", ".join(f'"{a}"' for a in ARCHIVES) + " }"
        lines = [f'rootdir = "{self.rrds}"', f"write = {write}"]
        if self.cached:
            lines.append(f'rrdcached = "unix:{self.socket}"')
        if self.delay:
            lines.append(f"delay = {self.delay}")
        if connections:
            lines.append(f"connections = {connections}")
        lines.append(f"rra = {archives}")
        if rules == "some":
            lines.append(f'archives "{SOME_METRICS}" {{ rra = {archives} }}')
        if rules != "all":
            lines.append('archives "." { rra = {} }')
        return "rrd {\n  " + "\n  ".join(lines) + "\n}"

    def status(self):
        return status(self.interactive)["bridge"]

    def done(self):
        """(steps, values written)."""
        rrd = self.status()["rrd"]
        return rrd["steps"], rrd["updates"]
