#!/usr/bin/env python3
"""RRDs that Debian's gmetad has made, with steps of its own, and that gmetad-bridge goes on
with as it is delivered: a value that stays the same is known in each row, whether librrd or
rrdcached writes it. And faulty files among them: counted by kind, and in nobody's way.

The steps are a fifth of gmetad's 10 and 15 s and of the bridge's 15 s, or this would take
five times as long. To gmetad a heartbeat is eight steps, so that of the shorter ones is over
before the bridge writes a value again that stays.
"""
import shutil
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

STEP = 3               # s, of the bridge
SOURCES = {"short": 2, "same": 3}  # clusters, and how often gmetad polls them
ROWS = 400
AGENTS = {"short": "10.1.0.1", "same": "10.2.0.1"}
FEW = 25               # files of a host, at least
MADE = 3               # polls until gmetad has made all files
SIX = 6                # steps after which the bridge writes a value that stays
KINDS = {"empty": "load_one", "cut": "load_five", "foreign": "cpu_user",
         "folder": "cpu_idle", "sources": "cpu_system", "future": "mem_free"}


class Crowd:
    """A host in each cluster, which says the same each second, to all bridges."""

    def __init__(self, bridges):
        self.to = [traffic.Sender(each.sflow_port) for each in bridges]
        self.agents = [traffic.Agent(address, f"host-{name}")
                       for name, address in AGENTS.items()]

    def beat(self):
        for agent in self.agents:
            payload = agent.machine(rate=1000, load=0.5)
            for to in self.to:
                to.send(payload, keep=False)


def new_bridge(session):
    clusters = {name: f'agents = {{ "{address}/32" }}'
                for name, address in AGENTS.items()}
    return bridge.Bridge(session, clusters=clusters,
                         extra='user = "" self { name = "" }')


def gmetad_of(session, our):
    """It polls each cluster at its own interval."""
    ports = our.gmond_ports
    more = "".join(f'data_source "{name}" {seconds} {ganglia.LOCAL}:{ports[name]}\n'
                   for name, seconds in SOURCES.items() if name != "short")
    return session.gmetad(sources={"short": ports["short"]},
                          interval=SOURCES["short"],
                          extra=f'{more}RRAs "RRA:AVERAGE:0.5:1:{ROWS}"\n')


def have_all(gmetad):
    """Files of both hosts, for some polls."""
    counts = [len(list((gmetad.root / name / f"host-{name}").glob("*.rrd")))
              for name in SOURCES]
    return min(counts) > FEW


def take_over(our, root, more=""):
    """As an administrator does: rootdir, and else the defaults."""
    our.rrds, our.rrd = root, f"step = {STEP} {more}"
    our.reload()


# Rows -------------------------------------------------------------------------------


def unknown(tool, root, path, since):
    """The rows without a value from the last update before the bridge to the newest one, and
    how many rows there are."""
    last = tool.last(root / path)
    rows = {}
    for line in tool.ask("fetch", root / path, f"AVERAGE -s {since} -e {last}")[2:]:
        at, values = line.split(":")
        if since < int(at) <= last:
            rows[int(at)] = values.split()
    return [at for at, values in rows.items() if "nan" in values[0]], len(rows)


def row_faults(root, lasts):
    """Files in which the bridge has left rows without a value."""
    faults, files = [], 0
    with bridge.RrdTool() as tool:
        for path, since in sorted(lasts.items()):
            rows, count = unknown(tool, root, path, since)
            least = 2 if path.startswith("__Summary") else SIX  # gmetad's step there is 15 s
            if rows or count < least:
                faults.append(f"{path}: {len(rows)} of {count} rows are unknown")
            files += 1
    return faults + ([] if files >= 2 * FEW else [f"only {files} files"])


def kept_shapes(root, shapes):
    """Nobody makes a file anew."""
    with bridge.RrdTool() as tool:
        return [path for path, shape in shapes.items()
                if tool.shape(root / path) != shape]


def look_at(root, but):
    """Time of the last update, and shape, of all files but these."""
    with bridge.RrdTool() as tool:
        files = sorted(bridge.rrd_files(root) - set(but))
        return ({path: tool.last(root / path) for path in files},
                {path: tool.shape(root / path) for path in files})


# Faulty files -----------------------------------------------------------------------


def spoil(root):
    """One file of each kind, of the host whose files are else as the bridge's. Returns the
    paths."""
    folder = root / "same/host-same"
    paths = {kind: folder / f"{name}.rrd" for kind, name in KINDS.items()}
    for path in paths.values():
        shutil.copy(path, path.with_suffix(".whole"))
    paths["empty"].write_bytes(b"")
    paths["cut"].write_bytes(paths["cut"].read_bytes()[:1000])
    paths["foreign"].write_text("this is no RRD\n" * 100)
    paths["folder"].unlink()
    paths["folder"].mkdir()
    for kind, start, sources in (("sources", int(time.time()), 2),
                                 ("future", int(time.time()) + 10 ** 6, 1)):
        paths[kind].unlink()
        names = ("sum", "num")[:sources]
        bridge.subprocess.run(
            [ganglia.find_program("rrdtool"), "create", paths[kind], "-s", str(STEP),
             "-b", str(start), *(f"DS:{name}:GAUGE:{8 * STEP}:U:U" for name in names),
             f"RRA:AVERAGE:0.5:1:{ROWS}"], check=True)
    return paths


def repair(paths):
    for path in paths.values():
        path.rmdir() if path.is_dir() else path.unlink()
        path.with_suffix(".whole").rename(path)


def faulty(our):
    return our.status()["bridge"]["rrd"]["faulty"]


def shown_faults(our, want):
    """Whether /status counts just these."""
    shown = faulty(our)
    counts = {kind: count for kind, count in shown["files"].items() if count}
    paths = sorted(each["path"] for each in shown["newest"] if each["why"])
    names = sorted(f"same/host-same/{KINDS[kind]}.rrd" for kind in want)
    return [] if counts == {kind: 1 for kind in want} and paths == names else [shown]


def spoiled(tap, who, our):
    with tap.point(f"{who}: faulty files are counted by kind and listed in /status, one line "
                   "in the log tells of them") as faults:
        faults += bridge.faults_until(lambda: shown_faults(our, KINDS), 30)
        ganglia.wait_for("a line", lambda: "can't be updated" in our.log(), 10)
        lines = [line for line in our.log().splitlines()
                 if "RRDs:" in line and "can't be updated" in line]
        if len(lines) != 1 or any(f"1 {kind}" not in lines[0] for kind in KINDS):
            faults.append(f"{len(lines)} lines: {lines[:2]}")
        if "values refused" in our.log():
            faults.append(our.log())


def repaired(tap, who, our):
    with tap.point(f"{who}: when they are repaired they get their values again") as faults:
        faults += bridge.faults_until(lambda: shown_faults(our, ()), 50)


# Points -----------------------------------------------------------------------------


class Rig:
    """Two bridges, and the files of a gmetad for each."""

    def __init__(self, session):
        self.direct, self.cached = new_bridge(session), new_bridge(session)
        self.ours = {"librrd": self.direct, "rrdcached": self.cached}
        self.session, self.daemon, self.roots = session, None, {}

    def make_files(self):
        """gmetad does, from what the first bridge shows."""
        for our in self.ours.values():
            ganglia.wait_for("hosts", lambda our=our: all(
                len(our.hosts(name)) == 1 for name in SOURCES))
        gmetad = gmetad_of(self.session, self.direct)
        ganglia.wait_for("gmetad's files", lambda: have_all(gmetad))
        time.sleep(MADE * max(SOURCES.values()))
        gmetad.end()
        copy = self.session.path("copy") / "rrds"
        shutil.copytree(gmetad.root, copy)
        self.roots = {"librrd": gmetad.root, "rrdcached": copy}

    def take_over(self):
        self.daemon = bridge.Rrdcached(self.session, self.roots["rrdcached"])
        take_over(self.direct, self.roots["librrd"])
        take_over(self.cached, self.roots["rrdcached"],
                  f'rrdcached = "unix:{self.daemon.socket_path}"')
        time.sleep((SIX + 2) * STEP)

    def end(self):
        return [fault for fault in (self.direct.end(), self.cached.end(),
                                    self.daemon.end()) if fault]


def taken_over(tap, session):
    rig = Rig(session)
    with traffic.in_background(Crowd(rig.ours.values()).beat, 1):
        rig.make_files()
        paths = {who: spoil(root) for who, root in rig.roots.items()}
        lasts, shapes = look_at(rig.roots["librrd"],
                                [f"same/host-same/{name}.rrd" for name in KINDS.values()])
        rig.take_over()
        for who, our in rig.ours.items():
            spoiled(tap, who, our)
        for each in paths.values():
            repair(each)
        for who, our in rig.ours.items():
            repaired(tap, who, our)
        ended = rig.end()
    for who, root in rig.roots.items():
        with tap.point(f"{who}: each row of gmetad's files has a value since then, whatever "
                       "their step and heartbeat are") as faults:
            faults += ended + row_faults(root, lasts)
        with tap.point(f"{who}: and they are the same files") as faults:
            faults += kept_shapes(root, shapes)


if __name__ == "__main__":
    bridge.run(taken_over)
