#!/usr/bin/env python3
"""RRDs written by gmetad-bridge and by Debian's gmetad from the same datagrams: the
same files, data sources, archives and values; and the same in each row whether the
bridge writes what changes or all, with librrd or to rrdcached.

gmetad polls when it likes and stamps by the second, the bridge looks at the wall
clock's multiples of a step. So what is compared between those two are steps within a
phase, in which each value is what it was sent, away from the phase's ends.
"""
import sys
import threading
import time
from dataclasses import dataclass

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

STEP = 3         # s; root sums of gmetad have 15 in any case
CONFIRMED = 6    # s; until then hosts have no files
PHASE = 20       # s
PHASES = 3
BEFORE, AFTER = 2, 5   # s of a phase that are left out: a poll, and rounding
OFFSET = 0.4     # s past each full second datagrams are sent, so in no step's way
RESTS = (18, 33)       # s, about, in which one host is silent
STILL, MOVING = "still ones", "moving"  # clusters
ARCHIVES = ["RRA:AVERAGE:0.5:1:240", "RRA:AVERAGE:0.5:4:60",
            "RRA:MAX:0.5:4:60"]
CLUSTERS = {STILL: 'agents = { "10.1.0.0/16", "fd00::1:0/112" }', MOVING: ""}
LEAST_ROWS = 2 * PHASES
LEAST_FILES = 200
TRIES = 3
SILENT_BRIDGE = 12     # s: to the next step, 3 to 6 that it is not stale yet, and a step
SILENT_GMETAD = SILENT_BRIDGE + 2 * STEP  # it reads when it likes


# Traffic ------------------------------------------------------------------------


@dataclass
class Host(traffic.Agent):
    """Its counters count what they are told to, second by second."""
    rate: int = 1000
    load: float = 0.5
    count: int = 12345
    missed: int = 0  # ms of its clock that it did not send
    quiet: bool = False  # its web server is

    def poll(self):
        later_ms, self.missed = 1000 + self.missed, 0
        self.count += self.rate
        at = self.uptime_ms + later_ms
        n = self.count
        return self.datagram(
            (traffic.MACHINE, [
                traffic.host_descr(self.name),
                traffic.host_cpu(self.load, at // 1000, (n // 100, 0, n // 50,
                                                         n // 40), n, 2 * n),
                traffic.host_memory(free=(1 << 30) + self.rate * 1024),
                traffic.host_disk(), traffic.host_net(3 * n, 5 * n)]),
            ((3, 7), [traffic.host_descr("guest", b"%16d" % self.uptime_ms),
                      traffic.virt_cpu(at // 2)])
            if self.name == "Node-A" else
            ((3, 80), [] if self.quiet else [traffic.http(n)]),
            later_ms=later_ms)


class World:
    """The same datagrams to several bridges."""

    def __init__(self, bridges):
        self.to = [traffic.Sender(each.sflow_port) for each in bridges]
        self.still = [Host("10.1.0.1", "Node-A"), Host("10.1.0.2", "node-b"),
                      Host("fd00::1:3", "node-c")]
        self.moves, self.rests = Host("10.2.0.1", "moves"), \
            Host("10.2.0.2", "rests")
        self.began, self.resting, self.phases = None, False, []

    def beat(self):
        """Once a second."""
        now = time.time()
        self.began = self.began or now + CONFIRMED
        seconds = max(0, now - self.began)
        phase = min(int(seconds / PHASE), PHASES - 1)
        if phase == len(self.phases):
            self.phases.append(max(now, self.began))
        for number, host in enumerate(self.still, 1):
            host.rate = 1000 * number * (phase + 1)
            host.load = 0.25 * number + phase
        self.moves.load += 0.25
        self.moves.rate += 100
        self.rests.rate += 100 if int(seconds) % 5 == 0 else 0
        self.moves.quiet = self.moves.quiet or (
            seconds >= RESTS[0] and int(now) % STEP == 1)
        resting = self.is_rest(now, seconds)
        self.rests.missed += 1000 if resting else 0
        for host in (*self.still, self.moves, self.rests):
            if host is not self.rests or not resting:
                payload = host.poll()
                for to in self.to:
                    to.send(payload, keep=False)

    def is_rest(self, now, seconds):
        """It begins so that three to four seconds later, when the host is down,
        no step is near: bridges notice that at their own moments."""
        if RESTS[0] <= seconds < RESTS[1] and int(now) % STEP == 1:
            self.resting = True
        self.resting = self.resting and seconds < RESTS[1]
        return self.resting

    def until_the_end(self):
        ganglia.wait_for("it begins", lambda: self.began)
        time.sleep(max(0, self.began + PHASE * PHASES - time.time()))

    def steps(self):
        """The steps within a phase, phase by phase."""
        ends = [*self.phases[1:], self.began + PHASE * PHASES]
        for begin, end in zip(self.phases, ends):
            first = -int(-(begin + BEFORE + STEP) // STEP) * STEP
            yield [at for at in range(first, int(end), STEP)
                   if at + AFTER <= end]


def next_second():
    time.sleep(1 + OFFSET - time.time() % 1)


# Bridges ------------------------------------------------------------------------


def section(more=""):
    rra = ", ".join(f'"{archive}"' for archive in ARCHIVES)
    return f"step = {STEP} rra = {{ {rra} }} {more}"


def new_bridge(session, rrd, clusters=None, start=True):
    return bridge.Bridge(session, clusters=dict(clusters or CLUSTERS), rrd=rrd,
                         extra='self { name = "" } summarized_metrics = { "." }',
                         start=start)


def new_cached(session):
    """One that writes to rrdcached, and that."""
    cached = new_bridge(session, "", start=False)
    daemon = bridge.Rrdcached(session, cached.rrds)
    cached.rrd = section(f'rrdcached = "unix:{daemon.socket_path}"')
    cached.write()
    cached.start()
    return cached, daemon


class Books:
    """All rows of all files below a folder, read once."""

    def __init__(self, tool, root, seconds=None):
        self.files = bridge.rrd_files(root)
        self.shapes = {path: tool.shape(root / path) for path in self.files}
        self.rows = {path: {("AVERAGE", 1): tool.newest(root / path, seconds)}
                     if seconds else tool.rows(root / path)
                     for path in self.files}
        self.lasts = {path: tool.last(root / path) for path in self.files}

    def first(self, path):
        """The rows of its first archive."""
        return self.rows[path]["AVERAGE", 1]


# Comparing ----------------------------------------------------------------------


def is_root(path):
    """The sums over all clusters."""
    return path.startswith("__SummaryInfo__/")


def same_files(books, other):
    faults = [f"{path}: not there" for path in sorted(other.files -
                                                      books.files)]
    faults += [f"{path}: nobody else has it"
               for path in sorted(books.files - other.files)]
    if len(books.files) < LEAST_FILES:
        faults.append(f"only {len(books.files)} files")
    return faults


def same_shapes(books, other, left_out=lambda path: False):
    return [f"{path}: {sorted(books.shapes[path].items() ^ other.shapes[path].items())}"
            for path in sorted(books.files & other.files)
            if books.shapes[path] != other.shapes[path] and not left_out(path)]


def begins_at(*firsts):
    """Until when two files may differ: each bridge sees by itself that a host is confirmed,
    and one of them may see it just before a step. A row of four steps is touched by it,
    too."""
    begins = {min(rows, default=0) for rows in firsts}
    return max(begins) + 4 * STEP if len(begins) > 1 else 0


def same_rows(books, other):
    """In each archive, each row but the first, and the time of the last update."""
    faults = []
    for path in sorted(books.files & other.files):
        mine, theirs = books.rows[path], other.rows[path]
        begins = begins_at(books.first(path), other.first(path))
        for archive in mine.keys() | theirs.keys():
            ours, its = mine.get(archive, {}), theirs.get(archive, {})
            wrong = [(at, ours.get(at), its.get(at))
                     for at in sorted(ours.keys() | its.keys())
                     if at > begins and not is_close(ours.get(at), its.get(at))]
            if wrong:
                faults.append(f"{path}: {archive}: {len(wrong)} rows of "
                              f"{len(its)}: {wrong[:3]}")
        if books.lasts[path] != other.lasts[path]:
            faults.append(f"{path}: last update {books.lasts[path]} instead of "
                          f"{other.lasts[path]}")
    return faults


def is_close(ours, its):
    """Rows, of which some values may not be known."""
    if ours is None or its is None or len(ours) != len(its):
        return ours is its
    return all(mine is other if mine is None or other is None else
               abs(mine - other) <= 1e-9 * max(1, abs(other))
               for mine, other in zip(ours, its))


def same_in_phases(books, other, phases):
    """The cluster whose hosts are what they are sent, and its sums."""
    faults, files = [], 0
    for path in sorted(books.files & other.files):
        if not path.startswith(f"{STILL}/"):
            continue
        mine, theirs = books.first(path), other.first(path)
        wrong, count = [], 0
        for steps in phases:
            for at in steps:
                count += at in theirs
                if not is_close(mine.get(at), theirs.get(at)):
                    wrong.append((at, mine.get(at), theirs.get(at)))
        if wrong or count < LEAST_ROWS:
            faults.append(f"{path}: {len(wrong)} of {count} steps: {wrong[:3]}")
        files += 1
    return faults + ([f"only {files} files"] if files < LEAST_FILES / 2 else [])


def constants(books, other, left_out=()):
    """Files that hold one value all the time: in each row that both know."""
    faults, files = [], 0
    for path in sorted(books.files & other.files):
        mine, theirs = books.first(path), other.first(path)
        if len(set(theirs.values())) != 1 or path in left_out:
            continue
        both = mine.keys() & theirs.keys()
        wrong = [(at, mine[at], theirs[at]) for at in sorted(both)
                 if not is_close(mine[at], theirs[at])]
        files += bool(both)
        if wrong:
            faults.append(f"{path}: {wrong[:3]}")
    return faults, files


def sums_faults(books, phases):
    """Sums of the hosts' files are the sums' files, and those of the clusters
    that of the grid."""
    faults = []
    for name in ("load_one", "mem_total", "bytes_in", "cpu_user"):
        hosts = [books.first(path) for path in books.files
                 if path.startswith(f"{STILL}/") and
                 path.endswith(f"/{name}.rrd") and "__Sum" not in path]
        clusters = [books.first(f"{cluster}/__SummaryInfo__/{name}.rrd")
                    for cluster in CLUSTERS]
        root = books.first(f"__SummaryInfo__/{name}.rrd")
        for at in [at for steps in phases for at in steps]:
            want = sum(rows[at][0] for rows in hosts), len(hosts)
            # each host's is rounded to what its metric's format has
            if abs(clusters[0][at][0] - want[0]) > 0.02 or \
                    clusters[0][at][1] != want[1]:
                faults.append(f"{name} at {at}: {clusters[0][at]} instead of "
                              f"{want}")
        for at in root.keys() & clusters[0].keys() & clusters[1].keys():
            want = tuple(map(sum, zip(clusters[0][at], clusters[1][at])))
            if any(abs(x - y) > 0.02 for x, y in zip(root[at], want)):
                faults.append(f"root {name} at {at}: {root[at]} instead of "
                              f"{want}")
    return faults


def end_faults(books, world, seconds):
    """Of a host whose web server falls silent: the files of its metrics are not updated
    after so many seconds, and all others are to the end."""
    faults, files, quiet = [], 0, world.began + RESTS[0]
    for path in books.files:
        if not path.startswith(f"{MOVING}/moves/"):
            continue
        ended = books.lasts[path] < quiet + seconds
        if ended != ("http_" in path):
            faults.append(f"{path}: last update {books.lasts[path] - quiet:.0f} s after")
        files += "http_" in path
    return faults + ([] if files > 10 else [f"only {files} files"])


# gmetad's own step and archives ----------------------------------------------------


class AsDelivered:
    """A bridge and a gmetad as they are without settings: 15 s, and archives of
    630 KB, so of one small host. It takes its time beside all else."""

    def __init__(self, session):
        self.bridge = new_bridge(session, "", {"small": ""})
        self.agent = traffic.Agent("10.3.0.1", "constant")
        self.to = traffic.Sender(self.bridge.sflow_port)
        self.gmetad = None
        self.session = session

    def beat(self):
        at = self.agent.uptime_ms + 1000
        self.to.send(self.agent.datagram((traffic.MACHINE, [
            traffic.host_descr(self.agent.name),
            traffic.host_cpu(0.75, at // 1000, (at // 10, 0, 0, at // 5),
                             at, at)])), keep=False)

    def poll(self):
        """gmetad, as soon as there are rates."""
        ganglia.wait_for("rates", lambda: self.bridge.value(
            "constant", "interrupts"))
        self.gmetad = self.session.gmetad(
            sources=self.bridge.gmond_ports, interval=15)

    def check(self, tap, tool):
        books, other = (Books(tool, root, 300) for root in
                        (self.bridge.rrds, self.gmetad.root))
        with tap.point("step, archives and data sources, of hosts, clusters and "
                       "the grid, as gmetad has them without settings") as \
                faults:
            faults += [fault for fault in same_files(books, other)
                       if not fault.startswith("only")]
            faults += same_shapes(books, other)
            sizes = {(self.bridge.rrds / path).stat().st_size
                     for path in books.files if "__Sum" not in path}
            if sizes != {630760} or len(books.files) < 60:
                faults.append(f"{len(books.files)} files of {sizes} bytes")
        with tap.point("and the same values of 15 s") as faults:
            wrong, files = constants(books, other,
                                     self.uptimes(books))
            faults += wrong
            if files < 30:  # of 60: on a busy machine some have no row of both
                faults.append(f"only {files} files have rows in common")

    def uptimes(self, books):
        """What isn't constant."""
        return {path for path in books.files if "uptime" in path}


# Archives by pattern ----------------------------------------------------------------


def patterns(tap, tool, ruled):
    with tap.point("archives by pattern, the first that fits, and none") as \
            faults:
        rows = {}
        for path in bridge.rrd_files(ruled.rrds):
            shape = tool.shape(ruled.rrds / path)
            rows.setdefault(path.rpartition("/")[2], set()).add(
                tuple(shape[f"rra[{i}].rows"] for i in range(9)
                      if f"rra[{i}].rows" in shape))
        for name, want in (("cpu_user", {("11", "12")}),
                           ("cpu_num", {("10",)}), ("load_one", {("13",)})):
            if rows.get(f"{name}.rrd") != want:
                faults.append(f"{name}: {rows.get(name + '.rrd')}")
        if any(name.startswith("mem_") for name in rows):
            faults.append("mem_ has RRDs")


RULED = """rra = { "RRA:AVERAGE:0.5:1:13" }
archives "^cpu_num$" { rra = { "RRA:AVERAGE:0.5:1:10" } }
archives "^cpu_" { rra = { "RRA:AVERAGE:0.5:1:11", "RRA:AVERAGE:0.5:2:12" } }
archives "^mem_" { rra = {} } step = 3"""


# Points -------------------------------------------------------------------------


def end_all(bridges):
    """All at once, shortly after a step."""
    time.sleep(STEP - time.time() % STEP + 1)
    faults = []
    threads = [threading.Thread(target=lambda each=each: faults.append(
        each.end())) for each in bridges]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [fault for fault in faults if fault]


def flush(daemon, root):
    """rrdcached writes to the files when it is asked to."""
    return [answer for path in sorted(bridge.rrd_files(root))
            for answer in [daemon.ask(f"FLUSH {escaped(root / path)}")]
            if not answer.startswith("0 ")]


def escaped(path):
    return str(path).replace("\\", "\\\\").replace(" ", "\\ ")


def compare_all(tap, tool, world, always, changed, cached, gmetad):
    phases = list(world.steps())
    want = Books(tool, always.rrds)
    what = Books(tool, changed.rrds)
    with tap.point("write = changed: the same files and archives as with "
                   "always") as faults:
        faults += same_files(what, want) + same_shapes(what, want)
    with tap.point("and the same in each row of each archive, also of what "
                   "changes all the time, goes down and comes back") as faults:
        faults += same_rows(what, want)
    books = Books(tool, cached.rrds)
    with tap.point("what an application no longer sends ends, and nothing else") as \
            faults:
        faults += end_faults(want, world, SILENT_BRIDGE)
    with tap.point("with rrdcached: the same files and archives") as faults:
        faults += same_files(books, want) + same_shapes(books, want)
    with tap.point("with rrdcached: the same in each row") as faults:
        faults += same_rows(books, want)
    theirs = Books(tool, gmetad.root)
    with tap.point("gmetad has the same files") as faults:
        faults += same_files(want, theirs)
    with tap.point("gmetad's have the same data sources and archives") as \
            faults:
        faults += same_shapes(want, theirs, is_root)
    with tap.point("and ends what is no longer sent") as faults:
        faults += end_faults(theirs, world, SILENT_GMETAD)
    with tap.point(f"and the same values in {sum(map(len, phases))} steps, of "
                   "hosts and sums") as faults:
        faults += same_in_phases(want, theirs, phases)
    with tap.point("what is constant is the same in all steps") as faults:
        wrong, files = constants(want, theirs)
        faults += [fault for fault in wrong if not is_root(fault)]
        if files < LEAST_FILES / 4:
            faults.append(f"only {files} are")
    with tap.point("sums are those of the hosts' files") as faults:
        faults += sums_faults(want, phases)


class Rig:
    """Everything that runs from the first datagram to the last."""

    def __init__(self, session):
        self.always = new_bridge(session, section('write = "always"'))
        self.changed = new_bridge(session, section('write = "changed"'))
        self.cached, self.daemon = new_cached(session)
        self.ruled = new_bridge(session, RULED)
        self.delivered = AsDelivered(session)
        self.compared = (self.always, self.changed, self.cached)
        self.world = World([*self.compared, self.ruled])
        self.gmetad = session.gmetad(
            sources=self.always.gmond_ports, interval=STEP, extra="RRAs " +
            " ".join(f'"{archive}"' for archive in ARCHIVES) + "\n")

    def live(self):
        """Everything that is sent; how many steps were missed, and what ending it
        showed to be wrong."""
        next_second()
        with traffic.in_background(self.world.beat, 1), \
                traffic.in_background(self.delivered.beat, 1):
            self.delivered.poll()
            self.world.until_the_end()
            missed = sum(each.status()["bridge"]["rrd"]["steps_missed"]
                         for each in self.compared)
            return missed, end_all([*self.compared, self.ruled,
                                    self.delivered.bridge])

    def compare(self, tap, tool):
        compare_all(tap, tool, self.world, self.always, self.changed, self.cached,
                    self.gmetad)
        patterns(tap, tool, self.ruled)
        self.delivered.check(tap, tool)


def live(session):
    """A rig that has lived. Where the machine stands still for longer than a step, a
    bridge misses one and says so, and there is nothing to compare: then another."""
    for tries_left in reversed(range(TRIES)):
        rig = Rig(session)
        missed, faults = rig.live()
        if not missed or not tries_left or faults:
            return rig, faults + ([f"{missed} steps were missed"] if missed else [])
        print(f"# {missed} steps were missed; once more", flush=True)
        rig.gmetad.end()


def test(tap, session):
    with tap.point("SIGTERM, and what was held back is written") as faults:
        rig, wrong = live(session)
        faults += wrong
    with tap.point("rrdcached gives each file to the disk") as faults:
        faults += flush(rig.daemon, rig.cached.rrds)
    with bridge.RrdTool() as tool:
        rig.compare(tap, tool)


if __name__ == "__main__":
    bridge.run(test)
