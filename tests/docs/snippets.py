"""Pieces of configuration in the documents, given to the programs that read them.
Each function returns what that program has against the piece: "" where it is fine.
"""
import re
import subprocess
import time
from pathlib import Path

import ganglia
import network
import world

GMOND = """globals {{ daemonize = no setuid = no }}
cluster {{ name = "piece" }}
udp_send_channel {{ host = 127.0.0.1 port = {port} }}
udp_recv_channel {{ port = {port} bind = 127.0.0.1 }}
"""


def output_of(*words, seconds=20):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=seconds,
                          check=False)
    return done.returncode, done.stdout


def until_it_speaks(session, name, arguments, ready, seconds=20):
    """Runs a program until `ready` is true, or it ends; what it has said."""
    program = ganglia.Program(name, arguments, session.path(f"{name}.log"))
    deadline = time.monotonic() + seconds
    while program.is_alive() and not ready(program) and \
            time.monotonic() < deadline:
        time.sleep(0.02)
    came, said = ready(program), program.log()
    program.process.kill()
    program.process.wait()
    return "" if came else said or "it is not ready"


def check_sflow_conf(session, text):
    """The module says what is wrong, and opens its port when nothing is."""
    with network.Namespace().inside():
        network.ip("link set lo up")
        path = session.path("gmond.conf")
        path.write_text(GMOND.format(port=8649) + world.sflow_conf(text) +
                        ganglia.CORE)
        return until_it_speaks(
            session, "gmond", [ganglia.find_program("gmond"), "-f", "-c", path],
            lambda program: ganglia.udp_sockets(6343, program.pid)
            if program.is_alive() else False)


def check_gmond_conf(session, text):
    path = session.path("gmond.conf")
    path.write_text(text + ganglia.CORE)
    status, said = output_of(ganglia.find_program("gmond"), "-c", path, "-m")
    return "" if status == 0 and "heartbeat" in said else said or str(status)


def check_gmetad_conf(session, text):
    """It goes on after what it doesn't know, and says so before it is ready."""
    with network.Namespace().inside():
        network.ip("link set lo up")
        folder = session.path("gmetad")
        folder.mkdir()
        path = folder / "gmetad.conf"
        path.write_text(text + f'setuid off\nrrd_rootdir "{folder}"\n' +
                        ("" if "data_source" in text else
                         'data_source "piece" 15 127.0.0.1:9\n'))
        log, port = [], re.search(r"(?m)^interactive_port (\d+)", text)
        fault = until_it_speaks(
            session, "gmetad", [ganglia.find_program("gmetad"), "-d", "1", "-c",
                                path],
            lambda program: log.append(program.log()) or
            is_open(int(port[1]) if port else 8652))
    return fault or "\n".join(re.findall(r"(?mi)^.*(?:unknown|error|unable).*$",
                                         log[-1]))


def is_open(port):
    """On this namespace's TCP port."""
    return any(f":{port:04X} 00000000:0000 0A" in line for line in
               Path("/proc/thread-self/net/tcp").read_text().splitlines())


def check_bridge_conf(session, text):
    path = session.path("gmetad-bridge.conf")
    path.write_text(text)
    status, said = output_of(ganglia.BUILD / world.TOOLS[2], "-t", "-c", path)
    return "" if status == 0 else said


def check_nagios(_, text):
    """Beside sflow.cfg, in Nagios's own configuration."""
    path = Path("/etc/nagios4/conf.d/piece.cfg")
    path.write_text(text)
    status, said = output_of(ganglia.find_program("nagios4"), "-v",
                             "/etc/nagios4/nagios.cfg")
    path.unlink()
    return "" if status == 0 else said


def check_nftables(session, text):
    with network.Namespace().inside():
        path = session.path("nft")
        path.write_text(text)
        status, said = output_of("nft", "-f", path)
    return "" if status == 0 else said


def check_hsflowd(session, text):
    """hsflowd goes on after what it doesn't know, and tells the line."""
    path = session.path("hsflowd.conf")
    path.write_text(text)
    with network.Namespace().inside():
        network.ip("link set lo up")
        said = subprocess.run(
            ["timeout", "2", "hsflowd", "-dd", "-P", "-f", path, "-o",
             session.path("auto"), "-p", session.path("pid"), "-u",
             "11111111-1111-1111-1111-111111111111"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False).stdout
    return "\n".join(re.findall(r"(?m)^parse error.*$", said))


# The program that has to be there, and the function.
CHECKS = {"sflow.conf": ("gmond", check_sflow_conf),
          "gmond.conf": ("gmond", check_gmond_conf),
          "gmetad.conf": ("gmetad", check_gmetad_conf),
          "gmetad-bridge.conf": ("sh", check_bridge_conf),
          "nagios": ("nagios4", check_nagios),
          "nftables": ("nft", check_nftables),
          "hsflowd.conf": ("hsflowd", check_hsflowd)}


def check_all(tap, session, documents):
    for kind, (program, check) in CHECKS.items():
        blocks = [(document.name, block) for document in documents
                  for block in document.blocks if block.kind == kind]
        name = f"pieces of {kind} ({len(blocks)})"
        reason = world.why_not(program)
        if reason:
            tap.skip(name, reason)
            continue
        with tap.point(name) as faults:
            if not blocks:
                faults.append("there are none")
            for where, block in blocks:
                fault = check(session, block.text)
                if fault:
                    faults.append(f"{where}:{block.line}: {fault}")
