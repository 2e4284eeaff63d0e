"""Flow samples as facts, extracted from the bytes independently of the library: what
check-flows.py compares with flow-dump. Names of fields are those of
sflow/traffic/fields.h.
"""
import ipaddress
import struct

from wire import Reader

IP, IP6, MPLS, PPPOE = 0x0800, 0x86DD, 0x8847, 0x8864
TAGS = (0x8100, 0x88A8, 0x9100)
BRIDGED, PPP = 0x6558, 0x880B
EXTENSIONS = {0, 43, 44, 51, 60, 135}
WITH_PORTS = {6, 17, 132}
INTERNAL, UNKNOWN = 0x3FFFFFFF, 0xFFFFFFFF
LONGEST = 1 << 20
TUNNELS = 4


class Short(Exception):
    """The bytes end here."""


class Bytes:
    """Bytes of a packet, from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def need(self, size):
        if len(self.data) - self.at < size:
            raise Short

    def take(self, size):
        self.need(size)
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def rest(self, most=None):
        """What is left, of `most` bytes at the most."""
        left = self.data[self.at:]
        return left if most is None else left[:max(0, most)]


def mac(data):
    return ":".join(f"{byte:02x}" for byte in data)


def ip(data):
    return str(ipaddress.ip_address(data))


# Packets --------------------------------------------------------------------------


class Packet(dict):
    """What the headers say. `inside` is (kind, id, packet) of one that it carries."""

    inside = None


def read_packet(protocol, data):
    """Of bytes that begin with a header of this kind of sFlow's."""
    packet, at = Packet(), Bytes(data)
    first = {1: ethernet, 7: ppp, 11: ipv4, 12: ipv6, 13: mpls}.get(protocol)
    try:
        if first:
            first(packet, at)
    except Short:
        pass
    return packet


def behind_type(packet, at, kind):
    if kind in TAGS and packet.get("tags", 0) < 8 and len(at.rest()) >= 2:
        tag = struct.unpack(">H", at.rest()[:2])[0]
        packet["tags"] = packet.get("tags", 0) + 1
        packet.setdefault("tag", tag & 0xFFF)
        at.need(4)
        at.take(2)
        behind_type(packet, at, at.number(2))
        return
    packet["ethertype"] = kind
    reader = {IP: ipv4, IP6: ipv6, MPLS: mpls, 0x8848: mpls, PPPOE: pppoe}.get(kind)
    if reader:
        reader(packet, at)


def ethernet(packet, at):
    at.need(12)
    packet["dst_mac"], packet["src_mac"] = mac(at.take(6)), mac(at.take(6))
    behind_type(packet, at, at.number(2))


def pppoe(packet, at):
    at.need(6)
    if at.take(2) != b"\x11\x00":
        return
    at.take(4)
    ppp(packet, at)


def ppp(packet, at):
    at.need(2)
    if at.rest()[:2] == b"\xff\x03":
        at.need(4)
        at.take(2)
    kind = at.rest()[0]
    kind = at.number(1) if kind & 1 else at.number(2)
    reader = {0x21: ipv4, 0x57: ipv6, 0x281: mpls, 0x283: mpls}.get(kind)
    if reader:
        reader(packet, at)


def mpls(packet, at):
    for _ in range(16):
        entry = at.number(4)
        packet.setdefault("label", entry >> 12)
        if entry >> 8 & 1:
            break
    else:
        return
    at.need(1)
    version = at.rest()[0] >> 4
    if version == 0:
        at.need(18)
        at.take(16)
        version = {IP: 4, IP6: 6}.get(at.number(2))
    reader = {4: ipv4, 6: ipv6}.get(version)
    if reader:
        reader(packet, at)


def ipv4(packet, at):
    at.need(20)
    head = at.rest()
    if head[0] >> 4 != 4 or head[0] & 15 < 5:
        return
    size, length = (head[0] & 15) * 4, struct.unpack(">H", head[2:4])[0]
    part = struct.unpack(">H", head[6:8])[0]
    packet.update(src=ip(head[12:16]), dst=ip(head[16:20]), tos=head[1],
                  protocol=head[9])
    if head[8]:
        packet["ttl"] = head[8]
    inside = Bytes(at.rest(length if length >= size else 0)[size:])
    at.at = min(len(at.data), at.at + size)
    if not part & 0x1FFF:
        transport(packet, at, head[9], inside, bool(part & 0x2000))


def ipv6(packet, at):
    at.need(40)
    head = at.rest()
    if head[0] >> 4 != 6:
        return
    packet.update(src=ip(head[8:24]), dst=ip(head[24:40]),
                  tos=struct.unpack(">H", head[:2])[0] >> 4 & 255)
    if head[7]:
        packet["ttl"] = head[7]
    inside = Bytes(at.rest(40 + struct.unpack(">H", head[4:6])[0])[40:])
    at.take(40)
    kind, count, first, was_first = head[6], 0, False, False
    while kind in EXTENSIONS:
        if count == 16:
            return
        at.need(8)
        part = at.rest()
        size = 8 if kind == 44 else (part[1] + 2) * 4 if kind == 51 else \
            (part[1] + 1) * 8
        if kind == 44 and not first:
            offset = struct.unpack(">H", part[2:4])[0]
            if offset & ~7:
                packet["protocol"] = part[0]
                return
            first = bool(offset & 1)
        kind, count = part[0], count + 1
        at.at = min(len(at.data), at.at + size)
        # What is behind an extension that does not fit, or behind one in a fragment, is
        # not where it begins.
        if inside and (len(inside.rest()) < size or (was_first and first)):
            inside = None
        elif inside:
            inside.at += size
        was_first = first
    packet["protocol"] = kind
    transport(packet, at, kind, inside or Bytes(b""), first)


def transport(packet, at, kind, inside, is_first):
    """`inside` is the payload of IP, as far as its length says; of a packet in pieces only
    what IP itself carries can be known."""
    reader = {4: 11, 41: 12, 137: 13}.get(kind)
    if reader:
        enter(packet, "mpls" if kind == 137 else "ip", None,
              read_packet(reader, inside.rest()))
    elif kind == 47:
        gre(packet, inside)
    elif kind in WITH_PORTS:
        udp_length = struct.unpack(">H", at.rest()[4:6])[0] if kind == 17 and \
            len(at.rest()) >= 6 else None
        packet["src_port"], packet["dst_port"] = at.need(4) or (
            at.number(2), at.number(2))
        if kind == 6:
            at.need(10)
            packet["tcp_flags"] = at.take(10)[9]
        elif kind == 17 and udp_length is not None and not is_first and \
                len(inside.rest()) >= 8 and udp_length >= 8:
            udp(packet, Bytes(inside.rest(udp_length)[8:]))
    elif kind in (1, 58):
        at.need(2)
        packet["icmp_type"], packet["icmp_code"] = at.number(1), at.number(1)


def enter(packet, kind, number, inner):
    if inner:
        packet.inside = (kind, number, inner)


def by_type(kind, data):
    if kind == BRIDGED:
        return read_packet(1, data)
    if kind == PPP:
        return read_packet(7, data)
    packet, at = Packet(), Bytes(data)
    try:
        behind_type(packet, at, kind)
    except Short:
        pass
    return packet


def gre(packet, at):
    try:
        flags, kind, key = at.number(2), at.number(2), None
        version = flags & 7
        if version > 1 or flags & 0x4000:
            return
        at.take(4 if flags & 0x8000 else 0)
        if flags & 0x2000:
            key = at.number(4)
        at.take(4 if flags & 0x1000 else 0)
        at.take(4 if version == 1 and flags & 0x80 else 0)
    except Short:
        return
    enter(packet, "gre", None if version == 1 else key, by_type(kind, at.rest()))


def udp(packet, at):
    try:
        if packet["dst_port"] in (4789, 8472):
            head = at.take(8)
            number = int.from_bytes(head[4:7], "big") if head[0] & 8 else None
            enter(packet, "vxlan", number, by_type(BRIDGED, at.rest()))
        elif packet["dst_port"] == 6081:
            head = at.take(8)
            if head[0] >> 6:
                return
            at.take((head[0] & 63) * 4)
            enter(packet, "geneve", int.from_bytes(head[4:7], "big"),
                  by_type(int.from_bytes(head[2:4], "big"), at.rest()))
    except Short:
        pass


# Records ------------------------------------------------------------------------------


class Record(Reader):
    """A record's values; ValueError where it ends too early."""

    def address(self):
        size = {0: 0, 1: 4, 2: 16}.get(self.u32())
        if size is None:
            raise ValueError("an address of no type")
        return ip(self.take(size)) if size else None

    def text(self):
        """Its padding may be missing at the end."""
        size = self.u32()
        data = self.take(size)
        self.at = min(len(self.data), self.at + -size % 4)
        return data.hex()

    def u64(self):
        return self.u32() << 32 | self.u32()


def known(**values):
    return {key: value for key, value in values.items() if value is not None}


def switch(r):
    vlan = r.u32()
    r.take(12)
    return {"vlan": vlan} if vlan <= 0xFFF else {}


def router(r):
    return known(nexthop=r.address(), src_mask=r.u32(), dst_mask=r.u32())


def gateway(r):
    r.address()
    found = {"as": r.u32(), "src_as": r.u32(), "src_peer_as": r.u32()}
    path = [(r.u32(), [r.u32() for _ in range(r.u32())]) for _ in range(r.u32())]
    for _ in range(r.u32()):
        r.u32()
    r.u32()
    flat = [(kind, number) for kind, numbers in path for number in numbers]
    found["dst_peer_as"] = flat[0][1] if flat else 0
    found["dst_as"] = flat[-1][1] if flat and flat[-1][0] != 1 else 0
    return found


def user(r):
    r.u32()
    src = r.text()
    r.u32()
    return {"src_user": src, "dst_user": r.text()}


def url(r):
    r.u32()
    return {"url": r.text(), "url_host": r.text()}


def nat(r):
    return known(nat_src=r.address(), nat_dst=r.address())


def nat_ports(r):
    return {"nat_src_port": r.u32(), "nat_dst_port": r.u32()}


def socket(size):
    def read(r):
        r.u32()
        server, client = ip(r.take(size)), ip(r.take(size))
        return {"server": server, "client": client, "server_port": r.u32(),
                "client_port": r.u32()}
    return read


def application(r):
    found = {"application": r.text(), "operation": r.text()}
    r.text(), r.text()
    r.take(20)
    return {**found, "app_status": r.u32()}


def http(with_protocol):
    def read(r):
        found = {"http_method": r.u32()}
        if with_protocol:
            r.u32()
        found["uri"], found["http_host"] = r.text(), r.text()
        r.text(), r.text(), r.text()
        found["http_user"] = r.text()
        r.text()
        r.take(20)
        status = r.u32()
        return {**found, **({"http_status": status} if status < 1 << 31 else {})}
    return read


def memcache(r):
    r.u32()
    found = {"memcache_cmd": r.u32(), "memcache_key": r.text()}
    r.take(12)
    return {**found, "memcache_status": r.u32()}


def tcp(r):
    values = [r.u32() for _ in range(12)]
    return {"rtt": values[7]}


EXTENDED = {
    "0:1001": switch, "0:1002": router, "0:1003": gateway, "0:1004": user,
    "0:1005": url, "0:1007": nat, "0:1020": nat_ports, "0:2100": socket(4),
    "0:2101": socket(16), "0:2202": application, "0:2206": http(True),
    "0:2201": http(False), "0:2200": memcache, "0:2209": tcp,
    "0:1029": lambda r: {"vni_out": r.u32()}, "0:1030": lambda r: {"vni_in": r.u32()},
    "0:2204": lambda r: {"initiator": r.text()}, "0:2205": lambda r: {"target": r.text()}}
KIND_OF = {"0:2101": "0:2100", "0:2201": "0:2206"}  # another form of the same
TRANSACTIONS = {"uri", "memcache_key", "application"}


class Extraction:
    """Of one sample's records."""

    def __init__(self):
        self.frames, self.header, self.stripped = [], None, 0
        self.said, self.fields = Packet(), {}
        self.read = set()  # of each structure the first whole record counts

    def frame(self, length, around=0):
        if 0 < length <= LONGEST - around:
            self.frames.append(length + around)

    def record(self, tag, body):
        r = Record(body)
        try:
            if tag == "0:1":
                self.sampled_header(r)
            elif tag == "0:2":
                length = r.u32()
                found = {"src_mac": mac(r.take(8)[:6]), "dst_mac": mac(r.take(8)[:6]),
                         "ethertype": r.u32() & 0xFFFF}
                self.frame(length)
                self.said.update(found)
            elif tag in ("0:3", "0:4"):
                self.sampled_ip(r, 4 if tag == "0:3" else 16)
            elif tag in EXTENDED and KIND_OF.get(tag, tag) not in self.read:
                self.fields.update(EXTENDED[tag](r))
                self.read.add(KIND_OF.get(tag, tag))
        except ValueError:
            pass

    def sampled_header(self, r):
        protocol, length, stripped, size = r.u32(), r.u32(), r.u32(), r.u32()
        header = protocol, r.take(size)
        if self.header is not None:
            return
        self.header = header
        self.frame(length)
        self.stripped = stripped if stripped < length else 0

    def sampled_ip(self, r, size):
        length, protocol = r.u32(), r.u32() & 255
        found = {"protocol": protocol, "src": ip(r.take(size)), "dst": ip(r.take(size))}
        src, dst, flags = r.u32(), r.u32(), r.u32()
        found["tos"] = r.u32() & 255
        if protocol in WITH_PORTS:
            found.update(src_port=src & 0xFFFF, dst_port=dst & 0xFFFF)
        if protocol == 6:
            found["tcp_flags"] = flags & 255
        self.frame(length, 18)
        self.said.update(found)

    def packet_fields(self):
        outer = read_packet(*self.header) if self.header else Packet()
        outer = outer or self.said
        found = dict(outer)
        inner, depth, tunnel = outer, 0, None
        while inner.inside and depth < TUNNELS:
            tunnel, inner, depth = inner.inside, inner.inside[2], depth + 1
        if tunnel:
            link = ("src_mac", "dst_mac", "ethertype", "label", "tag")
            found = {key: outer[key] for key in link if key in outer}
            found.update({key: value for key, value in inner.items() if key not in link})
            found.update({f"inner_{key}": inner[key] for key in link[:2] if key in inner})
            found.update(known(
                outer_src=outer.get("src"), outer_dst=outer.get("dst"),
                tunnel=tunnel[0], tunnel_id=tunnel[1]))
        tag = found.pop("tag", None)
        found.pop("tags", None)
        if tag is not None and "vlan" not in self.fields:
            found["vlan"] = tag
        return found


def interface(reader, expanded):
    first = reader.u32()
    return [first, reader.u32()] if expanded else [first >> 30, first & 0x3FFFFFFF]


def flow_of(tag, body):
    """The facts of a sample's body, as flow-dump has them; None: it is no flow sample."""
    expanded = {"0:1": False, "0:3": True, "0:5": True}.get(tag)
    if expanded is None:
        return None
    r, flow = Reader(body), {}
    flow["sequence"], source = r.u32(), r.u32()
    flow["source"] = [source, r.u32()] if expanded else [source >> 24,
                                                         source & 0xFFFFFF]
    if tag == "0:5":
        flow.update(rate=1, pool=0, drops=r.u32())
        flow["input"], flow["output"] = interface(r, False), interface(r, False)
        reason = r.u32()
    else:
        flow.update(rate=r.u32(), pool=r.u32(), drops=r.u32())
        flow["input"], flow["output"] = interface(r, expanded), interface(r, expanded)
    extraction, count = Extraction(), r.u32()
    try:
        for _ in range(count):
            kind, size = r.u32(), r.u32()
            extraction.record(f"{kind >> 12}:{kind & 0xFFF}", r.take(size))
    except ValueError:
        pass  # what was before the end counts
    flow["fields"] = {**extraction.packet_fields(), **extraction.fields}
    for name, (form, value) in (("in_port", flow["input"]), ("out_port", flow["output"])):
        if form == 0 and value not in (0, INTERNAL):
            flow["fields"][name] = value
    if extraction.frames:
        flow["frame"] = max(extraction.frames)
    flow["stripped"] = extraction.stripped
    flow["kind"] = "packet"
    if tag == "0:5":
        flow["kind"], flow["fields"]["reason"] = "discarded", reason
    elif extraction.header is None and not extraction.said and \
            TRANSACTIONS & flow["fields"].keys():
        flow["kind"] = "transaction"
    return flow
