#!/usr/bin/env python3
"""The bridge and the module are stopped for a while, and the kernel drops most of what
is sent to them meanwhile: nobody is called down for that, but who ends is.
"""
import re
import signal
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

AGENTS = 100
POLLING = 2      # s
BEFORE = 8       # polls, until all intervals are known
STOPPED = 20     # s
SOON = 8         # s: three polls and a tick
BUFFER = 20000   # bytes, a second's worth
ENDS = "node-7"


class Crowd:
    """Agents that all send in turn, each every POLLING s."""

    def __init__(self, ports):
        self.to = [traffic.Sender(port) for port in ports]
        self.agents = [traffic.Agent(f"10.8.0.{i}", f"node-{i}")
                       for i in range(1, AGENTS + 1)]
        self.ended, self.next = set(), 0

    def beat(self):
        """One agent's turn."""
        agent = self.agents[self.next % AGENTS]
        self.next += 1
        payload = agent.datagram((traffic.MACHINE, [
            traffic.host_descr(agent.name),
            traffic.host_memory(free=1 << 30)]), later_ms=1000 * POLLING)
        for to in self.to:
            if agent.name not in self.ended:
                to.send(payload, keep=False)


def downs(program):
    return re.findall(r"host (\S+) is down", program.log())


def test(tap, session):
    ours = bridge.Bridge(session, sflow=f"rcvbuf = {BUFFER}")
    gmond = session.gmond(module={"rcvbuf": BUFFER})
    programs = (ours, gmond)
    crowd = Crowd([ours.sflow_port, gmond.sflow_port])
    with traffic.in_background(crowd.beat, POLLING / AGENTS):
        time.sleep(BEFORE * POLLING)
        for program in programs:
            program.process.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED)
        for program in programs:
            program.process.send_signal(signal.SIGCONT)
        time.sleep(SOON)
        for program in programs:
            with tap.point(f"{program.name} was stopped for {STOPPED} s, and calls "
                           "nobody down") as faults:
                faults += downs(program)
                if "nobody listened for" not in program.log():
                    faults.append("it does not say so")
        with tap.point("the kernel has dropped what was sent meanwhile") as faults:
            drops = ours.status()["bridge"]["ingest"]["kernel_drops"]
            if drops < AGENTS:
                faults.append(f"only {drops} datagrams")
        crowd.ended.add(ENDS)
        for program in programs:
            with tap.point(f"and {program.name} tells who ends after that") as faults:
                ganglia.wait_for("it is down", lambda: downs(program), STOPPED + 20)
                if downs(program) != [ENDS]:
                    faults.append(downs(program))


if __name__ == "__main__":
    ganglia.run(test)
