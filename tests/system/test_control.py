#!/usr/bin/env python3
"""gmetad-bridge --remove and --rename, while agents send and RRDs are written, by librrd and
by rrdcached: no host is down, no value is lost, no second folder is made, and who should not
be heard is not.
"""
import contextlib
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import crowd  # noqa: E402
import ganglia  # noqa: E402
import nagios  # noqa: E402
import traffic  # noqa: E402

EVERY = 0.5      # s between two datagrams of an agent
SOON = 30        # s: the machine may be busy
TIMEOUT = 5      # s that a peer may stall
SWITCH, NAMED = "10.9.0.1", "core-1"
RRD = 'step = 1 rra = {} summaries = no write = "always" %s ' \
      'archives "^(load_one|bytes_in)$" { rra = { "RRA:AVERAGE:0.5:1:600" } }'
SELF = 'self { name = "" } user = ""'


class Orders:
    """A bridge that can be told, and what it said."""

    def __init__(self, session, rrd=None, clusters=None, cached=None, **more):
        self.cached = cached
        self.socket = session.path("control")
        self.our = bridge.Bridge(
            session, extra=f'control = "{self.socket}" {SELF}', rrd=rrd,
            clusters=clusters, **more)

    def run(self, *words):
        """(exit code, the one line that it printed)"""
        done = subprocess.run([str(bridge.PROGRAM), "-c", str(self.our.conf), *words],
                              capture_output=True, text=True, timeout=90, check=False)
        line = done.stdout + done.stderr
        if line.count("\n") != 1:
            raise AssertionError(f"{words}: {line!r}")
        return done.returncode, line.strip()

    def expect(self, faults, words, code, *says):
        got, line = self.run(*words.split())
        if got != code or not all(part in line for part in says):
            faults.append(f"{words}: {got}, {line}")
        return line

    def folder(self, host, cluster="sflow"):
        return self.our.rrds / cluster / host

    def rows(self, path):
        """Times of the values of a file, oldest first."""
        if self.cached is not None:
            self.cached.ask(f"FLUSH {path}")
        end = bridge.last_row(path)[0] if path.exists() else 0
        return sorted(bridge.rrd_values(path, end - 300, end)) if end else []

    def gap(self, path):
        """The longest time between two values, in steps."""
        times = self.rows(path)
        return max((b - a for a, b in zip(times, times[1:])), default=999)

    def names(self):
        return set(self.our.hosts())


def wait(what, condition, seconds=SOON):
    ganglia.wait_for(what, condition, seconds)


def log_of(our, since):
    """What membership has said since; the rest of each line is left out. That somebody is
    late is no fault of the bridge on a busy machine."""
    words = ("is down", "joined", "renamed", "returned", "removed", "gone")
    return [(line.split("host ", 1)[1].split()[0], word)
            for line in our.log()[since:].splitlines() for word in words
            if f" {word} (" in line and "host " in line]


# Points -------------------------------------------------------------------------


def refusals(tap, at):
    with tap.point("the socket is for its owner only; what can't be is refused, with the "
                   "reason, and nothing has changed") as faults:
        mode = stat.S_IMODE(os.stat(at.socket).st_mode)
        if mode != 0o600:
            faults.append(oct(mode))
        names, since = at.names(), len(at.our.log())
        at.expect(faults, "--remove node-1", 1, "node-1 is up")
        at.expect(faults, "--remove nobody", 1, "there is no host nobody")
        at.expect(faults, "--remove node-1 --cluster x", 1, "there is no cluster x")
        at.expect(faults, "--rename node-1 node-2", 1, "there is another host node-2")
        at.expect(faults, "--rename node-1 node-1", 1, "called so already")
        at.expect(faults, "--rename node-1 ../../etc", 1, "can't be called")
        at.expect(faults, f"--rename node-1 {'x' * 80}", 1, "this can't be the name")
        at.expect(faults, "--rename nobody www", 1, "there is no host nobody")
        if at.names() != names or log_of(at.our, since):
            faults.append(f"{at.names()}, {log_of(at.our, since)}")


def rename(tap, at, agents, how):
    our = at.our
    with tap.point(f"renamed, {how}: values and RRDs go on under the new name, no host is "
                   "down, and none has joined") as faults:
        since = len(our.log())
        wait("RRDs", lambda: len(at.rows(at.folder("node-1") / "load_one.rrd")) > 3)
        at.expect(faults, "--rename node-1 www", 0, "node-1 is called www now",
                  "and so are its RRDs")
        if not {"www"} <= at.names() or "node-1" in at.names():
            faults.append(f"{at.names()}")
        if ganglia.metrics_of(our.hosts()["www"]).get("load_one") is None:
            faults.append("it has no values")
        time.sleep(5)
        most = 2 + agents.late  # s; the machine may be busy
        files = [at.folder("www") / f"{name}.rrd" for name in ("load_one", "bytes_in")]
        faults += [f"{path}: {at.gap(path)} s" for path in files if at.gap(path) > most]
        if at.folder("node-1").exists():
            faults.append("the old folder is there")
        if log_of(our, since) != [("www", "renamed")]:
            faults.append(f"{log_of(our, since)}")
        counted = our.status()["bridge"]["rrd"]
        if counted["failed"] or counted["dropped"]:
            faults.append(f"{counted}")
    with tap.point("... also after a restart of the bridge and of the agent") as faults:
        since = len(our.log())
        our.restart()
        agents.agents["node-1"] = traffic.Agent("10.1.0.2", "node-1",
                                                uptime_ms=123)
        time.sleep(3)
        if "www" not in at.names() or "node-1" in at.names():
            faults.append(f"{at.names()}")
        if any(word != "restarted" for name, word in log_of(our, since)
               if name in ("www", "node-1")) or at.folder("node-1").exists():
            faults.append(f"{log_of(our, since)}")


def check(at, *words):
    """(exit code, line) of check_sflow at the interactive port."""
    done = subprocess.run([str(nagios.CHECK), "-H",
                           f"{ganglia.LOCAL}:{at.our.interactive_port}", *words],
                          capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stdout.split("|")[0].strip()


def former(tap, at):
    with tap.point("who asks for the old name hears the new one, also after a restart; "
                   "readers of XML are not disturbed") as faults:
        for words in (("--heartbeat",), ("--cluster", "sflow", "--metric", "load_one")):
            got = check(at, "--host", "node-1", *words)
            if got[0] != 3 or "is now called www" not in got[1]:
                faults.append(f"{got}")
        if check(at, "--host", "node-1", "--heartbeat", "--former", "ok")[0] != 0:
            faults.append("--former")
        done = subprocess.run([ganglia.BUILD / "tools/sflowget/sflowget", "--daemon",
                               f"{ganglia.LOCAL}:{at.our.interactive_port}", "node-1"],
                              capture_output=True, text=True, timeout=30, check=False)
        if done.returncode != 1 or \
                done.stderr != "sflowget: node-1: it is now called www\n":
            faults.append(f"{done}")
        answer = at.our.ask("/sflow/node-1")  # as gmetad: all of the cluster
        if answer.find("*//HOST[@NAME='www']") is None:
            faults.append("www is not there")
        if b"sflow-former" in at.our.ask_raw("/"):
            faults.append("others are told")


def generated(tap, at, hosts, taken_out):
    """check_sflow --generate-hosts, after it was run before."""
    file = at.our.folder / "hosts.cfg"
    with tap.point(f"--generate-hosts: {', '.join(sorted(hosts))}") as faults:
        code, line = check(at, "--generate-hosts", "--output", str(file))
        has = set(re.findall(r"^\thost_name\t(.*)$", file.read_text(), re.M))
        if code != 0 or not hosts <= has or taken_out & has:
            faults.append(f"{line}: {has}")


def rename_again(tap, at, agents):
    our = at.our
    with tap.point("a new name of which there are RRDs is refused, unless "
                   "--replace-rrds") as faults:
        shutil.copytree(at.folder("node-2"), at.folder("shop"))
        (at.folder("shop") / "mark.rrd").write_text("")
        at.expect(faults, "--rename www shop", 1, "RRDs of a host shop already",
                  "--replace-rrds")
        if "www" not in at.names() or not at.folder("www").exists():
            faults.append(f"{at.names()}")
        at.expect(faults, "--rename www shop --replace-rrds", 0, "is called shop now")
        if at.folder("www").exists() or (at.folder("shop") / "mark.rrd").exists():
            faults.append("the folders are as they were")
    with tap.point("... and back to the name that it sends") as faults:
        at.expect(faults, "--rename shop node-1", 0, "is called node-1 now")
        time.sleep(2)
        faults += [str(at.folder(name)) for name in ("www", "shop")
                   if at.folder(name).exists()]
        gap = at.gap(at.folder("node-1") / "load_one.rrd")
        if gap > 6 + agents.late:  # the bridge was restarted
            faults.append(f"{gap} s")
        with sqlite3.connect(f"file:{our.state_file}?mode=ro", uri=True) as database:
            left = list(database.execute("SELECT * FROM names WHERE former = 0"))
            faults += [f"{row}" for row in left]


def remove(tap, at, agents, how):
    our = at.our
    with tap.point(f"removed, {how}: at once, from XML, state and RRDs") as faults:
        agents.silent.add("node-3")
        wait("it is down", lambda: ("node-3", "is down") in log_of(our, 0), 30)
        since = len(our.log())
        at.expect(faults, "--remove node-3 --with-rrds", 0, "node-3 is removed",
                  "and so are its RRDs")
        if "node-3" in at.names() or at.folder("node-3").exists():
            faults.append(f"{at.names()}, {at.folder('node-3').exists()}")
        if "node-3" in {row["shown"] for row in our.saved()}:
            faults.append("it is saved")
        if log_of(our, since) != [("node-3", "removed")]:
            wait("the event", lambda: log_of(our, since) == [("node-3", "removed")])
        at.expect(faults, "--remove node-3", 1, "there is no host node-3")
    generated(tap, at, {"node-1"}, {"node-3", "www"})
    with tap.point("... and who sends again joins as if he were new") as faults:
        since = len(our.log())
        agents.silent.discard("node-3")
        wait("it is there", lambda: "node-3" in at.names())
        wait("its RRDs", lambda: (at.folder("node-3") / "load_one.rrd").exists())
        wait("the event", lambda: log_of(our, since) == [("node-3", "joined")])


def names_given(tap, at, agents, how):
    our = at.our
    with tap.point(f"a switch that gets a name by SIGHUP, {how}: its folder moves, and it "
                   "is not down") as faults:
        wait("it is there", lambda: SWITCH in at.names(), 30)
        path = at.folder(SWITCH) / "bytes_in.rrd"
        wait("its RRDs", lambda: path.exists() and len(at.rows(path)) > 3)
        since = len(our.log())
        our.sflow = f'names = {{ "{SWITCH} {NAMED}" }}'
        our.reload()
        wait("the folder", lambda: at.folder(NAMED).exists())
        time.sleep(4)
        if at.folder(SWITCH).exists():
            faults.append("the old folder is there")
        gap = at.gap(at.folder(NAMED) / "bytes_in.rrd")
        if gap > 3 + agents.late:
            faults.append(f"a gap of {gap} s")
        if log_of(our, since) != [(NAMED, "renamed")]:
            faults.append(f"{log_of(our, since)}")
    with tap.point("... but it stays where the new one has files, and the log says "
                   "so") as faults:
        shutil.copytree(at.folder("node-2"), at.folder("edge-1"))
        our.sflow = f'names = {{ "{SWITCH} edge-1" }}'
        our.reload()
        wait("the log", lambda: "the folder edge-1 has files" in our.log())
        if not at.folder(NAMED).exists() or "edge-1" not in at.names():
            faults.append(f"{at.names()}")


def stalled(tap, at):
    with tap.point("peers that stall, talk nonsense or too much hold nobody up") as faults:
        with contextlib.ExitStack() as stack:
            for i in range(30):
                peer = stack.enter_context(socket.socket(socket.AF_UNIX))
                peer.settimeout(1)
                with contextlib.suppress(OSError):
                    peer.connect(str(at.socket))
                    peer.sendall((b"", b"remove\tnode", b"x" * 4000, b"\0\n",
                                  b"remove\t\t\t\n", b"\n")[i % 6])
            began = time.monotonic()
            if len(at.our.hosts()) < 3 or time.monotonic() - began > 2:
                faults.append("readers wait")
            at.our.reload()
            at.expect(faults, "--remove nobody", 1, "there is no host nobody")
            took = time.monotonic() - began
            print(f"# it took {took:.1f} s")
            if took > 4 * TIMEOUT + 10:
                faults.append(f"it took {took:.1f} s")
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(5)
            peer.connect(str(at.socket))
            peer.sendall(b"remove\tnode-1\tsflow\t\n")
            if (got := peer.recv(4096)) != \
                    b"error node-1 is up: it sends, and would be back at once\n":
                faults.append(f"{got}")


def unsaved(tap, at):
    with tap.point("what can't be saved is done all the same, and the answer says "
                   "so") as faults:
        with contextlib.closing(sqlite3.connect(at.our.state_file, timeout=5,
                                                isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            at.expect(faults, "--rename node-1 www", 0, "is called www now",
                      "until gmetad-bridge is restarted", "can't be saved")
            database.execute("ROLLBACK")
        wait("it is saved", lambda: "www" in {row["shown"] for row in at.our.saved()}, 20)


def left_over(tap, session, at):
    with tap.point("the socket of a bridge that was killed is replaced, that of one that "
                   "lives is not") as faults:
        our = at.our
        our.kill()
        at.expect(faults, "--remove nobody", 1, "it does not run")
        our.start()
        at.expect(faults, "--remove nobody", 1, "there is no host nobody")
        other = bridge.Bridge(session, extra=f'control = "{at.socket}" {SELF}')
        if "another gmetad-bridge has it" not in other.log():
            faults.append(other.log())
        fault = other.end()
        faults += [fault] if fault else []
        at.expect(faults, "--remove nobody", 1, "there is no host nobody")
        fault = our.end()
        faults += [fault] if fault else []
        if at.socket.exists():
            faults.append("it is left over")
        at.socket.write_text("mine")
        our.start()
        if "there is something else" not in our.log() or \
                at.socket.read_text() != "mine":
            faults.append("a file was replaced")
        at.socket.unlink()


def several_clusters(tap, session):
    at = Orders(session, clusters={"a": 'agents = { "10.1.0.0/16" }', "b c": ""},
                state=False)
    agents = crowd.Crowd([at.our.sflow_port], {"one": "10.1.0.1"}, EVERY)
    agents.agents["other"] = traffic.Agent("10.2.0.1", "one")
    with agents.sending(), tap.point("which of two hosts of one name, has to be said; "
                                     "without `state` it holds until the end") as faults:
        wait("both", lambda: "one" in at.our.hosts("a") and
             "one" in at.our.hosts("b c"))
        at.expect(faults, "--rename one two", 1, "several clusters", "a, b c",
                  "--cluster")
        code, line = at.run("--rename", "one", "two", "--cluster", "b c")
        if code != 0 or "it has no `state`" not in line:
            faults.append(line)
        if "two" not in at.our.hosts("b c") or "one" not in at.our.hosts("a"):
            faults.append("another one was renamed")


def nameless(agent):
    """What a switch sends: counters, and no name."""
    count = agent.uptime_ms
    return agent.datagram((traffic.MACHINE, [traffic.host_net(count, 2 * count)]),
                          later_ms=int(1000 * EVERY))


def world(tap, session, how):
    cached = bridge.Rrdcached(session, None, more=["-R"]) if how == "rrdcached" else None
    at = Orders(session, rrd=RRD % (
        f'rrdcached = "unix:{cached.socket_path}"' if cached else "delay = 3"),
        cached=cached)
    agents = crowd.Crowd([at.our.sflow_port], crowd.named(4), EVERY)
    switch = traffic.Agent(SWITCH)
    with traffic.Sender(at.our.sflow_port) as sender, agents.sending(), \
            traffic.in_background(lambda: sender.send(nameless(switch), keep=False),
                                  EVERY):
        wait("the hosts", lambda: len(log_of(at.our, 0)) == 5, 30)
        refusals(tap, at)
        generated(tap, at, {"node-1", "node-3"}, set())
        rename(tap, at, agents, how)
        former(tap, at)
        generated(tap, at, {"www", "node-3"}, {"node-1"})
        rename_again(tap, at, agents)
        remove(tap, at, agents, how)
        names_given(tap, at, agents, how)
        if cached is None:
            stalled(tap, at)
            unsaved(tap, at)
            left_over(tap, session, at)


def test(tap, session):
    world(tap, session, "librrd")
    world(tap, session, "rrdcached")
    several_clusters(tap, session)


bridge.run(test)
