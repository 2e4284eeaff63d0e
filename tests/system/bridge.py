"""gmetad-bridge as a child process, rrdcached beside it, and a clock that tests can
set: what the bridge's system tests share.
"""
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree

import ganglia
from ganglia import find_program

PROGRAM = ganglia.BUILD / "gmetad-bridge/gmetad-bridge"
CLOCK_SHIFT = ganglia.BUILD / "tests/tools/.libs/clock-shift.so"


class Bridge(ganglia.Program):
    """A bridge in the foreground.

    clusters   name: more of its section; each gets a gmond port
    sflow      more text for its sflow section
    extra      more text for the file
    rrd        text of its rrd section; None: without
    state      False: it keeps nothing over a restart
    shift      its wall clock can be set by set_clock()
    user       who it runs as, where the test is root
    environment  of the program, besides the test's

    start() and end() may be called again and again: ports, state and RRDs stay.
    """

    ends = (0,)

    def __init__(self, session, clusters=None, sflow="", extra="", rrd=None,
                 state=True, shift=False, start=True, user=None,
                 environment=()):
        self.session = session
        self.clusters = clusters or {"sflow": ""}
        self.folder = session.path("bridge")
        self.folder.mkdir()
        self.folder.chmod(0o777)
        self.rrds = self.folder / "rrds"
        self.rrds.mkdir()
        self.rrds.chmod(0o777)  # as root it becomes the user ganglia
        self.state_file = self.folder / "bridge.db"
        self.conf = self.folder / "gmetad-bridge.conf"
        self.sflow_port = session.port()
        self.gmond_ports = {name: session.port() for name in self.clusters}
        self.xml_port, self.interactive_port = session.port(), session.port()
        self.sflow, self.extra, self.rrd = sflow, extra, rrd
        self.state, self.shift_file, self.user = state, None, user
        self.environment = dict(environment)
        if shift:
            self.shift_file = self.folder / "clock"
            self.set_clock(0)
            self.environment.update(LD_PRELOAD=CLOCK_SHIFT,
                                    CLOCK_SHIFT_FILE=self.shift_file)
        self.write()
        for port in (self.sflow_port, self.xml_port, self.interactive_port,
                     *self.gmond_ports.values()):
            session.release(port)
        session.programs.append(self)
        self.process = None
        if start:
            self.start()

    def write(self):
        """The configuration, as the fields now say."""
        lines = [f'sflow {{ port = {self.sflow_port} {self.sflow} }}',
                 'grid { name = "grid" authority = "http://localhost/g/" }']
        for name, more in self.clusters.items():
            lines.append(f'cluster "{name}" {{ gmond_port = '
                         f'{self.gmond_ports[name]} {more} }}')
        lines += [f"xml_port = {self.xml_port}",
                  f"interactive_port = {self.interactive_port}", self.extra]
        if self.rrd is not None:
            free = "" if "keep_free" in self.rrd else "keep_free = 0"
            lines.append(f'rrd {{ rootdir = "{self.rrds}" {free} {self.rrd} }}')
        if self.state:
            lines.append(f'state = "{self.state_file}"')
        whole = self.folder / "gmetad-bridge.conf.new"
        whole.write_text("\n".join(lines) + "\n")
        os.replace(whole, self.conf)  # it may be read now, by a reload before

    def start(self, wait=True):
        arguments = [find_program("env"),
                     *(f"{key}={value}" for key, value in
                       self.environment.items()),
                     str(PROGRAM), "-f", "-c", str(self.conf)]
        arguments = self.handed_over(arguments)
        if self.user is not None:
            arguments = [find_program("setpriv"), f"--reuid={self.user}",
                         "--clear-groups", "--no-new-privs", *arguments]
        super().__init__("gmetad-bridge", arguments,
                         self.folder / "gmetad-bridge.log")
        if wait:
            ganglia.wait_for("gmetad-bridge answers", self.is_up)

    def handed_over(self, arguments):
        """The command with the sockets that systemd would give it."""
        return arguments

    def end(self, seconds=6):
        return None if self.process is None else super().end(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self):
        fault = self.end()
        if fault:
            raise AssertionError(fault)
        self.start()

    def add_cluster(self, name, more=""):
        """One that is there after the next reload()."""
        self.gmond_ports[name] = self.session.port()
        self.session.release(self.gmond_ports[name])
        self.clusters[name] = more

    def reload(self, wait=True, text=None):
        """Writes the configuration, or that text in its place, and has it read."""
        before = self.log().count("configuration")
        self.write()
        if text is not None:
            self.conf.write_text(text)
        self.process.send_signal(1)
        if wait:
            ganglia.wait_for("it reads its configuration", lambda:
                             self.log().count("configuration") > before)

    def is_up(self):
        if not self.is_alive():
            raise ValueError(f"it ended: {self.log()}")
        return self.ask("/?filter=summary") is not None

    def set_clock(self, seconds):
        """The bridge's wall clock, from the real one."""
        new = self.folder / "clock.new"
        new.write_text(str(seconds))
        os.replace(new, self.shift_file)

    # What it shows ------------------------------------------------------------

    def cluster_xml(self, name=None, timeout=10):
        """The gmond port of that cluster, or of the first."""
        name = name or next(iter(self.clusters))
        return ganglia.read_xml(self.gmond_ports[name], timeout)

    def xml(self, timeout=10):
        return ganglia.read_xml(self.xml_port, timeout)

    def ask_raw(self, query, timeout=10):
        return ganglia.read_tcp(self.interactive_port, timeout,
                                query.encode() + b"\n")

    def ask(self, query, timeout=10):
        return ElementTree.fromstring(self.ask_raw(query, timeout))

    def status(self):
        answer = self.ask_raw("GET /status HTTP/1.0\r\n\r\n")
        return json.loads(answer.split(b"\r\n\r\n", 1)[1])

    def hosts(self, cluster=None):
        """HOST elements of a cluster by name; two of a name are an error. The
        bridge's own host is left out."""
        found = {}
        for host in self.cluster_xml(cluster).iter("HOST"):
            name = host.get("NAME")
            if name in found:
                raise AssertionError(f"{name} is listed twice")
            if name != "gmetad-bridge":
                found[name] = host
        return found

    def value(self, host, metric, cluster=None):
        return ganglia.metrics_of(self.hosts(cluster)[host])[metric]["VAL"]

    def own(self, metric):
        """One of its metrics of itself."""
        for host in self.xml().iter("HOST"):
            if host.get("NAME") == "gmetad-bridge":
                return float(ganglia.metrics_of(host)[metric]["VAL"])
        raise LookupError("the bridge's own host")

    def saved(self):
        """Rows of its state, read beside it."""
        with sqlite3.connect(f"file:{self.state_file}?mode=ro", uri=True,
                             timeout=5) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in
                    database.execute("SELECT * FROM hosts")]

    def rrd_path(self, *parts):
        return self.rrds.joinpath(*parts[:-1], f"{parts[-1]}.rrd")


def is_up(host):
    """As gmetad and ganglia-web see it."""
    tn, tmax = int(host.get("TN")), int(host.get("TMAX"))
    if (tn < 4 * tmax) == (tn > 4 * tmax):
        raise AssertionError(f"TN {tn}, TMAX {tmax}: not clearly up or down")
    return tn < 4 * tmax


class Rrdcached(ganglia.Program):
    """Debian's rrdcached in the foreground on a UNIX socket, over the folder."""

    ends = (0,)

    def __init__(self, session, base, socket_path=None, more=()):
        self.folder = session.path("rrdcached")
        self.folder.mkdir()
        self.base, self.more = base, list(more)
        self.socket_path = socket_path or self.folder / "socket"
        session.programs.append(self)
        self.start()

    def start(self):
        super().__init__("rrdcached", [
            find_program("rrdcached"), "-g", "-p",
            str(self.folder / "pid"), "-m", "777", "-l", f"unix:{self.socket_path}",
            "-j", str(self.folder), "-F", *self.more],
            self.folder / "rrdcached.log")
        ganglia.wait_for("rrdcached answers", lambda: self.ask("STATS"))

    def ask(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(5)
            s.connect(str(self.socket_path))
            s.sendall(line.encode() + b"\nQUIT\n")
            return b"".join(iter(lambda: s.recv(65536), b"")).decode()

    def kill(self):
        self.process.kill()
        self.process.wait()
        Path(self.folder / "pid").unlink(missing_ok=True)
        Path(self.socket_path).unlink(missing_ok=True)


# RRDs ---------------------------------------------------------------------------


LOCKED_TRIES = 100


class RrdTool:
    """One rrdtool for many files: to start one for each takes a minute."""

    def __init__(self):
        self.process = subprocess.Popen(
            [find_program("rrdtool"), "-"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, command, path, more=""):
        """The lines of its answer. A file that a writer has locked at this moment is
        asked for again."""
        for _ in range(LOCKED_TRIES):
            try:
                return self.ask_once(command, path, more)
            except ValueError as error:
                if "could not lock" not in str(error):
                    raise
                time.sleep(0.02)
        return self.ask_once(command, path, more)

    def ask_once(self, command, path, more):
        self.process.stdin.write(f'{command} "{path}" {more}\n')
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.startswith("OK u:"):
                return lines
            if line.startswith("ERROR"):
                raise ValueError(f"{path}: {line.strip()}")
            lines.append(line.rstrip("\n"))
        raise ValueError(f"{path}: rrdtool ended")

    def shape(self, path):
        """Its step, data sources and archives: what does not change."""
        return {key: value for key, value in
                (line.split(" = ") for line in self.ask("info", path))
                if SHAPE.match(key)}

    def last(self, path):
        """Time of the last update."""
        return int(next(line.split(" = ")[1] for line in
                        self.ask("info", path)
                        if line.startswith("last_update")))

    def newest(self, path, seconds):
        """The rows of the first archive of the last seconds, like rows(): of large
        archives it takes long to read all."""
        found, last = {}, self.last(path)
        for line in self.ask("fetch", path, f"AVERAGE -s {last - seconds} "
                                            f"-e {last}")[2:]:
            at, values = line.split(":")
            values = tuple(None if "nan" in text else float(text)
                           for text in values.split())
            if any(value is not None for value in values):
                found[int(at)] = values
        return found

    def rows(self, path):
        """All archives: {(function, steps): {time: values}}. A value is None
        where it is not known; rows without any value are left out."""
        found, rows = {}, None
        for line in self.ask("dump", path):
            if match := re.search(r"<cf>(\w+)</cf>", line):
                function = match[1]
            elif match := re.search(r"<pdp_per_row>(\d+)<", line):
                rows = found.setdefault((function, int(match[1])), {})
            elif match := re.search(r"/ (\d+) --> <row>(.*)</row>", line):
                values = tuple(None if text == "NaN" else float(text) for text
                               in re.findall(r"<v>([^<]*)</v>", match[2]))
                if any(value is not None for value in values):
                    rows[int(match[1])] = values
        return found


SHAPE = re.compile(r"step|ds\[\w+\]\.(index|type|minimal_heartbeat|min|max)|"
                   r"rra\[\d+\]\.(cf|rows|pdp_per_row|xff)")


def rrd_files(root):
    """Their paths below the folder."""
    return {str(path.relative_to(root)) for path in root.rglob("*.rrd")}


def last_row(path):
    """`rrdtool lastupdate`: time, and the values by data source."""
    lines = subprocess.run([find_program("rrdtool"), "lastupdate", str(path)],
                           check=True, stdout=subprocess.PIPE,
                           text=True).stdout.splitlines()
    at, values = lines[2].split(":")
    return int(at), dict(zip(lines[0].split(), map(float, values.split())))


def rrd_dump(path):
    """`rrdtool dump` of a file, as a tree."""
    return ElementTree.fromstring(subprocess.run(
        [find_program("rrdtool"), "dump", str(path)], check=True,
        stdout=subprocess.PIPE).stdout)


def rrd_values(path, start, end, source="sum"):
    """The AVERAGE of each step in (start, end]: {time: value}, without unknown
    ones."""
    text = subprocess.run(
        [find_program("rrdtool"), "fetch", str(path), "AVERAGE", "-s",
         str(int(start)), "-e", str(int(end))], check=True,
        stdout=subprocess.PIPE, text=True).stdout.splitlines()
    column = text[0].split().index(source)
    found = {}
    for line in text[2:]:
        when, values = line.split(":", 1)
        value = float(values.split()[column])
        if value == value:
            found[int(when)] = value
    return found


# XML ------------------------------------------------------------------------------


def faults_until(check, seconds=ganglia.PATIENCE):
    """The faults that `check` gives, after it had some time to give none."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            faults = check()
        except (OSError, LookupError, ValueError, ElementTree.ParseError,
                subprocess.SubprocessError) as error:
            faults = [f"{type(error).__name__}: {error}"]
        if not faults or time.monotonic() > deadline:
            return faults
        time.sleep(0.2)


def xmllint(document, folder):
    """What xmllint --valid says of a document: "" when it is valid."""
    path = folder / "document.xml"
    path.write_bytes(document)
    return subprocess.run(
        [find_program("xmllint"), "--valid", "--noout", str(path)],
        stderr=subprocess.PIPE, text=True, check=False).stderr


def run(test):
    """ganglia.run() with what the bridge needs besides."""
    def checked(tap, session):
        with tap.point("the bridge, rrdcached and xmllint are there") as faults:
            for program in ("rrdcached", "xmllint"):
                if shutil.which(program, path=ganglia.SEARCH) is None:
                    faults.append(f"{program} is missing")
            for path in (PROGRAM, CLOCK_SHIFT):
                if not path.exists():
                    faults.append(f"{path} is missing")
        if not faults:
            test(tap, session)
    ganglia.run(checked)
