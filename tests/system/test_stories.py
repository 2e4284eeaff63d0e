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
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import nagios  # noqa: E402
import stories  # noqa: E402
import traffic  # noqa: E402
from stories import RATE, gone_on, one_folder, one_host  # noqa: E402

POLLING = 2  # s
BEATS = 42   # polls of all stories
UP, DOWN = "0", "1"
FORGOTTEN = 85  # s: gmetad calls a host down so long after nobody has shown it
PREFIX = ("gmond", "bridge")        # clusters of the daemons with vm = prefix
GUESTS = ("gmond-vm", "bridge-vm")  # and with vm = host
NAMED = ("gmond-names", "bridge")   # whose settings change
DAEMONS = {"gmond": ("gmond", {}), "bridge": ("bridge", {}),
           "gmond-vm": ("gmond", {"vm": "host"}),
           "bridge-vm": ("bridge", {"vm": "host"}), "gmond-names": ("gmond", {})}


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


# 1 ------------------------------------------------------------------------------------


class Container(Story):
    """A container is made anew five times, each time with another number and UUID: every
    other time at once, else after a poll without it."""

    told_to = PREFIX + GUESTS
    LIFE = 7
    changes = range(LIFE, BEATS, LIFE)

    def __init__(self, rig):
        super().__init__(rig)
        self.dock = traffic.Agent("10.61.0.1", "dock", uuid=b"\x61" * 16)

    def beat(self, beat):
        life = min(beat, BEATS - 1) // self.LIFE
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


# 2 ------------------------------------------------------------------------------------


class NewAddress(Story):
    """A server gets another address. Its hsflowd begins again there.

    pause  polls without it; the first ones of the new address come then"""

    CHANGE = 20

    def __init__(self, rig, name, network, uuid, pause=0):
        super().__init__(rig)
        self.name, self.pause = name, pause
        self.changes = (self.CHANGE + pause,)
        self.old = traffic.Agent(f"{network}.1", name, uuid=uuid)
        self.new = traffic.Agent(f"{network}.2", name, uuid=uuid,
                                 uptime_ms=3000 + 7)

    def beat(self, beat):
        if beat < self.CHANGE:
            self.send(self.old.machine(later_ms=1000 * POLLING, rate=RATE))
        elif beat >= self.CHANGE + self.pause:
            self.send(self.new.machine(later_ms=1000 * POLLING, rate=RATE))


def new_address(tap, rig, story, words):
    name = story.name
    ends = f"{story.pause} polls later" if story.pause else "at once"
    with tap.point(f"a server with another address, {words}, {ends}: one host, which "
                   "goes on") as faults:
        for reader in rig.readers(*PREFIX):
            wrong = one_host(reader, name, name, {story.new.address})
            if story.pause:  # it is down for a while
                wrong = [fault for fault in wrong if "was down" not in fault]
            faults += wrong
            if reader.now()[name].down:
                faults.append(f"{reader.name}: {name} is down")
    with tap.point(f"{name}: one event, with both addresses") as faults:
        for cluster in PREFIX:
            daemon = rig.daemons[cluster]
            want = [("moved", name, story.new.address, story.old.address, "-")]
            if daemon.events.of(name, "moved") != want:
                faults.append(f"{cluster}: {daemon.events.of(name)}")
            line = f"host {name} moved"
            if daemon.program.log().count(line) != 1:
                faults.append(f"{cluster}: not once in the log: {line}")
    with tap.point(f"{name}: its charts go on, in one folder") as faults:
        faults += one_folder(rig, PREFIX, name, name)
        for root in rig.folders(*PREFIX).values():
            faults += gone_on(root / name / "bytes_in.rrd", story.at())
    with tap.point(f"{name}: UP in Nagios, " + (
            "after it was DOWN" if story.pause else "and never DOWN")) as faults:
        faults += in_nagios(rig, name, UP, problems=bool(story.pause))


# 3 ------------------------------------------------------------------------------------


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
    """What becomes of the folders of RRDs: the old ones stay as they are, and those of
    the new name begin empty."""
    faults = []
    for root in rig.folders(*NAMED).values():
        for name in (story.ADDRESS, story.NAME):
            path = root / name / "swp1.bytes_in.rrd"
            if not path.exists():
                faults.append(f"{path} is not there")
    for root in rig.folders("bridge").values():
        faults += [f"it is older: {fault}" for fault in gone_on(
            root / story.NAME / "swp1.bytes_in.rrd", story.at())
            if "from 0 to" not in fault]
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
                   "now") as faults:
        faults += in_nagios(rig, story.NAME, UP, problems=None)


# 4 ------------------------------------------------------------------------------------


class Moves(Story):
    """A virtual machine moves to another hypervisor, and returns."""

    told_to = GUESTS
    changes = (14, 28)

    def __init__(self, rig):
        super().__init__(rig)
        self.hypervisors = [traffic.Agent(f"10.64.0.{i}", f"hv{i}",
                                          uuid=bytes([0x64, i]) * 8) for i in (1, 2)]

    def beat(self, beat):
        there = 1 if self.changes[0] <= beat < self.changes[1] else 0
        guest = ((3, 100001 + 6 * there), [
            traffic.host_descr("guest", b"\x0a\x0b" * 8),
            traffic.virt_cpu(100 * beat), traffic.virt_net(RATE * POLLING * beat)])
        for i, hypervisor in enumerate(self.hypervisors):
            machine = hypervisor.machine_part(later_ms=1000 * POLLING)
            self.send(hypervisor.datagram(machine, *([guest] if i == there else []),
                                          later_ms=1000 * POLLING))


def moves(tap, rig, story):
    with tap.point("a virtual machine that moves and returns: one host all the time, "
                   "never down") as faults:
        for reader in rig.readers(*GUESTS):
            faults += one_host(reader, "guest", "guest")
    with tap.point("guest: an event for each move, with both hypervisors") as faults:
        one, two = (hypervisor.address for hypervisor in story.hypervisors)
        for cluster in GUESTS:
            got = rig.daemons[cluster].events.of("guest", "moved")
            if got != [("moved", "guest", two, one, "-"),
                       ("moved", "guest", one, two, "-")]:
                faults.append(f"{cluster}: {got}")
    with tap.point("guest: its charts go on, in one folder") as faults:
        faults += one_folder(rig, GUESTS, "guest", "guest")
        for root in rig.folders(*GUESTS).values():
            faults += gone_on(root / "guest/vbytes_in.rrd", story.at())
    with tap.point("guest: UP in Nagios, and never DOWN") as faults:
        faults += in_nagios(rig, "guest", UP)


# 5 ------------------------------------------------------------------------------------


class Pair(Story):
    """Two servers swap an address: who has it sends with it, and the other one
    with its own. Their counters are far apart.

    last_first  the second of them is always heard before the first"""

    changes = (16,)

    def __init__(self, rig, name, network, last_first=False):
        super().__init__(rig)
        self.virtual = f"{network}.100"
        self.own = [f"{network}.{i}" for i in (1, 2)]
        self.order = (1, 0) if last_first else (0, 1)
        self.agents = [traffic.Agent(self.own[i], f"{name}-{'ab'[i]}",
                                     uuid=network.encode().ljust(15) + b"ab"[i:i + 1],
                                     uptime_ms=(100123, 5000123)[i]) for i in (0, 1)]

    def active(self, beat):
        return int(beat >= self.changes[0])

    def beat(self, beat):
        for i in self.order:
            self.poll(i, self.virtual if i == self.active(beat) else self.own[i])

    def poll(self, i, address):
        agent = self.agents[i]
        if address != agent.address:  # it begins to count its datagrams again
            agent.address, agent.sequence, agent.samples = address, 0, {}
        self.send(agent.machine(later_ms=1000 * POLLING, rate=RATE),
                  source=f"127.0.65.{i + 1}")


def not_mixed(rig, names):
    """What is wrong with the rates of the hosts, whose counters are far apart."""
    return [f"{reader.name}: {name} {host.bytes_in} at {when}"
            for reader in rig.readers(*PREFIX) for name in names
            for when, host in reader.of(name) if host.bytes_in > 1.3 * RATE]


def pair(tap, rig, story, names):
    word = names[0][:-1]
    with tap.point(f"{names}: two servers that swap an address are two hosts with their "
                   "own names all the time, never down") as faults:
        for reader in rig.readers(*PREFIX):
            faults += [f"{reader.name}: {name}" for name
                       in reader.names(word) - set(names)
                       | reader.names(story.virtual[:-3])]
            for name in names:
                faults += one_host(reader, name, name)
    with tap.point(f"{names}: their counters are never mixed") as faults:
        faults += not_mixed(rig, names)
    with tap.point(f"{names}: their charts go on, in one folder each") as faults:
        faults += [fault for fault in one_folder(rig, PREFIX, "", word)
                   if fault.partition(": ")[2] not in names]
        for root in rig.folders(*PREFIX).values():
            for name in names:
                faults += gone_on(root / name / "bytes_in.rrd", story.at())
    with tap.point(f"{names}: both are UP in Nagios, and never DOWN") as faults:
        for name in names:
            faults += in_nagios(rig, name, UP)


# All of them --------------------------------------------------------------------------


def in_nagios(rig, name, state, problems=False):
    """What is wrong with a host in Nagios. problems: whether it was DOWN in between;
    None: maybe."""
    faults = bridge.faults_until(
        lambda: [] if rig.nagios.status()[name]["current_state"] == state
        else [f"{name}: {rig.nagios.status()[name]}"], 15)
    told = [(kind, word) for _, kind, host, word in rig.nagios.notified()
            if host == name]
    last = "RECOVERY" if state == UP else "PROBLEM"
    if problems is not None and bool(told) != problems or \
            told and told[-1][0] != last:
        faults.append(f"{name}: {told}")
    return faults


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
        "hb-a": "bridge", "hb-b": "gmond"})
    told = [Container(rig), Switch(rig), Moves(rig), Pair(rig, "ha", "10.65.0"),
            Pair(rig, "hb", "10.65.1", last_first=True),
            NewAddress(rig, "foo-a", "10.62.1", b"\x62\x01" * 8),
            NewAddress(rig, "foo-b", "10.62.2", bytes(16)),
            NewAddress(rig, "foo-c", "10.62.3", bytes(16), pause=5)]
    with rig.watch():
        with telling(told):
            container(tap, rig, told[0])
            moves(tap, rig, told[2])
            pair(tap, rig, told[3], ("ha-a", "ha-b"))
            pair(tap, rig, told[4], ("hb-a", "hb-b"))
            for story, words in zip(told[5:], ("the same UUID", "no UUID", "no UUID")):
                new_address(tap, rig, story, words)
            switch(tap, rig, told[1])
        who_ends_is_down(tap, rig, ["dock", "foo-a", "foo-b", "foo-c", "ha-a", "ha-b"])
    for story in told:
        story.close()


if __name__ == "__main__":
    bridge.run(test)
