#!/usr/bin/env python3
"""What gmetad-bridge keeps over a restart, when the file is damaged, newer, locked, or has
no room, and when the bridge is killed at any moment: never corrupt, never older than
promised, and who died meanwhile is down.
"""
import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import crowd  # noqa: E402
import ganglia  # noqa: E402

BRIDGES, KILLS = 4, 5  # of each: 20 in all
LIVES = (0.1, 6)       # s between a start and the kill
KNOWN = 15             # polls after which an interval is known
PROMISED = 4           # s that the file may be old
HOSTS = 10
SOON = 30
SEED = 20
EXTRA = 'user = "" self { name = "" }'


def rows_of(path):
    """By name; and what SQLite thinks of the file."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", timeout=5,
                                            uri=True)) as database:
        database.row_factory = sqlite3.Row
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        rows = [dict(row) for row in database.execute("SELECT * FROM hosts")]
    return {row["shown"]: row for row in rows}, whole


def copy_of(our, folder):
    """The file and what SQLite has beside it, as the kill left them."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for path in our.folder.glob("bridge.db*"):
        if not path.name.endswith(".bad"):
            shutil.copy(path, folder / path.name)
    return folder / our.state_file.name


def new_bridge(session, **more):
    return bridge.Bridge(session, extra=EXTRA, **more)


def saved_names(our):
    with contextlib.suppress(sqlite3.OperationalError):  # not there, or locked
        return set(rows_of(our.state_file)[0])
    return set()


# Killed at any moment --------------------------------------------------------------


class World(crowd.Crowd):
    """Some hosts stay, one joins each half a second, some change their names, and
    some fall silent and come back."""

    def __init__(self, ports):
        super().__init__(ports, crowd.named(HOSTS), 0.5)
        self.dice = random.Random(SEED)
        self.names = {}    # names of an agent's address, each with its time
        self.joined = 0

    def beat(self):
        now = time.time()
        self.joined += 1
        self.add(f"new-{self.joined}", f"10.2.{self.joined // 250}."
                                       f"{self.joined % 250 + 1}")
        if self.joined % 4 == 0:
            agent = self.agents[f"node-{self.dice.randrange(HOSTS - 4)}"]
            agent.name = f"{agent.name.split('.')[0]}.{self.joined}"
        silent = f"node-{HOSTS - 1 - self.joined // 14 % 4}"
        self.silent = {silent}
        super().beat()
        for agent in self.agents.values():
            names = self.names.setdefault(agent.address, [])
            if not names or names[-1][1] != agent.name:
                names.append((now, agent.name))

    def names_since(self, address, when):
        """Those that it may have, when the file is as old as that: a name is
        taken when it has come twice."""
        names = self.names[address]
        first = max([i for i, (at, _) in enumerate(names)
                     if at <= when - 2 * self.every], default=0)
        return {name for _, name in names[max(0, first):]}


class Killed:
    """A bridge that is killed again and again, and what became of its file."""

    def __init__(self, our, world, seed):
        self.our, self.world = our, world
        self.dice = random.Random(seed)
        self.folder = our.folder.with_name(our.folder.name + "-copy")
        self.faults, self.kills, self.rows = [], 0, 0
        self.before = {}
        self.done, self.end = threading.Event(), threading.Event()

    def work(self):
        """What a thread has started dies with it, so it stays."""
        try:
            for _ in range(KILLS):
                self.once()
        except Exception as error:
            self.faults.append(f"{type(error).__name__}: {error}")
        self.done.set()
        self.end.wait()

    def once(self):
        began = time.time()
        time.sleep(self.dice.uniform(*LIVES))
        first = dict(self.world.first)
        killed = time.time()
        self.our.kill()
        self.kills += 1
        rows, whole = rows_of(copy_of(self.our, self.folder))
        if whole != "ok":
            self.faults.append(f"integrity_check: {whole}")
        self.compare(rows, first, began, killed)
        log = len(self.our.log())
        self.our.start()
        said = crowd.new_lines(self.our, log, "restored")
        if rows and (len(said) != 1 or f"{len(rows)} hosts" not in said[0]):
            self.faults.append(f"{len(rows)} rows, and {said}")

    def compare(self, rows, first, began, killed):
        """All that was in it, and who came in time: each by its address, once."""
        by_address = {}
        for row in rows.values():
            address = ".".join(map(str, row["agent"][-4:]))
            if address in by_address:
                self.faults.append(f"{address} is in it twice")
            by_address[address] = row
        for name, at in first.items():
            address = self.world.agents[name].address
            in_time = max(at, began) < killed - PROMISED and \
                self.world.heard[name] > began + 1
            if address not in by_address:
                if in_time or address in self.before:
                    self.faults.append(
                        f"{name} came {killed - max(at, began):.1f} s before the "
                        "kill, and is not in it")
                continue
            row = by_address[address]
            names = self.world.names_since(
                address, min(killed, max(began, killed - PROMISED))
                if killed - began > PROMISED else 0)
            if row["shown"] not in names:
                self.faults.append(f"{name} is {row['shown']}, and should be "
                                   f"one of {names}")
            if row["heard"] > 1000 * killed + 100 or \
                    row["first"] > row["heard"] + 100:
                self.faults.append(f"{name}: {row}, killed at {killed}")
        self.rows = max(self.rows, len(by_address))
        self.before = by_address


def kill_many(tap, killed):
    for our in killed:
        our.start()
    world = World([our.sflow_port for our in killed])
    cases = [Killed(our, world, SEED + i) for i, our in enumerate(killed)]
    with world.sending():
        threads = [threading.Thread(target=case.work) for case in cases]
        for thread in threads:
            thread.start()
        for case in cases:
            case.done.wait()
        with tap.point(f"SIGKILL at {BRIDGES * KILLS} moments, while hosts join, "
                       "change names and fall silent: the file is whole, has "
                       "all that is older than promised, and all of it "
                       "is restored") as faults:
            for case in cases:
                faults += case.faults
                if case.kills != KILLS or case.rows < HOSTS:
                    faults.append(f"{case.kills} kills, {case.rows} rows")
        with tap.point("in the end each shows all hosts, by their last "
                       "names") as faults:
            def unlike():
                want = {agent.name for agent in list(world.agents.values())}
                return [f"{sorted(set(our.hosts()) ^ want)}" for our in killed
                        if len(set(our.hosts()) ^ want) > 4]
            faults += bridge.faults_until(unlike)
            faults += [fault for our in killed if (fault := our.end())]
    for case, thread in zip(cases, threads):
        case.end.set()
        thread.join()


# Who died, who lived ---------------------------------------------------------------


def dead_or_alive(tap, our, agents):
    dead, quiet, away = "node-0", "node-1", "node-2"
    with tap.point("while the bridge was down one died, one was silent since "
                   "long: both are down after it, and no other") as faults:
        agents.silent.add(quiet)
        ganglia.wait_for("it is down", lambda: not bridge.is_up(
            our.hosts()[quiet]))
        agents.silent.add(dead)
        if fault := our.end():
            faults.append(fault)
        agents.silent.add(away)  # for as long as that only
        time.sleep(1)
        agents.silent.discard(away)
        log = len(our.log())
        our.start()
        begun = time.time()
        hosts = our.hosts()
        if len(hosts) != HOSTS or bridge.is_up(hosts[quiet]):
            faults.append(f"at once: {len(hosts)} hosts, {quiet} is "
                          f"{hosts[quiet].attrib}")
        ganglia.wait_for(f"{dead} is down", lambda: not bridge.is_up(
            our.hosts()[dead]))
        print(f"# it is down {time.time() - begun:.1f} s after the start")
        hosts = our.hosts()
        faults += [f"{name} is down" for name in hosts if name not in
                   (dead, quiet) and not bridge.is_up(hosts[name])]
        faults += [line for line in crowd.new_lines(our, log, "is down")
                   if dead not in line]
    with tap.point("REPORTED says when they were really heard") as faults:
        for name in (dead, quiet):
            reported = int(hosts[name].get("REPORTED"))
            if abs(reported - agents.heard[name]) > 1.5:
                faults.append(f"{name}: {reported - agents.heard[name]:+.1f} s "
                              "from the truth")
    with tap.point("who comes back is up at once") as faults:
        agents.silent.clear()
        ganglia.wait_for("all are up", lambda: all(
            map(bridge.is_up, our.hosts().values())), SOON)


# Faults of the file ----------------------------------------------------------------


def damaged(tap, our, agents):
    good = our.state_file

    def restarts(name, spoil, aside=True):
        with tap.point(f"{name}: put aside, the bridge runs, and all is saved "
                       "anew") as faults:
            if fault := our.end():
                faults.append(fault)
            spoil()
            log = len(our.log())
            our.start()
            bad = list(our.folder.glob("*.bad"))
            said = crowd.new_lines(our, log, "aside")
            if bool(bad) != aside or len(said) != aside:
                faults.append(f"{bad}: {our.log()[log:]}")
            faults += bridge.faults_until(
                lambda: [] if set(our.hosts()) == set(agents.agents) and
                saved_names(our) == set(agents.agents) else ["hosts"], SOON)
            _, whole = rows_of(good)
            if whole != "ok":
                faults.append(whole)
            for path in bad:
                path.unlink()

    def in_the_middle():
        data = bytearray(good.read_bytes())
        data[4096:len(data)] = os.urandom(len(data) - 4096)
        good.write_bytes(data)

    def cut():
        good.write_bytes(good.read_bytes()[:good.stat().st_size // 2 + 100])

    restarts("garbage", lambda: good.write_bytes(os.urandom(50000)))
    restarts("garbage behind the first page", in_the_middle)
    restarts("cut in the middle", cut)
    restarts("a file of no bytes, which is new to SQLite",
             lambda: good.write_bytes(b""), aside=False)


def locked(tap, our, agents):
    with tap.point("locked by somebody for 5 s: told in a line or two, readers and "
                   "ingest go on, and then all is saved") as faults:
        log, failed = len(our.log()), our.status()["bridge"]["state"]["failed"]
        with contextlib.closing(sqlite3.connect(our.state_file)) as other:
            other.isolation_level = None
            other.execute("BEGIN EXCLUSIVE")
            agents.add("late-1", "10.3.0.1")
            began, longest = time.monotonic(), 0
            while time.monotonic() < began + 5:
                asked = time.monotonic()
                hosts = our.hosts()
                longest = max(longest, time.monotonic() - asked)
                time.sleep(0.1)
            if "late-1" not in hosts or longest > 1:
                faults.append(f"{sorted(hosts)}, {longest:.1f} s")
            other.execute("ROLLBACK")
        ganglia.wait_for("saved", lambda: "late-1" in saved_names(our), 14)
        said = crowd.new_lines(our, log, "state:")
        failed = our.status()["bridge"]["state"]["failed"] - failed
        if not 1 <= len(said) <= 5 or failed < 1:
            faults.append(f"{failed} failed: {said}")
    with tap.point("locked at the start: it runs without, and restores what is in "
                   "the file when it can") as faults:
        agents.silent.add("late-1")
        our.end()
        with contextlib.closing(sqlite3.connect(our.state_file)) as other:
            other.isolation_level = None
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            log = len(our.log())
            our.start()
            if not crowd.new_lines(our, log, "can't be opened"):
                faults.append(our.log()[log:])
            other.execute("ROLLBACK")
        ganglia.wait_for("late-1", lambda: "late-1" in our.hosts(), 14)


def files_of(our):
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns,
                        path.stat().st_mode)
            for path in our.folder.glob("bridge.db*")}


def newer(tap, our, agents):
    with tap.point("a file of a newer version: one line, the bridge runs, the file is "
                   "as it was after its end, too") as faults:
        our.end()
        with contextlib.closing(sqlite3.connect(our.state_file)) as database:
            known = database.execute("PRAGMA user_version").fetchone()[0]
            database.executescript("CREATE TABLE notes (note TEXT); "
                                   f"PRAGMA user_version = {known + 1}")
        before, log = files_of(our), len(our.log())
        if list(before) != [our.state_file.name]:
            faults.append(f"{sorted(before)}")
        our.start()
        ganglia.wait_for("all hosts", lambda: set(our.hosts()) ==
                         set(agents.agents))
        ganglia.wait_for("it is looked at again", lambda: our.status()[
            "bridge"]["state"]["failed"] > 1, 14)
        state = our.status()["bridge"]["state"]
        if state["open"] != 0 or state["saved"] != 0:
            faults.append(f"{state}")
        if fault := our.end():
            faults.append(fault)
        said = crowd.new_lines(our, log, "state:")
        if len(said) != 1 or f"of version {known + 1}" not in said[0] or \
                f"none above {known}" not in said[0]:
            faults.append(f"{said}")
        if files_of(our) != before:
            faults.append("it was touched")
    with tap.point("it is moved away: all hosts are saved in a new one") as faults:
        our.start()
        our.state_file.rename(our.folder / "newer.db")
        ganglia.wait_for("saved", lambda: saved_names(our) ==
                         set(agents.agents), 14)
        if our.status()["bridge"]["state"]["open"] != 1:
            faults.append("it is not open")


def mount(*arguments):
    subprocess.run([ganglia.find_program("mount"), *map(str, arguments)],
                   check=True)


def without_room(tap, bridges):
    """A folder that may not be written, and one without room, at the same time."""
    if not crowd.can_mount("a folder without room"):
        return
    try:
        shut_and_full(tap, *bridges)
    finally:
        for our in bridges:
            crowd.unmount(our.state_file.parent)


def shut_and_full(tap, shut, full):
    shut.state_file = shut.folder / "shut/bridge.db"
    full.state_file = full.folder / "full/bridge.db"
    for our in (shut, full):
        our.state_file.parent.mkdir()
        our.write()
        mount("-t", "tmpfs", "-o", "size=256k", "none", our.state_file.parent)
    mount("-o", "remount,bind,ro", shut.state_file.parent)
    agents = crowd.Crowd([shut.sflow_port, full.sflow_port],
                         crowd.named(HOSTS), 0.5)
    filler = full.state_file.parent / "filler"
    with agents.sending():
        shut.start()
        full.start()
        with tap.point("a disk that is full: the bridge runs, says so, and counts"
                       ) as faults:
            ganglia.wait_for("saved", lambda: len(saved_names(full)) == HOSTS)
            with contextlib.suppress(OSError), open(filler, "wb") as file:
                while True:
                    file.write(bytes(4096))
                    file.flush()
            log = len(full.log())
            for i in range(1, 250):
                agents.add(f"more-{i}", f"10.4.0.{i}")
            ganglia.wait_for("failed", lambda: full.status()["bridge"]["state"][
                "failed"] > 0)
            said = crowd.new_lines(full, log, "state:")
            if not 1 <= len(said) <= 3 or "full" not in said[0]:
                faults.append(f"{said}")
            if len(full.hosts()) != HOSTS + 249:
                faults.append(f"{len(full.hosts())} hosts")
        filler.unlink()
        with tap.point("a folder that may not be written: the same, and when it "
                       "may, all is saved") as faults:
            said = crowd.new_lines(shut, 0, "state:")
            if len(said) != 1 or "can't be opened" not in said[0] or \
                    set(shut.hosts()) != set(agents.agents):
                faults.append(f"{said}")
            mount("-o", "remount,bind,rw", shut.state_file.parent)
            ganglia.wait_for("saved", lambda: saved_names(shut) ==
                             set(agents.agents), 14)
        with tap.point("room again: all is saved") as faults:
            ganglia.wait_for("saved", lambda: saved_names(full) ==
                             set(agents.agents), 14)
            if rows_of(full.state_file)[1] != "ok":
                faults.append("it is not whole")
    faults = [fault for our in (shut, full) if (fault := our.end())]
    with tap.point("SIGTERM ends both") as all_faults:
        all_faults += faults


def one_by_one(tap, our):
    our.start()
    agents = crowd.Crowd([our.sflow_port], crowd.named(HOSTS), 0.5)
    with agents.sending():
        ganglia.wait_for("all are saved", lambda: len(saved_names(our)) == HOSTS)
        ganglia.wait_for("their intervals are known",
                         lambda: agents.sent > KNOWN * HOSTS)
        dead_or_alive(tap, our, agents)
        damaged(tap, our, agents)
        newer(tap, our, agents)
        locked(tap, our, agents)


def test(tap, session):
    """All at the same time: each waits most of it."""
    bridges = [new_bridge(session, start=False) for _ in range(BRIDGES + 3)]
    threads = [threading.Thread(target=one, args=(tap, some)) for one, some in
               ((kill_many, bridges[3:]), (without_room, bridges[1:3]))]
    for thread in threads:
        thread.start()
    try:
        one_by_one(tap, bridges[0])
    finally:
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    crowd.with_own_mounts()
    bridge.run(test)
