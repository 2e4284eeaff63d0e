"""Flow samples that no recording has: each record that struct flow knows, and packets in
packets.
"""
import re
import struct
from pathlib import Path

FIELDS = Path(__file__).resolve().parents[2] / "sflow/traffic/fields.h"


def all_fields():
    """Names in the table of the library."""
    return re.findall(r"\tFIELD\((\w+),", FIELDS.read_text())


def words(*numbers):
    return struct.pack(f">{len(numbers)}I", *numbers)


def text(data):
    return words(len(data)) + data + bytes(-len(data) % 4)


def v4(last, net=1):
    return bytes((10, net, 0, last))


def v6(last, net=1):
    return bytes((0x20, 1, 0x0D, 0xB8, 0, net)) + bytes(9) + bytes((last,))


def address(data):
    return words(1 if len(data) == 4 else 2) + data


# Packets ----------------------------------------------------------------------------


def tcp():
    return struct.pack(">HHIIBBHHH", 43210, 443, 1, 2, 0x50, 0x18, 512, 0, 0) + b"hello"


def udp(port, inside):
    return struct.pack(">HHHH", 55555, port, 8 + len(inside), 0) + inside


def ip4(protocol, inside, net=1, flags=0):
    return struct.pack(">BBHHHBBH", 0x45, 0xB8, 20 + len(inside), 7, flags, 61, protocol,
                       0) + v4(1, net) + v4(2, net) + inside


def ip6(following, inside, net=1):
    return struct.pack(">IHBB", 6 << 28 | 0x20 << 20, len(inside), following, 59) + \
        v6(1, net) + v6(2, net) + inside


def frame(kind, inside, tags=()):
    head = bytes((2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2))
    for tag in tags:
        head += struct.pack(">HH", 0x8100, tag)
    return head + struct.pack(">H", kind) + inside


def packets():
    """(protocol of sFlow's, bytes)"""
    inner = frame(0x800, ip4(6, tcp(), 9), (77,))
    yield 1, frame(0x800, ip4(6, tcp()), (0x6064, 5))
    yield 1, frame(0x86DD, ip6(58, bytes((135, 0, 0, 0))))
    yield 1, frame(0x800, ip4(1, bytes((3, 13, 0, 0))))
    yield 1, frame(0x8847, words(100 << 12 | 64, 200 << 12 | 1 << 8 | 63) +
                   ip4(17, udp(53, b"query")))
    yield 1, frame(0x8864, bytes((0x11, 0, 0, 9)) + struct.pack(">HH", 50, 0x21) +
                   ip4(6, tcp()))
    yield 12, ip6(60, bytes((44, 0)) + bytes(6) + bytes((17, 0, 0, 1)) + bytes(4) +
                  udp(53, b"first"))
    for port in (4789, 8472):
        yield 1, frame(0x800, ip4(17, udp(port, words(8 << 24, 5001 << 8) + inner)))
    yield 1, frame(0x86DD, ip6(17, udp(6081, words(2 << 24 | 0x6558, 42 << 8) +
                                       bytes(8) + inner)))
    yield 1, frame(0x800, ip4(47, words(0x20006558, 9 << 8 | 3) + inner))
    yield 1, frame(0x800, ip4(47, words(0xB0000800, 0, 99, 1) + ip4(6, tcp(), 8)))
    limit = bytes((47, 0, 4, 1, 4, 1, 1, 0))
    yield 12, ip6(60, limit + words(0x0800) + ip4(6, tcp(), 8))
    yield 12, ip6(44, bytes((60, 0, 0, 1)) + bytes(4) + limit + words(0x0800) +
                  ip4(6, tcp(), 8))
    yield 12, ip6(60, bytes((137, 3)) + bytes(30) + words(5 << 12 | 1 << 8 | 64) +
                  ip4(6, tcp(), 8))
    yield 1, frame(0x800, ip4(4, ip4(41, ip6(6, tcp(), 3), 2)))
    yield 11, ip4(137, words(5 << 12 | 1 << 8 | 64) + ip4(6, tcp(), 4))
    yield 11, ip4(4, ip4(6, tcp(), 5), flags=0x2000)
    yield 11, ip4(17, udp(4789, words(8 << 24, 1 << 8) + inner), flags=0x2000)
    yield 11, ip4(4, ip4(6, tcp(), 5), flags=100)
    nested = ip4(6, tcp(), 20)
    for net in range(19, 10, -1):
        nested = ip4(4, nested, net)
    yield 11, nested


def header(protocol, data, length=None, stripped=4):
    return 1, words(protocol, len(data) + 4 if length is None else length, stripped) + \
        text(data)


# Records ----------------------------------------------------------------------------

SAMPLED_ETHERNET = 2, words(200) + bytes(6) + b"\0\0" + bytes((2, 1, 1, 1, 1, 1, 0, 0)) + \
    words(0x800)
SAMPLED_IPV4 = 3, words(182, 6) + v4(7) + v4(8) + words(1000, 80, 0x12, 4)
SAMPLED_IPV6 = 4, words(1000, 17) + v6(7) + v6(8) + words(53, 5353, 0, 0)
SWITCH = 1001, words(10, 0, 20, 0)
SWITCH_UNKNOWN = 1001, words(*[0xFFFFFFFF] * 4)
ROUTER = 1002, address(v6(254)) + words(24, 16)
GATEWAY = 1003, address(v4(253)) + words(64500, 64501, 64502, 2, 2, 2, 64503, 64504, 2,
                                         1, 64505, 2, 1, 2, 100)
GATEWAY_SET = 1003, address(v4(253)) + words(64500, 64501, 64502, 1, 1, 2, 64506, 64507,
                                             0, 100)
USER = 1004, words(106) + text(b"alice") + words(106) + text(b"bob\x00\xff")
URL = 1005, words(2) + text(b"/a?b=c") + text(b"www.example.net")
NAT = 1007, address(v4(31)) + address(v6(32))
NAT_PORTS = 1020, words(4001, 4002)
SOCKET4 = 2100, words(6) + v4(41) + v4(42) + words(80, 50000)
SOCKET6 = 2101, words(6) + v6(41) + v6(42) + words(443, 50001)
MEMCACHE = 2200, words(1, 7) + text(b"key <1>") + words(1, 1000, 250, 5)
APPLICATION = 2202, text(b"pay") + text(b"card.check") + text(b"a=b") + text(b"OK") + \
    struct.pack(">QQII", 100, 2 ** 40, 1500, 0)
INITIATOR, TARGET = (2204, text(b"me")), (2205, text(b"you"))


def http(protocol, status):
    return protocol + text(b"/index.html") + text(b"h.example.net") + text(b"") + \
        text(b"agent") + text(b"") + text(b"carol") + text(b"text/html") + \
        struct.pack(">QQIi", 1, 2, 3, status)


HTTP = 2206, words(2, 1001) + http(b"", 200)
HTTP_OLD = 2201, words(4) + http(b"", -1)
TCP_INFO = 2209, words(1, 1460, 1460, 0, 0, 1, 1500, 12345, 100, 10, 3, 12000)
VNI_OUT, VNI_IN = (1029, words(70)), (1030, words(71))
SHORT = 1002, address(v4(1)) + words(24)
UNKNOWN = 999, b"\1\2\3\4"
BAD_ADDRESS = 1007, words(3) + bytes(16)
BAD_COUNT = 1003, address(v4(253)) + words(1, 2, 3, 0, 0xFFFFFFFF, 1)


def sample(records, tag="0:1", rate=1000, ports=(5, 6)):
    body = b"".join(words(number, len(data)) + data for number, data in records)
    if tag == "0:1":
        head = words(9, 5, rate, 123456, 2, *ports)
    elif tag == "0:3":
        head = words(9, 1, 7, rate, 123456, 2, 0, ports[0], 0, ports[1])
    else:
        head = words(9, 0, 5, 1, *ports, 258)
    return tag, head + words(len(records)) + body


def samples():
    for protocol, data in packets():
        yield sample([header(protocol, data)])
        yield sample([header(protocol, data[:60])], "0:3")
        yield sample([header(protocol, data)], "0:5")
    packet = header(*next(packets()))
    lengths = header(1, next(packets())[1], 200)
    for records in (
            [lengths, SAMPLED_ETHERNET, SAMPLED_IPV4], [SAMPLED_IPV4, SAMPLED_ETHERNET],
            [SAMPLED_IPV6], [header(1, next(packets())[1], 128), SAMPLED_IPV4],
            [header(1, b"", 1500), SAMPLED_IPV4], [header(1, b"x", 2 ** 32 - 1)],
            [header(1, b"x", 2 ** 20 + 1), SAMPLED_IPV6], [header(1, b"x", 0)],
            [header(1, b"x", 10, 11)], [SWITCH, packet], [SWITCH_UNKNOWN, packet],
            [packet, ROUTER, GATEWAY, USER, URL, NAT, NAT_PORTS, VNI_IN, VNI_OUT],
            [packet, GATEWAY_SET], [packet, TCP_INFO], [MEMCACHE, SOCKET4],
            [HTTP, SOCKET6], [HTTP_OLD], [APPLICATION, INITIATOR, TARGET],
            [HTTP, packet], [packet, SHORT, UNKNOWN, BAD_ADDRESS, BAD_COUNT, SWITCH],
            [SHORT, ROUTER], [ROUTER, SHORT], [SOCKET4, SOCKET6], [HTTP, HTTP_OLD],
            [packet, lengths], [lengths, packet], []):
        yield sample(records)
        yield sample(records, "0:3", rate=0, ports=(0, 0x3FFFFFFF))
        yield sample(records, "0:1", ports=(1 << 30 | 263, 2 << 30 | 3))
        yield sample(records, "0:5", ports=(0, 0x80000000))
