#!/usr/bin/env python3
"""The module's own metrics, on gmond's own host: what they are called, and
that each counts what it says.
"""
import sys
import time

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

PER_SECOND = 20  # of each sort of datagram
CONFIRMED = 6    # s between two datagrams of an agent that stays
UNITS = {"sflow_agents": "agents", "sflow_hosts_up": "hosts",
         "sflow_hosts_late": "hosts", "sflow_hosts_down": "hosts",
         "sflow_events": "events/min", "sflow_datagrams": "datagrams/sec",
         "sflow_samples": "samples/sec", "sflow_samples_lost": "samples/sec",
         "sflow_kernel_drops": "datagrams/sec",
         "sflow_malformed": "errors/sec",
         "sflow_unknown_records": "records/sec",
         "sflow_not_allowed": "datagrams/sec",
         "sflow_refused": "refusals/sec", "sflow_values": "values/sec"}


class Mixture:
    """One datagram of each sort at a time."""

    def __init__(self, port):
        self.right = traffic.Sender(port)
        self.stranger = traffic.Sender(port, source="127.0.0.9")
        self.agent = traffic.Agent("10.1.1.1", "known")
        self.refused = traffic.Agent("10.1.1.99", "one-too-many")
        self.strange = traffic.Agent("10.1.1.50", "not-allowed")

    def send(self):
        agent = self.agent
        # two samples, the machine's with an unknown record; and the second's
        # number says that two are lost, as two datagrams are
        agent.samples[(2, 9)] = agent.samples.get((2, 9), 0) + 2
        agent.sequence += 2
        self.right.send(agent.datagram(
            (traffic.MACHINE, [traffic.host_descr("known"),
                               traffic.host_cpu(), (4711 << 12 | 1, b"abcd")]),
            ((2, 9), [traffic.host_memory()]), later_ms=1000 // PER_SECOND))
        self.right.send(self.refused.machine(later_ms=50))
        self.right.send(b"\0\0\0\5 is all that is right")
        self.stranger.send(self.strange.machine(later_ms=50))

    def close(self):
        self.right.close()
        self.stranger.close()


EXPECTED = {"sflow_datagrams": 1, "sflow_samples": 2,
            "sflow_samples_lost": 2, "sflow_malformed": 1,
            "sflow_unknown_records": 1, "sflow_not_allowed": 1,
            "sflow_refused": 1}  # times PER_SECOND


def test(tap, session):
    gmond = session.gmond(module={"deliver": "direct", "max_agents": 2,
                                  "allow": "127.0.0.1/32"})
    with tap.point("all are there, in group sflow, described") as faults:
        metrics = ganglia.wait_for("them", lambda: (
            lambda m: m if set(ganglia.OWN) <= m.keys() else None)(
                gmond.metrics(ganglia.LOCAL)))
        for name in ganglia.OWN:
            metric = metrics[name]
            if metric["UNITS"] != UNITS[name] or metric["SLOPE"] != "both" or \
                    metric["TYPE"] != ("float" if "/" in UNITS[name] else
                                       "uint32"):
                faults.append(metric)
            if metric.get("GROUP") != "sflow" or not metric.get("DESC"):
                faults.append(metric)
            if float(metric["VAL"]) != 0:
                faults.append(f"{name} is {metric['VAL']} from the start")

    mixture = Mixture(gmond.sflow_port)
    # both are confirmed, else they would make way for the third
    stay = (mixture.agent, traffic.Agent("10.1.1.2", "quiet"))
    for wait in (CONFIRMED, 0):
        for agent in stay:
            mixture.right.send(agent.datagram(
                (traffic.MACHINE, [traffic.host_descr(agent.name),
                                   traffic.host_cpu()]),
                later_ms=CONFIRMED * 1000))
        time.sleep(wait)
    with traffic.in_background(mixture.send, 1 / PER_SECOND):
        for name, times in EXPECTED.items():
            want = times * PER_SECOND
            with tap.point(f"{name} is {want} per second"):
                ganglia.wait_for(f"{name}", lambda: abs(
                    gmond.own(name) - want) <= 0.1 * want)
        with tap.point("sflow_values counts values") as faults:
            # what varies and still comes, of the one host, once a second
            count = sum(metric["SLOPE"] == "both" and int(metric["TN"]) < 60
                        for metric
                        in gmond.metrics("10.1.1.1").values())
            ganglia.wait_for(f"{count}", lambda: abs(
                gmond.own("sflow_values") - count) <= 0.1 * count, 8)
        with tap.point("sflow_agents is 2, the third is refused") as faults:
            if gmond.own("sflow_agents") != 2:
                faults.append(gmond.own("sflow_agents"))
            if "10.1.1.99" in gmond.hosts():
                faults.append("the third is a host")
        with tap.point("who is not allowed does not appear") as faults:
            if "10.1.1.50" in gmond.hosts():
                faults.append("it does")
        with tap.point("sflow_kernel_drops is 0") as faults:
            if gmond.own("sflow_kernel_drops") != 0 or gmond.drops() != 0:
                faults.append(f"{gmond.own('sflow_kernel_drops')}, the kernel "
                              f"says {gmond.drops()}")
    with tap.point("they are 0 again when nothing comes"):
        ganglia.wait_for("zeros", lambda: not any(
            gmond.own(name) for name in EXPECTED))
    mixture.close()

    with tap.point("sflow_kernel_drops counts what the kernel dropped"):
        small = session.gmond(module={"rcvbuf": 4096, "deliver": "direct"})
        big = traffic.Agent("10.1.1.1", "burst").machine()
        with traffic.Sender(small.sflow_port) as to:
            def burst():
                for _ in range(500):
                    to.send(big, keep=False)
            with traffic.in_background(burst, 0.1):
                ganglia.wait_for("drops", lambda: small.drops() > 0 and
                                 small.own("sflow_kernel_drops") > 0)


if __name__ == "__main__":
    ganglia.run(test)
