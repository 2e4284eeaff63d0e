"""What test_stories.py looks with: all readers of the same agents, and what each of them
has shown at each moment.
"""
import threading
import time
from dataclasses import dataclass, field
from xml.etree import ElementTree

import bridge
import ganglia
import nagios
import traffic

LOOK = 0.5    # s between two looks at all readers
RATE = 1000   # of each counter, per second
POLLING = 2  # s
BEATS = 46   # polls of all stories
UP, DOWN = "0", "1"
FORGOTTEN = 85  # s: gmetad calls a host down so long after nobody has shown it
PREFIX = ("gmond", "bridge")        # clusters of the daemons with vm = prefix
GUESTS = ("gmond-vm", "bridge-vm")  # and with vm = host
EVENT_SCRIPT = """#!/bin/sh
echo "$SFLOW_EVENT $SFLOW_HOST $SFLOW_AGENT ${{SFLOW_OLD_AGENT:--}}" \\
"${{SFLOW_OLD_HOST:--}}" >>{}
"""
NAGIOS_HOST = """define host {{
  use sflow-host
  host_name {0}
  address 127.0.0.1
  hostgroups +sflow-servers
  _SFLOW_DAEMON {1}
  _SFLOW_CLUSTER {2}
  _SFLOW_NAME {0}
}}
"""


# What is seen -----------------------------------------------------------------------


@dataclass
class Shown:
    """A host as a reader has shown it at one moment."""
    ip: str
    down: bool  # as every Ganglia program sees it
    metrics: frozenset
    bytes_in: float


def shown(host):
    values = {metric.get("NAME"): metric.get("VAL")
              for metric in host.findall("METRIC")}
    return Shown(host.get("IP"), int(host.get("TN")) > 4 * int(host.get("TMAX")),
                 frozenset(values), float(values.get("bytes_in", "nan")))


@dataclass
class Reader:
    """Who shows hosts: a function that gives XML, and all that it has shown."""
    name: str
    read: object
    cluster: str
    looks: list = field(default_factory=list)  # (time, {name: Shown})

    def look(self):
        xml = self.read()
        for cluster in xml.iter("CLUSTER"):
            if cluster.get("NAME") == self.cluster:
                self.looks.append((time.time(), {
                    host.get("NAME"): shown(host)
                    for host in cluster.iter("HOST")}))

    def now(self):
        return self.looks[-1][1]

    def names(self, word, since=0):
        """All names of hosts with the word that were ever there."""
        return {name for when, hosts in self.looks for name in hosts
                if word in name and when >= since}

    def of(self, name):
        """(time, Shown) of each look at which the host was there."""
        return [(when, hosts[name]) for when, hosts in self.looks if name in hosts]

    def metrics(self, name):
        """All that were ever there."""
        return set().union(*(host.metrics for _, host in self.of(name)))

    def absences(self, name):
        """Looks at which it was not there, though it was before."""
        there = [name in hosts for _, hosts in self.looks]
        return there[there.index(True):].count(False) if True in there else None

    def downs(self, name):
        return [when for when, host in self.of(name) if host.down]


class Watch:
    """Looks at all readers, in a thread, as long as the block lasts. A reader that can't
    be asked at a moment (gmond reads its configuration) is asked again."""

    def __init__(self, readers):
        self.readers, self.stop = readers, threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        while not self.stop.wait(LOOK):
            for reader in self.readers:
                try:
                    reader.look()
                except (OSError, ElementTree.ParseError):
                    continue

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


# Programs ---------------------------------------------------------------------------


class Events:
    """The program of on_event: what it was told."""

    def __init__(self, session, name):
        self.script, self.file = (session.path(f"{name}-{what}")
                                  for what in ("on_event", "events"))
        self.script.write_text(EVENT_SCRIPT.format(self.file))
        self.script.chmod(0o755)
        self.file.touch()
        self.file.chmod(0o666)  # the bridge runs as another user

    def of(self, word, kind=None):
        """(kind, host, agent, old agent, old host) of those with the word."""
        rows = [line.split() for line in self.file.read_text().splitlines()]
        return [tuple(row) for row in rows if any(word in text for text in row[1:])
                and kind in (None, row[0])]


class Daemon:
    """A gmond with the module, or a bridge with RRDs: who gets the datagrams."""

    def __init__(self, session, kind, cluster, at, **settings):
        self.kind, self.cluster = kind, cluster
        self.events = Events(session, cluster)
        settings.update(on_event=str(self.events.script),
                        nagios_commands=str(at.commands))
        make = self.gmond if kind == "gmond" else self.bridge
        self.program, self.port, self.interactive = make(session, settings)
        self.reader = Reader(cluster, lambda: ganglia.read_xml(self.port), cluster)

    def gmond(self, session, settings):
        gmond = session.gmond(cluster=self.cluster,
                              module={"deliver": "direct", **settings})
        return gmond, gmond.port, gmond.port

    def bridge(self, session, settings):
        outside = ("on_event", "nagios_commands")
        our = bridge.Bridge(
            session, {self.cluster: ""}, rrd='step = 1 write = "always"',
            sflow="".join(f'{key} = "{value}" ' for key, value in settings.items()
                          if key not in outside),
            extra="".join(f'{key} = "{settings[key]}"\n' for key in outside))
        return our, our.gmond_ports[self.cluster], our.interactive_port

    @property
    def sflow_port(self):
        return self.program.sflow_port


class Rig:
    """All programs: daemons by their cluster's name, gmetad over all of them, Nagios.

    daemons      cluster: (gmond or bridge, settings)
    nagios_hosts name: cluster of the daemon that it is asked of
    """

    def __init__(self, session, daemons, nagios_hosts):
        port = session.port()
        self.nagios = nagios.Nagios(session, f"{ganglia.LOCAL}:{port}",
                                    group="ganglia")
        session.release(port)
        self.daemons = {cluster: Daemon(session, kind, cluster, self.nagios,
                                        **settings)
                        for cluster, (kind, settings) in daemons.items()}
        self.gmetad = session.gmetad(sources={
            cluster: daemon.port for cluster, daemon in self.daemons.items()})
        self.over = {cluster: Reader(f"gmetad over {cluster}", None, cluster)
                     for cluster in self.daemons}
        self.hosts = nagios_hosts
        self.write_nagios()

    def write_nagios(self):
        first = next(iter(self.daemons.values()))
        objects = self.nagios.objects
        (objects / "sflow.cfg").write_text(self.nagios.shipped(
            f"{ganglia.LOCAL}:{first.interactive}"))
        (objects / "stories.cfg").write_text("".join(
            NAGIOS_HOST.format(
                name, f"{ganglia.LOCAL}:{self.daemons[cluster].interactive}", cluster)
            for name, cluster in self.hosts.items()))
        self.nagios.start()

    def watch(self):
        """gmetad's document is read once for all that is in it."""
        def look():
            xml = ganglia.read_xml(self.gmetad.port)
            for reader in self.over.values():
                reader.read = lambda: xml
                reader.look()
        whole = Reader("gmetad", None, "")
        whole.look = look
        return Watch([daemon.reader for daemon in self.daemons.values()] + [whole])

    def readers(self, *clusters):
        """Those of the daemons, and gmetad's of them."""
        return [reader for cluster in clusters for reader in
                (self.daemons[cluster].reader, self.over[cluster])]

    def folders(self, *clusters):
        """The folders of RRDs of these clusters: gmetad's, and the bridges' own."""
        found = {}
        for cluster in clusters:
            found[f"gmetad over {cluster}"] = self.gmetad.root / cluster
            if self.daemons[cluster].kind == "bridge":
                found[cluster] = self.daemons[cluster].program.rrds / cluster
        return found


# Stories -----------------------------------------------------------------------------


class Story:
    """A story is told in beats, all stories at the same ones. `times` are those of the
    beats at which something changes."""

    told_to, changes = PREFIX, ()

    def __init__(self, rig):
        self.rig, self.times, self.senders = rig, {}, {}

    def send(self, payload, source=None, to=None):
        """To all daemons that it is told to, from that address of this machine."""
        for cluster in to or self.told_to:
            key = cluster, source
            if key not in self.senders:
                self.senders[key] = traffic.Sender(
                    self.rig.daemons[cluster].sflow_port, source=source)
            self.senders[key].send(payload, keep=False)

    def tell(self, beat):
        if beat in self.changes:
            self.times[beat] = time.time()
        self.beat(beat)

    def at(self):
        return [int(self.times[beat]) for beat in self.changes]

    def close(self):
        for sender in self.senders.values():
            sender.close()


# What may be wrong -------------------------------------------------------------------


def gone_on(path, changes, most=1.3 * RATE):
    """What is wrong with the chart of a rate of RATE: there are values before, between
    and after the changes (times), and none is too large."""
    if not path.exists():
        return [f"{path} is not there"]
    with bridge.RrdTool() as tool:
        values = {when: row[0] for when, row in tool.newest(path, 300).items()
                  if row[0] is not None}
    faults = [f"{path}: {value} at {when}" for when, value in values.items()
              if value > most]
    ends = [0, *changes, time.time() + 60]
    for start, end in zip(ends, ends[1:]):
        if not any(start <= when <= end and value > RATE / 2
                   for when, value in values.items()):
            faults.append(f"{path}: nothing from {start} to {end}: {values}")
    return faults


def one_host(reader, name, word, ips=None):
    """What is wrong where a host is one all the time: no other one with that word in its
    name, never away, never down."""
    faults = [f"{reader.name}: {other}" for other in reader.names(word) - {name}]
    if reader.absences(name) != 0:
        faults.append(f"{reader.name}: {name} was away: {reader.absences(name)}")
    if reader.downs(name):
        faults.append(f"{reader.name}: {name} was down from {reader.downs(name)[0]} to "
                      f"{reader.downs(name)[-1]}")
    last = reader.now().get(name)
    if ips and (last is None or last.ip not in ips):
        faults.append(f"{reader.name}: {name} is at {last and last.ip}")
    return faults


def one_folder(rig, clusters, name, word):
    """What is wrong with the folders of RRDs of a host that was one all the time."""
    return [f"{who}: {folder.name}" for who, root in rig.folders(*clusters).items()
            for folder in root.iterdir() if word in folder.name
            and folder.name != name]


def in_nagios(rig, name, state, problems=False, seconds=15):
    """What is wrong with a host in Nagios. problems: whether it was DOWN in between;
    None: maybe."""
    last = "RECOVERY" if state == UP else "PROBLEM"

    def faults():
        status = rig.nagios.status()[name]
        told = [(kind, word) for _, kind, host, word in rig.nagios.notified()
                if host == name]
        if status["current_state"] != state:
            return [f"{name}: {status}"]
        if problems is not None and bool(told) != problems or \
                told and told[-1][0] != last:
            return [f"{name}: {told}"]
        return []
    return bridge.faults_until(faults, seconds)
