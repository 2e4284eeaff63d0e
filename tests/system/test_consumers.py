#!/usr/bin/env python3
"""Other programs take the values of one replay from sflowget, in the way that its
manual and conf.d say: collectd, munin-node and munin-update, rrdtool, and a stand-in
for Cacti's poller. What each of them has stored is read back, and compared with
gmond's XML, which doesn't change meanwhile.
"""
import getpass
import os
import pwd
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

NODE = "node1.example.net"
CONF = ganglia.TOP / "conf.d"
CACTI_LINE = 8192  # bytes that its poller reads
PACKAGES = {"collectd": "collectd-core", "munin-node": "munin-node"}
UPDATE = "/usr/share/munin/munin-update"
# munin-node's plugins are in /etc, whatever its options say.
ELSEWHERE = ("-MMunin::Common::Defaults; BEGIN "
             "{{ $Munin::Common::Defaults::MUNIN_CONFDIR = '{}' }}")


class Truth:
    """Numbers of gmond's XML."""

    def __init__(self, gmond):
        metrics = next(ganglia.metrics_of(host) for host in
                       gmond.xml().iter("HOST") if host.get("NAME") == NODE)
        self.metrics = {name: row for name, row in metrics.items()
                        if row["TYPE"] != "string"}

    def __getitem__(self, name):
        return float(self.metrics[name]["VAL"])

    def of_group(self, group):
        """Of those that change, by the units of the first."""
        rows = {name: row for name, row in self.metrics.items()
                if row["GROUP"] == group and row["SLOPE"] != "zero"}
        units = rows[min(rows)]["UNITS"]
        return {name: float(row["VAL"]) for name, row in rows.items()
                if row["UNITS"] == units}


def beside(faults, name, got, want):
    if got is None or abs(got - want) > 1e-6 * abs(want):
        faults.append(f"{name}: {got} is stored, and {want} is the truth")


def for_all(path):
    path.mkdir()
    path.chmod(0o777)
    return path


def other_user():
    """Who runs what refuses to run as root."""
    return "nobody" if os.getuid() == 0 else getpass.getuser()


def as_user(name):
    if os.getuid() != 0:
        return []
    user = pwd.getpwnam(name)
    return [ganglia.find_program("setpriv"), f"--reuid={user.pw_uid}",
            f"--regid={user.pw_gid}", "--clear-groups"]


def last_row(path):
    """`rrdtool lastupdate`: time, and the values by data source; None: unknown."""
    lines = subprocess.run([ganglia.find_program("rrdtool"), "lastupdate", path],
                           check=True, stdout=subprocess.PIPE,
                           text=True).stdout.splitlines()
    at, values = lines[2].split(":")
    return int(at), {name: None if value == "U" else float(value)
                     for name, value in zip(lines[0].split(), values.split())}


# rrdtool -------------------------------------------------------------------------


def rrdtool(tap, program, address, session, truth):
    metrics = ["load_one", "bytes_in", "cpu_user", "mem_free"]
    path = session.path("it's a file.rrd")

    def sflowget(*options):
        return subprocess.run([program, "--daemon", address, *options, NODE,
                               *metrics, "os_name"], check=False, text=True,
                              stdout=subprocess.PIPE).stdout.strip()
    with tap.point("rrdtool: what --rrd-create prints is a shell's command") as faults:
        command = sflowget(f"--rrd-create={path}", "--step=1")
        subprocess.run(["sh", "-c", command], check=True)
        for i in range(4):
            time.sleep(1)
            subprocess.run(["rrdtool", "update", path, sflowget("--rrd")],
                           check=True)
        at, values = last_row(path)
        if list(values) != [*metrics, "os_name"]:
            faults.append(values)
    with tap.point("rrdtool: the values that fetch gives") as faults:
        for name in metrics:
            beside(faults, name, values[name], truth[name])
            rows = bridge.rrd_values(path, at - 2, at, name)
            if not rows:
                faults.append(f"{name}: nothing was fetched")
            for value in rows.values():
                beside(faults, name, value, truth[name])
        if values["os_name"] is not None:
            faults.append(f"a text is {values['os_name']}")


# Cacti ----------------------------------------------------------------------------


def cacti_values(line):
    """As Cacti's poller reads what a script has printed: trimmed, words with a colon
    in each, and as many blanks as there are words but one."""
    line = line[:CACTI_LINE - 1].strip("'\"\n\r")
    if line.count(" ") + 1 != line.count(":"):
        raise ValueError(f"Cacti has no use for {line!r}")
    return dict(word.split(":") for word in line.split(" "))


def cacti(tap, program, address, session, truth):
    with tap.point("Cacti: its poller's contract, into an RRD") as faults:
        text = (CONF / "cacti/README.md").read_text()
        words = shlex.split(re.search(r"/usr/bin/sflowget.*", text)[0])
        words = [program if word == "/usr/bin/sflowget" else
                 address if word == "127.0.0.1:8649" else
                 NODE if word == "<agent>" else word for word in words]
        names = words[words.index(NODE) + 1:]
        process = subprocess.Popen(" ".join(map(shlex.quote, words)), shell=True,
                                   stdout=subprocess.PIPE, text=True)
        values = cacti_values(process.stdout.readline())
        process.communicate()
        if list(values) != names:
            faults.append(values)
        path = session.path("cacti.rrd")
        subprocess.run(["rrdtool", "create", path, "--step", "300",
                        *(f"DS:{name}:GAUGE:600:U:U" for name in names),
                        "RRA:AVERAGE:0.5:1:10"], check=True)
        subprocess.run(["rrdtool", "update", path, "-t", ":".join(values),
                        "N:" + ":".join(values.values())], check=True)
        stored = last_row(path)[1]
        for name in names:
            beside(faults, name, stored[name], truth[name])


# collectd ---------------------------------------------------------------------------


def collectd(tap, program, address, session, truth):
    folder = for_all(session.path("collectd"))
    text = (CONF / "collectd/sflow.conf").read_text()
    for old, new in (("/usr/bin/sflowget", program), ("nobody", other_user()),
                     ("127.0.0.1:8649", address)):
        text = text.replace(f'"{old}"', f'"{new}"')
    conf = folder / "collectd.conf"
    conf.write_text(f'BaseDir "{folder}"\nPIDFile "{folder}/pid"\nInterval 1\n'
                    f'Hostname "monitor"\n{text}\nLoadPlugin logfile\n'
                    '<Plugin logfile>\nFile stderr\n</Plugin>\nLoadPlugin csv\n'
                    f'<Plugin csv>\nDataDir "{folder}/csv"\n</Plugin>\n'
                    'LoadPlugin rrdtool\n<Plugin rrdtool>\n'
                    f'DataDir "{folder}/rrd"\nCacheTimeout 2\n</Plugin>\n')
    program = ganglia.Program("collectd", [
        ganglia.find_program("collectd"), "-f", "-C", str(conf)],
        folder / "log")
    session.programs.append(program)
    here = folder / "csv" / NODE

    def last(name):
        """Of a value's file of this day, the columns of the last line."""
        path, = here.glob(f"{name}-2*")
        lines = path.read_text().splitlines()
        return [float(word) for word in lines[-1].split(",")[1:]] \
            if len(lines) > 3 else None
    with tap.point("collectd: values by its own types, in CSV") as faults:
        ganglia.wait_for("collectd writes", lambda: last("sflow/gauge-bytes_in"))
        for name, metric, scale in (
                ("cpu/percent-user", "cpu_user", 1),
                ("cpu/percent-wait", "cpu_wio", 1),
                ("memory/memory-free", "mem_free", 1024),
                ("sflow/gauge-mem_total", "mem_total", 1),
                ("sflow/gauge-bytes_in", "bytes_in", 1),
                ("sflow/gauge-pkts_out", "pkts_out", 1)):
            beside(faults, name, last(name)[0], truth[metric] * scale)
        for got, name in zip(last("load/load"),
                             ("load_one", "load_five", "load_fifteen")):
            beside(faults, name, got, truth[name])
    with tap.point("collectd: it ends, and so does sflowget") as faults:
        fault = program.end()
        faults += [fault] if fault else []
        if "error" in program.log().lower():
            faults.append(program.log())
        ganglia.wait_for("sflowget's end", lambda: not still_runs(address))
    with tap.point("collectd: the same in the RRDs that it writes") as faults:
        row = last_row(folder / "rrd" / NODE / "load/load.rrd")[1]
        beside(faults, "load", row["midterm"], truth["load_five"])
        row = last_row(folder / "rrd" / NODE / "sflow/gauge-bytes_in.rrd")[1]
        beside(faults, "bytes_in", row["value"], truth["bytes_in"])


def still_runs(address):
    """A sflowget that asks there."""
    for process in os.listdir("/proc"):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as line:
                words = line.read().split(b"\0")
        except (OSError, NotADirectoryError):
            continue
        if address.encode() in words and b"--collectd" in words:
            return True
    return False


# Munin ------------------------------------------------------------------------------


def munin_node(session, program, address):
    """A munin-node with links to sflowget, and what conf.d says."""
    folder = for_all(session.path("munin"))
    for name in ("plugins", "plugin-conf.d", "db", "log", "run", "state", "html"):
        for_all(folder / name)
    for group in ("load", "cpu", "network", "mem_free"):
        (folder / f"plugins/sflow_{NODE}_{group}").symlink_to(program)
    (folder / f"plugins/sflow_{NODE}_mine").symlink_to(program)
    text = (CONF / "munin/sflow").read_text()
    (folder / "plugin-conf.d/sflow").write_text(
        text.replace("127.0.0.1:8649", address).replace(
            "user nobody", f"user {other_user()}") +
        f"\n[sflow_{NODE}_mine]\nenv.metrics pkts_in nothing\n"
        f"env.daemon {address}\n")
    port = session.port()
    session.release(port)
    (folder / "node.conf").write_text(
        f"log_level 4\nlog_file {folder}/log/node.log\n"
        f"pid_file {folder}/run/node.pid\nbackground 0\nsetsid 0\n"
        f"user {getpass.getuser()}\ngroup {os.getgid()}\nhost_name monitor\n"
        f"allow ^127\\.0\\.0\\.1$\nhost 127.0.0.1\nport {port}\n")
    node = ganglia.Program("munin-node", [
        ganglia.find_program("perl"), "-T", ELSEWHERE.format(folder),
        ganglia.find_program("munin-node"), "--config",
        str(folder / "node.conf")], folder / "log/out")
    session.programs.append(node)
    ganglia.wait_for("munin-node answers", lambda: munin_ask(port, "nodes"))
    return folder, port


def munin_ask(port, *lines):
    with socket.create_connection((ganglia.LOCAL, port), 10) as s:
        s.sendall("".join(f"{line}\n" for line in (*lines, "quit")).encode())
        return b"".join(iter(lambda: s.recv(65536), b"")).decode()


def munin(tap, program, address, session, truth):
    folder, port = munin_node(session, program, address)
    with tap.point("munin-node: the agent is a node of its own") as faults:
        nodes = munin_ask(port, "nodes").splitlines()
        if NODE not in nodes:
            faults.append(nodes)
        listed = munin_ask(port, f"list {NODE}").splitlines()[-1].split()
        if len(listed) != 5:
            faults.append(listed)
    with tap.point("munin-node: a plugin's graph, and an unknown value") as faults:
        text = munin_ask(port, f"config sflow_{NODE}_mine")
        for line in (f"host_name {NODE}", "graph_vlabel packets/sec",
                     "graph_category network", "pkts_in.type GAUGE",
                     "nothing.label nothing"):
            if line not in text.splitlines():
                faults.append(f"{line}: not in {text}")
        if "nothing.value U" not in munin_ask(port, f"fetch sflow_{NODE}_mine"):
            faults.append("nothing.value is not U")
    conf = folder / "munin.conf"
    conf.write_text(
        f"dbdir {folder}/db\nhtmldir {folder}/html\nlogdir {folder}/log\n"
        f"rundir {folder}/run\n[site;{NODE}]\naddress 127.0.0.1\n"
        f"port {port}\nuse_node_name no\n")
    with tap.point("munin-update: the values in its RRDs") as faults:
        result = subprocess.run([*as_user("munin"), UPDATE, "--config", str(conf)],
                                capture_output=True, text=True, timeout=60,
                                check=False)
        want = {**truth.of_group("load"), **truth.of_group("cpu"),
                **truth.of_group("network"), "pkts_in": truth["pkts_in"],
                "mem_free": truth["mem_free"]}
        found = {path.name.split("-")[-2]: path for path in
                 (folder / "db/site").glob("*.rrd")}
        if found.keys() != want.keys() | {"nothing"}:
            faults.append(f"{found.keys() ^ want.keys()}: {result}")
        for name in want.keys() & found.keys():
            value = last_row(found[name])[1]["42"]
            beside(faults, name, value, want[name])
    with tap.point("munin: suggest and autoconf") as faults:
        link = folder / "plugins/sflow_"
        link.symlink_to(program)
        def run(ask):
            return subprocess.run([link, ask], env={"daemon": address},
                                  capture_output=True, text=True, check=False)
        if f"{NODE}_cpu" not in run("suggest").stdout.splitlines():
            faults.append(run("suggest"))
        if run("autoconf").stdout != "yes\n":
            faults.append(run("autoconf"))
        address = "127.0.0.1:1"
        if not run("autoconf").stdout.startswith("no (no connection to 127.0.0.1 port 1:"):
            faults.append(run("autoconf"))


# --------------------------------------------------------------------------------------


def test(tap, session):
    program = str(session.path("sflowget"))  # where any user may run it
    shutil.copy(ganglia.BUILD / "tools/sflowget/sflowget", program)
    gmond = session.gmond()
    traffic.Replay(session, gmond.sflow_port, speed=20, seconds=60).shown(gmond)
    address = f"{ganglia.LOCAL}:{gmond.port}"
    truth = Truth(gmond)
    rrdtool(tap, program, address, session, truth)
    cacti(tap, program, address, session, truth)
    for name, package in PACKAGES.items():
        if shutil.which(name, path=ganglia.SEARCH) is None:
            tap.skip(name, f"{package} is not installed")
        else:
            {"collectd": collectd, "munin-node": munin}[name](
                tap, program, address, session, truth)


if __name__ == "__main__":
    bridge.run(test)
