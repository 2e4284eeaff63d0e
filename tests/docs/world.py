"""The machines of the documents, in namespaces of the network and of files: `monitor`
(192.0.2.10), where the test itself is, with a gmond that has the module, a gmetad and
the standard ports; `bridge` (192.0.2.20) with gmetad-bridge; and servers and a switch
that send to both, and to port 6344 of the first. Nobody else's files are touched:
folders of the system are covered by ones of the test.
"""
import ctypes
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import ganglia
import network
import traffic

MONITOR, BRIDGE, SWITCH = "192.0.2.10", "192.0.2.20", "192.0.2.1"
HOSTS = """127.0.0.1 localhost
192.0.2.10 monitor monitor.example.net
192.0.2.20 bridge
"""
SERVERS = {"web1.example.net": "192.0.2.31", "web2.example.net": "192.0.2.32"}
POLLING = 1  # s
COVERED = ("/etc/ganglia", "/var/lib/ganglia", "/etc/nagios4/conf.d")
TOOLS = ("tools/sflowget/sflowget", "tools/check_sflow/check_sflow",
         "gmetad-bridge/gmetad-bridge", "gmond-module/gmond-sflow-check")

LINUX_MS_BIND = 4096


def bind(what, where):
    """Covers a file or folder by another one, in this namespace."""
    if network.LIBC.mount(str(what).encode(), str(where).encode(), None,
                          ctypes.c_ulong(LINUX_MS_BIND), None):
        number = ctypes.get_errno()
        raise OSError(number, f"{what} over {where}: {os.strerror(number)}")


def cover(session):
    """The folders of the system that are written to here; those that are not there
    can't be covered, and nothing needs them."""
    folders = {}
    for covered in COVERED:
        folder = session.root / covered.strip("/").replace("/", "-")
        folder.mkdir()
        folder.chmod(0o777)
        if Path(covered).is_dir():
            bind(folder, covered)
        folders[covered] = folder
    hosts = session.root / "hosts"
    hosts.write_text(HOSTS)
    bind(hosts, "/etc/hosts")
    return folders


# Configuration ----------------------------------------------------------------


def block_of(documents, document, kind, holding):
    """The piece of a file that a document shows, by a word in it."""
    return next(block.text for each in documents if each.name == document
                for block in each.blocks
                if block.kind == kind and holding in block.text)


def sflow_conf(params):
    """conf.d/sflow.conf as it is installed, but with the module of the build, and with
    parameters of the documents in the places of its own."""
    text = (ganglia.BUILD / "conf.d/sflow.conf").read_text()
    text, paths = re.subn(r'"[^"\n]*/modsflow.so"', f'"{ganglia.MODULE}"', text)
    for name, value in re.findall(r'param (\w+) (\{ value = .*? \})', params):
        text, found = re.subn(rf"(?m)^    (/\* )?param {name} \{{.*?\}}( \*/)?$",
                              f"    param {name} {value}", text)
        if found != 1:
            raise ValueError(f"sflow.conf has param {name} {found} times")
    if paths != 1:
        raise ValueError("sflow.conf has no path of the module")
    return text


def write_configuration(folder, documents):
    """What docs/cloud.md says, and no other user."""
    gmond = block_of(documents, "docs/cloud.md", "gmond.conf", "cluster")
    (folder / "gmond.conf").write_text(
        gmond.replace("setuid = yes", "setuid = no")
        .replace("daemonize = yes", "daemonize = no") + ganglia.CORE +
        'include ("/etc/ganglia/conf.d/*.conf")\n')
    (folder / "conf.d").mkdir()
    (folder / "sflow.hosts").write_text(f"{SWITCH} core-1\n")
    (folder / "conf.d/sflow.conf").write_text(sflow_conf(
        block_of(documents, "docs/cloud.md", "sflow.conf", "allow") +
        f'param names {{ value = "{SWITCH} = core-1" }}\n'))
    (folder / "gmetad.conf").write_text(
        block_of(documents, "docs/cloud.md", "gmetad.conf", "8649")
        .replace(" 15 ", " 1 ") + "setuid off\n")
    bridge = block_of(documents, "docs/cloud.md", "gmetad-bridge.conf", "rrd {")
    (folder / "gmetad-bridge.conf").write_text(bridge)
    (folder / "bridge.conf").write_text(
        re.sub(r"(?m)^(rrd|state).*\n", "", bridge).replace(
            "sflow {", f'sflow {{ names = {{ "{SWITCH} = core-1" }}') +
        f'trusted_hosts = {{ "{MONITOR}" }}\nuser = ""\n')


# What runs --------------------------------------------------------------------


class Site:
    """All of them, sending every second until close()."""

    def __init__(self):
        self.servers = [traffic.Agent(address, name)
                        for name, address in SERVERS.items()]
        self.switch = traffic.Agent(SWITCH, sub_agent=0)
        self.count = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((MONITOR, 0))

    def send(self):
        later = 1000 * POLLING
        self.count += 1
        datagrams = [server.machine(later_ms=later) for server in self.servers]
        passed = (1000 * self.count,) + (10 * self.count,) * 6
        datagrams.append(self.switch.datagram(
            *(((0, port), [traffic.if_counters(port, received=passed,
                                               sent=passed[:6]),
                           traffic.port_name(f"swp{port}")])
              for port in (1, 2)), later_ms=later))
        for datagram in datagrams:
            for to in ((MONITOR, 6343), (MONITOR, 6344), (BRIDGE, 6343)):
                self.socket.sendto(datagram, to)


def wait_for_hosts(who, port, names):
    def seen():
        answer = ganglia.read_tcp(port, 5, host=who).decode()
        return all(f'NAME="{name}"' in answer for name in names)

    ganglia.wait_for(f"{who}:{port} has all hosts", seen, 60)


def start_programs(session, machine, configuration):
    (Path("/var/lib/ganglia") / "rrds").mkdir()
    network.start(session, "gmond", "-f", "-c", "/etc/ganglia/gmond.conf")
    session.programs[-1].ends = ganglia.Gmond.ends
    with machine.inside():
        program = ganglia.Program(
            "gmetad-bridge", [str(ganglia.BUILD / TOOLS[2]), "-f", "-c",
                              str(configuration / "bridge.conf")],
            session.path("bridge.log"))
    session.programs.append(program)
    network.start(session, "gmetad", "-d", "1", "-c", "/etc/ganglia/gmetad.conf")


def faults_until_ready(session):
    """Waits for all hosts; what ended, or did not become ready, with its log."""
    names = [*SERVERS, "core-1"]
    try:
        for who, port in (("127.0.0.1", 8649), ("127.0.0.1", 8651),
                          (BRIDGE, 8651)):
            wait_for_hosts(who, port, names)
    except TimeoutError as error:
        return [error, *(f"{program.name}: {program.log()}"
                         for program in session.programs)]
    return []


def write_script(path, line):
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def environment(session):
    """With the programs of the build first, the bridge as if it were built for /etc, a
    sudo that does nothing, and our pages for man."""
    tools, pages = session.root / "bin", session.root / "pages"
    tools.mkdir()
    for tool in TOOLS[:2]:
        (tools / Path(tool).name).symlink_to(ganglia.BUILD / tool)
    write_script(tools / "sudo", 'exec "$@"')
    bridge = ganglia.BUILD / TOOLS[2]
    write_script(tools / "gmetad-bridge",
                 f'exec {bridge} -c /etc/ganglia/gmetad-bridge.conf "$@"')
    write_script(tools / "gmond-sflow-check",
                 f"exec {ganglia.BUILD / TOOLS[3]} /etc/ganglia/gmond.conf")
    for page in (*(ganglia.TOP / "man").iterdir(),
                 *(ganglia.BUILD / "man").iterdir()):
        if page.suffix[1:].isdigit():
            folder = pages / f"man{page.suffix[1:]}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / page.name).symlink_to(page)
    return {**os.environ, "PATH": f"{tools}:{ganglia.SEARCH}:/usr/sbin:/sbin",
            "MANPATH": str(pages), "LC_ALL": "C.UTF-8", "no_proxy": "*"}


def working_folder(session):
    """A build folder below a source folder, as far as the commands see one."""
    build = session.root / "source/build"
    build.mkdir(parents=True)
    (build / "man").symlink_to(ganglia.BUILD / "man")
    (build.parent / "man").symlink_to(ganglia.TOP / "man")
    return build


def why_not(program):
    """Why a program can't be run here; None when it can."""
    if shutil.which(program, path=f"{ganglia.SEARCH}:/usr/sbin") is None:
        return f"{program} is not installed"
    if program == "nagios4" and not os.access("/etc/nagios4/resource.cfg", os.R_OK):
        return "only root and Nagios can read Nagios's own files"
    return None


def run(command, folder, environment_, seconds=20):
    """A line of a document, as a shell runs it. check_sflow is not installed."""
    line = command.replace("/usr/lib/nagios/plugins/check_sflow", "check_sflow")
    return subprocess.run(["bash", "-c", line], cwd=folder, env=environment_,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=seconds,
                          check=False)
