"""Stories of hosts that are elsewhere than before: a server with another address, a
virtual machine on another hypervisor, two servers that swap an address, one that takes
over that of a dead one. For test_stories.py.
"""
import bridge
import traffic
from stories import (DOWN, FORGOTTEN, GUESTS, POLLING, PREFIX, RATE, UP, Story, gone_on,
                     in_nagios, one_folder, one_host)


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


class Pair(Story):
    """Two servers have an address in turn: who has it sends with it, and the other one
    with its own. Their counters are far apart.

    last_first  the second of them is always heard before the first"""

    changes = (8, 40)  # who has it is known for a minute

    def __init__(self, rig, name, network, last_first=False):
        super().__init__(rig)
        self.virtual = f"{network}.100"
        self.own = [f"{network}.{i}" for i in (1, 2)]
        self.order = (1, 0) if last_first else (0, 1)
        self.agents = [traffic.Agent(self.own[i], f"{name}-{'ab'[i]}",
                                     uuid=network.encode().ljust(15) + b"ab"[i:i + 1],
                                     uptime_ms=(100123, 5000123)[i]) for i in (0, 1)]

    def active(self, beat):
        return 1 if self.changes[0] <= beat < self.changes[1] else 0

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


class Takeover(Pair):
    """The first one dies, and the second one takes over its address."""

    changes = (33,)

    def active(self, beat):
        return int(beat >= self.changes[0])

    def beat(self, beat):
        if beat < self.changes[0]:
            self.poll(0, self.virtual)
        self.poll(1, self.virtual if self.active(beat) else self.own[1])


def takeover(tap, rig, story):
    with tap.point("a server takes over the address of one that died: it goes on by its "
                   "own name, and the dead one is down, or away") as faults:
        for reader in rig.readers(*PREFIX):
            faults += one_host(reader, "hc-b", "hc-b")
            faults += bridge.faults_until(lambda: [
                f"{reader.name}: hc-a is up" for host in [reader.now().get("hc-a")]
                if host is not None and not host.down], FORGOTTEN)
        faults += not_mixed(rig, ("hc-a", "hc-b"))
    with tap.point("the dead one is gone, the other one moved") as faults:
        want = [("moved", "hc-b", story.virtual, story.own[1], "-"),
                ("gone", "hc-a", story.virtual, "-", "-")]
        for cluster in PREFIX:
            got = [event for event in rig.daemons[cluster].events.of("hc-")
                   if event[0] in ("moved", "gone", "renamed")]
            if sorted(got) != sorted(want):
                faults.append(f"{cluster}: {got}")
    with tap.point("hc-b: its charts go on, in one folder") as faults:
        faults += one_folder(rig, PREFIX, "hc-b", "hc-b")
        for root in rig.folders(*PREFIX).values():
            faults += gone_on(root / "hc-b/bytes_in.rrd", story.at())
    with tap.point("Nagios: the one is UP, the dead one is DOWN, and stays so") as faults:
        faults += in_nagios(rig, "hc-b", UP)
        faults += in_nagios(rig, "hc-a", DOWN, problems=True)
