#!/usr/bin/env python3
"""A real Nagios with the configuration that is installed: hosts that stop and come
back, by check_sflow's heartbeat, and by what gmond's module and the bridge write to
its command file. How long the news takes is printed.
"""
import re
import shutil
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import nagios  # noqa: E402
import traffic  # noqa: E402

WAYS = ("active", "passive", "both")
POLLING = 1  # s, of the agents
LONG = 120   # s: several checks of Nagios, one after the other
UP, DOWN, UNREACHABLE = "0", "1", "2"
OK, CRITICAL = "0", "2"
SERVICES = {"sFlow heartbeat", "sFlow load", "sFlow CPU idle", "sFlow memory",
            "sFlow disk"}
BRIDGE_TEMPLATE = """define host {{
  name sflow-bridge-host
  use sflow-host
  _SFLOW_DAEMON {}
  register 0
}}
"""


class Crowd:
    """Agents that send once a second, as long as they are not stopped. Where the
    machine held them up for longer, `longest` says so: then they were silent."""

    def __init__(self):
        self.agents, self.last, self.stopped = {}, {}, set()
        self.sent, self.longest = None, 0
        self.lock = threading.Lock()

    def add(self, name, address, port):
        self.agents[name] = (traffic.Agent(address, name), traffic.Sender(port))

    def send(self):
        with self.lock:
            before, self.sent = self.sent, time.monotonic()
            self.longest = max(self.longest, self.sent - (before or self.sent))
            for name, (agent, sender) in self.agents.items():
                if name not in self.stopped:
                    sender.send(agent.machine(later_ms=1000 * POLLING),
                                keep=False)
                    self.last[name] = time.time()

    def stop(self, names):
        with self.lock:
            self.stopped.update(names)

    def resume(self, names):
        """Returns the time of their first datagrams."""
        with self.lock:
            self.stopped.difference_update(names)
        self.send()
        return {name: self.last[name] for name in names}

    def close(self):
        for _, sender in self.agents.values():
            sender.close()


def generate(at, daemon, file):
    """check_sflow's own file of hosts."""
    subprocess.run([str(nagios.CHECK), "-H", daemon, "--generate-hosts",
                    "--output", str(at.objects / file)], check=True,
                   stdout=subprocess.PIPE, timeout=ganglia.PATIENCE)


def verified(at, faults):
    said = at.verify()
    if "Total Warnings: 0" not in said or "Total Errors:   0" not in said:
        faults.append(said)


def wait_for_states(at, names, state, seconds=LONG):
    ganglia.wait_for(f"{sorted(names)} in state {state}", lambda: all(
        at.status()[name]["current_state"] == state for name in names), seconds)


def since(at, count, kind, names, seconds=LONG):
    """The notifications of that kind after the first `count`: {host: time}."""
    def all_of_them():
        found = {}
        for when, what, host, _ in at.notified()[count:]:
            if what == kind:
                found.setdefault(host, when)
        return found if set(names) <= set(found) else None
    return ganglia.wait_for(f"{kind} of {sorted(names)}", all_of_them, seconds)


def tell_times(what, began, times):
    for name in sorted(times.keys() & began.keys()):
        print(f"# {name}: {what} after {times[name] - began[name]:.1f} s")


# Points -------------------------------------------------------------------------


def configuration(tap, at, our, gmond):
    """Also makes its hosts."""
    with tap.point("nagios4 -v has no warnings without hosts") as faults:
        verified(at, faults)
    with tap.point("nor with hosts that check_sflow has written") as faults:
        generate(at, f"{ganglia.LOCAL}:{gmond.port}", "gmond-hosts.cfg")
        generate(at, f"{ganglia.LOCAL}:{our.interactive_port}",
                 "bridge-hosts.cfg")
        file = at.objects / "bridge-hosts.cfg"
        text, found = re.subn(r"(?m)^(\s*use\s+)sflow-host$",
                              r"\1sflow-bridge-host", file.read_text())
        file.write_text(text)
        (at.objects / "bridge.cfg").write_text(BRIDGE_TEMPLATE.format(
            f"{ganglia.LOCAL}:{our.interactive_port}"))
        if found < len(WAYS):
            faults.append(f"{found} hosts of the bridge: {text}")
        verified(at, faults)


def choose_ways(at, names):
    """Two of each daemon's hosts are checked in one way only."""
    for name in names:
        if name.endswith("-passive"):
            at.command(f"DISABLE_HOST_CHECK;{name}")
        elif name.endswith("-active"):
            at.command(f"DISABLE_PASSIVE_HOST_CHECKS;{name}")

    def chosen():
        status = at.status()
        return all((status[name]["active_checks_enabled"] == "0") ==
                   name.endswith("-passive") and
                   (status[name]["passive_checks_enabled"] == "0") ==
                   name.endswith("-active") for name in names)
    ganglia.wait_for("ways of checking", chosen)


def services(tap, at, names, word, state):
    """The heartbeat's is as its host; the others are not asked while it is down."""
    with tap.point(f"the services of the hosts are {word}") as faults:
        wanted = SERVICES if state == OK else {"sFlow heartbeat"}

        def wrong():
            found = {name: at.services(name) for name in names}
            return [f"{name}: {service}: {found[name].get(service)}"
                    for name in names for service in wanted
                    if found[name].get(service, {}).get("current_state") != state
                    or state == OK and
                    not found[name][service]["performance_data"]]
        faults += bridge.faults_until(wrong, LONG)


def down_and_up(tap, at, crowd, names):
    with tap.point("hosts that stop are DOWN: each is notified once, whoever "
                   "noticed it first") as faults:
        before = at.notified()
        if crowd.longest < 2 * POLLING:
            faults += before
        wait_for_states(at, names, UP)
        count = len(at.notified())
        crowd.stop(names)
        began = {name: crowd.last[name] for name in names}
        times = since(at, count, "PROBLEM", names)
        tell_times("DOWN", began, times)
        time.sleep(nagios.INTERVAL)
        told = [(kind, host, state)
                for _, kind, host, state in at.notified()[count:]]
        if sorted(told) != [("PROBLEM", name, "DOWN") for name in sorted(names)]:
            faults.append(told)
        for name in names:
            if times[name] - began[name] < 2 * POLLING:
                faults.append(f"{name}: before it was due")
    services(tap, at, names, "CRITICAL", CRITICAL)
    with tap.point("the command file brings it at once: nobody waits for a "
                   "check") as faults:
        history = at.history()
        for name in names:
            at_once = f"HOST ALERT: {name};DOWN;HARD;1;sFlow: silent for " \
                in history
            if at_once != name.endswith("-passive") and "-both" not in name:
                faults.append(f"{name}: {at_once}")
    with tap.point("the daemon's own service counts those that are down") as faults:
        faults += bridge.faults_until(lambda: [] if at.services("sflow-daemon")[
            "sFlow hosts down"]["current_state"] == CRITICAL else
            [at.services("sflow-daemon")], LONG)
    with tap.point("their return is UP") as faults:
        count = len(at.notified())
        began = crowd.resume(names)
        times = since(at, count, "RECOVERY", names)
        tell_times("UP", began, times)
        wait_for_states(at, names, UP)
        for name in names:
            at_once = f"HOST ALERT: {name};UP;HARD;1;sFlow: heard again after " \
                in at.history()
            if at_once != name.endswith("-passive") and "-both" not in name:
                faults.append(f"{name}: {at_once}")


def said_again(daemon, words):
    """A function that tells whether the daemon's log has them once more."""
    before = daemon.log().count(words)
    return lambda: daemon.log().count(words) > before


def while_nagios_is_away(tap, at, crowd, names, daemons):
    with tap.point("what Nagios misses while it is away it hears when it is "
                   "back") as faults:
        cannot, can = ([said_again(daemon, words) for daemon in daemons] for words
                       in ("can't tell Nagios by", "Nagios is told again by"))
        faults += [fault for fault in [at.end()] if fault]
        at.notified_file.unlink()
        crowd.stop(names)
        ganglia.wait_for("they can't tell it", lambda: all(
            said() for said in cannot))
        at.start()
        since(at, 0, "PROBLEM", [name for name in names
                                 if name.endswith("-passive")])
        ganglia.wait_for("they can", lambda: all(said() for said in can))
        crowd.resume(names)
        wait_for_states(at, names, UP)


def without_daemon(tap, session, at, gmond, names):
    with tap.point("a daemon that can't be asked makes its hosts UNREACHABLE, and "
                   "is DOWN itself") as faults:
        count = len(at.notified())
        gmond.process.kill()
        gmond.process.wait()
        session.programs.remove(gmond)
        since(at, count, "PROBLEM", ["sflow-daemon"])
        wait_for_states(at, names, UNREACHABLE)
        wrong = [row for row in at.notified()[count:] if row[2] in names
                 and row[1] == "PROBLEM" and row[3] != "UNREACHABLE"]
        if wrong:
            faults.append(wrong)


SEND_NSCA = """#!/bin/sh
{ printf '%s ' "$@"; cat; } >>"$0.got"
"""


def nsca(tap, session):
    with tap.point("sflow-event-nsca gives send_nsca a line for each that is down "
                   "or up") as faults:
        stand_in = session.path("send_nsca")
        stand_in.write_text(SEND_NSCA)
        stand_in.chmod(0o755)
        conf = session.path("nsca.conf")
        conf.write_text(f"server=nagios.example\nsend_nsca={stand_in}\n")
        for event, missed in (("joined", 2), ("late", 1), ("down", 2),
                              ("returned", 0), ("restarted", 0), ("renamed", 1),
                              ("renamed", 2), ("moved", 0), ("gone", 9),
                              ("removed", 9)):
            subprocess.run([str(ganglia.TOP / "conf.d/nagios/sflow-event-nsca")],
                           check=True, env={
                "PATH": "/usr/bin:/bin", "SFLOW_EVENT": event,
                "SFLOW_HOST": "web1", "SFLOW_TIME": "1700000042",
                "SFLOW_LAST_HEARD": "1700000000",
                "SFLOW_MISSED": str(missed), "SFLOW_ALLOWED": "2",
                "SFLOW_EVENT_NSCA_CONF": str(conf)})
        options = "-H nagios.example -c /etc/send_nsca.cfg "
        want = [f"{options}web1\t{line}" for line in (
            "0\tsFlow: heard by this name", "1\tsFlow: silent for 42 s",
            "0\tsFlow: heard again after 42 s", "0\tsFlow: heard by this name",
            "1\tsFlow: silent for 42 s",
            "0\tsFlow: removed by the administrator")]
        got = open(f"{stand_in}.got").read().splitlines()
        if got != want:
            faults += got


def test(tap, session):
    with tap.point("Nagios and check_sflow are there") as faults:
        if shutil.which("nagios4", path=ganglia.SEARCH) is None:
            faults.append("nagios4 is missing")
        if not nagios.CHECK.exists():
            faults.append(f"{nagios.CHECK} is missing")
    if faults:
        return
    nsca(tap, session)
    port = session.port()
    at = nagios.Nagios(session, f"{ganglia.LOCAL}:{port}", group="ganglia")
    gmond = session.gmond(port=port, module={
        "deliver": "direct", "nagios_commands": str(at.commands)})
    our = bridge.Bridge(session, extra=f'nagios_commands = "{at.commands}"')
    crowd, names = Crowd(), {"gmond": [], "bridge": []}
    for i, way in enumerate(WAYS):
        for j, (daemon, to) in enumerate((("gmond", gmond), ("bridge", our))):
            names[daemon].append(f"{daemon}-{way}")
            crowd.add(f"{daemon}-{way}", f"10.9.{j}.{i + 1}", to.sflow_port)
    everyone = names["gmond"] + names["bridge"]
    with traffic.in_background(crowd.send, POLLING):
        ganglia.wait_for("hosts", lambda: set(names["gmond"]) <= {
            host.get("NAME") for host in gmond.hosts().values()} and
            set(names["bridge"]) <= set(our.hosts()))
        configuration(tap, at, our, gmond)
        at.start()
        wait_for_states(at, everyone, UP)
        choose_ways(at, everyone)
        services(tap, at, everyone, "OK", OK)
        down_and_up(tap, at, crowd, everyone)
        services(tap, at, everyone, "OK again", OK)
        while_nagios_is_away(tap, at, crowd, everyone, (gmond, our))
        without_daemon(tap, session, at, gmond, names["gmond"])
    crowd.close()


if __name__ == "__main__":
    bridge.run(test)
