"""Just enough of pcap and of sFlow version 5's framing: the walk from packets
to records, and the way back for made-up traffic. What is inside of a counter
record is the golden files' business.
"""
import ipaddress
import struct
from dataclasses import dataclass, field

from goldenfile import WIDTH

COUNTERS = {"0:2": False, "0:4": True}  # tag of the sample -> expanded form
FLOWS = {"0:1": False, "0:3": True}
RTMETRIC = "4300:1002"  # metrics that the agent names itself
OF_PACKETS = {"0:5", "4300:1003"}  # samples that are not about counters
CUSTOM = ("string", "u32", "u64", "u32", "u64", "f32", "f64")  # by type of a metric


@dataclass
class Record:
    tag: str
    flow: bool
    length: int
    body: bytes = b""
    theirs: dict = None  # sflowtool's element, or None for made-up traffic
    golden: object = None  # by which it is to be read; None: nobody's
    values: dict = None  # of its fields, by name
    short: bool = False  # it ends too early


@dataclass
class Sample:
    tag: str
    sequence: str  # "-" for a type of sample that is unknown here
    source: str
    records: list = field(default_factory=list)
    body: bytes = b""  # of a type of sample without records
    set: str = None  # name of the set of metrics that the agent names itself
    custom: list = field(default_factory=list)  # and (name, type, value) of these
    broken: bool = False  # behind these it can't be read
    theirs: dict = None  # sflowtool's sample, where it has no records

    def tags(self):
        return {record.tag for record in self.records if not record.flow}


@dataclass
class Datagram:
    number: int
    agent: str
    sub_agent: int
    sequence: int
    uptime: int  # ms
    arrival: int  # ms since the epoch
    samples: list = field(default_factory=list)
    source: str = None  # address of who sent it


def tag_text(tag):
    return f"{tag >> 12}:{tag & 0xFFF}"


def tag_number(text):
    enterprise, number = text.split(":")
    return int(enterprise) << 12 | int(number)


# Reading ------------------------------------------------------------------


class Reader:
    """A big-endian reader that raises on an overrun."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if self.at + size > len(self.data):
            raise ValueError("overrun")
        self.at += size
        return self.data[self.at - size : self.at]

    def u32(self):
        return int.from_bytes(self.take(4), "big")

    def value(self, kind):
        if kind == "string":
            size = self.u32()
            return self.take(size + -size % 4)[:size].decode("latin-1")
        data = self.take(WIDTH[kind])
        if kind in ("f32", "f64"):
            return struct.unpack(">f" if kind == "f32" else ">d", data)[0]
        return int.from_bytes(data, "big")


def pcap_packets(path):
    """(arrival in ms, link type, packet) of each packet."""
    data = path.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    nano = data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    link = struct.unpack(order + "I", data[20:24])[0]
    at = 24
    while at < len(data):
        seconds, fraction, size, _ = struct.unpack(order + "IIII", data[at : at + 16])
        at += 16 + size
        arrival = seconds * 1000 + fraction // (1000000 if nano else 1000)
        yield arrival, link, data[at - size : at]


def udp_payload(link, packet):
    """Who sent it, and what; or None."""
    if link == 1:  # Ethernet, with or without VLAN tags
        at = 12
        while packet[at : at + 2] in (b"\x81\x00", b"\x88\xa8"):
            at += 4
        packet = packet[at + 2 :]
    else:  # Linux cooked, its version 2, raw IP
        packet = packet[{113: 16, 276: 20, 101: 0, 12: 0}[link] :]
    old = packet[0] >> 4 == 4
    head = (packet[0] & 15) * 4 if old else 40
    if packet[9 if old else 6] != 17:
        return None
    source = ipaddress.ip_address(packet[12:16] if old else packet[8:24])
    length = struct.unpack(">H", packet[head + 4 : head + 6])[0]
    return str(source), packet[head + 8 : head + length]


def walk_records(reader, flow):
    records = []
    for _ in range(reader.u32()):
        tag, length = tag_text(reader.u32()), reader.u32()
        records.append(Record(tag, flow, length, reader.take(length)))
    return records


def walk_sample(tag, reader):
    """Flow samples have some words more between the data source and the
    records: rate, pool, drops, and the interfaces (one word each, or two)."""
    expanded = COUNTERS[tag] if tag in COUNTERS else FLOWS[tag]
    sequence, source = reader.u32(), reader.u32()
    index = reader.u32() if expanded else source & 0xFFFFFF
    sample = Sample(tag, str(sequence), f"{source if expanded else source >> 24}:{index}")
    if tag in FLOWS:
        reader.take(28 if expanded else 20)
    sample.records = walk_records(reader, tag in FLOWS)
    return sample


def walk_custom(tag, reader):
    sample = Sample(tag, "-", "-", set=reader.value("string"))
    for _ in range(reader.u32()):
        name, number = reader.value("string"), reader.u32()
        sample.custom.append((name, number, reader.value(CUSTOM[number])))
    return sample


def walk_any_sample(tag, reader):
    if tag in COUNTERS or tag in FLOWS:
        return walk_sample(tag, reader)
    return walk_custom(tag, reader) if tag == RTMETRIC else Sample(tag, "-", "-")


def walk_datagram(number, arrival, payload):
    reader = Reader(payload)
    if reader.u32() != 5:
        raise ValueError("not sFlow version 5")
    agent = ipaddress.ip_address(reader.take({1: 4, 2: 16}[reader.u32()]))
    sub_agent, sequence, uptime, count = (reader.u32() for _ in range(4))
    datagram = Datagram(number, str(agent), sub_agent, sequence, uptime, arrival)
    for _ in range(count):
        tag, length = tag_text(reader.u32()), reader.u32()
        datagram.samples.append(walk_any_sample(tag, Reader(reader.take(length))))
    return datagram


def walk_pcap(path):
    datagrams = []
    for arrival, link, packet in pcap_packets(path):
        udp = udp_payload(link, packet)
        if udp is not None:
            datagrams.append(walk_datagram(len(datagrams) + 1, arrival, udp[1]))
            datagrams[-1].source = udp[0]
    return datagrams


# Writing ------------------------------------------------------------------


def pack_string(value):
    data = value.encode("latin-1")
    return struct.pack(">I", len(data)) + data + bytes(-len(data) % 4)


PACKERS = {
    "f32": lambda value: struct.pack(">f", value),
    "f64": lambda value: struct.pack(">d", value),
    "uuid": lambda value: bytes.fromhex(value.replace("-", "")),
    "mac": lambda value: bytes.fromhex(value.replace(":", "")) + bytes(2),
    "rest": bytes.fromhex,
    "string": pack_string,
}


def pack(item, value):
    if item.type == "list":
        elements = (pack_fields(item.elements, element) for element in value)
        return struct.pack(">I", len(value)) + b"".join(elements)
    if item.type in PACKERS:
        return PACKERS[item.type](value)
    return (value % 2 ** (8 * WIDTH[item.type])).to_bytes(WIDTH[item.type], "big")


def pack_fields(golden, values):
    return b"".join(pack(f, values[f.name]) for f in golden.fields if f.name in values)


def pack_custom(rtmetric, sample):
    """The body of a sample of metrics that the agent names itself."""
    body = pack_string(sample.set) + struct.pack(">I", len(sample.custom) + sample.broken)
    for name, number, value in sample.custom:
        body += pack_string(name) + struct.pack(">I", number)
        body += pack(rtmetric.fields[number], value)
    return body


def pack_datagram(datagram, rtmetric):
    agent = ipaddress.ip_address(datagram.agent)
    head = (5, 1 if agent.version == 4 else 2)
    tail = (datagram.sub_agent, datagram.sequence, datagram.uptime, len(datagram.samples))
    data = struct.pack(">II", *head) + agent.packed + struct.pack(">IIII", *tail)
    for sample in datagram.samples:
        body = pack_sample(sample, rtmetric)
        data += struct.pack(">II", tag_number(sample.tag), len(body)) + body
    return data


def pack_sample(sample, rtmetric):
    """A counters sample, or the bytes of another type of sample."""
    if sample.set is not None:
        return pack_custom(rtmetric, sample) + sample.body
    if sample.tag not in COUNTERS:
        return sample.body
    cls, index = (int(part) for part in sample.source.split(":"))
    source = struct.pack(">I", cls << 24 | index)
    if COUNTERS[sample.tag]:
        source = struct.pack(">II", cls, index)
    data = struct.pack(">I", int(sample.sequence)) + source
    data += struct.pack(">I", len(sample.records))
    for record in sample.records:
        data += struct.pack(">II", tag_number(record.tag), len(record.body)) + record.body
    return data


def ones_sum(data):
    """The Internet checksum (RFC 1071)."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ethernet_frame(payload):
    udp = struct.pack(">HHHH", 40000, 6343, 8 + len(payload), 0) + payload
    source, target = (ipaddress.ip_address(a).packed for a in ("198.51.100.1", "198.51.100.2"))
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + source + target
    head = head[:10] + struct.pack(">H", ones_sum(head)) + head[12:]
    return bytes(12) + b"\x08\x00" + head + udp


def write_pcap(path, datagrams, rtmetric):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for datagram in datagrams:
            frame = ethernet_frame(pack_datagram(datagram, rtmetric))
            seconds, ms = divmod(datagram.arrival, 1000)
            file.write(struct.pack("<IIII", seconds, ms * 1000 + 7, len(frame), len(frame)) + frame)
