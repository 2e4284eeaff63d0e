#!/usr/bin/env python3
"""Start and end of a gmond with the module: what can be wrong in gmond.conf, a
port that is taken, SIGHUP, SIGTERM, another user.
"""
import os
import pwd
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

WRONG = [  # parameters, and words that the log has to have about them
    ({"prot": "6343"}, ["prot", "not known"]),
    ({"port": "65536"}, ["port", "65536", "1 to 65535"]),
    ({"port": "sflow"}, ["port", "sflow", "1 to 65535"]),
    ({"port": "0"}, ["port", "1 to 65535"]),
    ({"allow": "10.0.0.0/33"}, ["allow", "10.0.0.0/33", "networks"]),
    ({"allow": "10.0.0.0/8 rubbish"}, ["allow", "rubbish", "networks"]),
    ({"bind": "eth0"}, ["bind", "eth0", "addresses"]),
    ({"deliver": "multicast"}, ["deliver", "multicast", "channel"]),
    ({"accept": "host vms"}, ["accept", "host vms", "memcache"]),
    ({"accept": "default -"}, ["accept", "default -", "-NAME"]),
    ({"ports": "^(swp"}, ["ports", "^(swp", "extended regular expression"]),
    ({"rcvbuf": "-1"}, ["rcvbuf", "-1", "bytes"]),
    ({"max_agents": "0"}, ["max_agents", "0", "number"]),
    ({"multiple_http": "true"}, ["multiple_http", "true", "yes or no"]),
    ({"vm": "yes"}, ["vm", "yes", "prefix"]),
]


def log_lines(gmond):
    return [line for line in gmond.log().splitlines() if "sflow:" in line]


def beats(gmond, address, name, value="0.50"):
    """Sends a host until it is shown."""
    agent = traffic.Agent(address, name)
    with traffic.Sender(gmond.sflow_port) as to, traffic.in_background(
            lambda: to.send(agent.machine(load=float(value))), 0.2):
        ganglia.wait_for(f"host {name}", lambda: gmond.hosts()[address].get(
            "NAME") == name and gmond.value(address, "load_one") == value)


# Lists and errors -----------------------------------------------------------------


def lists_metrics(tap, session):
    gmond = session.gmond(module={"deliver": "auto"})
    for flag in ("-m", "-b"):
        with tap.point(f"gmond {flag} while another one has the port") as \
                faults:
            done = subprocess.run(
                [ganglia.find_program("gmond"), "-c", str(gmond.conf), flag],
                capture_output=True, text=True, timeout=10)
            if done.returncode != 0:
                faults.append(f"status {done.returncode}: {done.stderr}")
            if "sflow:" in done.stderr + done.stdout:
                faults.append(done.stderr)
            lines = dict(line.split(None, 1)
                         for line in done.stdout.splitlines()
                         if line.startswith("sflow_"))
            if flag == "-m" and set(lines) != set(ganglia.OWN):
                faults.append(f"it lists {sorted(lines)}")
            for name, text in lines.items():
                if "sflow" not in text.lower() and \
                        name not in ("sflow_values",):
                    faults.append(f"{name}: {text}")
    with tap.point("the other one goes on"):
        beats(gmond, "10.3.0.1", "after-the-list")


def wrong_parameters(tap, session):
    gmonds = [session.gmond(module={"port": None, **wrong}, wait=False)
              if "port" not in wrong else
              session.gmond(module=wrong, wait=False) for wrong, _ in WRONG]
    for (wrong, words), gmond in zip(WRONG, gmonds):
        text = ", ".join(f'{key} = "{value}"' for key, value in wrong.items())
        with tap.point(f"{text}: the log says what is wrong, gmond runs "
                       "on") as faults:
            ganglia.wait_for("gmond answers", gmond.is_up)
            lines = ganglia.wait_for("a line", lambda: log_lines(gmond))
            if not any(all(word in line for word in words) for line in lines):
                faults.append(f"{words} is not in: {lines}")
            failed = "Module sflow_module failed to initialize" in gmond.log()
            if not failed:
                faults.append("gmond was not told that init failed")
            ganglia.wait_for("gmond's host", lambda: ganglia.LOCAL in
                             gmond.hosts())
    for gmond in gmonds:
        session.programs.remove(gmond)
        gmond.end()


def own_channel_on_port(tap, session):
    with tap.point("a udp_recv_channel on the sFlow port: the log says what "
                   "to remove, gmond runs on") as faults:
        port = session.port()
        gmond = session.gmond(module={"port": port}, wait=False, port=port)
        ganglia.wait_for("gmond answers", gmond.is_up)
        lines = ganglia.wait_for("a line", lambda: log_lines(gmond))
        if not any("udp_recv_channel" in line and str(port) in line
                   and "remove" in line for line in lines):
            faults.append(lines)
        ganglia.wait_for("gmond's host", lambda: ganglia.LOCAL in
                         gmond.hosts())


# A port that is taken -------------------------------------------------------------


class PortTaken:
    """Begins with a port that is taken; others can be tested until it is bound
    after its 10 s."""

    def __init__(self, tap, session):
        self.tap, port = tap, session.port()
        self.gmond = session.gmond(module={"port": port}, keep_port=True,
                                   wait=False)
        with tap.point("the port is taken: the log says so, gmond runs "
                       "on") as faults:
            ganglia.wait_for("gmond answers", self.gmond.is_up)
            lines = ganglia.wait_for("a line", lambda: log_lines(self.gmond))
            if not any(str(port) in line and "in use" in line
                       and "again" in line for line in lines):
                faults.append(lines)
            if self.gmond.is_bound():
                faults.append("it is bound all the same")
        session.release(port)

    def end(self):
        with self.tap.point("the port becomes free: it is bound, and hosts "
                            "appear"):
            ganglia.wait_for("it is bound", self.gmond.is_bound, 15)
            beats(self.gmond, "10.3.0.2", "after-the-port")


# gmond's own sflow section --------------------------------------------------------

SECTION = """sflow {{
  udp_port = {port}
  accept_vm_metrics = no
  multiple_http_instances = yes
}}
"""


def web_and_vm(agent):
    """A machine with two web servers and a virtual machine."""
    agent.machine()  # time goes on
    at = agent.uptime_ms
    return agent.datagram(
        (traffic.MACHINE, [traffic.host_descr(agent.name),
                           traffic.host_cpu(), traffic.host_memory()]),
        ((3, 80), [traffic.http(at // 10)]),
        ((3, 8080), [traffic.http(at // 5)]),
        ((3, 300), [traffic.host_descr("guest", b"u" * 16),
                    traffic.virt_cpu(at // 2)]), later_ms=1000)


def rates_of(gmond, name):
    """The metrics of that host, once its rates are there."""
    agent = traffic.Agent("10.3.0.3", name)
    with traffic.Sender(gmond.sflow_port) as to, traffic.in_background(
            lambda: to.send(web_and_vm(agent)), 0.2):
        return ganglia.wait_for("its rates", lambda: (
            lambda m: m if "8080.http_meth_get" in m else None)(
                gmond.metrics(agent.address)))


def sections(tap, session):
    with tap.point("gmond's sflow section is honoured: port, no VMs, each web "
                   "server with its prefix") as faults:
        port = session.port()
        gmond = session.gmond(module={"port": None}, wait=False,
                              extra=SECTION.format(port=port))
        session.release(port)
        gmond.sflow_port = port
        ganglia.wait_for("the section's port", gmond.is_bound)
        metrics = rates_of(gmond, "by-section")
        if any("vcpu" in name for name in metrics):
            faults.append("there are metrics of a VM")
        if "http_meth_get" in metrics:
            faults.append("the first web server has no prefix")
        if "80.http_meth_get" not in metrics:
            faults.append(sorted(metrics))
    with tap.point("a parameter wins over the section") as faults:
        other, port = session.port(), session.port()
        gmond = session.gmond(module={
            "port": port, "multiple_http": "no", "accept": "host vm http"},
            extra=SECTION.format(port=other))
        metrics = rates_of(gmond, "by-parameter")
        if gmond.is_bound() is False or ganglia.udp_sockets(other, gmond.pid):
            faults.append("the section's port is bound")
        if "guest.vcpu_util" not in metrics:
            faults.append("there is no VM")
        if "http_meth_get" not in metrics or "80.http_meth_get" in metrics:
            faults.append("the first web server has a prefix")
    with tap.point("two web servers: values, titles, and a line in the "
                   "log") as faults:
        want = {"http_meth_get": ("100.00", "HTTP Method GET"),
                "8080.http_meth_get": ("200.00", "8080: HTTP Method GET")}
        for name, (value, title) in want.items():
            if (metrics[name]["VAL"], metrics[name]["TITLE"]) != (value, title):
                faults.append(metrics[name])
        if not any("more than one instance of http" in line and "8080." in line
                   for line in log_lines(gmond)):
            faults.append(log_lines(gmond))


# Signals --------------------------------------------------------------------------


def sighup(tap, session, title, faults_of_user=None, **settings):
    """gmond executes itself anew."""
    gmond = session.gmond(**settings)
    with tap.point(f"{title}: it receives") as faults:
        beats(gmond, "10.3.0.4", "before")
        if faults_of_user is not None:
            faults += faults_of_user(gmond)
    before = gmond.fd_count()
    with tap.point(f"{title}: SIGHUP thrice: the same process, the port is "
                   "bound again, the host comes back") as faults:
        for turn in range(3):
            inode = set(ganglia.udp_sockets(gmond.sflow_port, gmond.pid))
            gmond.process.send_signal(signal.SIGHUP)
            ganglia.wait_for("a new socket", lambda: set(
                ganglia.udp_sockets(gmond.sflow_port, gmond.pid)) not in
                (inode, set()))
            ganglia.wait_for("gmond answers", gmond.is_up)
            beats(gmond, "10.3.0.4", f"after-{turn}")
        if not gmond.is_alive():
            faults.append("it ended")
    with tap.point(f"{title}: no file descriptor is left behind") as faults:
        ganglia.wait_for(f"{before} as before, not {gmond.fd_count()}",
                         lambda: gmond.fd_count() == before, 5)
    return gmond


def setuid(tap, session):
    try:
        user = pwd.getpwnam("ganglia")
    except KeyError:
        user = None
    if os.getuid() != 0 or user is None:
        tap.skip("setuid = yes", "not root, or no user ganglia")
        return

    def is_that_user(gmond):
        uids = set(gmond.status("Uid").split())
        return [] if uids == {str(user.pw_uid)} else [f"Uid {uids}"]
    sighup(tap, session, "setuid = yes, user = ganglia", is_that_user,
           module={"deliver": "direct"},
           globals_={"setuid": "yes", "user": "ganglia"})


def end_in_traffic(session, settings, turn):
    """Returns the seconds it took to end, and what was wrong."""
    gmond = session.gmond(module={"deliver": "auto"}, wait=False, xml=False,
                          **settings)
    ganglia.wait_for("it is bound", gmond.is_bound)
    agents = [traffic.Agent(f"10.4.0.{i}", f"t{i}") for i in range(20)]
    with traffic.Sender(gmond.sflow_port) as to, traffic.in_background(
            lambda: [to.send(agent.machine()) for agent in agents],
            0.02) as rounds:
        ganglia.wait_for("its hosts", lambda: "joined" in gmond.log())
        ganglia.wait_for("traffic", lambda: rounds() > 60 + turn)
        began = time.monotonic()
        fault = gmond.end(5)
    session.programs.remove(gmond)
    return time.monotonic() - began, [fault] if fault else []


def sigterm(tap, session):
    """Without a TCP channel, gmond has no thread of its own (see Gmond.ends):
    the faults are the module's."""
    plain = session.gmond(module=None)
    for how, settings in (
            ("direct", {}),
            ("its receive channel", {"globals_": {"mute": "yes"}}),
            ("the send channel", {"globals_": {"deaf": "yes"},
                                  "send": [plain.port], "receive": []})):
        with tap.point(f"SIGTERM in the midst of traffic, {how}: it ends in "
                       "time, and not of a fault") as faults:
            slowest = 0
            for turn in range(3):
                seconds, wrong = end_in_traffic(session, settings, turn)
                slowest = max(slowest, seconds)
                faults += wrong
            print(f"# the slowest took {slowest:.1f} s")


def test(tap, session):
    taken = PortTaken(tap, session)
    own_channel_on_port(tap, session)
    lists_metrics(tap, session)
    wrong_parameters(tap, session)
    taken.end()
    sections(tap, session)
    sighup(tap, session, "direct", module={"deliver": "direct"})
    sighup(tap, session, "channel", module={"deliver": "channel"})
    setuid(tap, session)
    sigterm(tap, session)


if __name__ == "__main__":
    ganglia.run(test)
