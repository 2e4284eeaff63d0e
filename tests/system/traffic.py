"""sFlow datagrams for the system tests: recorded ones, made-up ones, and what
the library makes of them by itself (sflow-dump), which is what Ganglia must
show in the end.
"""
import contextlib
import ipaddress
import socket
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field

from ganglia import BUILD, CAPTURES, LOCAL, PATIENCE, metrics_of

# Recorded ---------------------------------------------------------------------

ETHERNET, RAW_IP = 1, 101


def read_pcap(path):
    """(seconds from the first, payload) of each UDP packet."""
    data = path.read_bytes()
    if struct.unpack_from("<I", data)[0] != 0xA1B2C3D4:
        raise ValueError(f"{path}: not a pcap file in this byte order")
    if struct.unpack_from("<I", data, 20)[0] != ETHERNET:
        raise ValueError(f"{path}: not Ethernet")
    at, found = 24, []
    while at < len(data):
        second, micro, kept, _ = struct.unpack_from("<IIII", data, at)
        packet = data[at + 16:at + 16 + kept]
        at += 16 + kept
        payload = udp_payload(packet[14:])
        if payload is not None:
            found.append((second + micro / 1e6, payload))
    return [(when - found[0][0], payload) for when, payload in found]


def udp_payload(ip):
    if ip[0] >> 4 == 4:
        header, protocol = (ip[0] & 15) * 4, ip[9]
    else:
        header, protocol = 40, ip[6]
    if protocol != socket.IPPROTO_UDP:
        return None
    length = struct.unpack_from(">H", ip, header + 4)[0]
    return ip[header + 8:header + length]


def write_pcap(path, datagrams):
    """Datagrams as they were sent: (epoch seconds, payload) each."""
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18,
                              RAW_IP))
        for when, payload in datagrams:
            packet = struct.pack(">BBHHHBBHII", 0x45, 0, 28 + len(payload), 0,
                                 0, 64, 17, 0, 0x7F000001, 0x7F000001)
            packet += struct.pack(">HHHH", 9, 6343, 8 + len(payload), 0)
            packet += payload
            micro = int(when * 1e6)
            out.write(struct.pack("<IIII", micro // 1000000, micro % 1000000,
                                  len(packet), len(packet)))
            out.write(packet)


# Sending ----------------------------------------------------------------------


class Sender:
    """Sends to a port of this machine, and keeps what it has sent, and when."""

    def __init__(self, port, to=LOCAL, source=None):
        family = socket.AF_INET6 if ":" in to else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        if source is not None:
            self.socket.bind((source, 0))
        self.to = (to, port)
        self.sent = []

    def send(self, payload, keep=True):
        if keep:
            self.sent.append((time.time(), payload))
        self.socket.sendto(payload, self.to)

    def replay(self, recording, speed, until=None):
        began = time.monotonic()
        for when, payload in recording:
            if until is not None and when > until:
                break
            pause = when / speed - (time.monotonic() - began)
            if pause > 0:
                time.sleep(pause)
            self.send(payload)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@contextlib.contextmanager
def in_background(each, seconds):
    """Calls `each()` every so many seconds in a thread, as long as the block
    lasts. The block gets a function that gives the number of calls."""
    stop, calls, errors = threading.Event(), [], []

    def work():
        began = time.monotonic()
        try:
            while not stop.is_set():
                each()
                calls.append(1)
                stop.wait(max(0, began + len(calls) * seconds
                              - time.monotonic()))
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield lambda: len(calls)
    finally:
        stop.set()
        thread.join()
    if errors:
        raise errors[0]


# Expected ---------------------------------------------------------------------


@dataclass
class Row:
    """A metric's last value, as sflow-dump prints it."""
    host: str
    name: str
    type: str
    value: str
    units: str
    slope: str
    group: str
    title: str
    tmax: str
    dmax: str
    source: str
    sub_agent: str


def dump(verb, pcap, options=()):
    arguments = [word for option in options for word in ("-o", option)]
    out = subprocess.run([BUILD / "tests/tools/sflow-dump", *arguments, verb,
                          str(pcap)],
                         capture_output=True, timeout=60, check=True)
    return [line.split("\t")
            for line in out.stdout.decode("latin-1").splitlines()]


def key_of(agent):
    return agent.replace(":", "-")


def last_values(pcap, options=()):
    """Row by metric name by the host's key. With vm=host, what class 3
    sends must be virtual machines, and their key is their UUID."""
    by_source = {}
    for letter, *line in dump("metrics", pcap, options):
        if letter != "M":
            continue
        _, agent, *columns = line
        row = Row(*columns)
        machine = (agent, row.host, row.source) \
            if "vm=host" in options and row.source.startswith("3:") else None
        by_source.setdefault((agent, machine), {})[row.name] = row
    hosts = {}
    for (agent, machine), rows in by_source.items():
        key = rows["uuid"].value if machine else key_of(agent)
        hosts.setdefault(key, {}).update(rows)
    return hosts


@dataclass
class Heard:
    """When an agent was last heard, and what it said of its start."""
    last: float = 0
    started: float = 0
    whole_seconds: set = field(default_factory=set)  # sub-agents


def heard(pcap):
    """Heard by the host's key."""
    found, uptimes = {}, {}
    for line in dump("decode", pcap):
        if line[0] == "D":
            _, _, agent, sub_agent, _, uptime, arrival = line
            host = found.setdefault(key_of(agent), Heard())
            host.last = int(arrival) / 1000
            uptimes.setdefault((key_of(agent), sub_agent), []).append(
                int(uptime))
        elif line[:2] == ["R", "0:2003"]:  # the machine's own word
            host.started = host.last - int(uptime) / 1000
    for (key, sub_agent), seen in uptimes.items():
        if all(ms % 1000 == 0 for ms in seen):
            found[key].whole_seconds.add(sub_agent)
    return found


def is_near(row, value, whole_seconds):
    """The value as text, against the expected one."""
    if row.type == "string" or row.value == value:
        return row.value == value
    want, got = float(row.value), float(value)
    if row.name.endswith("boottime"):
        return abs(want - got) <= 3
    digits = len(row.value.partition(".")[2])
    if abs(want - got) <= 1.01 * 10 ** -digits:
        return row.slope != "zero" and row.type in ("float", "double")
    return (row.sub_agent in whole_seconds and row.type == "float"
            and abs(want - got) <= 0.02 * abs(want))


def compare(rows, metrics, whole_seconds=()):
    """What is wrong with the metrics of a host in XML (ganglia.metrics_of)."""
    faults = [f"{name}: it is missing" for name in rows.keys() - metrics.keys()]
    faults += [f"{name}: nobody sent it"
               for name in metrics.keys() - rows.keys()]
    for name in sorted(rows.keys() & metrics.keys()):
        row, metric = rows[name], metrics[name]
        if not is_near(row, metric["VAL"], whole_seconds):
            faults.append(f"{name}: {metric['VAL']} instead of {row.value}")
        description = row.title.partition(": ")[2] if "." in name \
            else row.title
        want = {"TYPE": row.type, "UNITS": row.units, "SLOPE": row.slope,
                "TMAX": row.tmax, "DMAX": row.dmax, "GROUP": row.group,
                "DESC": description, "TITLE": row.title}
        for key, text in want.items():
            if metric.get(key) != text:
                faults.append(f"{name}: {key} is {metric.get(key)!r} "
                              f"instead of {text!r}")
        if "TWICE" in metric:
            faults.append(f"{name}: it is listed twice")
    return faults


# The recorded cluster ---------------------------------------------------------

NODES = {"10.80.0.1": "node1.example.net", "10.80.0.2": "node2.example.net",
         "10.80.0.3": "node3.example.net", "fd80--4": "node4.example.net",
         "10.80.0.5": "node5.example.net"}


class Replay:
    """A recording that was sent, and what has to come of it. Faster than it
    was recorded: by the agents' clocks the rates are still what they were."""

    def __init__(self, session, port, name="cluster", speed=6, seconds=None,
                 options=()):
        self.port = port
        with Sender(port) as sender:
            sender.replay(read_pcap(CAPTURES / f"{name}.pcap"), speed, seconds)
        pcap = session.path("sent.pcap")
        self.sent = sender.sent
        write_pcap(pcap, self.sent)
        self.expected = last_values(pcap, options)
        self.heard = heard(pcap)

    def again(self):
        """Sends all of it at once: its agents, which are restarted, are heard."""
        with Sender(self.port) as sender:
            for _, payload in self.sent:
                sender.send(payload)

    def faults(self, host):
        """What is wrong with the metrics of a HOST element."""
        ip = host.get("IP")
        whole = self.heard[ip].whole_seconds if ip in self.heard else ()
        return compare(self.expected[ip], metrics_of(host), whole)

    def shown(self, gmond, seconds=PATIENCE):
        """The hosts of a gmond, as soon as they are as they have to be, or as
        they are after that time."""
        deadline = time.monotonic() + seconds
        while True:
            hosts = gmond.sflow_hosts()
            right = hosts.keys() == self.expected.keys() and \
                not any(self.faults(host) for host in hosts.values())
            if right or time.monotonic() > deadline:
                return hosts
            time.sleep(0.2)


# Made up ----------------------------------------------------------------------


def opaque(data):
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


def host_descr(name, uuid=bytes(16), release="6.1.0"):
    def as_bytes(text):
        return text if isinstance(text, bytes) else text.encode()
    return 2000, opaque(as_bytes(name)) + uuid + struct.pack(">II", 3, 2) + \
        opaque(as_bytes(release))


def host_cpu(load=0.5, uptime=1000, cpu=(0, 0, 0, 0), interrupts=0,
             contexts=0):
    user, nice, system, idle = (n & 0xFFFFFFFF for n in cpu)
    return 2003, struct.pack(
        ">3f17I", load, load, load, 2, 300, 8, 2400, uptime, user, nice,
        system, idle, 0, 0, 0, interrupts & 0xFFFFFFFF,
        contexts & 0xFFFFFFFF, 0, 0, 0)


def host_memory(total=1 << 34, free=1 << 33):
    return 2004, struct.pack(">7Q4I", total, free, 1 << 20, 1 << 21, 1 << 30,
                             1 << 32, 1 << 31, 0, 0, 0, 0)


def host_disk(total=1 << 40, free=1 << 39):
    return 2005, struct.pack(">QQIIQIIQI", total, free, 5000, 0, 0, 0, 0, 0, 0)


def host_net(bytes_in=0, bytes_out=0):
    return 2006, struct.pack(">QIIIQIII", bytes_in, 0, 0, 0, bytes_out, 0, 0,
                             0)


def http(gets=0):
    return 2201, struct.pack(">15I", 0, gets, *([0] * 13))


def virt_cpu(busy_ms=0):
    return 2101, struct.pack(">III", 1, busy_ms, 2)


def virt_net(bytes_in=0):
    return 2104, struct.pack(">QIIIQIII", bytes_in, 0, 0, 0, bytes_in, 0, 0, 0)


ETHERNET_TYPE, LAG_TYPE, VLAN_TYPE = 6, 161, 136  # IANAifType-MIB
UP, DOWN = 3, 1  # admin up; oper up, down
UNKNOWN = 0xFFFFFFFF  # a counter that a switch doesn't have


def if_counters(index, kind=ETHERNET_TYPE, speed=10 ** 9, status=UP,
                received=(0,) * 7, sent=(0,) * 6):
    """received: octets, unicast, multicast, broadcast, discards, errors and
    unknown protocols; sent: the first six."""
    def counts(numbers):
        octets, *packets = numbers
        return struct.pack(f">Q{len(packets)}I", octets % (1 << 64),
                           *(n & 0xFFFFFFFF for n in packets))
    return 1, struct.pack(">IIQII", index, kind, speed, 1, status) + \
        counts(received) + counts(sent) + struct.pack(">I", 2)


def ethernet(fcs_errors=0):
    return 2, struct.pack(">13I", 0, fcs_errors, *([0] * 11))


def lag_port(aggregate, partner=b"\x02\x00\x00\x00\x00\x01"):
    mac = partner + bytes(2)
    return 7, mac + mac + struct.pack(">I4B8I", aggregate, 61, 61, 61, 61,
                                      *([0] * 8))


def port_name(name):
    return 1005, opaque(name.encode())


def packed_address(address):
    ip = ipaddress.ip_address(address)
    return struct.pack(">I", 1 if ip.version == 4 else 2) + ip.packed


def records_of(records):
    return b"".join(struct.pack(">II", tag, len(body)) + body
                    for tag, body in records)


def sample_of(sequence, source, records):
    """An expanded counters sample."""
    body = struct.pack(">IIII", sequence, *source, len(records)) + \
        records_of(records)
    return struct.pack(">II", 4, len(body)) + body


def compact_sample_of(sequence, source, records):
    """A counters sample as most switches send it."""
    kind, index = source
    body = struct.pack(">III", sequence, kind << 24 | index, len(records)) + \
        records_of(records)
    return struct.pack(">II", 2, len(body)) + body


def flow_sample_of(sequence, source, rate, pool, packet=bytes(64)):
    """A compact flow sample of a packet that the port received."""
    header = struct.pack(">III", 1, len(packet) + 4, 4) + opaque(packet)
    kind, index = source
    body = struct.pack(">IIIIIIII", sequence, kind << 24 | index, rate,
                       pool & 0xFFFFFFFF, 0, index, index + 1, 1) + \
        records_of([(1, header)])
    return struct.pack(">II", 1, len(body)) + body


def datagram_of(address, sub_agent, sequence, uptime_ms, samples):
    return struct.pack(">I", 5) + packed_address(address) + \
        struct.pack(">IIII", sub_agent, sequence & 0xFFFFFFFF,
                    uptime_ms & 0xFFFFFFFF, len(samples)) + b"".join(samples)


MACHINE = (2, 1)


@dataclass
class Agent:
    """Something that sends. Its clock runs as it is told to."""
    address: str
    name: object = "host"
    sub_agent: int = 100000
    uptime_ms: int = 100123  # a clock that steps whole seconds is not trusted
    sequence: int = 0
    samples: dict = field(default_factory=dict)  # sequence by data source
    uuid: bytes = bytes(16)

    def datagram(self, *parts, later_ms=1000):
        """A datagram of (data source, records) each."""
        self.sequence += 1
        self.uptime_ms += later_ms
        samples = []
        for source, records in parts:
            self.samples[source] = self.samples.get(source, 0) + 1
            samples.append(sample_of(self.samples[source], source, records))
        return datagram_of(self.address, self.sub_agent, self.sequence,
                           self.uptime_ms, samples)

    def machine_part(self, *more, later_ms=1000, rate=1000, load=0.5):
        """The machine's own sample in a datagram that is so much later; each of its
        counters counts `rate` per second by the agent's clock."""
        at = self.uptime_ms + later_ms
        count = rate * at // 1000
        return (MACHINE, [host_descr(self.name, self.uuid),
                          host_cpu(load, at // 1000,
                                   (at // 10, 0, 0, 3 * at // 10), count, count),
                          host_memory(), host_disk(), host_net(count, 2 * count),
                          *more])

    def machine(self, *more, later_ms=1000, rate=1000, load=0.5):
        """A datagram with it."""
        return self.datagram(
            self.machine_part(*more, later_ms=later_ms, rate=rate, load=load),
            later_ms=later_ms)
