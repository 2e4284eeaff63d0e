#!/usr/bin/env python3
"""The bridge's AppArmor profile: all that the bridge does with every key that names a
file, a socket or a program is allowed, as strace records it; and what it has no
business with is not. The kernel need not have AppArmor.
"""
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

import bridge  # noqa: E402
import ganglia  # noqa: E402
import profile  # noqa: E402
from ganglia import BUILD, CAPTURES, TOP, wait_for  # noqa: E402

TEXT = BUILD / "conf.d/apparmor/usr.sbin.gmetad-bridge"
SCRIPT = TOP / "conf.d/nagios/sflow-event-nsca"
SENDER = "#!/bin/sh\nread -r line\nread -r setting <'{}'\n: >'{}'\n"
# What somebody who has taken over the bridge would want.
FOREIGN = ("/etc/shadow r", "/etc/ganglia/gmetad-bridge.conf w", "/etc/passwd w",
           "/root/.ssh/authorized_keys r", "/var/lib/ganglia-web/conf/x.json w",
           "/var/lib/mysql/ibdata1 r", "/usr/bin/python3 x", "/usr/bin/curl x",
           "/usr/sbin/gmetad-bridge w", "/dev/sda r", "/proc/1/environ r",
           "/var/lib/ganglia/rrdsx/file w", "/usr/local/sbin/gmetad-bridge w")


def made_variable(name):
    """Of the build's Makefile, as make understands it."""
    ask = f"include Makefile\nwhat:\n\t@echo $({name})\n"
    return subprocess.run(["make", "-s", "--no-print-directory", "-C", str(BUILD),
                           "-f", "-", "what"], input=ask, check=True, text=True,
                          stdout=subprocess.PIPE, env={"PATH": ganglia.SEARCH}
                          ).stdout.strip()


class Site:
    """A folder with what a site has, and what its parts are called where the
    profile is for."""

    def __init__(self, session):
        self.folder = session.path("site")
        self.conf_dir, self.state = self.folder / "conf", self.folder / "state"
        self.rrds = self.state / "rrds"
        for folder in (self.folder, self.conf_dir, self.state, self.rrds):
            folder.mkdir()
            folder.chmod(0o777)
        self.conf = self.conf_dir / "gmetad-bridge.conf"
        self.socket, self.fifo = self.folder / "rrdcached", self.folder / "cmd"
        self.script, self.sender = self.folder / "event", self.folder / "send"
        self.sent = self.state / "rrds/sent"  # where the sender may write
        self.sender_conf, self.pid = self.folder / "send.cfg", self.folder / "pid"
        self.notify_path = self.folder / "notify"
        self.control = self.folder / "control"
        etc = f"{made_variable('sysconfdir')}/ganglia"
        self.names = {
            self.rrds: "/var/lib/ganglia/rrds", self.conf_dir: etc,
            self.state / "gmetad-bridge.db": "/var/lib/ganglia/gmetad-bridge.db",
            self.state: "/var/lib/ganglia", self.socket: "/run/rrdcached.sock",
            self.fifo: "/var/lib/nagios4/rw/nagios.cmd",
            self.sender_conf: "/etc/send_nsca.cfg",
            self.sender: "/usr/sbin/send_nsca", self.pid: "/run/gmetad-bridge.pid",
            self.notify_path: "/run/systemd/notify",
            self.control: "/run/gmetad-bridge/control",
            self.script: f"{made_variable('pkgdatadir')}/sflow-event-nsca",
            bridge.PROGRAM: f"{made_variable('sbindir')}/gmetad-bridge",
        }
        self.fill()

    def fill(self):
        (self.conf_dir / "sflow.hosts").write_text("10.77.0.9 other\n")
        (self.conf_dir / "more.conf").write_text('cluster "more" { agents = '
                                                 '{ "10.99.0.0/16" } }\n')
        (self.conf_dir / "sflow-event-nsca.conf").write_text(
            f"server=localhost\nconfig={self.sender_conf}\n"
            f"send_nsca={self.sender}\n")
        self.script.write_text(SCRIPT.read_text().replace("/etc/ganglia",
                                                          str(self.conf_dir)))
        self.sender.write_text(SENDER.format(self.sender_conf, self.sent))
        self.sender_conf.write_text("password=none\n")
        for program in (self.script, self.sender):
            program.chmod(0o755)
        os.mkfifo(self.fifo)
        self.fifo.chmod(0o666)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(self.notify_path))
        self.notify_path.chmod(0o777)
        database = self.state / "gmetad-bridge.db"
        database.write_text("no database" * 1000)  # it is put aside
        database.chmod(0o666)

    def write(self, ports, rrd):
        sflow, xml, interactive, gmond = ports
        user = "ganglia" if os.geteuid() == 0 and has_user() else ""
        self.conf.write_text(f"""
            sflow {{ port = {sflow} names_file = "{self.conf_dir}/sflow.hosts" }}
            cluster "sflow" {{ gmond_port = {gmond} }}
            include ("*more.conf")
            xml_port = {xml}
            interactive_port = {interactive}
            rrd {{ rootdir = "{self.rrds}" step = 1 keep_free = 0 rra = {{ "RRA:AVERAGE:0.5:1:9" }}
                   {rrd} }}
            state = "{self.state}/gmetad-bridge.db"
            control = "{self.control}"
            on_event = "{self.script}"
            nagios_commands = "{self.fifo}"
            user = "{user}"
            """)

    def as_named(self, what):
        """Where the profile has it; of a folder in another, the inner one counts."""
        for path in sorted(self.names, key=lambda path: -len(str(path))):
            what = what.replace(str(path), self.names[path])
        return re.sub(r"^/proc/self/", "/proc/1234/", what)


def has_user():
    try:
        return pwd.getpwnam("ganglia") is not None
    except KeyError:
        return False


def start(session, site, log):
    os.environ["NOTIFY_SOCKET"] = str(site.notify_path)
    program = ganglia.Program(
        "gmetad-bridge", profile.recorded(log, [
            str(bridge.PROGRAM), "-f", "-c", str(site.conf), "-p", str(site.pid)]),
        session.path("gmetad-bridge.log"))
    del os.environ["NOTIFY_SOCKET"]
    session.programs.append(program)
    return program


def count(folder):
    return sum(1 for _ in folder.rglob("*.rrd"))


def live(session, site, log):
    """A life of the bridge: RRDs by librrd, then to rrdcached, by its socket, then by
    the name of a host where there is none; events; reloads; its end."""
    ports = [session.port() for _ in range(4)]
    for port in ports:
        session.release(port)
    site.write(ports, "")
    reader = os.open(site.fifo, os.O_RDONLY | os.O_NONBLOCK)
    program = start(session, site, log)
    wait_for("the bridge answers", lambda: ganglia.read_xml(ports[1]) is not None)
    session.programs.append(ganglia.Program(
        "sflow-send", [str(BUILD / "tests/tools/sflow-send"), "--loop", "--speed",
                       "10", "--port", str(ports[0]),
                       str(CAPTURES / "hsflowd-1.22.2-old.pcap")],
        session.path("sflow-send.log")))
    wait_for("RRDs", lambda: count(site.rrds) > 20)
    wait_for("the program of on_event ran", site.sent.exists)
    wait_for("Nagios is told", lambda: b"PROCESS" in os.read(reader, 1 << 16))
    subprocess.run([str(bridge.PROGRAM), "-c", str(site.conf), "--rename", "vm", "other",
                    "--cluster", "sflow"], check=False, timeout=60,
                   stderr=subprocess.DEVNULL)
    cached = bridge.Rrdcached(session, site.rrds, socket_path=site.socket)
    site.write(ports, f'rrdcached = "unix:{site.socket}"')
    program.process.send_signal(signal.SIGHUP)
    wait_for("a reload", lambda: "read again" in program.log())
    # librrd's last update may be under way: it has to stay in this folder
    (site.rrds / "sflow").rename(site.rrds / "those of librrd")
    wait_for("RRDs by rrdcached", lambda: count(site.rrds / "sflow") > 20)
    cached.end()
    site.write(ports, 'rrdcached = "localhost"')
    program.process.send_signal(signal.SIGHUP)
    wait_for("it asks for a host", lambda: "at localhost" in program.log())
    fault = program.end()
    wait_for("strace's end", lambda: re.search(rf"(?m)^{program.pid} +\+\+\+ exited",
                                               log.read_text()))
    return fault


def test_rules(tap, rules):
    with tap.point("what it has no business with is not allowed") as faults:
        faults += [what for what in FOREIGN if not rules.lacks("path", what)]
        if not rules.lacks("capability", "sys_admin"):
            faults.append("capability sys_admin")
    with tap.point("a rule less would be found") as faults:
        used = rules.files
        rules.files = [rule for rule in used if not rule[0].match(
            "/var/lib/ganglia/rrds/sflow/vm/load_one.rrd")]
        if not rules.lacks("path", "/var/lib/ganglia/rrds/sflow/vm/x.rrd w"):
            faults.append("it is not")
        rules.files = used


def test(tap, session):
    with tap.point("strace and apparmor_parser are there") as faults:
        faults += [f"{name} is missing" for name in ("strace", "apparmor_parser")
                   if not shutil.which(name, path=ganglia.SEARCH)]
    if faults:
        return
    rules = profile.Profile(TEXT)
    test_rules(tap, rules)
    site, log = Site(session), session.path("strace")
    with tap.point("the bridge does all that it can be configured for") as faults:
        fault = live(session, site, log)
        faults += [fault] if fault else []
    # Who starts the bridge isn't in its profile yet.
    done = {(kind, site.as_named(what)) for kind, what in profile.done_by(log)
            if what != f"{bridge.PROGRAM} x"}
    with tap.point("and the profile allows all of it") as faults:
        if len(done) < 50:
            faults.append(f"only {len(done)} things were done")
        faults += sorted(f"{kind} {what}" for kind, what in done
                         if rules.lacks(kind, what))


ganglia.run(test)
