#!/usr/bin/env python3
"""The way from gmetad to gmetad-bridge as docs/migrate.md has it: with the pieces of
configuration that stand there, on files that Debian's gmetad has made by the one, the bridge
goes on by the other. Also its list of gmetad's keys, and a gmetad that only exports to Graphite.

A step is a fifth of gmetad's 15 s, or this would take five times as long.
"""
import os
import re
import socket
import sys
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../docs"))

import bridge  # noqa: E402
import documents  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

STEP = 3  # s, in place of 15
CLUSTER = "web"
HOSTS = {"192.0.2.31": "Web-1", "192.0.2.32": "web-2"}
FEW = 25  # files of a host, at least
STAYS = 6  # steps after which a value that stays is written
INSTALLED = Path("/etc/ganglia/gmetad.conf")


class Way:
    """What docs/migrate.md says from the heading on."""

    def __init__(self):
        self.document = documents.Document(ganglia.TOP / "docs/migrate.md")
        line = self.document.text.split("## From gmetad to gmetad-bridge\n")[0].count("\n")
        blocks = [each for each in self.document.blocks if each.line > line]
        self.gmetad, self.exporter = (each.text for each in blocks
                                      if each.kind == "gmetad.conf")
        self.bridge = next(each.text for each in blocks
                           if each.kind == "gmetad-bridge.conf")

    def keys(self):
        """Of the table."""
        table = self.document.prose.split("| gmetad.conf | gmetad-bridge.conf |")[1]
        rows = re.findall(r"(?m)^\| (`[^|]*) \|", table.split("\n\n")[0])
        return {each for row in rows for each in re.findall(r"`([a-zA-Z_]+)[^`]*`", row)}


def lines_but(text, *keys):
    """The pieces name ports, users and folders of a whole machine."""
    return "".join(line + "\n" for line in text.splitlines()
                   if line.split()[0] not in keys)


class TakesOver(bridge.Bridge):
    """A bridge with the file of the document."""

    def __init__(self, session, text, root):
        self.text, self.root = text, root
        super().__init__(session, start=False)

    def write(self):
        text = re.sub(r"step = 15", f"step = {STEP}", self.text)
        text = text.replace("rrd {", f'rrd {{ rootdir = "{self.root}" keep_free = 0')
        text = re.sub(r'state = ".*"', f'state = "{self.state_file}"', text)
        self.conf.write_text(
            f'sflow {{ port = {self.sflow_port} }}\nuser = "" self {{ name = "" }}\n'
            f"xml_port = {self.xml_port}\ninteractive_port = {self.interactive_port}\n" +
            text)


class Crowd:
    def __init__(self):
        self.agents = [traffic.Agent(address, name) for address, name in HOSTS.items()]
        self.to = []

    def beat(self):
        for agent in self.agents:
            payload = agent.machine()
            for to in self.to:
                to.send(payload, keep=False)


# gmetad -----------------------------------------------------------------------------


def gmetad_of(session, text, port):
    name, seconds = re.search(r'data_source "(\w+)" (\d+)', text).groups()
    assert (name, seconds) == (CLUSTER, "15")
    return session.gmetad(sources={name: port}, interval=STEP,
                          extra=lines_but(text, "data_source", "setuid_username",
                                          "xml_port", "interactive_port"))


def has_all(gmetad):
    """The files of each host, and of the sums."""
    folders = [CLUSTER + "/" + name for name in ("web-1", "web-2", "__SummaryInfo__")]
    return all(len(list((gmetad.root / each).glob("*.rrd"))) > FEW - 5 for each in
               (*folders, "__SummaryInfo__"))


def made(tap, session, way, shown):
    """The files that gmetad makes by its piece."""
    gmetad = gmetad_of(session, way.gmetad, shown.gmond_ports[CLUSTER])
    ganglia.wait_for("gmetad's files", lambda: has_all(gmetad))
    time.sleep(2 * STEP)
    gmetad.end()
    files = bridge.rrd_files(gmetad.root)
    with tap.point("gmetad has made files as its settings want them") as faults:
        faults += [path for path in files if path.startswith(f"{CLUSTER}/Web-1/") or
                   "__SummaryInfo__/disk_" in path]
        if f"{CLUSTER}/web-1/disk_total.rrd" not in files:
            faults.append(sorted(files))
    return gmetad.root, files


# Points -----------------------------------------------------------------------------


def taken_over(tap, session, way, crowd, root, files):
    with bridge.RrdTool() as tool:
        before = {path: (tool.shape(root / path), tool.last(root / path))
                  for path in files}
    our = TakesOver(session, way.bridge, root)
    our.start()
    crowd.to.append(traffic.Sender(our.sflow_port))
    time.sleep((STAYS + 3) * STEP)
    with tap.point("the bridge goes on with each of them, and makes no others") as faults:
        faults += [f"new: {path}" for path in sorted(bridge.rrd_files(root) - files)]
        with bridge.RrdTool() as tool:
            for path, (shape, last) in sorted(before.items()):
                if tool.shape(root / path) != shape:
                    faults.append(f"{path} has another form")
                if tool.last(root / path) <= last:
                    faults.append(f"{path} is not written any more")
    with tap.point("and none of them has a fault") as faults:
        counts = our.status()["bridge"]["rrd"]["faulty"]["files"]
        if any(counts.values()) or "RRDs:" in our.log():
            faults.append(f"{counts} {our.log()}")
    fault = our.end()
    with tap.point("the bridge ends") as faults:
        faults += [fault] if fault else []


class Carbon:
    """Takes all lines."""

    def __init__(self):
        self.socket = socket.create_server((ganglia.LOCAL, 0))
        self.port, self.lines = self.socket.getsockname()[1], []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.take, args=(connection,), daemon=True).start()

    def take(self, connection):
        with connection.makefile(encoding="ascii") as lines:
            for line in lines:
                self.lines.append(line.split())


def exported(tap, session, way, shown):
    carbon = Carbon()
    text = way.exporter.replace("graphite.example.net", ganglia.LOCAL)
    gmetad = gmetad_of(session, text.replace("2003", str(carbon.port)),
                       shown.gmond_ports[CLUSTER])
    want = {f"ganglia.{CLUSTER}.{name}.load_one" for name in HOSTS.values()}

    def missing():
        return sorted(want - {line[0] for line in carbon.lines
                              if len(line) == 3 and float(line[1]) == 0.5})
    with tap.point("a gmetad behind the bridge exports to Graphite") as faults:
        faults += bridge.faults_until(missing, 30)
    gmetad.end()
    with tap.point("and writes no RRDs") as faults:
        faults += sorted(bridge.rrd_files(gmetad.root))


def keys(tap, way):
    with tap.point("the document has all keys of gmetad.conf, and no others") as faults:
        program = Path(ganglia.find_program("gmetad")).read_bytes()
        faults += [f"gmetad does not know {key}" for key in sorted(way.keys())
                   if key.encode() + b"\0" not in program]
        shown = re.findall(r"(?m)^#? ?([a-z_]+|RRAs) (?:\"|\d|on$|off$|127)",
                           INSTALLED.read_text(encoding="utf-8"))
        faults += [f"the document does not have {key}" for key in sorted(set(shown))
                   if key not in way.keys()]
        if len(way.keys()) != 33 or len(shown) < 8:
            faults.append(f"{len(way.keys())} keys, {len(shown)} shown")


def way_over(tap, session):
    way, crowd = Way(), Crowd()
    shown = bridge.Bridge(session, clusters={CLUSTER: ""},
                          extra='user = "" self { name = "" }')
    crowd.to.append(traffic.Sender(shown.sflow_port))
    keys(tap, way)
    with traffic.in_background(crowd.beat, 1):
        ganglia.wait_for("hosts", lambda: len(shown.hosts(CLUSTER)) == len(HOSTS))
        root, files = made(tap, session, way, shown)
        taken_over(tap, session, way, crowd, root, files)
        exported(tap, session, way, shown)
    shown.end()


if __name__ == "__main__":
    bridge.run(way_over)
