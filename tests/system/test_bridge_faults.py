#!/usr/bin/env python3
"""What can happen to RRDs while gmetad-bridge writes them: rrdcached killed, and
stopped in the middle; a disk that is full, read-only, or not there yet; and foreign
files in the place of an RRD. Ingest and readers go on, what waits is not lost, and
what is lost is counted.
"""
import contextlib
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import crowd  # noqa: E402
import ganglia  # noqa: E402

HOSTS = 5
ROWS = 2000    # several pages of a file
AWAY = 4       # s without rrdcached
LATE = 1       # s: values are sent at the middle of a second
WAITS = 12     # s that the bridge may wait before it tries again, and some
RRD = 'step = 1 rra = {{ "RRA:AVERAGE:0.5:1:{}" }} write = "always"'
EXTRA = 'user = "" self { name = "" }'
FEW = 45       # lines in the log: ten a minute of each writer and the creator
GONE = ("Connection refused", "No such file or directory")
HOLES = 4      # files with holes


def counted(our):
    return our.status()["bridge"]["rrd"]


def load_faults(root, began, first, last, excused):
    """Each host's load in each second: it is how long the crowd has been there.
    So many seconds are excused, in which the machine was too busy."""
    faults = []
    for i in range(HOSTS):
        rows = bridge.rrd_values(root / f"sflow/node-{i}/load_one.rrd",
                                 first - 1, last)
        wrong = [f"node-{i} at {at - began}: {rows.get(at)} instead of "
                 f"{at - 1 - began}" for at in range(int(first), int(last) + 1)
                 if at not in rows or abs(rows[at] - (at - 1 - began)) > LATE]
        if len(wrong) > excused:
            faults += wrong
    return faults


def written(root):
    """How many updates are in the files: with a step of a second, one is one
    row, as long as no step is missed. And how many files."""
    counts = []
    with bridge.RrdTool() as tool:
        for path in sorted(bridge.rrd_files(root)):
            rows = tool.rows(root / path).get(("AVERAGE", 1), {})
            if len(rows) != (max(rows) - min(rows) + 1 if rows else 0):
                raise ValueError(f"{path} has holes")
            counts.append(len(rows))
    return sum(counts), len(counts)


def without_rrds(our, faults):
    """Reload without an rrd section: what waits is written, and counters stay."""
    rrd, our.rrd = our.rrd, None
    our.reload()
    ganglia.wait_for("all is written", lambda: counted(our)["queued"] == 0)
    our.rrd = rrd
    time.sleep(0.5)
    counters = counted(our)
    if counters["dropped"]:
        faults.append(f"{counters}")
    return counters


def flush(daemon, root):
    answer = daemon.ask("FLUSHALL")
    for path in bridge.rrd_files(root):
        daemon.ask(f"FLUSH {root / path}")
    return answer


# rrdcached ------------------------------------------------------------------------


def killed(tap, our, daemon, agents):
    with tap.point(f"rrdcached is killed for {AWAY} s: ingest and readers go on, "
                   "what comes waits") as faults:
        ganglia.wait_for("values", lambda: counted(our)["updates"] > 500)
        log = len(our.log())
        daemon.kill()
        away = time.time()
        received = our.status()["bridge"]["collector"]["datagrams"]
        with crowd.Readers(our, HOSTS, every=0.1) as readers:
            time.sleep(AWAY)
        during = our.status()["bridge"]
        back = time.time()
        daemon.start()
        faults += readers.faults
        since = during["rrd"].get("rrdcached_since", 0) / 1000
        if during["rrd"].get("rrdcached") not in GONE or \
                not away - 1 <= since <= back:
            faults.append(f"{during['rrd']}, but it was killed at {away}")
        if readers.read < AWAY or readers.longest > 2 or \
                during["rrd"]["queued"] < 5000 or \
                during["collector"]["datagrams"] < received + HOSTS * (AWAY - 1):
            faults.append(f"{readers.read} read, one took {readers.longest} s; "
                          f"{during}")
    with tap.point("when it is back all of it is written; nothing failed or was "
                   "dropped, and few lines were logged") as faults:
        faults += bridge.faults_until(lambda: [] if counted(our)["queued"] < 4000
                                      else [counted(our)], WAITS)
        said = crowd.new_lines(our, log, "rrdcached")
        if len(said) != 2 or "values wait" not in said[0] or \
                "connected again" not in said[1]:
            faults.append(f"{len(said)} lines: {said[:3]}")
        if counted(our)["rrdcached"] != "connected":
            faults.append(f"{counted(our)}")
    return away, back


def hung(tap, our, daemon):
    with tap.point(f"rrdcached hangs for {AWAY} s: the same") as faults:
        daemon.process.send_signal(signal.SIGSTOP)
        away = time.time()
        with crowd.Readers(our, HOSTS, every=0.1) as readers:
            time.sleep(AWAY)
        queued = counted(our)["queued"]
        daemon.process.send_signal(signal.SIGCONT)
        back = time.time()
        faults += readers.faults
        if readers.read < AWAY or readers.longest > 2 or queued < 5000:
            faults.append(f"{readers.read} read, one took {readers.longest} s; "
                          f"{queued} bytes wait")
        faults += bridge.faults_until(lambda: [] if counted(our)["queued"] < 4000
                                      else [counted(our)], WAITS)
    return away, back


def with_rrdcached(tap, session, our):
    daemon = bridge.Rrdcached(session, our.rrds)
    our.rrd += f' rrdcached = "unix:{daemon.socket_path}"'
    our.write()
    our.start()
    agents = crowd.Crowd([our.sflow_port], crowd.named(HOSTS), 1)
    with agents.sending():
        ganglia.wait_for("hosts", lambda: len(our.hosts()) == HOSTS)
        times = [killed(tap, our, daemon, agents)]
        time.sleep(1)
        times.append(hung(tap, our, daemon))
        time.sleep(2)
        with tap.point("each value of both times is in its RRD, by the time of "
                       "its step") as faults:
            counters = without_rrds(our, faults)
            flush(daemon, our.rrds)
            for away, back in times:
                faults += load_faults(
                    our.rrds, agents.began, int(away) + 2, int(back) + 1,
                    agents.late + counters["steps_missed"])
            print(f"# {counters}, {agents.late} s late")
        with tap.point("what is counted as written is in the files, each value "
                       "once") as faults:
            have, files = written(our.rrds)
            filled = files * counters["steps_missed"]  # by the next value
            if counters["failed"] or have < 2000 or \
                    not 0 <= have - counters["updates"] <= filled:
                faults.append(f"{counters}, {have} are in {files} files")
                faults += crowd.new_lines(our, 0, "RRDs:")
    with tap.point("SIGTERM ends it") as faults:
        faults += [fault for fault in (our.end(), daemon.end()) if fault]


# A disk ------------------------------------------------------------------------------


def mount(*arguments):
    return subprocess.run([ganglia.find_program("mount"), *map(str, arguments)],
                          check=False, stderr=subprocess.PIPE,
                          text=True).returncode == 0


class Disk:
    """A small one."""

    def __init__(self, folder, size):
        self.folder, self.filler = folder, folder / "filler"
        if not mount("-t", "tmpfs", "-o", f"size={size},mode=777", "none", folder):
            raise OSError("mount: not allowed")

    def fill(self):
        with contextlib.suppress(OSError), open(self.filler, "ab") as file:
            while True:
                file.write(bytes(4096))
                file.flush()

    def remount(self, how):
        return mount("-o", f"remount,bind,{how}", self.folder)


def punch(path):
    """Its blocks but the first are given up: to write there takes a new one."""
    subprocess.run([ganglia.find_program("fallocate"), "--punch-hole",
                    "--offset", "4096", "--length", str(1 << 20), path],
                   check=True)


def full(tap, our, agents, disk):
    log = len(our.log())
    with tap.point("a full disk, on which RRDs have holes: no crash, their values "
                   "are counted as failed, others are written") as faults:
        ganglia.wait_for("files", lambda: all(
            our.rrd_path("sflow", f"node-{i}", "load_five").exists()
            for i in range(HOLES)))
        before = counted(our)
        disk.fill()

        def has_failed():
            """An update may come between the hole and the filling."""
            for i in range(HOLES):  # a row may be in the first page
                punch(our.rrd_path("sflow", f"node-{i}", "load_five"))
            disk.fill()
            time.sleep(1)
            return counted(our)["failed"] > before["failed"]
        ganglia.wait_for("failed", has_failed)
        ganglia.wait_for("written", lambda: counted(our)["updates"] >
                         before["updates"] + 300)
    with tap.point("RRDs of new hosts can't be made: counted, in few lines; none is "
                   "left behind in half, readers go on") as faults:
        before = counted(our)
        for i in range(5):
            agents.add(f"more-{i}", f"10.9.0.{i + 1}")
        ganglia.wait_for("failed", lambda: counted(our)["failed"] >
                         before["failed"] + 100)
        with crowd.Readers(our, HOSTS, every=0.1) as readers:
            time.sleep(2)
        faults += readers.faults
        said = crowd.new_lines(our, log, "RRDs:")
        if not 1 <= len(said) <= FEW:
            faults.append(f"{len(said)} lines: {said[:3]}")
        sizes = {path.stat().st_size for path in disk.folder.rglob("*.rrd")}
        if len(sizes) > 2 or min(sizes) < 8 * ROWS:
            faults.append(f"sizes of files: {sizes}")
        faults += [f"{path}" for path in disk.folder.rglob("*.new")][:3]
    disk.filler.unlink()
    with tap.point("room again: all goes on, new hosts have theirs") as faults:
        faults += bridge.faults_until(lambda: not_now(our, (*(
            f"more-{i}" for i in range(5)), "node-1")), WAITS)


def not_now(our, names, metric="load_one"):
    """Those whose RRD is not of now."""
    paths = [our.rrd_path("sflow", name, metric) for name in names]
    return [f"{path}: not there" for path in paths if not path.exists()] or \
        [f"{path}: {time.time() - last:.0f} s ago" for path in paths
         if (last := bridge.last_row(path)[0]) < time.time() - 4]


def read_only(tap, our, disk):
    with tap.point("a read-only disk: counted, in few lines; and when it isn't any "
                   "more all goes on") as faults:
        log, before = len(our.log()), counted(our)
        ganglia.wait_for("remounted", lambda: disk.remount("ro"))
        ganglia.wait_for("failed", lambda: counted(our)["failed"] >
                         before["failed"] + 300)
        said = crowd.new_lines(our, log, "RRDs:")
        if not any("ReadWritePaths=" in line for line in said):
            faults.append(f"it is not said what that may be: {said[:3]}")
        if not disk.remount("rw") or len(said) > FEW:
            faults.append(f"{len(said)} lines: {said[:3]}")
        faults += bridge.faults_until(lambda: not_now(our, ["node-1", "node-2"]))


def foreign(tap, our):
    paths = [our.rrd_path("sflow", "node-3", metric)
             for metric in ("load_fifteen", "cpu_user", "cpu_idle", "mem_free")]
    with tap.point("foreign files in the place of RRDs: they stay as they are, "
                   "their values are counted as failed, others are "
                   "written") as faults:
        log, before = len(our.log()), counted(our)
        for path in paths:
            path.rename(path.with_suffix(".away"))
        paths[0].write_text("this is no RRD\n" * 1000)
        paths[1].write_bytes(b"")
        paths[2].mkdir()
        paths[3].symlink_to(paths[3])
        began = counted(our)["steps"]
        ganglia.wait_for("some steps", lambda: counted(our)["steps"] > began + 3)
        after = counted(our)
        # files that had holes are not tried for a minute
        most = (after["steps"] - before["steps"] + 2) * (len(paths) + HOLES)
        if not 8 <= after["failed"] - before["failed"] <= most:
            faults.append(f"{before}, then {after}")
        faults += not_now(our, ["node-3", "node-4"])
        said = crowd.new_lines(our, log, "RRDs:")
        if len(said) > FEW or paths[0].read_text() != "this is no RRD\n" * 1000 \
                or paths[1].stat().st_size != 0 or not paths[2].is_dir():
            faults.append(f"{len(said)} lines: {said[:5]}")
    with tap.point("and when the RRDs are there again, they get theirs") as faults:
        for path in paths:
            path.rmdir() if path.is_dir() and not path.is_symlink() else \
                path.unlink()
            path.with_suffix(".away").rename(path)
        for metric in ("load_fifteen", "cpu_user", "cpu_idle", "mem_free"):
            faults += bridge.faults_until(lambda: not_now(our, ["node-3"], metric))


def missing(tap, our):
    root, other = our.rrds, our.folder / "later"
    with tap.point("a root that is not there: the bridge doesn't make it, counts, "
                   "and in few lines; and when it is there RRDs are "
                   "made") as faults:
        our.rrds = other
        our.reload()
        log, before = len(our.log()), counted(our)
        ganglia.wait_for("failed", lambda: counted(our)["failed"] >
                         before["failed"] + 100)
        time.sleep(1)
        said = crowd.new_lines(our, log, "RRDs:")
        if other.exists() or not 1 <= len(said) <= FEW:
            faults.append(f"{len(said)} lines: {said[:3]}")
        other.mkdir()
        faults += bridge.faults_until(lambda: not_now(our, ["node-1", "node-4"]),
                                      WAITS)
        our.rrds = root


def with_librrd(tap, our):
    disk = Disk(our.rrds, "24m") if crowd.can_mount("a full disk") else None
    our.start()
    agents = crowd.Crowd([our.sflow_port], crowd.named(HOSTS), 1)
    with agents.sending():
        ganglia.wait_for("values", lambda: counted(our)["updates"] > 500)
        if disk:
            full(tap, our, agents, disk)
            read_only(tap, our, disk)
        foreign(tap, our)
        missing(tap, our)
        with tap.point("all the time the bridge was the same process, with its "
                       "files closed") as faults:
            if not our.is_alive() or our.fd_count() > 60:
                faults.append(f"{our.fd_count()} files")
            if crowd.new_lines(our, 0, "is down") and not agents.late:
                faults.append(crowd.new_lines(our, 0, "is down"))
    with tap.point("SIGTERM ends it") as faults:
        faults += [fault for fault in [our.end()] if fault]
    if disk:
        crowd.unmount(disk.folder)


def test(tap, session):
    """Both at the same time."""
    bridges = [bridge.Bridge(session, rrd=RRD.format(rows), extra=EXTRA,
                             start=False) for rows in (300, ROWS)]
    thread = threading.Thread(target=with_librrd, args=(tap, bridges[1]))
    thread.start()
    try:
        with_rrdcached(tap, session, bridges[0])
    finally:
        thread.join()


if __name__ == "__main__":
    crowd.with_own_mounts()
    bridge.run(test)
