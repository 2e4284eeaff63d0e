#!/usr/bin/env python3
"""Readers of gmetad-bridge that stop anywhere, drip, or come in hundreds, while 2,000
datagrams a second come in: none is lost, who stops is cut off, who reads is served.
"""
import contextlib
import itertools
import socket
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402

HOSTS = 400      # their XML has to be larger than all socket buffers
RATE = 2000      # datagrams per second
SLICE = 0.02     # s between two portions of them
READERS = 200    # the bound
TIMEOUT = 2      # s that a reader may take nothing
SERVED = 3       # s in which a reader that reads has all
TCP_ESTABLISHED = 1  # Linux
QUERY = b"GET /sflow/crowd-7?filter=none HTTP/1.0\r\n"


class Flood:
    """Datagrams of all hosts in turn, at their rate."""

    def __init__(self, our):
        self.to = traffic.Sender(our.sflow_port)
        self.agents = [traffic.Agent(f"10.1.{i // 250}.{i % 250}", f"crowd-{i}")
                       for i in range(HOSTS)]
        self.turn = itertools.cycle(self.agents)
        self.sent, self.began = 0, None

    def send(self):
        self.began = self.began or time.monotonic()
        due = int((time.monotonic() - self.began) * RATE)
        while self.sent < due:
            self.to.send(next(self.turn).machine(later_ms=200), keep=False)
            self.sent += 1


def connect(port, room=4096):
    """A client with little room."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    client.settimeout(5)
    client.connect((ganglia.LOCAL, port))
    return client


def read_some(client, count):
    """Exactly so many bytes, or less where the other end closes, or cuts it off."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while len(got) < count:
            chunk = client.recv(count - len(got))
            if not chunk:
                break
            got += chunk
    return got


def is_closed(client):
    """Whether the other end has closed, after what it had sent before."""
    client.settimeout(0)
    try:
        while client.recv(1 << 16):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def is_gone(client):
    """Whether the other end has closed, without reading: the kernel's word. It
    can't know while what was sent before has no room."""
    return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != \
        TCP_ESTABLISHED


def is_answered(client):
    """Whether it gets something, even if it is cut off since; None: it isn't known."""
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return None
    except ConnectionError:
        return True


def until_cut(our, seconds=TIMEOUT + 3):
    """Waits until none but the one that asks is served; how many are left. At the
    bound it is refused, too."""
    deadline, left = time.monotonic() + seconds, READERS
    while left > 1 and time.monotonic() < deadline:
        time.sleep(0.1)
        with contextlib.suppress(ConnectionError, IndexError):
            left = readers(our)["now"]
    return left - 1


def close(clients):
    for client in clients:
        client.close()


def serves(our, faults):
    """All hosts by each port, in time."""
    for name, port, ask in (("gmond", our.gmond_ports["sflow"], b""),
                            ("XML", our.xml_port, b""),
                            ("interactive", our.interactive_port, b"/\n")):
        began = time.monotonic()
        hosts = ganglia.read_tcp(port, 10, ask).count(b"</HOST>")
        if hosts != HOSTS or time.monotonic() - began > SERVED:
            faults.append(f"{name}: {hosts} hosts in "
                          f"{time.monotonic() - began:.1f} s")


def readers(our):
    return our.status()["bridge"]["readers"]


# Points -------------------------------------------------------------------------


def positions(length):
    """Where readers stop: at each of the first bytes, then here and there."""
    return [*range(300), *range(300, length, 997)]


def stall_in_answers(tap, our):
    ports = [our.gmond_ports["sflow"], our.xml_port]
    places = positions(200_000)
    step = READERS - 20
    with tap.point(f"{len(places)} readers that stop after 0, 1, 2, ... bytes: "
                   "all are cut off, others are served meanwhile") as faults:
        cut, memory = readers(our)["requests_cut"], 0
        for first in range(0, len(places), step):
            clients = []
            for count in places[first:first + step]:
                clients.append(connect(ports[count % 2]))
                if len(read_some(clients[-1], count)) != count:
                    faults.append(f"it got less than {count} bytes")
            serves(our, faults)
            memory = max(memory, our.rss_kb())
            if left := until_cut(our):
                faults.append(f"{left} of {len(clients)} are not cut off")
            faults += [f"{clients[i].getpeername()} has got all" for i in
                       (0, -1) if b"</GANGLIA_XML>" in
                       read_some(clients[i], 1 << 30)]
            close(clients)
        cut = readers(our)["requests_cut"] - cut
        if cut != len(places):
            faults.append(f"{cut} counted")
        print(f"# {memory} KB of memory at most")


def stall_in_queries(tap, our):
    with tap.point(f"{len(QUERY)} readers that stop in the midst of their "
                   "query: the same") as faults:
        clients = []
        for count in range(len(QUERY)):
            clients.append(connect(our.interactive_port))
            clients[-1].sendall(QUERY[:count])
        serves(our, faults)
        deadline = time.monotonic() + TIMEOUT + 3
        while not all(map(is_gone, clients)) and time.monotonic() < deadline:
            time.sleep(0.1)
        faults += [f"after {count} bytes it is not cut off"
                   for count, client in enumerate(clients)
                   if not is_closed(client)]
        close(clients)
    with tap.point("a query that comes byte by byte is answered") as faults:
        client = connect(our.interactive_port)
        for byte in QUERY:
            client.sendall(bytes((byte,)))
            time.sleep(0.01)
        answer = b"".join(iter(lambda: client.recv(1 << 16), b""))
        if answer.count(b"<HOST ") != 1 or b"crowd-7" not in answer:
            faults.append(answer[-300:])
        client.close()


def crowd(tap, our):
    with tap.point(f"{2 * READERS} readers at once: {READERS} are served, the "
                   "others refused; and there is room again when they have "
                   "gone") as faults:
        before, files = readers(our), our.fd_count()
        most, began = 0, time.monotonic()
        clients = []
        for i in range(2 * READERS):
            clients.append(connect(our.xml_port))
            if i % 20 == 0:
                most = max(most, our.fd_count() - files)
        deadline = time.monotonic() + 10
        while (answered := [is_answered(client) for client in clients]
               ).count(None) and time.monotonic() < deadline:
            time.sleep(0.02)
        # On a machine that is held up the first are cut off by now, and make room.
        turns = 1 + int((time.monotonic() - began) / TIMEOUT)
        served = answered.count(True)
        if not READERS - 5 <= served <= turns * READERS:
            faults.append(f"{served} are served in {turns} turns")
        if most > READERS:
            faults.append(f"{most} files")
        if left := until_cut(our):
            faults.append(f"{left} are still there")
        close(clients)
        serves(our, faults)
        after = readers(our)
        if after["refused"] - before["refused"] < answered.count(False):
            faults.append(after)
        ganglia.wait_for("no readers", lambda: readers(our)["now"] <= 1, 5)
    with tap.point("500 that connect and go at once") as faults:
        files = our.fd_count()
        for _ in range(500):
            connect(our.xml_port).close()
        serves(our, faults)
        ganglia.wait_for(f"{files} files again", lambda:
                         our.fd_count() <= files + 1, 5)


def drip(tap, our):
    with tap.point("30 readers that drip for longer than the timeout get all "
                   "that they take, and others are served") as faults:
        clients = [connect(our.gmond_ports["sflow"]) for _ in range(30)]
        took = dict.fromkeys(clients, 0)

        def take():
            for client in clients:
                took[client] += len(client.recv(512))
        with traffic.in_background(take, 0.1):
            for _ in range(3):
                time.sleep(TIMEOUT)
                serves(our, faults)
        faults += [f"one got {count} bytes" for count in took.values()
                   if count < 5000]
        rest = read_some(clients[0], 1 << 30)
        if not rest.endswith(b"</GANGLIA_XML>\n"):
            faults.append(f"its end is {rest[-100:]}")
        close(clients)


def nothing_lost(tap, our, flood):
    with tap.point("none of the datagrams was lost") as faults:
        sent = flood.sent
        counted = ganglia.wait_for("all of them", lambda: (
            lambda found: found["ingest"]["received"] >= sent and found)(
                our.status()["bridge"]), 5)
        seconds = time.monotonic() - flood.began
        if sent / seconds < 0.8 * RATE:
            faults.append(f"only {sent / seconds:.0f} a second were sent")
        for group, name in (("ingest", "kernel_drops"),
                            ("collector", "samples_lost"),
                            ("collector", "datagrams_lost"),
                            ("collector", "malformed"),
                            ("collector", "stale")):
            if counted[group][name] != 0:
                faults.append(f"{name} is {counted[group][name]}")
        if counted["collector"]["datagrams"] != sent:
            faults.append(f"{counted['collector']['datagrams']} of {sent}")
        print(f"# {sent} datagrams in {seconds:.0f} s")


def test(tap, session):
    our = bridge.Bridge(
        session, rrd=None, state=False,
        extra=f'self {{ name = "" }} readers = {READERS} '
              f"reader_timeout = {TIMEOUT}")
    flood = Flood(our)
    with contextlib.closing(flood.to):
        with traffic.in_background(flood.send, SLICE):
            ganglia.wait_for("all hosts", lambda: len(our.hosts()) == HOSTS)
            stall_in_answers(tap, our)
            stall_in_queries(tap, our)
            crowd(tap, our)
            drip(tap, our)
        nothing_lost(tap, our, flood)
        with tap.point("the hosts are as they were sent last") as faults:
            loads = {ganglia.metrics_of(host)["interrupts"]["VAL"]
                     for host in our.hosts().values()}
            if loads != {"1000"}:
                faults.append(loads)


if __name__ == "__main__":
    bridge.run(test)
