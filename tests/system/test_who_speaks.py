#!/usr/bin/env python3
"""Who can send what, under which setting: each row of the table in docs/cloud.md, tried
with a bridge, and packets from several addresses.
"""
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import network  # noqa: E402
import traffic  # noqa: E402

OWN, OTHER, NAT, STRANGER = "192.0.2.11", "192.0.2.12", "192.0.2.1", "198.51.100.9"
FIRST, SECOND = "192.0.2.21", "192.0.2.22"  # of one name
SILENT = "192.0.2.13"  # about its address
SOURCES = (OWN, OTHER, NAT, STRANGER, FIRST, SECOND, SILENT)
TRUE, FALSE = 0.25, 9.5  # loads
POLL = 0.25              # s


class World:
    """The bridge, and what is sent to it."""

    def __init__(self, session):
        for address in SOURCES:
            network.ip(f"addr add {address}/32 dev lo")
        self.our = bridge.Bridge(session, extra='self { name = "" }')
        self.senders = {source: traffic.Sender(self.our.sflow_port, source=source)
                        for source in SOURCES}

    def set(self, text):
        self.our.sflow = text
        self.our.reload()

    def refused(self):
        return self.our.status()["bridge"]["collector"]["not_allowed"]

    def send(self, agent, source, load=TRUE, times=1):
        for _ in range(times):
            self.senders[source].send(agent.machine(
                later_ms=int(POLL * 1000), load=load), keep=False)
            time.sleep(POLL)

    def is_taken(self, agent, source):
        """Whether a datagram of an agent is taken; all that are not are counted."""
        before = self.refused()
        received = self.our.status()["bridge"]["ingest"]["received"]
        self.send(agent, source)
        ganglia.wait_for("it is received", lambda: self.our.status()["bridge"][
            "ingest"]["received"] > received)
        taken = self.refused() == before
        if taken:
            ganglia.wait_for("the host", lambda: agent.name in self.our.hosts())
        return taken

    def load(self, name):
        return float(self.our.value(name, "load_one"))


def agent(address, name, **more):
    return traffic.Agent(address, name, **more)


def test_default(tap, world):
    with tap.point("by default: anybody can make a host, by any address") as faults:
        if not world.is_taken(agent("10.1.0.1", "made-up"), STRANGER):
            faults.append("it is refused")
    with tap.point("by default: who knows an agent's clock and numbers can speak for "
                   "it") as faults:
        known = agent(OWN, "known")
        world.send(known, OWN, times=4)
        world.send(known, STRANGER, load=FALSE)
        ganglia.wait_for("the false load", lambda: world.load("known") == FALSE)
        world.send(known, OWN)
        ganglia.wait_for("the true load", lambda: world.load("known") == TRUE)
    with tap.point("by default: who doesn't know them changes none of its "
                   "values") as faults:
        forged = agent(OWN, "known", uptime_ms=5_000_123)
        for _ in range(4):
            world.send(forged, STRANGER, load=FALSE)
            world.send(known, OWN)
            if world.load("known") != TRUE:
                faults.append(f"its load is {world.load('known')}")
    with tap.point("by default: an agent that says 0.0.0.0 has the packet's "
                   "source") as faults:
        if not world.is_taken(agent("0.0.0.0", "nothing"), SILENT) or \
                world.our.hosts()["nothing"].get("IP") != SILENT:
            faults.append("it hasn't")
    with tap.point("by default: agents behind one NAT are two hosts") as faults:
        for number in (1, 2):
            if not world.is_taken(agent(f"10.2.0.{number}", f"behind-{number}"), NAT):
                faults.append(f"{number} is refused")


def test_allow(tap, world):
    world.set('allow = { "192.0.2.0/24" } deny = { "192.0.2.12" }')
    with tap.point("allow looks at the packet's source: it refuses strangers, whatever "
                   "address they say") as faults:
        if world.is_taken(agent(OWN, "stranger"), STRANGER):
            faults.append("it is taken")
    with tap.point("allow: who is allowed can speak for any address") as faults:
        if not world.is_taken(agent("10.3.0.1", "any"), OWN):
            faults.append("it is refused")
    with tap.point("deny comes before allow") as faults:
        if world.is_taken(agent(OTHER, "denied"), OTHER):
            faults.append("it is taken")
    with tap.point("allow: behind NAT it is the NAT's address that counts") as faults:
        if not world.is_taken(agent("10.3.0.2", "nat"), NAT):
            faults.append("it is refused, although the NAT is allowed")
        world.set('allow = { "10.3.0.0/24" }')
        if world.is_taken(agent("10.3.0.3", "inside"), NAT):
            faults.append("it is taken, although the NAT is not allowed")


def test_same_address(tap, world):
    world.set("same_address = yes")
    for what, address, source, wanted in (
            ("an agent speaks for itself", OTHER, OTHER, True),
            ("an agent can't speak for another one", OWN, OTHER, False),
            ("a stranger can't speak for an agent", OWN, STRANGER, False),
            ("a stranger can speak for itself", STRANGER, STRANGER, True),
            ("an agent behind NAT is refused", "10.4.0.1", NAT, False),
            ("an agent of two addresses is refused from the other one", OWN, NAT, False),
            ("an agent that says 0.0.0.0 is refused", "0.0.0.0", OWN, False)):
        with tap.point(f"same_address: {what}") as faults:
            name = f"same-{address}-{source}"
            if world.is_taken(agent(address, name), source) != wanted:
                faults.append("it is refused" if wanted else "it is taken")
    world.set('same_address = yes allow = { "192.0.2.0/24" }')
    with tap.point("same_address and allow: strangers can't even speak for "
                   "themselves") as faults:
        if world.is_taken(agent(STRANGER, "both"), STRANGER):
            faults.append("it is taken")


def test_names(tap, world):
    world.set("same_address = yes")
    with tap.point("same_address is not about names: while a host is up, another one "
                   "that sends its name gets its address for a name") as faults:
        first, second = agent(FIRST, "web1"), agent(SECOND, "web1", uuid=bytes([7] * 16))
        for _ in range(6):
            world.send(first, FIRST)
            world.send(second, SECOND, load=FALSE)
        loads = {name: world.load(name) for name in world.our.hosts()
                 if "web1" in name or SECOND in name}
        if loads.pop("web1") != TRUE or list(loads.values()) != [FALSE]:
            faults.append(f"{loads}, {sorted(world.our.hosts())}")
        print(f"# the other one is {list(loads)}")


def test(tap, session):
    world = World(session)
    test_default(tap, world)
    test_allow(tap, world)
    test_same_address(tap, world)
    test_names(tap, world)
    for sender in world.senders.values():
        sender.close()


if __name__ == "__main__":
    network.isolate()
    bridge.run(test)
