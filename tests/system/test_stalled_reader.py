#!/usr/bin/env python3
"""A reader of gmond's XML that stops reading: gmond answers one reader after another, so
all others wait, unless its tcp_accept_channel has a `timeout`. Datagrams are taken all the
same. The bridge's readers do not wait for each other.
"""
import contextlib
import socket
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

HOSTS = 600      # so that their XML finds no room in the buffers of a connection
LEAST = 6 << 20  # bytes of it
LIMIT = 1        # s, of `timeout`
TIMES = 4        # gmond 3.7.2 tries to send so many ends of elements, each for so long
WAITS = 3        # s, of a reader that gets nothing
PROMPT = 3       # s, for XML of that size, on a busy machine
NEWS = 7.5       # a load that is new


@contextlib.contextmanager
def stalled(port):
    """A reader that takes the first bytes of XML only."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect((ganglia.LOCAL, port))
        s.settimeout(WAITS)
        s.recv(1)
        time.sleep(0.5)  # until no buffer has room
        yield s


def took(port, patience):
    """How many seconds the whole XML took; None when it did not come."""
    began = time.monotonic()
    try:
        text = ganglia.read_tcp(port, patience)
    except TimeoutError:
        return None
    if not text.endswith(b"</GANGLIA_XML>\n"):
        raise ValueError(f"it ends with {text[-40:]}")
    return time.monotonic() - began


def fill(ports, agents, load=0.5):
    for agent in agents:
        payload = agent.machine(later_ms=5000, load=load)
        for port in ports:
            with traffic.Sender(port) as sender:
                sender.send(payload, keep=False)
        time.sleep(0.0005)


def test_without(tap, gmond, agents):
    with tap.point("gmond without `timeout`: while one reader stalls, others wait, and "
                   "datagrams are taken") as faults, stalled(gmond.port) as reader:
        if took(gmond.port, WAITS) is not None:
            faults.append("it was answered")
        fill([gmond.sflow_port], agents, NEWS)
        reader.close()
        print(f"# answered {took(gmond.port, 3 * WAITS)} s after it has gone")
        ganglia.wait_for("all have the new load", lambda: all(
            float(ganglia.metrics_of(host)["load_one"]["VAL"]) == NEWS
            for host in gmond.sflow_hosts().values()))
        if gmond.drops():
            faults.append(f"{gmond.drops()} datagrams were dropped")


def test_with(tap, gmond):
    with tap.point(f"gmond with `timeout` of {LIMIT} s: others wait for up to {TIMES} times "
                   "as long, and are answered") as faults, stalled(gmond.port):
        seconds = took(gmond.port, TIMES * LIMIT + PROMPT)
        print(f"# answered after {seconds} s")
        if seconds is None:
            faults.append("it was not answered")
        seconds = took(gmond.port, WAITS)
        if seconds is None or seconds > PROMPT:
            faults.append(f"the next one took {seconds} s")


def test_bridge(tap, our):
    port = our.gmond_ports["sflow"]
    with tap.point("the bridge: nobody waits") as faults, stalled(port):
        seconds = took(port, WAITS)
        print(f"# answered after {seconds} s")
        if seconds is None or seconds > PROMPT:
            faults.append(f"it took {seconds} s")


def test(tap, session):
    without = session.gmond(module={})
    limited = session.gmond(module={}, accept=f"timeout = {LIMIT}000000")
    our = bridge.Bridge(session, extra='user = "" self { name = "" }')
    agents = [traffic.Agent(f"10.3.{i // 250}.{i % 250 + 1}", f"node-{i}")
              for i in range(HOSTS)]
    for _ in range(2):
        fill([without.sflow_port, limited.sflow_port, our.sflow_port], agents)
    with tap.point("their XML is larger than the buffers of a connection"):
        for port in (without.port, limited.port, our.gmond_ports["sflow"]):
            ganglia.wait_for("all of it", lambda each=port: len(
                ganglia.read_tcp(each, WAITS)) > LEAST)
    test_without(tap, without, agents)
    test_with(tap, limited)
    test_bridge(tap, our)


if __name__ == "__main__":
    bridge.run(test)
