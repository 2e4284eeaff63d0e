"""The datagrams of recordings, however these are packed: the module and the bridge get
datagrams from a socket, and never see the frames around them."""
import gzip
import ipaddress
import struct

MAGIC = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000),
         b"\x4d\x3c\xb2\xa1": ("<", 1000000), b"\xa1\xb2\x3c\x4d": (">", 1000000)}
VLAN, MPLS, PPPOE = (0x8100, 0x88A8), (0x8847, 0x8848), 0x8864


def frames(path):
    """(milliseconds of the wall clock, link type, bytes) of each."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    order, unit = MAGIC[data[:4]]
    link, at = struct.unpack(order + "I", data[20:24])[0], 24
    while at < len(data):
        seconds, fraction, size, _ = struct.unpack(order + "IIII", data[at : at + 16])
        at += 16 + size
        yield seconds * 1000 + fraction // unit, link, data[at - size : at]


def packet_of(link, frame):
    """The IP packet in a frame."""
    if link != 1:  # Linux cooked, its version 2, raw IP
        return frame[{113: 16, 276: 20, 101: 0, 12: 0}[link] :]
    at = 12
    while struct.unpack(">H", frame[at : at + 2])[0] in VLAN:
        at += 4
    kind = struct.unpack(">H", frame[at : at + 2])[0]
    at += 2
    if kind in MPLS:
        while not frame[at + 2] & 1:  # the label at the bottom of the stack
            at += 4
        at += 4
    elif kind == PPPOE:
        at += 8
    return frame[at:]


def datagram_of(packet):
    """The source and payload of a UDP packet; None where it is none. Its end is that of
    the IP packet: a UDP length may lack the header."""
    old = packet[0] >> 4 == 4
    head = (packet[0] & 15) * 4 if old else 40
    if packet[9 if old else 6] != 17:
        return None
    source = ipaddress.ip_address(packet[12:16] if old else packet[8:24])
    length = struct.unpack(">H", packet[2:4] if old else packet[4:6])[0]
    return source, packet[head + 8 : length if old else 40 + length]


def datagrams(path):
    """(milliseconds of the wall clock, source, bytes) of each, in their order."""
    found = []
    for when, link, frame in frames(path):
        datagram = datagram_of(packet_of(link, frame))
        if datagram is not None:
            found.append((when, *datagram))
    return found


def lines(path, again=None):
    """They as tests/both/world.h reads them; and, unless `again` is None, all of them once
    more, so many seconds after the last one."""
    found = datagrams(path)
    if again is not None:
        later = max(when for when, _, _ in found) - found[0][0] + again * 1000
        found += [(when + later, *datagram) for when, *datagram in found]
    return "".join(f"{when} {source} {data.hex()}\n" for when, source, data in found)
