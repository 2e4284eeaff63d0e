#!/usr/bin/env python3
"""The wall clock of gmetad-bridge set by an hour, both ways, and by some seconds,
while hosts report: nobody is down by it, times that are shown follow, RRDs get what
RRDtool can take; and a restart by a clock that was set back in between. And the bridge held up for some
seconds itself.
"""
import signal
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import crowd  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

HOSTS = 12
HOUR = 3600
BACK = 8        # s that the test waits for
CLOSE = 2       # s that times may be apart: two roundings, and a beat
BEAT = 0.3      # s between the datagrams of a host
BACKLOG = 6000  # datagrams, more than are taken in one go
FOLLOWS = 4     # s until RRDs have what is new
RRD = 'step = 1 rra = { "RRA:AVERAGE:0.5:1:9000" } write = "always"'


def times(our, shift):
    """What is wrong with what is shown, by a clock that is so far from ours."""
    tree, now = our.cluster_xml(), time.time() + shift
    faults = []
    local = int(tree.find("CLUSTER").get("LOCALTIME"))
    if abs(local - now) > CLOSE:
        faults.append(f"LOCALTIME is {local - now:+.0f} s wrong")
    hosts = [host for host in tree.iter("HOST")
             if host.get("NAME").startswith("node-")]
    if len(hosts) != HOSTS:
        faults.append(f"{len(hosts)} hosts")
    for host in hosts:
        name, tn = host.get("NAME"), int(host.get("TN"))
        if not bridge.is_up(host):
            faults.append(f"{name} is down")
        if not 0 <= tn <= CLOSE:
            faults.append(f"{name}: TN {tn}")
        if abs(int(host.get("REPORTED")) - (now - tn)) > CLOSE:
            faults.append(f"{name}: REPORTED {host.get('REPORTED')}, it is "
                          f"{now:.0f}")
        metric = ganglia.metrics_of(host)["load_one"]
        if not 0 <= int(metric["TN"]) <= CLOSE:
            faults.append(f"{name}: TN of load_one {metric['TN']}")
    for query in ("/?filter=summary", "/"):
        for grid in our.ask(query).iter("GRID"):
            if abs(int(grid.get("LOCALTIME")) - now) > CLOSE:
                faults.append(f"{query}: LOCALTIME {grid.get('LOCALTIME')}")
    return faults


def rrd_last(our, name="node-0", metric="load_one"):
    return bridge.last_row(our.rrd_path("sflow", name, metric))[0]


def rrds_follow(our, shift):
    """All of them: hosts' and sums'."""
    late = []
    with bridge.RrdTool() as tool:
        for path in sorted(bridge.rrd_files(our.rrds)):
            last = tool.last(our.rrds / path)
            if not -FOLLOWS <= last - (time.time() + shift) <= 1:
                late.append(f"{path}: last update "
                            f"{last - time.time() - shift:+.0f} s from now")
    return late


def rrd_counters(our):
    counted = our.status()["bridge"]["rrd"]
    return counted["failed"], counted["dropped"]


def calm(our, log):
    """No host had anything happen to it."""
    return [line for line in crowd.new_lines(our, log, " host ")
            if "joined" not in line]


def step_to(our, shift):
    our.set_clock(shift)
    time.sleep(2.2)  # it is looked at once a second


# Points ---------------------------------------------------------------------------


def forwards(tap, our, log):
    with tap.point("before: times and RRDs are right") as faults:
        faults += bridge.faults_until(lambda: times(our, 0))
        ganglia.wait_for("files", lambda: our.rrd_path(
            "sflow", "node-0", "load_one").exists())
        faults += bridge.faults_until(lambda: rrds_follow(our, 0))
    with tap.point("an hour forwards: nobody is down, TN, REPORTED and LOCALTIME "
                   "are right") as faults:
        step_to(our, HOUR)
        faults += times(our, HOUR)
        faults += calm(our, log)
    with tap.point("RRDs go on by the new time, and nothing is refused") as faults:
        faults += bridge.faults_until(lambda: rrds_follow(our, HOUR))
        if rrd_counters(our) != (0, 0):
            faults.append(f"failed, dropped: {rrd_counters(our)}")


def back(tap, our, log):
    with tap.point("an hour back: nobody is down, TN, REPORTED and LOCALTIME are "
                   "right, and stay so") as faults:
        since = len(our.log())
        step_to(our, 0)
        faults += times(our, 0)
        last = rrd_last(our)
        time.sleep(3)
        faults += times(our, 0)
        faults += calm(our, log)
    with tap.point("RRDs get nothing by then; one line in the log says why, and "
                   "nothing is refused") as faults:
        if rrd_last(our) != last or last < time.time() + HOUR - 15:
            faults.append(f"{rrd_last(our)} after {last}")
        said = crowd.new_lines(our, since, "clock")
        if len(said) != 1 or "back" not in said[0]:
            faults.append(f"the log: {our.log()[since:]}")
        if rrd_counters(our) != (0, 0):
            faults.append(f"failed, dropped: {rrd_counters(our)}")
    with tap.point("when the clock is where it was, they go on") as faults:
        step_to(our, HOUR)
        faults += bridge.faults_until(lambda: rrds_follow(our, HOUR))


def a_little_back(tap, our, log):
    with tap.point(f"{BACK} s back: RRDs wait, and go on when the time has come; "
                   "sums of readers go on all the time") as faults:
        step_to(our, HOUR - BACK)
        began, last = time.time(), rrd_last(our)
        steps = our.status()["bridge"]["rrd"]["steps"]
        time.sleep(2)
        if rrd_last(our) != last:
            faults.append("they did not wait")
        if our.status()["bridge"]["rrd"]["steps"] < steps + 1:
            faults.append("there are no sums")
        time.sleep(max(0, began + BACK + 1 - time.time()))
        faults += bridge.faults_until(lambda: rrds_follow(our, HOUR - BACK), 6)
        faults += times(our, HOUR - BACK)
        faults += calm(our, log)
        if rrd_counters(our) != (0, 0):
            faults.append(f"failed, dropped: {rrd_counters(our)}")


def restart(tap, our, agents):
    with tap.point("a restart by a clock that was set back by an hour: who died "
                   "is down, who lives is not, and no time is in the "
                   "future") as faults:
        if fault := our.end():
            faults.append(fault)
        our.set_clock(0)
        agents.silent.add("node-0")
        log = len(our.log())
        our.start()
        ganglia.wait_for("node-0 is down", lambda: not bridge.is_up(
            our.hosts()["node-0"]), 15)
        hosts, now = our.hosts(), time.time()
        if len(hosts) != HOSTS:
            faults.append(f"{sorted(hosts)}")
        faults += [f"{name} is down" for name, host in hosts.items()
                   if name != "node-0" and not bridge.is_up(host)]
        faults += [f"{name}: REPORTED {host.get('REPORTED')}, it is {now:.0f}"
                   for name, host in hosts.items()
                   if int(host.get("REPORTED")) > now + CLOSE]
        down = crowd.new_lines(our, log, "is down")
        if len(down) != 1 or "node-0" not in down[0]:
            faults.append(f"the log: {down}")
    with tap.point("the RRDs have later times: their values are refused, counted "
                   "and told, in few lines") as faults:
        ganglia.wait_for("refused", lambda: rrd_counters(our)[0] > 100)
        said = ganglia.wait_for("told", lambda: crowd.new_lines(
            our, log, "can't be updated"))
        if len(said) > 2 or " future; " not in said[0] or \
                " in the future" not in said[0]:
            faults.append(f"{len(said)} lines: {said[:2]}")
    with tap.point("and go on when the time has come") as faults:
        step_to(our, HOUR + BACK)
        faults += bridge.faults_until(lambda: [
            f"{name}: {last}" for name in ("node-1", "node-2", "node-3")
            if (last := rrd_last(our, name)) < time.time() + HOUR + BACK
            - FOLLOWS])


def held_up(tap, session):
    """The bridge is stopped for some seconds, as a machine is that moves to another
    one, while all go on; what they sent is behind much else in the kernel."""
    our = bridge.Bridge(session, state=False, extra='user = ""')
    filler = traffic.Agent("10.9.0.1", "filler")
    hosts = [traffic.Agent(f"10.9.1.{i + 1}", f"steady-{i}") for i in range(HOSTS)]

    def beat():
        for host in hosts:
            to.send(host.machine(later_ms=int(1000 * BEAT)), keep=False)

    with traffic.Sender(our.sflow_port) as to:
        for _ in range(10):
            beat()
            time.sleep(BEAT)
        with tap.point("held up for 4 s: nobody is called down who was heard "
                       "meanwhile") as faults:
            ganglia.wait_for("all hosts", lambda: len(our.hosts()) == HOSTS)
            log = len(our.log())
            our.process.send_signal(signal.SIGSTOP)
            for _ in range(BACKLOG):
                to.send(filler.machine(later_ms=1), keep=False)
            for _ in range(int(4 / BEAT)):
                beat()
                time.sleep(BEAT)
            our.process.send_signal(signal.SIGCONT)
            ganglia.wait_for("the backlog", lambda: our.status()["bridge"]
                             ["ingest"]["received"] >= BACKLOG)
            beat()
            # the filler has been silent since it filled, and is down by its own pace
            faults += [line for line in crowd.new_lines(our, log, "is down")
                       if "host filler" not in line]
        with tap.point("who is silent after that is down") as faults:
            ganglia.wait_for("all are down", lambda: our.status()["bridge"]
                             ["collector"]["down"] > HOSTS)  # and the filler


def test(tap, session):
    held_up(tap, session)
    our = bridge.Bridge(session, rrd=RRD, shift=True, extra='user = ""')
    agents = crowd.Crowd([our.sflow_port], crowd.named(HOSTS), 0.5)
    with agents.sending():
        ganglia.wait_for("all hosts", lambda: len(our.hosts()) == HOSTS)
        log = len(our.log())
        forwards(tap, our, log)
        back(tap, our, log)
        a_little_back(tap, our, log)
        restart(tap, our, agents)


if __name__ == "__main__":
    bridge.run(test)
