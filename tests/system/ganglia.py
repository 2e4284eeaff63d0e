"""What the system tests share: test points, Debian's gmond and gmetad as child
processes with generated configurations, and their XML.
"""
import contextlib
import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = Path(os.environ.get("abs_top_srcdir") or HERE.parents[1])
BUILD = Path(os.environ.get("abs_top_builddir") or
             (TOP / "build" if (TOP / "build").is_dir() else TOP))
MODULE = BUILD / "gmond-module/.libs/modsflow.so"
CAPTURES = TOP / "tests/captures"
LOCAL = "127.0.0.1"
PORTS = range(10000, 32000)  # below those that the kernel gives to connections
PATIENCE = 60  # s: the machine may be busy, what is waited for comes anyway
SLOW = 2  # s: it is said how long a point took
ENOUGH = 12  # faults that are shown of a point
LINUX_PR_SET_PDEATHSIG = 1


# Test points ------------------------------------------------------------------


class Tap:
    """Test points. A point passes when its block puts no fault into the list
    and raises nothing; the next one is tried in any case. From any thread."""

    def __init__(self):
        self.count = self.failed = 0
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def point(self, name):
        faults, began = [], time.monotonic()
        try:
            yield faults
        except Exception as error:  # anything unexpected is a fault
            at = traceback.extract_tb(error.__traceback__)[-1]
            faults.append(f"{type(error).__name__}: {error} "
                          f"({Path(at.filename).name}:{at.lineno})")
        with self.lock:
            self.tell(name, faults, began)

    def skip(self, name, why):
        with self.lock:
            self.count += 1
            print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    def tell(self, name, faults, began):
        self.count += 1
        self.failed += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {self.count} - {name}")
        for fault in faults[:ENOUGH]:
            for line in str(fault).splitlines():
                print(f"#   {line}")
        if len(faults) > ENOUGH:
            print(f"#   and {len(faults) - ENOUGH} more")
        if time.monotonic() - began > SLOW:
            print(f"# it took {time.monotonic() - began:.1f} s")
        sys.stdout.flush()


def end_orderly(*_):
    """Once: a second signal must not disturb the cleaning up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


def run(test):
    """Runs test(tap, session) and exits. What it started ends with it."""
    tap = Tap()
    signal.signal(signal.SIGTERM, end_orderly)
    with Session() as session:
        with tap.point("gmond, gmetad, rrdtool, the module and the tools are "
                       "there") as faults:
            for program in ("gmond", "gmetad", "rrdtool"):
                if shutil.which(program, path=SEARCH) is None:
                    faults.append(f"{program} is missing")
            for path in (MODULE, BUILD / "tests/tools/sflow-dump"):
                if not path.exists():
                    faults.append(f"{path} is missing")
        if not faults:
            with tap.point("all points were tried") as faults:
                test(tap, session)
        with tap.point("no program died of a fault") as faults:
            faults += session.end()
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed else 0)


def outer_environment():
    """As it is without the make that runs this test, for another one."""
    return {key: value for key, value in os.environ.items()
            if not key.startswith(("MAKE", "MFLAGS", "abs_top_"))}


def wait_for(what, condition, seconds=PATIENCE):
    """Asks until `condition` gives something true, and returns that. An error
    is an answer, too: not yet."""
    deadline = time.monotonic() + seconds
    while True:
        error = None
        try:
            answer = condition()
        except (OSError, LookupError, ValueError, AttributeError,
                ElementTree.ParseError, subprocess.SubprocessError) as e:
            answer, error = None, e
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s"
                               + (f" ({error})" if error else ""))
        time.sleep(0.1)


# Programs ---------------------------------------------------------------------

SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])


def find_program(name):
    path = shutil.which(name, path=SEARCH)
    if path is None:
        raise FileNotFoundError(f"{name} is not installed")
    return path


def die_with_parent():
    """In the child: should this test be killed, nothing is left behind."""
    ctypes.CDLL(None).prctl(LINUX_PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """A child process whose output goes to a file."""

    ends = (0, -signal.SIGTERM)  # statuses after a SIGTERM
    keeps = ()  # descriptors that it gets

    def __init__(self, name, arguments, log):
        self.name, self.log_path = name, log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, preexec_fn=die_with_parent,
                cwd=os.path.dirname(log), pass_fds=self.keeps)
        self.pid = self.process.pid

    def log(self):
        return Path(self.log_path).read_text(errors="replace")

    def is_alive(self):
        return self.process.poll() is None

    def status(self, key):
        """A line of /proc/PID/status."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return dict(line.split(":", 1) for line in text.splitlines())[key].strip()

    def rss_kb(self):
        return int(Program.status(self, "VmRSS").split()[0])

    def fd_count(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def end(self, seconds=5):
        """SIGTERM, and what became of it: None, or what is wrong."""
        if self.is_alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                return f"{self.name} did not end within {seconds} s"
            if self.process.returncode in self.ends:
                return None
        status = self.process.returncode
        if status not in (0, -signal.SIGTERM):
            return f"{self.name} ended with status {status}:\n" + \
                "\n".join(self.log().splitlines()[-5:])
        return None


class Session:
    """A folder, ports and programs; all of them are gone at the end."""

    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix="ganglia-sflow-"))
        self.root.chmod(0o755)  # gmond may run as another user
        self.programs, self.reserved, self.files = [], {}, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        shutil.rmtree(self.root, ignore_errors=True)

    def end(self):
        faults = [program.end() for program in reversed(self.programs)]
        self.programs = []
        for port in list(self.reserved):
            self.release(port)
        return [fault for fault in faults if fault]

    def path(self, name):
        self.files += 1
        return self.root / f"{self.files}-{name}"

    def port(self):
        """A port that is free for UDP and TCP, and kept so until release()."""
        while True:
            port = random.choice(PORTS)
            udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            tcp = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            try:
                udp.bind(("::", port))
                tcp.bind(("::", port))
            except OSError:
                udp.close()
                tcp.close()
                continue
            self.reserved[port] = (udp, tcp)
            return port

    def release(self, port):
        for s in self.reserved.pop(port, ()):
            s.close()

    def gmond(self, wait=True, **settings):
        """A gmond of its own, running; see Gmond for the settings."""
        gmond = Gmond(self, **settings)
        self.programs.append(gmond)
        if wait:
            gmond.wait_until_up()
        return gmond

    def gmetad(self, gmond=None, **settings):
        gmetad = Gmetad(self, gmond, **settings)
        self.programs.append(gmetad)
        wait_for("gmetad answers", gmetad.is_up)
        return gmetad


# XML --------------------------------------------------------------------------


def read_tcp(port, timeout=10, ask=b"", host=LOCAL):
    """All that comes until the other end closes."""
    deadline = time.monotonic() + timeout
    chunks = []
    with socket.create_connection((host, port), timeout) as s:
        if ask:
            s.sendall(ask)
        while True:
            s.settimeout(max(0.01, deadline - time.monotonic()))
            chunk = s.recv(1 << 20)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)


def read_xml(port, timeout=10):
    """Raises ParseError when it is not well-formed."""
    return ElementTree.fromstring(read_tcp(port, timeout))


def metrics_of(host):
    """The metrics of a HOST element, by name: attributes and extra elements in
    one dictionary, and when it was listed twice, ["TWICE"]."""
    found = {}
    for metric in host.findall("METRIC"):
        row = dict(metric.attrib)
        for extra in metric.iter("EXTRA_ELEMENT"):
            row[extra.get("NAME")] = extra.get("VAL")
        if row["NAME"] in found:
            row["TWICE"] = True
        found[row["NAME"]] = row
    return found


# gmond ------------------------------------------------------------------------

OWN = ("sflow_agents", "sflow_hosts_up", "sflow_hosts_late",
       "sflow_hosts_down", "sflow_events", "sflow_datagrams", "sflow_samples",
       "sflow_samples_lost", "sflow_kernel_drops", "sflow_malformed",
       "sflow_unknown_records", "sflow_not_allowed", "sflow_refused",
       "sflow_values")

# Their values each second, or the tests would wait for long.
OWN_GROUP = "collection_group { collect_every = 1 time_threshold = 1\n" + \
    "".join(f'  metric {{ name = "{name}" }}\n' for name in OWN) + "}\n"

CORE = """modules { module { name = "core_metrics" } }
collection_group {
  collect_once = yes time_threshold = 20
  metric { name = "heartbeat" }
}
"""


def module_section(params):
    lines = [f'    param {key} {{ value = "{value}" }}\n'
             for key, value in params.items()]
    return (f'modules {{\n  module {{\n    name = "sflow_module"\n'
            f'    path = "{MODULE}"\n' + "".join(lines) + "  }\n}\n")


class Gmond(Program):
    """Debian's gmond in the foreground.

    module     the module's parameters; None: without the module
               (the port is chosen here, unless it is given; with the port
               None none is set)
    globals_   more of gmond's globals
    send       ports that its metrics go to (default: itself)
    receive    ports of its UDP channels (default: its own)
    extra      more text for gmond.conf
    xml        False: it has no TCP channel to read XML from
    port       of its own channels; it may be one of the session's
    cluster    its name
    keep_port  the sFlow port stays taken by the session
    accept     more of its TCP channel
    """

    # When it ends, gmond 3.7.2 destroys its pools while its thread that prints
    # XML still runs, and often dies of it, with or without this module.
    # test_lifecycle.py ends gmonds that have no such thread.
    ends = (*Program.ends, -signal.SIGSEGV)

    def __init__(self, session, module=(), globals_=(), send=None,
                 receive=None, extra="", xml=True, keep_port=False, port=None,
                 cluster="test", accept=""):
        self.accept = accept
        self.port, self.cluster = port or session.port(), cluster
        self.module = None if module is None else dict(module)
        self.sflow_port = None
        if self.module is not None:
            self.sflow_port = self.module.get("port") or session.port()
            self.module.setdefault("port", self.sflow_port)
            self.module = {k: v for k, v in self.module.items()
                           if v is not None}
            extra = module_section(self.module) + OWN_GROUP + extra
        if not keep_port:
            session.release(self.sflow_port)
        session.release(self.port)
        self.send = [self.port] if send is None else send
        self.receive = [self.port] if receive is None else receive
        self.conf = session.path("gmond.conf")
        self.conf.write_text(self.text(dict(globals_), xml) + extra)
        if not xml:
            self.ends = Program.ends
        super().__init__(f"gmond {self.port}",
                         [find_program("gmond"), "-f", "-c", str(self.conf)],
                         session.path("gmond.log"))

    def text(self, more, xml):
        settings = {"daemonize": "no", "setuid": "no", "mute": "no",
                    "deaf": "no", "host_dmax": 86400, "cleanup_threshold": 300,
                    "send_metadata_interval": 30, **more}
        lines = [f"  {key} = {value}\n" for key, value in settings.items()]
        text = "globals {\n" + "".join(lines) + "}\n"
        text += f'cluster {{ name = "{self.cluster}" }}\n'
        for port in self.send:
            text += f"udp_send_channel {{ host = {LOCAL} port = {port} }}\n"
        for port in self.receive:
            text += f"udp_recv_channel {{ port = {port} bind = {LOCAL} }}\n"
        if xml:
            text += (f"tcp_accept_channel {{ port = {self.port} "
                     f"bind = {LOCAL} {self.accept} }}\n")
        return text + CORE

    def wait_until_up(self):
        wait_for(f"{self.name} answers", lambda: self.is_up())
        if self.module is not None:
            wait_for(f"{self.name} listens on UDP port {self.sflow_port}",
                     self.is_bound)

    def is_up(self):
        if not self.is_alive():
            raise ValueError(f"it ended: {self.log()}")
        return self.xml() is not None

    def is_bound(self):
        return bool(udp_sockets(self.sflow_port, self.pid))

    def drops(self):
        """Datagrams that the kernel dropped at the module's sockets."""
        return sum(udp_sockets(self.sflow_port, self.pid).values())

    def xml(self, timeout=10):
        return read_xml(self.port, timeout)

    def hosts(self):
        """HOST elements by their IP; two of the same IP are an error."""
        found = {}
        for host in self.xml().iter("HOST"):
            if host.get("IP") in found:
                raise AssertionError(f"{host.get('IP')} is listed twice")
            found[host.get("IP")] = host
        return found

    def sflow_hosts(self):
        """Those that are not gmond's own."""
        return {ip: host for ip, host in self.hosts().items() if ip != LOCAL}

    def metrics(self, ip):
        return metrics_of(self.hosts()[ip])

    def value(self, ip, name):
        return self.metrics(ip)[name]["VAL"]

    def own(self, name):
        """One of the module's own metrics."""
        return float(self.value(LOCAL, name))


# What should be zero at all times where nobody sends what is wrong.
TROUBLES = ("sflow_samples_lost", "sflow_kernel_drops", "sflow_malformed",
            "sflow_unknown_records", "sflow_not_allowed", "sflow_refused")


def troubles(hosts):
    """Those of the module's own metrics (Gmond.hosts) that are not zero. A gmond that
    has just begun has not collected them yet."""
    own = metrics_of(hosts[LOCAL])
    return [f"{name} {own[name]['VAL']}" for name in TROUBLES
            if name in own and float(own[name]["VAL"]) != 0]


def udp_sockets(port, pid):
    """The process's UDP sockets of a port: inode and drops."""
    inodes = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            link = os.readlink(f"/proc/{pid}/fd/{fd}")
            if link.startswith("socket:["):
                inodes.add(link[8:-1])
    found = {}
    for table in ("udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            column = line.split()
            if int(column[1].rsplit(":", 1)[1], 16) == port and \
                    column[9] in inodes:
                found[column[9]] = int(column[12])
    return found


# gmetad -----------------------------------------------------------------------


class Gmetad(Program):
    """Debian's gmetad in the foreground, reading one gmond each second. Its
    folder is two levels below one that nobody else writes into.

    sources    port by name, instead of the gmond
    interval   s between two polls, and the step of its RRDs
    extra      more lines for gmetad.conf
    """

    def __init__(self, session, gmond=None, interval=1, sources=None, extra=""):
        self.base = session.path("gmetad")
        self.root = self.base / "a/rrds"
        self.root.mkdir(parents=True)
        self.port, self.interactive = session.port(), session.port()
        conf = self.base / "gmetad.conf"
        conf.write_text("".join(
            f'data_source "{name}" {interval} {LOCAL}:{port}\n'
            for name, port in (sources or {"sflow": gmond.port}).items()) +
            f'setuid off\nxml_port {self.port}\n'
            f'interactive_port {self.interactive}\n'
            f'rrd_rootdir "{self.root}"\ncase_sensitive_hostnames 1\n' +
            extra)
        log = session.path("gmetad.log")
        session.release(self.port)
        session.release(self.interactive)
        super().__init__("gmetad", [find_program("gmetad"), "-d", "1", "-c",
                                    str(conf)], log)

    def is_up(self):
        if not self.is_alive():
            raise ValueError(f"it ended: {self.log()}")
        return read_xml(self.port) is not None

    def ask_raw(self, query, timeout=10):
        return read_tcp(self.interactive, timeout, query.encode() + b"\n")

    def cluster(self):
        """The folder of gmond's cluster."""
        return self.root / "test"

    def last(self, host, metric, cluster=None):
        """Time and value of the last update."""
        folder = self.root / cluster if cluster else self.cluster()
        out = subprocess.run(
            [find_program("rrdtool"), "lastupdate",
             str(folder / host / f"{metric}.rrd")],
            capture_output=True, text=True, timeout=10, check=True).stdout
        at, value = out.split("\n")[2].split(":")
        return int(at), float(value)
