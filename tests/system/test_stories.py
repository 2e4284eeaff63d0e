#!/usr/bin/env python3
"""Stories of names and membership, told to real programs at the same time: a container
that is made anew, a server that gets another address, a switch that gets a name, a
virtual machine that moves and returns, two servers that swap an address. What each
reader sees of them: gmond, the bridge, gmetad over both, their RRDs, Nagios, on_event.
"""
import contextlib
import itertools
import shutil
import signal
import sys
import threading

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import nagios  # noqa: E402
import stories  # noqa: E402
import traffic  # noqa: E402
from stories import (  # noqa: E402
    BEATS, DOWN, FORGOTTEN, GUESTS, POLLING, PREFIX, RATE, UP, Story, gone_on, in_nagios,
    one_folder, one_host)
from stories_moves import (  # noqa: E402
    Moves, NewAddress, Pair, Takeover, moves, new_address, pair, takeover)

NAMED = ("gmond-names", "bridge")   # whose settings change
AWAITED = 200  # s: check_sflow waits for 180 s where gmond was restarted
DAEMONS = {"gmond": ("gmond", {}), "bridge": ("bridge", {}),
           "gmond-vm": ("gmond", {"vm": "host"}),
           "bridge-vm": ("bridge", {"vm": "host"}), "gmond-names": ("gmond", {})}


# A container ------------------------------------------------------------------


class Container(Story):
    """A container is made anew five times, each time with another number and UUID: every
    other time at once, else after a poll without it."""

    told_to = PREFIX + GUESTS
    LIFE = 7
    changes = range(LIFE, 6 * LIFE, LIFE)

    def __init__(self, rig):
        super().__init__(rig)
        self.dock = traffic.Agent("10.61.0.1", "dock", uuid=b"\x61" * 16)

    def beat(self, beat):
        life = min(beat // self.LIFE, 5)
        age = beat - life * self.LIFE
        web = ((3, 100001 + life), [
            traffic.host_descr("web", bytes([life + 1]) * 16),
            traffic.virt_cpu(1000 * age), traffic.virt_net(RATE * POLLING * age)])
        pauses = life % 2 == 1 and age == 0
        machine = self.dock.machine_part(later_ms=1000 * POLLING)
        self.send(self.dock.datagram(machine, *([] if pauses else [web]),
                                     later_ms=1000 * POLLING))


def container(tap, rig, story):
    with tap.point("a container that is made anew: web.* all the time, nothing else, in "
                   "gmond, the bridge and gmetad") as faults:
        for reader in rig.readers(*PREFIX):
            faults += one_host(reader, "dock", "dock")
            named = {name for name in reader.metrics("dock") if "web" in name}
            faults += [f"{reader.name}: {name}" for name in sorted(named)
                       if not name.startswith("web.")]
            if "web.vcpu_util" not in reader.now()["dock"].metrics:
                faults.append(f"{reader.name}: {sorted(named)}")
    with tap.point("its charts go on, in one set of files") as faults:
        for root in rig.folders(*PREFIX).values():
            faults += [f"{path}" for path in root.glob("dock/web*")
                       if not path.name.startswith("web.")]
            faults += gone_on(root / "dock/web.vbytes_in.rrd", story.at())
    with tap.point("as a host of its own (vm = host) it is one, too") as faults:
        for reader in rig.readers(*GUESTS):
            faults += one_host(reader, "web", "web")
        for cluster in GUESTS:
            moved = rig.daemons[cluster].events.of("web", "moved")
            if len(moved) != len(story.changes):
                faults.append(f"{cluster}: {moved}")
        faults += one_folder(rig, GUESTS, "web", "web")
        for root in rig.folders(*GUESTS).values():
            faults += gone_on(root / "web/vbytes_in.rrd", story.at())


# A switch ---------------------------------------------------------------------


class Switch(Story):
    """A switch sends no name. One is given to it, at SIGHUP."""

    told_to = NAMED
    ADDRESS, NAME = "10.63.0.1", "core-1"
    changes = (18,)

    def __init__(self, rig):
        super().__init__(rig)
        self.switch = traffic.Agent(self.ADDRESS, None, sub_agent=0)
        self.wanted = threading.Event()

    def beat(self, beat):
        octets = RATE * self.switch.uptime_ms // 1000
        self.send(self.switch.datagram(
            ((0, 1), [traffic.if_counters(1, received=(octets, *[0] * 6)),
                      traffic.port_name("swp1")]), later_ms=1000 * POLLING))
        if beat == self.changes[0]:
            self.wanted.set()

    def give_name(self):
        """Both daemons read that the switch has a name."""
        gmond, our = (self.rig.daemons[cluster].program for cluster in NAMED)
        gmond.conf.write_text(gmond.conf.read_text().replace(
            'param deliver', f'param names {{ value = "{self.ADDRESS} = {self.NAME}" '
            '}\n    param deliver'))
        gmond.process.send_signal(signal.SIGHUP)
        our.sflow += f'names = {{ "{self.ADDRESS} = {self.NAME}" }}'
        our.reload()


def folders_after_naming(rig, story):
    """What becomes of the folders of RRDs: the bridge's own goes on under the new name;
    gmetad keeps the old one, and makes one of the new name."""
    faults = []
    for whose, root in rig.folders(*NAMED).items():
        moves = whose in NAMED
        if (root / story.ADDRESS).exists() == moves:
            faults.append(f"{whose}: {story.ADDRESS} is {'' if moves else 'not '}there")
        path = root / story.NAME / "swp1.bytes_in.rrd"
        if moves:
            faults += gone_on(path, story.at())
        elif not path.exists():
            faults.append(f"{path} is not there")
    return faults


def switch(tap, rig, story):
    changed = story.times[story.changes[0]]
    with tap.point("a switch that gets a name: it has its address first, then its name, "
                   "never both, in gmond and in the bridge") as faults:
        for cluster in NAMED:
            reader = rig.daemons[cluster].reader
            early = {name for when, hosts in reader.looks for name in hosts
                     if when < changed}
            if story.ADDRESS not in early or story.NAME in early:
                faults.append(f"{cluster}: before: {sorted(early)}")
            if story.NAME not in reader.now() or story.ADDRESS in reader.now():
                faults.append(f"{cluster}: now: {sorted(reader.now())}")
            faults += [f"{cluster}: both" for _, hosts in reader.looks
                       if {story.NAME, story.ADDRESS} <= hosts.keys()]
            if reader.downs(story.NAME) or reader.downs(story.ADDRESS):
                faults.append(f"{cluster}: down")
    with tap.point("the bridge has it without a gap, and says that it was renamed; gmond "
                   "begins anew") as faults:
        want = {"bridge": ("renamed", story.NAME, story.ADDRESS, "-", story.ADDRESS),
                "gmond-names": ("joined", story.NAME, story.ADDRESS, "-", "-")}
        for cluster, event in want.items():
            events = rig.daemons[cluster].events.of(story.ADDRESS)
            if events[-1] != event or len(events) != 2:
                faults.append(f"{cluster}: {events}")
        away = [when for when, hosts in rig.daemons["bridge"].reader.looks
                if when > changed and not {story.NAME, story.ADDRESS} & hosts.keys()]
        if away:
            faults.append(f"away at {away}")
    with tap.point("gmetad does not forget the address: it is down there, beside the "
                   "name") as faults:
        for cluster in NAMED:
            faults += bridge.faults_until(lambda: [
                f"{cluster}: {name} is {'up' if word else 'down'}"
                for name, word in ((story.NAME, False), (story.ADDRESS, True))
                if rig.over[cluster].now()[name].down != word], FORGOTTEN)
    with tap.point("folders of RRDs after the naming") as faults:
        faults += folders_after_naming(rig, story)
    with tap.point("Nagios: the host of the new name is UP; the old one is nobody's "
                   "now, so DOWN") as faults:
        faults += in_nagios(rig, story.NAME, UP, problems=None)
        faults += in_nagios(rig, story.ADDRESS, DOWN, problems=True, seconds=AWAITED)


# All of them --------------------------------------------------------------------------


@contextlib.contextmanager
def telling(told):
    """The block begins when all stories are at their last beat. What they say at their end
    goes on as long as it lasts."""
    beats = itertools.count()

    def beat():
        number = next(beats)
        for story in told:
            story.tell(number)
    with traffic.in_background(beat, POLLING) as count:
        for story in told:
            if isinstance(story, Switch):
                story.wanted.wait(BEATS * POLLING)
                story.give_name()
        ganglia.wait_for("the end of the stories", lambda: count() >= BEATS,
                         2 * BEATS * POLLING)
        yield


def who_ends_is_down(tap, rig, names):
    with tap.point("who ends is down everywhere, and DOWN in Nagios") as faults:
        def wrong():
            found = [f"{reader.name}: {name}" for reader in rig.readers(*PREFIX)
                     for name in names if not reader.now()[name].down]
            return found + [name for name in names if rig.nagios.status()[name][
                "current_state"] != DOWN]
        faults += bridge.faults_until(wrong, 30)


def test(tap, session):
    with tap.point("Nagios and check_sflow are there") as faults:
        if shutil.which("nagios4", path=ganglia.SEARCH) is None:
            faults.append("nagios4 is missing")
        if not nagios.CHECK.exists():
            faults.append(f"{nagios.CHECK} is missing")
    if faults:
        return
    rig = stories.Rig(session, DAEMONS, {
        "dock": "gmond", "web": "gmond-vm", "guest": "bridge-vm", "foo-a": "bridge",
        "foo-b": "gmond", "foo-c": "bridge", Switch.NAME: "bridge",
        Switch.ADDRESS: "gmond-names", "ha-a": "gmond", "ha-b": "bridge",
        "hb-a": "bridge", "hb-b": "gmond", "hc-a": "gmond", "hc-b": "bridge"})
    told = [Container(rig), Switch(rig), Moves(rig), Pair(rig, "ha", "10.65.0"),
            Pair(rig, "hb", "10.65.1", last_first=True),
            Takeover(rig, "hc", "10.65.2"),
            NewAddress(rig, "foo-a", "10.62.1", b"\x62\x01" * 8),
            NewAddress(rig, "foo-b", "10.62.2", bytes(16)),
            NewAddress(rig, "foo-c", "10.62.3", bytes(16), pause=5)]
    with rig.watch():
        with telling(told):
            container(tap, rig, told[0])
            moves(tap, rig, told[2])
            pair(tap, rig, told[3], ("ha-a", "ha-b"))
            pair(tap, rig, told[4], ("hb-a", "hb-b"))
            for story, words in zip(told[6:], ("the same UUID", "no UUID", "no UUID")):
                new_address(tap, rig, story, words)
            takeover(tap, rig, told[5])
            switch(tap, rig, told[1])
        who_ends_is_down(tap, rig, ["dock", "foo-a", "foo-b", "foo-c", "ha-a", "ha-b"])
    for story in told:
        story.close()


if __name__ == "__main__":
    bridge.run(test)
