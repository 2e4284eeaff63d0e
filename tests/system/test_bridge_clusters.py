#!/usr/bin/env python3
"""gmetad-bridge as its administrator meets it: clusters by network, who may send and
who may read, another configuration while it runs and wrong ones, the command line,
ports that are taken, another user, its word to systemd, and its end.
"""
import contextlib
import gzip
import os
import pwd
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

CLUSTERS = {
    "web": 'agents = { "10.1.0.0/16" } owner = "ops" latlong = "N47 E8" '
           'url = "http://web.example/"',
    "web-v6": 'agents = { "fd00:1::/32", "2001:db8::5" }',
    "narrow": 'agents = { "10.2.3.0/24" }',
    "wide": 'agents = { "10.2.0.0/16" }',
    "guests": 'agents = { "192.0.2.0/32" }',
    "rest": ""}
AGENTS = {"web-1": ("10.1.0.1", "web"), "web-6": ("fd00:1::1", "web-v6"),
          "alone": ("2001:db8::5", "web-v6"),
          "other-6": ("2001:db8::6", "rest"), "inside": ("10.2.3.4", "narrow"),
          "around": ("10.2.4.4", "wide"), "far": ("172.16.0.1", "rest")}
GUEST = "guest-1"
LEAST_FILES = 1000
SMALL = 'rra = { "RRA:AVERAGE:0.5:1:240" }'
BEAT = 0.5     # s
END = 5        # s that SIGTERM may take


class Crowd:
    """Agents that send all the time, from one address of this machine."""

    def __init__(self, our, agents=None):
        self.to = traffic.Sender(our.sflow_port)
        self.agents = [traffic.Agent(address, name)
                       for name, (address, _) in (agents or AGENTS).items()]

    def beat(self):
        for agent in self.agents:
            more = [((3, 9), [traffic.host_descr(GUEST, b"g" * 16),
                              traffic.virt_cpu(agent.uptime_ms)])] \
                if agent.name == "web-1" else []
            self.to.send(agent.machine(), keep=False)
            if more:
                self.to.send(agent.datagram(*more), keep=False)

    @contextlib.contextmanager
    def sending(self):
        with self.to, traffic.in_background(self.beat, BEAT):
            yield self


def members(our):
    """The names of the hosts of each cluster by its gmond port."""
    return {name: set(our.hosts(name)) for name in our.clusters}


def expected(agents=None, guests="guests"):
    found = {name: set() for name in CLUSTERS}
    for name, (_, cluster) in (agents or AGENTS).items():
        found.setdefault(cluster, set()).add(name)
    if guests:
        found[guests].add(GUEST)
    return found


def unlike(our, want):
    """Both by the gmond ports and by the XML port."""
    faults = []
    for source, got in (("gmond ports", members(our)), ("XML port", {
            cluster.get("NAME"): {host.get("NAME") for host
                                  in cluster.iter("HOST")}
            for cluster in our.xml().iter("CLUSTER")})):
        faults += [f"{source}: {name} has {sorted(got.get(name, ()))} instead "
                   f"of {sorted(want.get(name, ()))}"
                   for name in want.keys() | got.keys()
                   if got.get(name, set()) != want.get(name, set())]
    return faults


# Clusters -----------------------------------------------------------------------


def by_network(tap, our):
    with tap.point("hosts are in the first cluster whose networks have them, "
                   "else in the one without, and guests in theirs") as faults:
        faults += bridge.faults_until(lambda: unlike(our, expected()))
    with tap.point("a cluster has its owner, its place and its page; those "
                   "without have none") as faults:
        for name, want in (("web", ("ops", "N47 E8", "http://web.example/")),
                           ("rest", ("unspecified",) * 3)):
            cluster = our.cluster_xml(name).find("CLUSTER")
            got = tuple(cluster.get(key) for key in ("OWNER", "LATLONG", "URL"))
            if cluster.get("NAME") != name or got != want:
                faults.append(f"{cluster.attrib}")


def reloads(tap, our):
    log = len(our.log())
    with tap.point("reload: networks move, hosts with them, with all they "
                   "have") as faults:
        before = {name: ganglia.metrics_of(our.hosts("narrow")["inside"])
                  for name in ["inside"]}
        our.clusters["web"] = 'agents = { "10.2.0.0/16" } owner = "new owner"'
        our.clusters["wide"] = 'agents = { "10.1.0.0/16" }'
        del our.clusters["narrow"]
        our.add_cluster("added", 'agents = { "172.16.0.0/12" }')
        our.clusters["rest"] = our.clusters.pop("rest")
        our.reload()
        moved = {**AGENTS, "web-1": ("10.1.0.1", "wide"),
                 "inside": ("10.2.3.4", "web"), "around": ("10.2.4.4", "web"),
                 "far": ("172.16.0.1", "added")}
        want = expected(moved)
        del want["narrow"]
        faults += unlike(our, want)  # at once
        after = ganglia.metrics_of(our.hosts("web")["inside"])
        if not before["inside"].keys() <= after.keys():
            faults.append(f"{sorted(before['inside'].keys() - after.keys())} "
                          "are no more")
        owner = our.cluster_xml("web").find("CLUSTER").get("OWNER")
        if owner != "new owner":
            faults.append(f"owner {owner}")
    with tap.point("the port of a cluster that is no more is closed") as faults:
        try:
            ganglia.read_tcp(our.gmond_ports["narrow"], 2)
            faults.append("it answers")
        except ConnectionRefusedError:
            our.gmond_ports.pop("narrow")
    with tap.point("no host joined anew or went down") as faults:
        faults += [line for line in our.log()[log:].splitlines()
                   if " joined" in line or "is down" in line]


def wrong_reload(tap, our, want):
    def try_with(text, line, words):
        good = our.conf.read_text()
        log = len(our.log())
        our.conf.write_text(good + text)
        line += len(good.splitlines())
        our.process.send_signal(signal.SIGHUP)
        said = ganglia.wait_for("a line", lambda: [
            text for text in our.log()[log:].splitlines()
            if str(our.conf) in text])
        our.conf.write_text(good)
        return [] if f"{our.conf}:{line}: " in said[0] and \
            all(word in said[0] for word in words) else said

    with tap.point("reload with a wrong file: the log has file and line, and all "
                   "is as it was") as faults:
        for text, line, words in (
                ("\ngibberish = 4\n", 2, ["gibberish"]),
                ('cluster "x" { gmond_port = 70000 }\n', 1,
                 ["gmond_port", "70000"]),
                ('rrd {\n  step = "fast"\n}\n', 2, ["step", "fast"])):
            faults += try_with(text, line, words)
            faults += bridge.faults_until(lambda: unlike(our, want), 1)
    with tap.point("reload without a file: the same") as faults:
        our.conf.rename(our.conf.with_suffix(".away"))
        log = len(our.log())
        our.process.send_signal(signal.SIGHUP)
        ganglia.wait_for("a line", lambda: str(our.conf) in our.log()[log:])
        our.conf.with_suffix(".away").rename(our.conf)
        faults += unlike(our, want)
    with tap.point("reload with a cluster port that is taken: the log names it, "
                   "the rest is new") as faults:
        our.add_cluster("taken")
        with socket.socket() as taken:
            taken.bind(("0.0.0.0", our.gmond_ports["taken"]))
            taken.listen()
            our.clusters["taken"] = 'agents = { "10.66.0.0/16" }'
            log = len(our.log())
            our.reload()
            line = [text for text in our.log()[log:].splitlines()
                    if str(our.gmond_ports["taken"]) in text]
            if len(line) != 1 or "in use" not in line[0]:
                faults.append(our.log()[log:])
        names = [cluster.get("NAME") for cluster in our.xml().iter("CLUSTER")]
        if "taken" not in names:
            faults.append(names)
        del our.clusters["taken"]
        our.reload()


def clusters(tap, session):
    our = bridge.Bridge(
        session, dict(CLUSTERS), extra='self { name = "" }',
        sflow='vm = "host" vm_cluster = "guests"')
    with Crowd(our).sending():
        by_network(tap, our)
        reloads(tap, our)
        want = members(our)
        wrong_reload(tap, our, want)
        with tap.point("reload many times under load: nothing is lost or left "
                       "behind") as faults:
            files = our.fd_count()
            for _ in range(20):
                our.process.send_signal(signal.SIGHUP)
                time.sleep(0.05)
            ganglia.wait_for(f"{files} files again", lambda:
                             our.fd_count() <= files, 5)
            faults += bridge.faults_until(lambda: unlike(our, want), 2)
            counted = our.status()["bridge"]
            for group, name in (("collector", "samples_lost"),
                                ("collector", "malformed"),
                                ("ingest", "kernel_drops")):
                if counted[group][name] != 0:
                    faults.append(f"{name}: {counted[group][name]}")
            if counted["collector"]["samples"] < 20:
                faults.append(counted)


# Who may send, who may read -----------------------------------------------------


def send_from(our, source, agents):
    """A few datagrams of each agent from one address of this machine."""
    with traffic.Sender(our.sflow_port, to="::1" if ":" in source else
                        ganglia.LOCAL, source=source) as to:
        for agent in agents:
            for _ in range(3):
                to.send(agent.machine())


def sources(tap, session):
    our = bridge.Bridge(
        session, extra='self { name = "" }',
        sflow='allow = { "127.0.0.0/8", "::1" } deny = { "127.0.0.9/32" }')

    def shown(want, refused):
        """The hosts, and how many datagrams were not allowed since."""
        ganglia.wait_for("all of it", lambda: our.status()["bridge"]["ingest"][
            "received"] == shown.sent)
        got = set(our.hosts())
        count = our.status()["bridge"]["collector"]["not_allowed"]
        return ([] if got == want else [f"hosts {got} instead of {want}"]) + \
            ([] if count == refused else [f"{count} not allowed"])

    shown.sent = 9
    with tap.point("allow and deny look at the packet's source") as faults:
        for source, name in (("127.0.0.1", "allowed"), ("127.0.0.9", "denied"),
                             ("::1", "six")):
            send_from(our, source, [traffic.Agent(f"10.1.1.{len(name)}", name)])
        faults += shown({"allowed", "six"}, 3)
    with tap.point("reload: same_address, and others allowed") as faults:
        our.sflow = 'same_address = yes allow = { "127.0.0.8/29" }'
        our.reload()
        send_from(our, "127.0.0.9", [traffic.Agent("127.0.0.9", "honest"),
                                     traffic.Agent("127.0.0.10", "liar")])
        send_from(our, "127.0.0.1", [traffic.Agent("127.0.0.1", "outside")])
        shown.sent += 9
        faults += shown({"allowed", "six", "honest"}, 9)
    with tap.point("rate: a source that sends too much loses, others do "
                   "not") as faults:
        our.sflow = "rate = 20"
        our.reload()
        loud = traffic.Agent("10.1.1.1", "loud")
        with traffic.Sender(our.sflow_port, source="127.0.0.7") as to:
            for _ in range(400):
                to.send(loud.machine(), keep=False)
        send_from(our, "127.0.0.1", [traffic.Agent("10.1.1.2", "quiet")])
        ganglia.wait_for("quiet", lambda: "quiet" in our.hosts())
        limited = our.status()["bridge"]["ingest"]["rate_limited"]
        if not 300 <= limited < 400:
            faults.append(f"{limited} of 400 dropped")
    readers(tap, our)


def read_from(port, source, ask=b""):
    """What a reader at that address of this machine gets."""
    with socket.create_connection((ganglia.LOCAL, port), 5,
                                  (source, 0)) as client:
        client.settimeout(5)
        try:
            if ask:
                client.sendall(ask)
            return b"".join(iter(lambda: client.recv(1 << 16), b""))
        except ConnectionError:
            return b""


def readers(tap, our):
    ports = {"gmond": (our.gmond_ports["sflow"], b""),
             "XML": (our.xml_port, b""),
             "interactive": (our.interactive_port, b"/\n")}

    def served(source):
        return {name for name, (port, ask) in ports.items()
                if b"</GANGLIA_XML>" in read_from(port, source, ask)}

    with tap.point("127.0.0.1 may read, others may not, and get nothing at "
                   "all") as faults:
        refused = our.status()["bridge"]["readers"]["refused"]
        if served("127.0.0.1") != ports.keys():
            faults.append(f"127.0.0.1: {served('127.0.0.1')}")
        for name, (port, ask) in ports.items():
            if answer := read_from(port, "127.0.0.2", ask):
                faults.append(f"{name}: {answer[:100]}")
        refused = our.status()["bridge"]["readers"]["refused"] - refused
        if refused != 3:
            faults.append(f"{refused} were refused")
    for extra, trusted, others in (
            ('trusted_hosts = { "127.0.0.2", "127.0.1.0/24" }',
             ("127.0.0.1", "127.0.0.2", "127.0.1.77"), ("127.0.0.3",)),
            ("all_trusted = yes", ("127.0.0.3",), ())):
        with tap.point(f"reload: {extra}") as faults:
            our.extra = 'self { name = "" } ' + extra
            our.reload()
            faults += [f"{source} is not served" for source in trusted
                       if served(source) != ports.keys()]
            faults += [f"{source} is served" for source in others
                       if served(source)]
    with tap.point("gzip_output: what is compressed is the same") as faults:
        plain = our.cluster_xml()
        our.extra = 'self { name = "" } gzip_output = yes'
        our.reload()
        packed = ganglia.read_tcp(our.gmond_ports["sflow"])
        if packed[:2] != b"\x1f\x8b":
            faults.append(packed[:40])
        got = ganglia.ElementTree.fromstring(gzip.decompress(packed))
        if names_of(got) != names_of(plain) or not names_of(got):
            faults.append(f"{names_of(got)} instead of {names_of(plain)}")
    with tap.point("gmetad reads it") as faults:
        gmetad = our.session.gmetad(sources=our.gmond_ports)
        ganglia.wait_for("the hosts", lambda: names_of(ganglia.read_xml(
            gmetad.port)) == names_of(plain))


def names_of(tree):
    return {host.get("NAME") for host in tree.iter("HOST")}


# The command line ----------------------------------------------------------------


def call(*arguments, **settings):
    return subprocess.run([str(bridge.PROGRAM), *map(str, arguments)],
                          capture_output=True, text=True, timeout=10,
                          stdin=subprocess.DEVNULL, **settings)


WRONG = [  # text, its line that is wrong, and words of the message
    ("", 1, ["nothing is set"]),
    ("# sflow { }\n", 2, ["nothing is set"]),
    ("xml_port = 1\nxml_port = 2\n", 2, ["xml_port is set twice", "line 1"]),
    ("user = no-such-user\n", 1, ["no-such-user"]),
    ("\n\nprot = 6343\n", 3, ["prot"]),
    ("sflow {\n  port = 65536\n}\n", 2, ["port", "65536"]),
    ('sflow {\n\n  allow = { "10.0.0.0/33" }\n}\n', 3,
     ["allow", "10.0.0.0/33"]),
    ('sflow { bind = "eth0" }\n', 1, ["bind", "eth0"]),
    ('# a comment\nsflow { accept = { "vms" } }\n', 2, ["accept", "vms"]),
    ('sflow { ports = "^(swp" }\n', 1, ["ports"]),
    ('sflow { max_agents = 0 }\n', 1, ["max_agents", "0"]),
    ('sflow { vm_cluster = "none" }\n', 1, ["vm_cluster", "none"]),
    ('cluster "a" { }\ncluster "a" { }\n', 2, ['a']),
    ('cluster "a/b" { }\n', 1, ["a/b"]),
    ('cluster "a" {\n agents = { "web" }\n}\n', 2, ["agents", "web"]),
    ('cluster "a" { gmond_port = 9 }\n'
     'cluster "b" {\n gmond_port = 9 agents = { "::1" } }\n', 3, ["9"]),
    ('cluster "a" { }\ncluster "b" { }\n', 2, ["b", "agents"]),
    ("xml_port = 8651\ninteractive_port = 8651\n", 2, ["8651"]),
    ('trusted_hosts = { "localhost" }\n', 1, ["trusted_hosts", "localhost"]),
    ('rrd { rootdir = "rrds" }\n', 1, ["rootdir", "rrds"]),
    ('rrd { write = "sometimes" }\n', 1, ["write", "sometimes"]),
    ('rrd {\n rra = { "AVERAGE:0.5:1:5" }\n}\n', 2, ["rra", "RRA"]),
    ('rrd { archives "(" { } }\n', 1, ["archives"]),
    ('state = "\n', 1, []),
    ('sflow { port = 6343\n', 1, []),
    ('sflow { } }\n', 1, []),
    ('include ("/nonexistent.conf")\n', 1, ["/nonexistent.conf"])]


def command_line(tap, session):
    folder = session.path("conf")
    folder.mkdir()
    conf = folder / "some.conf"
    with tap.point("-t: a good file") as faults:
        conf.write_text('cluster "a" { }\n')
        done = call("-t", "-c", conf)
        if done.returncode != 0 or done.stderr:
            faults.append(done)
    with tap.point("-t: the shipped file, of which each key is commented") as \
            faults:
        shipped = ganglia.BUILD / "conf.d/gmetad-bridge.conf"
        if not shipped.exists():
            shipped = ganglia.TOP / "conf.d/gmetad-bridge.conf"
        done = call("-t", "-c", shipped)
        if done.returncode != 0:
            faults.append(done)
    with tap.point(f"-t: {len(WRONG)} wrong files, each with file and "
                   "line") as faults:
        for text, line, words in WRONG:
            conf.write_text(text)
            done = call("-t", "-c", conf)
            said = done.stderr
            if done.returncode != 1 or not said.startswith(f"{conf}:{line}: ") \
                    or any(word not in said for word in words) or \
                    said.count("\n") != 1:
                faults.append(f"{text!r}: status {done.returncode}: "
                              f"{done.stdout} {said}")
    with tap.point("started with such a file, it ends with the same "
                   "line") as faults:
        done = call("-f", "-c", conf)
        if done.returncode != 1 or not done.stderr.startswith(f"{conf}:"):
            faults.append(done)
    with tap.point("no file: its name, and why") as faults:
        for arguments in (["-t"], ["-f"]):
            done = call(*arguments, "-c", folder / "none.conf")
            if done.returncode != 1 or "none.conf: No such file" not in \
                    done.stderr:
                faults.append(done)
    with tap.point("--version, --help") as faults:
        done = call("--version")
        if done.returncode != 0 or not done.stdout.startswith(
                "gmetad-bridge ") or not any(map(str.isdigit, done.stdout)):
            faults.append(done)
        done = call("--help")
        if done.returncode != 0 or done.stderr or "-t" not in done.stdout:
            faults.append(done)
    with tap.point("wrong options: how it is used, and a status") as faults:
        for arguments in (["-x"], ["--nonsense"], ["-c"], ["-f", "more"]):
            done = call(*arguments)
            if done.returncode in (0, -signal.SIGSEGV) or done.stdout or \
                    "-c" not in done.stderr:
                faults.append(f"{arguments}: {done}")


# Ports that are taken ---------------------------------------------------------------


def second(our, **fields):
    """Another bridge of the same configuration, but for some ports; its status
    and what it says."""
    session = our.session
    other = bridge.Bridge(session, start=False)
    for name in ("sflow_port", "xml_port", "interactive_port"):
        if name in fields:
            setattr(other, name, getattr(our, name))
    if "gmond_port" in fields:
        other.gmond_ports["sflow"] = our.gmond_ports["sflow"]
    other.write()
    done = call("-f", "-c", other.conf)
    return done, other


def ports_taken(tap, session):
    our = bridge.Bridge(session)
    for what in ("sflow_port", "gmond_port", "xml_port", "interactive_port"):
        port = our.gmond_ports["sflow"] if what == "gmond_port" else \
            getattr(our, what)
        with tap.point(f"another one has the {what}: one line, and it "
                       "ends") as faults:
            done, other = second(our, **{what: True})
            lines = done.stderr.splitlines()
            if done.returncode != 1 or len(lines) != 1 or \
                    str(port) not in lines[0] or "in use" not in lines[0]:
                faults.append(done)
            if other.state_file.exists():
                faults.append("it has made a state file")
    with tap.point("the first one goes on") as faults:
        with traffic.Sender(our.sflow_port) as to:
            agent = traffic.Agent("10.1.1.1", "goes-on")
            for _ in range(2):
                to.send(agent.machine())
        ganglia.wait_for("its host", lambda: "goes-on" in our.hosts())


# Another user ---------------------------------------------------------------------


def reaches(user, path):
    return subprocess.run(
        [ganglia.find_program("setpriv"), f"--reuid={user}", "--clear-groups",
         "test", "-x", str(path)], check=False).returncode == 0


def names_in_lower_case(tap, session):
    """Of the hosts, in sflow { }; and of their folders only, in rrd { }."""
    two = {"WEB1": ("10.1.0.1", ""), "web1": ("10.1.0.2", "")}

    def told(word, sflow="", rrd=None):
        our = bridge.Bridge(session, extra='self { name = "" }', sflow=sflow, rrd=rrd)
        with Crowd(our, two).sending():
            ganglia.wait_for("both", lambda: len(our.hosts()) == 2)
            ganglia.wait_for("it is told", lambda: word in our.log())
            time.sleep(5)
        lines = [line for line in our.log().splitlines() if word in line]
        our.end()
        return [] if len(lines) == 1 and all(
            address in lines[0] for address, _ in two.values()) else lines

    with tap.point("WEB1 and web1 with lower_case: told once, with both agents") as \
            faults:
        faults += told("lower_case makes one name, web1,", "lower_case = yes")
    with tap.point("and where it is the folders of RRDs that would be one") as faults:
        faults += told("have one folder", rrd=f"step = 1 lower_case = yes {SMALL}")


def users(tap, session):
    if os.getuid() != 0 or not reaches("nobody", bridge.PROGRAM):
        tap.skip("without root", "not root, or nobody else gets at the program")
        return
    uid = pwd.getpwnam("nobody").pw_uid
    for title, settings in (
            ("started without root", {"user": "nobody"}),
            ("user = nobody, started as root", {
                "extra": 'user = "nobody"'})):
        with tap.point(f"{title}: it receives, answers, saves, and writes "
                       "RRDs") as faults:
            our = bridge.Bridge(session, rrd=f"step = 1 {SMALL}", start=False,
                                **settings)
            our.rrds.chmod(0o777)
            our.start()
            agent = traffic.Agent("10.1.1.1", "host")
            with traffic.Sender(our.sflow_port) as to, traffic.in_background(
                    lambda: to.send(agent.machine()), BEAT):
                path = our.rrd_path("sflow", "host", "load_one")
                ganglia.wait_for("an RRD", path.exists)
                ganglia.wait_for("saved", lambda: our.saved())
            # the kernel's own word for it, as the program itself may lie
            ids = {word for line in open(f"/proc/{our.pid}/status")
                   if line.startswith("Uid:") for word in line.split()[1:]}
            if ids != {str(uid)}:
                faults.append(f"Uid {ids}")
            if path.stat().st_uid != uid:
                faults.append(f"the RRD is of {path.stat().st_uid}")
            if fault := our.end():
                faults.append(fault)


# systemd, and the end ---------------------------------------------------------------


class Notified:
    """What systemd would hear."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        path.chmod(0o777)

    def next(self, seconds=5):
        self.socket.settimeout(seconds)
        return dict(line.split("=", 1) for line in
                    self.socket.recv(4096).decode().split("\n") if line)

    def until(self, key):
        while key not in (said := self.next()):
            pass
        return said


def notifies(tap, session):
    path = session.path("notify")
    systemd = Notified(path)
    our = bridge.Bridge(session, start=False,
                        environment={"NOTIFY_SOCKET": path})
    our.start(wait=False)
    with tap.point("READY=1, and its ports answer from then on") as faults:
        said = systemd.until("READY")
        if said["READY"] != "1":
            faults.append(said)
        our.ask("/")
        our.cluster_xml()
    with tap.point("SIGHUP: RELOADING=1 with the time, then READY=1") as faults:
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        our.process.send_signal(signal.SIGHUP)
        said = systemd.until("RELOADING")
        if said["RELOADING"] != "1" or not before <= int(
                said.get("MONOTONIC_USEC", 0)) <= before + 5_000_000:
            faults.append(said)
        if systemd.until("READY")["READY"] != "1":
            faults.append("not ready again")
    with tap.point("SIGTERM: STOPPING=1") as faults:
        our.process.send_signal(signal.SIGTERM)
        if systemd.until("STOPPING")["STOPPING"] != "1":
            faults.append("not 1")
        if our.process.wait(END) != 0:
            faults.append(f"status {our.process.returncode}")


class Ending:
    """A bridge that is sent values which do not change: those are the ones that are
    held back. It takes its time beside other tests."""

    def __init__(self, session, how):
        self.how = how
        self.bridge = bridge.Bridge(session, start=False, rrd=f"step = 2 {SMALL}",
                                    extra='self { name = "" }')
        self.daemon = None
        if how == "rrdcached":
            self.daemon = bridge.Rrdcached(session, self.bridge.rrds)
            self.bridge.rrd += \
                f' rrdcached = "unix:{self.daemon.socket_path}"'
            self.bridge.write()
        self.bridge.start()
        self.agents = [traffic.Agent(f"10.1.1.{i}", f"host-{i}")
                       for i in range(30)]
        self.to = traffic.Sender(self.bridge.sflow_port)
        self.began = time.monotonic()

    def beat(self):
        for agent in self.agents:
            self.to.send(agent.machine(load=7.25), keep=False)

    def is_made(self):
        """All files are there, for to make them takes longer than to write."""
        rrd = self.bridge.status()["bridge"]["rrd"]
        return rrd["created"] > LEAST_FILES and rrd["queued"] == 0

    def end(self, tap):
        time.sleep(max(0, self.began + 8 - time.monotonic()))
        ganglia.wait_for("its files", self.is_made)
        with tap.point(f"{self.how}: SIGTERM in the midst of traffic ends it "
                       f"within {END} s, with status 0") as faults:
            self.at = time.time()
            if fault := self.bridge.end(10):
                faults.append(fault)
            if time.time() - self.at > END:
                faults.append(f"{time.time() - self.at:.1f} s")

    def files(self):
        return sorted(bridge.rrd_files(self.bridge.rrds))

    def check(self, tap):
        with tap.point(f"{self.how}: nothing is lost: each RRD has the last "
                       "step") as faults:
            for file in self.files() if self.daemon else ():
                said = self.daemon.ask(f"FLUSH {self.bridge.rrds / file}")
                if not said.startswith("0 "):
                    faults.append(f"{file}: {said}")
            with bridge.RrdTool() as tool:
                for file in self.files():
                    ago = self.at - tool.last(self.bridge.rrds / file)
                    if not -END < ago < 2.2:
                        faults.append(f"{file}: {ago:.1f} s before the end")
            if len(self.files()) < LEAST_FILES:
                faults.append(f"only {len(self.files())} files")
            last = bridge.last_row(
                self.bridge.rrd_path("sflow", "host-0", "load_one"))
            if last[1] != {"sum": 7.25}:
                faults.append(last)
        with tap.point(f"{self.how}: and each host is in the state "
                       "file") as faults:
            saved = {row["shown"] for row in self.bridge.saved()}
            if saved != {agent.name for agent in self.agents}:
                faults.append(saved)


def test(tap, session):
    endings = [Ending(session, how) for how in ("librrd", "rrdcached")]
    with contextlib.ExitStack() as stack:
        for ending in endings:
            stack.enter_context(ending.to)
            stack.enter_context(traffic.in_background(ending.beat, BEAT))
        command_line(tap, session)
        for ending in endings:
            ending.end(tap)
    for ending in endings:
        ending.check(tap)
    ports_taken(tap, session)
    clusters(tap, session)
    sources(tap, session)
    names_in_lower_case(tap, session)
    users(tap, session)
    notifies(tap, session)


if __name__ == "__main__":
    bridge.run(test)
