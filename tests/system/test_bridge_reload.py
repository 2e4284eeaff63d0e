#!/usr/bin/env python3
"""SIGHUP again and again while gmetad-bridge takes 500 datagrams a second and readers
read all the time: no datagram is lost, no document broken, no host down; what the new
configuration says is so, and who is in the middle of a document gets it as it began.
"""
import itertools
import socket
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import crowd  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

HOSTS = 400      # their XML has to be larger than all socket buffers
RATE = 500       # datagrams per second
RELOADS = 20
BETWEEN = 0.25   # s
ROWS = ("60", "70")
RRD = 'step = 1 rra = {{}} write = "always" summaries = no ' \
      'archives "^({})$" {{ rra = {{ "RRA:AVERAGE:0.5:1:{}" }} }}'
ONE, TWO = (RRD.format("load_one|cpu_user", ROWS[0]),
            RRD.format("load_one|cpu_idle", ROWS[1]))
SELF = 'self { name = "" } user = ""'


class Load:
    """All hosts in turn, at the rate, and two datagrams a second from one whose
    address of this machine is not always allowed."""

    def __init__(self, our):
        self.crowd = crowd.Crowd([our.sflow_port], crowd.named(HOSTS))
        self.turn = itertools.cycle(self.crowd.agents.values())
        self.to = self.crowd.senders[0]
        self.other = traffic.Sender(our.sflow_port, source="127.0.0.9")
        self.stranger = traffic.Agent("10.7.0.1", "stranger")
        self.sent, self.strange, self.began = 0, 0, None
        self.passed, self.longest = 0, 0  # longest silence in s

    def send(self):
        self.began = self.began or time.monotonic()
        passed = time.monotonic() - self.began
        self.longest = max(self.longest, passed - self.passed)
        self.passed = passed
        while self.sent < passed * RATE:
            self.to.send(next(self.turn).machine(later_ms=800), keep=False)
            self.sent += 1
        while self.strange < passed * 2:
            self.other.send(self.stranger.machine(), keep=False)
            self.strange += 1

    def down(self, our):
        """Hosts that are down, as long as this program could send."""
        print(f"# the longest silence was {self.longest:.2f} s")
        return crowd.new_lines(our, 0, "is down") if self.longest < 1 else []

    def close(self):
        self.to.close()
        self.other.close()


def counted(our):
    return our.status()["bridge"]


def losses(our):
    """What may not be."""
    now = counted(our)
    return [f"{name} {now[group][name]}" for group, name in (
        ("ingest", "kernel_drops"), ("collector", "datagrams_lost"),
        ("collector", "samples_lost"), ("collector", "malformed"),
        ("collector", "refused"), ("rrd", "dropped"), ("rrd", "failed"))
            if now[group][name]]


def values(our):
    """load_one is as old as the last datagram; rates are of the agents' time."""
    faults = []
    for name, host in our.hosts().items():
        metrics = ganglia.metrics_of(host)
        if int(metrics["load_one"]["TN"]) > 3 or \
                metrics.get("interrupts", {}).get("VAL") != "1000":
            faults.append(f"{name}: TN {metrics['load_one']['TN']}, interrupts "
                          f"{metrics.get('interrupts')}")
    return faults


def begin_to_read(our):
    """A reader with little room that takes the beginning of all XML."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(5)
    client.connect((ganglia.LOCAL, our.xml_port))
    return client, client.recv(2000)


def rest_of(client, got):
    while chunk := client.recv(1 << 16):
        got += chunk
    client.close()
    return got


# Points -------------------------------------------------------------------------


def again_and_again(tap, our, load, readers):
    with tap.point(f"{RELOADS} reloads while all goes on: each is done, no reader "
                   "got a broken document") as faults:
        log, files = our.log().count("read again"), our.fd_count()
        read = readers.read
        for i in range(RELOADS):
            # each is another, and each second one moves hosts to and fro
            our.clusters["web"] = 'agents = { "10.7.0.0/16" } owner = "%d" ' % i \
                if i % 2 else 'agents = { "10.8.0.0/16" }'
            our.sflow = f"rcvbuf = {16 + i % 2}M max_agents = {1000 + i}"
            our.reload()
            time.sleep(BETWEEN)
        done = our.log().count("read again") - log
        if done != RELOADS:
            faults.append(f"{done} reloads")
        faults += readers.faults
        if readers.read < read + 10 or readers.longest > 3:
            faults.append(f"{readers.read - read} read, one took "
                          f"{readers.longest:.1f} s")
        ganglia.wait_for(f"{files} open files", lambda: our.fd_count() <= files + 8)
        print(f"# {readers.read - read} documents were read")
    with tap.point("no datagram was lost, no host is down or joined anew, values go "
                   "on") as faults:
        faults += losses(our)
        want = counted(our)["collector"]["datagrams"]
        if want < RATE * RELOADS * BETWEEN / 2:
            faults.append(f"{want} datagrams")
        faults += load.down(our)
        joined = len(crowd.new_lines(our, 0, "joined"))
        if joined > 40:
            faults.append(f"{joined} joined")
        faults += bridge.faults_until(lambda: values(our), 3)


def takes_effect(tap, our, load):
    with tap.point("clusters: hosts of another network are in another cluster, by "
                   "another name") as faults:
        our.clusters["web"] = 'agents = { "10.7.0.0/16" } owner = "me"'
        our.add_cluster("new", 'agents = { "10.1.0.5/32" }')
        our.reload()
        faults += bridge.faults_until(lambda: [] if (
            set(our.hosts("new")), set(our.hosts("web"))) == (
                {"node-4"}, {"stranger"}) and len(our.hosts("sflow")) ==
            HOSTS - 1 else [sorted(our.hosts(name)) for name in our.clusters])
    with tap.point("and its RRDs are there") as faults:
        ganglia.wait_for("RRD", lambda: our.rrd_path(
            "new", "node-4", "load_one").exists())
    with tap.point("archives and rules: RRDs made from then on have them") as faults:
        del our.clusters["new"]
        our.rrd = TWO
        our.add_cluster("fresh", 'agents = { "10.1.0.6/32" }')
        our.reload()
        path = our.rrd_path("fresh", "node-5", "load_one")
        ganglia.wait_for("RRD", path.exists)
        time.sleep(2)
        with bridge.RrdTool() as tool:
            rows = [tool.shape(at)["rra[0].rows"] for at in
                    (path, our.rrd_path("sflow", "node-1", "load_one"))]
        names = {file.stem for file in path.parent.iterdir()}
        if rows != [ROWS[1], ROWS[0]] or names != {"load_one", "cpu_idle"}:
            faults.append(f"{rows}, {sorted(names)}")
    with tap.point("allow: who is not allowed any more is not heard, and heard "
                   "again when allowed again") as faults:
        for allow, heard in (('"127.0.0.1"', False), ('"127.0.0.0/8"', True)):
            our.sflow = f"allow = {{ {allow} }}"
            our.reload()
            before, sent = counted(our)["collector"]["not_allowed"], load.strange
            time.sleep(2)
            refused = counted(our)["collector"]["not_allowed"] - before
            if (refused > 0) == heard or load.strange == sent:
                faults.append(f"{allow}: {refused} refused")
    with tap.point("a file that is wrong, empty or cut: said, and nothing else") as faults:
        whole = our.conf.read_text()
        for text, what in (("sflow { port = none }", "port"), ("", "nothing is set"),
                           ("# 1\n\0\0", "2: a NUL byte"),
                           (whole[:whole.index("}")], "a { without its }")):
            log = len(our.log())
            our.reload(text=text)
            said = [line for line in crowd.new_lines(our, log)
                    if "stays as it was" in line]
            if len(said) != 1 or f"{our.conf}:" not in said[0] or what not in said[0]:
                faults.append(f"{text!r}: {said}")
        our.reload()
        faults += bridge.faults_until(lambda: values(our), 3)


def what_stays(tap, our):
    with tap.point("settings that are taken at the start stay, and the log says as what; "
                   "not when they are as they were") as faults:
        extra, since = our.extra, len(our.log())
        our.state, our.extra = False, f'{extra} control = "{our.folder}/control"'
        our.reload()
        our.state, our.extra = True, extra
        our.reload()
        said = [line.split(": ", 1)[1] for line in
                crowd.new_lines(our, since, "is taken when")]
        want = [f"`state` is taken when gmetad-bridge starts: it is still {our.state_file}",
                "`control` is taken when gmetad-bridge starts: it is still none"]
        if said != want:
            faults.append(str(said))


def in_the_middle(tap, our):
    with tap.point("who is in the middle of a document gets it to its end, as it "
                   "began: also when its port is closed") as faults:
        client, got = begin_to_read(our)
        was, our.clusters["sflow"] = our.clusters["sflow"], 'owner = "changed"'
        port, our.xml_port = our.xml_port, our.session.port()
        our.session.release(our.xml_port)
        our.reload()
        ganglia.wait_for("the new port answers", lambda: our.xml() is not None)
        try:
            ganglia.read_tcp(port, 2)
            faults.append("the old port answers")
        except ConnectionError:
            pass
        got = rest_of(client, got)
        hosts = got.count(b"<HOST NAME=")
        if not got.endswith(b"</GANGLIA_XML>\n") or b"changed" in got or \
                hosts != HOSTS + 1:
            faults.append(f"{len(got)} bytes, {hosts} hosts: {got[-60:]}")
        print(f"# {len(got)} bytes")
        fault = bridge.xmllint(got, our.folder)
        if fault:
            faults.append(fault[:500])
        our.clusters["sflow"] = was


def test(tap, session):
    our = bridge.Bridge(session, clusters={"sflow": "", "web": ""}, extra=SELF,
                        rrd=ONE, start=False)
    our.clusters["web"] = 'agents = { "10.7.0.0/16" }'
    our.write()
    our.start()
    load = Load(our)
    with traffic.in_background(load.send, 0.02):
        ganglia.wait_for("all hosts", lambda: len(our.hosts("sflow")) == HOSTS
                         and "stranger" in our.hosts("web"))
        time.sleep(1)
        with crowd.Readers(our, HOSTS, count=3, every=0.05) as readers:
            again_and_again(tap, our, load, readers)
        takes_effect(tap, our, load)
        in_the_middle(tap, our)
        what_stays(tap, our)
        with tap.point("no host was down") as faults:
            faults += load.down(our)
    load.close()
    with tap.point("all that was sent has come, but what was not allowed; SIGTERM "
                   "ends it") as faults:
        def missing():
            now = counted(our)
            come = now["collector"]["datagrams"] + now["collector"]["not_allowed"]
            return [] if come == load.sent + load.strange == \
                now["ingest"]["received"] else \
                [f"{come} of {load.sent + load.strange}: {now}"]
        faults += bridge.faults_until(missing, 3)
        faults += [fault for fault in [our.end()] if fault]


if __name__ == "__main__":
    bridge.run(test)
