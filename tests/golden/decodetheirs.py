"""sflowtool's names of what sflowget --decode prints: one table, and the rules for
what they print differently. From our object sflowtool's is made and compared as a
whole; each field of ours that takes no part in that has a rule of its own.
"""
import datetime
import ipaddress
import struct

# Samples: structure, sflowtool's constants, and its names of the fields.
SAMPLES = {
    "0:1": ("flow_sample", "FLOWSAMPLE"),
    "0:2": ("counters_sample", "COUNTERSSAMPLE"),
    "0:3": ("flow_sample_expanded", "FLOWSAMPLE"),
    "0:4": ("counters_sample_expanded", "COUNTERSSAMPLE"),
    "4300:1002": ("rtmetric", "RTMETRIC"),
    "4300:1003": ("rtflow", "RTFLOW"),
}
SAMPLE_HEADS = {"0:1": 32, "0:2": 12, "0:3": 44, "0:4": 16}  # bytes before the records
SAMPLE = "sampleSequenceNo=sequence_number sourceId=source_id"
FLOW_SAMPLE = (
    SAMPLE + " meanSkipCount=sampling_rate samplePool=sample_pool dropEvents=drops"
    " inputPort=input:interface outputPort=output:interface"
)
TUNNEL = (
    "{0}_sampledPacketSize=length {0}_IPSize=length {0}_srcIP=src_ip {0}_dstIP=dst_ip"
    " {0}_IPProtocol=protocol {0}_IPTOS=tos {0}_UDPSrcPort=src_port {0}_UDPDstPort=dst_port"
)
SOCKET = (
    "{0}_ip_protocol=protocol {0}_local_ip=local_ip{1} {0}_remote_ip=remote_ip{1}"
    " {0}_local_port=local_port {0}_remote_port=remote_port"
)

# Flow records: structure; what sflowtool always prints; its name = ours, and a
# conversion where it prints the value differently.
FLOWS = {
    "0:1": (
        "sampled_header",
        {"flowSampleType": "HEADER"},
        "headerProtocol=protocol sampledPacketSize=frame_length strippedBytes=stripped"
        " headerLen=header:count headerBytes=header:dashes",
    ),
    "0:1001": (
        "extended_switch",
        {"extendedType": "SWITCH"},
        "in_vlan=src_vlan in_priority=src_priority"
        " out_vlan=dst_vlan out_priority=dst_priority",
    ),
    "0:1023": (
        "extended_ipv4_tunnel_egress",
        {"flowSampleType": "tunnel_ipv4_out_IPV4"},
        TUNNEL.format("tunnel_ipv4_out"),
    ),
    "0:1024": (
        "extended_ipv4_tunnel_ingress",
        {"flowSampleType": "tunnel_ipv4_in_IPV4"},
        TUNNEL.format("tunnel_ipv4_in"),
    ),
    "0:1029": ("extended_vni_egress", {"extendedType": "out_VNI"}, "out_VNI=vni"),
    "0:1030": ("extended_vni_ingress", {"extendedType": "in_VNI"}, "in_VNI=vni"),
    "0:1043": ("extended_timestamp", {"extendedType": "timestamp"}, "timestamp_nS=nanoseconds"),
    "0:2100": ("extended_socket_ipv4", {"extendedType": "socket4"}, SOCKET.format("socket4", "")),
    "0:2101": (
        "extended_socket_ipv6",
        {"extendedType": "socket6"},
        SOCKET.format("socket6", ":long"),
    ),
    "0:2200": (
        "memcache_operation",
        {"flowSampleType": "memcache"},
        "memcache_op_protocol=protocol memcache_op_cmd=cmd memcache_op_key=key:encoded"
        " memcache_op_nkeys=nkeys memcache_op_value_bytes=value_bytes"
        " memcache_op_duration_uS=uS memcache_op_status=status",
    ),
    "0:2202": (
        "app_operation",
        {"flowSampleType": "applicationOperation"},
        "application=application operation=operation attributes=attributes"
        " status_descr=status_descr request_bytes=req_bytes response_bytes=resp_bytes"
        " duration_uS=uS status=status:app_status",
    ),
    "0:2203": (
        "app_parent_context",
        {},
        "server_context_application=application server_context_operation=operation"
        " server_context_attributes=attributes",
    ),
    "0:2204": ("app_initiator", {}, "actor_initiator=actor"),
    "0:2205": ("app_target", {}, "actor_target=actor"),
    "0:2206": (
        "http_request",
        {"flowSampleType": "http"},
        "http_method=method http_protocol=protocol http_uri=uri:some http_host=host:some"
        " http_referrer=referer:some http_useragent=useragent:some http_xff=xff:some"
        " http_authuser=authuser:some http_mimetype=mime_type:some"
        " http_request_bytes=req_bytes http_bytes=resp_bytes http_duration_uS=uS"
        " http_status=status",
    ),
    "0:2209": (
        "extended_tcp_info",
        {},
        "tcpinfo_direction=dir:direction tcpinfo_send_mss=snd_mss"
        " tcpinfo_receive_mss=rcv_mss tcpinfo_unacked_pkts=unacked tcpinfo_lost_pkts=lost"
        " tcpinfo_retrans_pkts=retrans tcpinfo_path_mtu=pmtu tcpinfo_rtt_uS=rtt"
        " tcpinfo_rtt_uS_var=rttvar tcpinfo_send_congestion_win=snd_cwnd"
        " tcpinfo_reordering=reordering tcpinfo_rtt_uS_min=min_rtt",
    ),
}

# Words that sflowtool doesn't print: field -> byte in the record.
UNSAID = {"0:1023": {"tcp_flags": 24}, "0:1024": {"tcp_flags": 24}}

# sflowtool's names of the header's fields, where we have them.
PACKET = (
    "dstMAC=dst_mac:bare srcMAC=src_mac:bare ethernet_type=ethertype IPTOS=tos"
    " IPTOS=traffic_class IPTTL=ttl IPTTL=hop_limit ip.tot_len=total_length IPID=id:swapped"
    " IP6_label=flow_label:hexadecimal IPV6_payloadLen=payload_length IPProtocol=protocol"
    " TCPFlags=tcp_flags UDPBytes=udp_length"
)
PORTS = {6: ("TCPSrcPort", "TCPDstPort"), 17: ("UDPSrcPort", "UDPDstPort")}
IP_HEADERS = {2048: 20, 34525: 40}  # by type of the frame

DATAGRAM = "datagramVersion=version agentSubId=sub_agent_id packetSequenceNo=sequence_number"
DATAGRAM += " sysUpTime=uptime samplesInPacket=samples agent=agent_address:any_address"
OF_A_FILE = {  # sflowtool doesn't look at where and when a recorded packet was received
    "datagramSourceIP": "-",
    "unixSecondsUTC": "0",
    "unixSecondsUTC_uS": "0",
    "localtime": "1970-01-01T00:00:00+0000",
}

APP_STATUS = "SUCCESS OTHER TIMEOUT INTERNAL_ERROR BAD_REQUEST FORBIDDEN TOO_LARGE"
APP_STATUS += " NOT_IMPLEMENTED NOT_FOUND UNAVAILABLE UNATHORIZED"  # sic
CUSTOM = "string counter32 counter64 gauge32 gauge64 gaugeFloat gaugeDouble".split()


# Conversions: our value as sflowtool prints it -------------------------------


def encoded(text):
    """A percent and the digits of the byte, the lower one first."""
    return "".join(c if c.isalnum() else "%" + f"{ord(c):02X}"[::-1] for c in text)


def interface(text):
    form, value = text.split(":")
    return {"0": value, "2": f"multiple {value}"}[form]


def exploded(text):
    address = ipaddress.ip_address(text)
    if str(address) != text:
        raise ValueError(f"{text} is not how an address is written")
    return address.exploded


CONVERSIONS = {
    None: str,
    "count": lambda text: str(len(text) // 2),
    "dashes": lambda text: "-".join(text[at : at + 2] for at in range(0, len(text), 2)).upper(),
    "bare": lambda text: text.replace(":", ""),
    "swapped": lambda number: str(int.from_bytes(number.to_bytes(2, "big"), "little")),
    "hexadecimal": lambda number: f"0x{number:x}",
    "long": exploded,
    "any_address": exploded,
    "interface": interface,
    "encoded": encoded,
    "some": lambda text: text,  # and left out where it is empty
    "app_status": lambda number: APP_STATUS.split()[number],
    "direction": lambda number: ("unknown", "received", "sent")[number],
}


def renamed(names, fields, used):
    """sflowtool's object of our fields; `used` are those that were in it."""
    theirs = {}
    for pair in names.split():
        name, _, field = pair.partition("=")
        field, _, conversion = field.partition(":")
        used.add(field)
        if fields[field] == "" and conversion in ("some", "encoded"):
            continue
        theirs[name] = CONVERSIONS[conversion or None](fields[field])
    return theirs


# What numbers mean --------------------------------------------------------------

METHODS = "other options get head post put delete trace connect".split()
MEANINGS = {  # by field, or structure.field where they are several
    "machine_type": "unknown other x86 x86_64 ia64 sparc alpha powerpc m68k mips arm hppa"
    " s390".split(),
    "os_name": "Unknown Other Linux Windows Darwin HP-UX AIX DragonflyBSD FreeBSD NetBSD"
    " OpenBSD OSF1 SunOS".split(),
    "state": "Unknown Running Blocked Paused Shutdown Shutoff Crashed".split(),
    "ifDirection": "unknown full-duplex half-duplex in out".split(),
    "ifStatus": "down/down up/down down/up up/up".split(),
    "method": METHODS,
    "dir": "unknown received sent".split(),
    "cmd": "other set add replace append prepend cas get gets incr decr delete stats flush"
    " version quit touch".split(),
    "memcache_operation.protocol": "other ascii binary".split(),
    "memcache_operation.status": "unknown ok error client_error server_error stored"
    " not_stored exists not_found deleted".split(),
    "app_operation.status": APP_STATUS.replace("UNATH", "UNAUTH").lower().split(),
    "sampled_header.protocol": [None, "ethernet-iso88023"],
    "rtmetric.type": "string counter32 counter64 gauge32 gauge64 float double".split(),
    "rtflow.type": "string mac ip ip6 int32 int64 float double".split(),
}
TCP_FLAGS = "fin syn rst psh ack urg ece cwr".split()


def port_meaning(text):
    form, value = text.split(":")
    if form == "2":
        return f"{value} interfaces"
    return {"0": "unknown", "1073741823": "internal"}.get(value)


RULES = {
    "input": port_meaning,
    "output": port_meaning,
    "ethertype": lambda number: f"0x{number:04x}",
    "datapath_id": lambda number: f"{number:016x}",
    "part_max_used": lambda number: f"{number / 100:.2f} %" if number >= 0 else "unknown",
    "packet.tcp_flags": lambda number: ",".join(
        name for bit, name in enumerate(TCP_FLAGS) if number >> bit & 1
    ),
}


def meaning(structure, name, value):
    rule = RULES.get(f"{structure}.{name}") or RULES.get(name)
    if rule:
        return rule(value)
    texts = MEANINGS.get(f"{structure}.{name}") or MEANINGS.get(name, [])
    return texts[value] if isinstance(value, int) and 0 <= value < len(texts) else None


def meanings(structure, fields, faults):
    """The fields without their meanings, which are checked."""
    plain = {}
    for name, value in fields.items():
        if name.endswith("_text"):
            continue
        expected = meaning(structure, name, value) if not isinstance(value, (dict, list)) else None
        if fields.get(name + "_text") != expected:
            faults.append(f"{structure}.{name} {value} is {fields.get(name + '_text')!r}")
        plain[name] = value
    faults += [
        f"{structure}.{name} is of nothing"
        for name in fields
        if name.endswith("_text") and name.removesuffix("_text") not in fields
    ]
    return plain


# The parts of a datagram ---------------------------------------------------------


def packet(fields, header, frame, faults):
    """sflowtool's object of a sampled Ethernet header; `header` are its bytes."""
    fields = meanings("packet", fields, faults)
    have = [pair for pair in PACKET.split() if pair.partition("=")[2].split(":")[0] in fields]
    used = {"vlans", "src_ip", "dst_ip", "src_port", "dst_port", "extensions"}
    theirs = renamed(" ".join(have), fields, used)
    unsaid = {"vlans": []}
    kind, at = fields["ethertype"], 14
    if kind in IP_HEADERS:
        theirs["IPSize"] = str(frame - at)
        suffix = "6" if kind == 34525 else ""
        theirs["srcIP" + suffix] = exploded(fields["src_ip"])
        theirs["dstIP" + suffix] = exploded(fields["dst_ip"])
        at += IP_HEADERS[kind]
    if kind == 2048:
        word = int.from_bytes(header[20:22], "big")
        unsaid.update(more_fragments=word >> 13 & 1, fragment_offset=(word & 0x1FFF) * 8)
    if kind == 34525:
        theirs.update({"IP6HeaderExtension": str(n) for n in fields["extensions"]})
        at += sum(8 for _ in fields["extensions"])  # none is longer here
    protocol = fields.get("protocol")
    if protocol in PORTS:
        theirs.update(zip(PORTS[protocol], (str(fields["src_port"]), str(fields["dst_port"]))))
    if protocol == 1:
        theirs.update(ICMPType=str(fields["icmp_type"]), ICMPCode=str(fields["icmp_code"]))
        used |= {"icmp_type", "icmp_code"}
    elif protocol == 58:
        unsaid.update(icmp_type=header[at], icmp_code=header[at + 1])
    for name, value in unsaid.items():
        used.add(name)
        if fields.get(name) != value:
            faults.append(f"packet.{name} is {fields.get(name)}, not {value}")
    faults += [f"packet.{name}, which nobody knows" for name in set(fields) - used]
    return theirs


def custom(prefix, names, elements, faults):
    """sflowtool's names hold those of the agent; it prints floats with three decimals."""
    theirs = {}
    for element in elements:
        element = meanings(prefix, element, faults)
        if set(element) != {"name", "type", "value"}:
            faults.append(f"{prefix} has {sorted(element)}")
        value = element["value"]
        kind = names[element["type"]]
        text = f"{value:.3f}" if kind in ("gaugeFloat", "gaugeDouble") else str(value)
        text = text.replace(":", "") if kind == "mac" else text
        key = f"{prefix}_{kind}_{element['name']}"
        if key in theirs:
            faults.append(f"{key} comes twice")
        theirs[key] = text
    return theirs


def adapter_of(ifIndex, mac_address):
    macs = [mac.replace(":", "") for mac in mac_address]
    return {"ifIndex": str(ifIndex), "MACs": str(len(macs)), "mac_list": macs}


def number_of(field, value):
    """A counter's field as sflowtool prints it."""
    if "percent100" in field.flags:
        return "unknown" if value == -1 else f"{value / 100:.2f}"
    if "thousandths" in field.flags:
        return f"{struct.unpack('>f', struct.pack('>f', value))[0]:.3f}"
    if "hex" in field.flags:
        return f"{value:016x}"
    if "adapters" in field.flags:
        return [adapter_of(**adapter) for adapter in value]
    return str(value)


def count_of(value):
    """How many fields are in an object."""
    if isinstance(value, dict):
        return sum(count_of(inner) for inner in value.values())
    return sum(count_of(inner) for inner in value) if isinstance(value, list) else 1


class Checker:
    def __init__(self, goldens):
        self.counters = {g.tag: g for g in goldens.wire if g.beside is None}

    def datagram(self, ours, theirs, walked):
        """What is different, of one datagram: our object, sflowtool's, and the walk
        over its framing."""
        faults = []
        try:
            self.compare(ours, theirs, walked, faults)
        except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
            faults.append(repr(error))
        return faults

    def compare(self, ours, theirs, walked, faults):
        used, fields = set(), ours["fields"]
        said = renamed(DATAGRAM, fields, used)
        said["agent"] = str(ipaddress.ip_address(said["agent"]))
        expected = {name: theirs[name] for name in theirs if name != "samples"}
        expected["agent"] = str(ipaddress.ip_address(expected["agent"]))
        said.update(OF_A_FILE, datagramSize=str(ours["length"]))
        for name in ("pcapTimestamp", "pcapTimestamp_uS"):
            said[name] = expected[name]
        self.same("datagram", said, expected, set(fields) - used, faults)
        self.when(ours["time"], theirs, faults)
        self.only("datagram", ours, {"time", "from", "length", "fields", "samples"}, faults)
        if ours["from"] != walked.source:
            faults.append(f"it is from {walked.source}, not {ours['from']}")
        if len(ours["samples"]) != len(theirs["samples"]):
            faults.append(f"{len(ours['samples'])} samples")
        size = 24 + len(ipaddress.ip_address(walked.agent).packed)
        if size + sum(8 + sample["length"] for sample in ours["samples"]) != ours["length"]:
            faults.append("the samples are not as long as the datagram")
        for three in zip(ours["samples"], theirs["samples"], walked.samples):
            self.sample(*three, faults)

    def sample(self, ours, theirs, walked, faults):
        used, tag = set(), ours["format"]
        structure, kind = SAMPLES[tag]
        fields = meanings(structure, ours["fields"], faults)
        if tag in SAMPLE_HEADS:
            said = renamed(FLOW_SAMPLE if tag in ("0:1", "0:3") else SAMPLE, fields, used)
            self.records(ours, theirs, walked, fields, used, faults)
        else:
            said = self.custom(structure, fields, used, faults)
        said.update(sampleType_tag=tag, sampleType=kind)
        if ours["structure"] != structure:
            faults.append(f"{tag} is no {ours['structure']}")
        expected = {name: theirs[name] for name in theirs if name != "elements"}
        self.same(structure, said, expected, set(fields) - used, faults)
        parts = {"format", "structure", "length", "fields"}
        self.only(structure, ours, parts | ({"records"} & set(ours)), faults)

    def custom(self, structure, fields, used, faults):
        used |= set(fields)
        said = {f"{structure}_datasource_name": fields["name"]}
        if structure == "rtmetric":
            if set(fields) != {"name", "metrics"}:
                faults.append(f"rtmetric has {sorted(fields)}")
            return {**said, **custom(structure, CUSTOM, fields["metrics"], faults)}
        if set(fields) != {"name", "sampling_rate", "sample_pool", "fields"}:
            faults.append(f"rtflow has {sorted(fields)}")
        said["rtflow_sampling_rate"] = str(fields["sampling_rate"])
        said["rtflow_sample_pool"] = str(fields["sample_pool"])
        return {**said, **custom(structure, MEANINGS["rtflow.type"], fields["fields"], faults)}

    def records(self, ours, theirs, walked, fields, used, faults):
        name = "flow_records" if ours["format"] in ("0:1", "0:3") else "counters"
        used.add(name)
        counts = {fields[name], len(ours["records"]), len(theirs["elements"])}
        if len(counts) != 1:
            faults.append(f"{counts} records")
        size = SAMPLE_HEADS[ours["format"]] + sum(8 + r["length"] for r in ours["records"])
        if size != ours["length"]:
            faults.append("the records are not as long as their sample")
        for record, element, framed in zip(ours["records"], theirs["elements"], walked.records):
            if record["length"] != framed.length:
                faults.append(f"{record['format']} of {record['length']} bytes")
            check = self.flow if framed.flow else self.counter
            check(record, element, framed, faults)
            parts = {"format", "structure", "length", "fields"}
            self.only(record["structure"], record, parts, faults)

    def flow(self, ours, theirs, framed, faults):
        used, tag = set(), ours["format"]
        structure, constants, names = FLOWS[tag]
        fields = meanings(structure, ours["fields"], faults)
        said = {**renamed(names, fields, used), **constants, "flowBlock_tag": tag}
        for name, at in UNSAID.get(tag, {}).items():
            used.add(name)
            if fields[name] != int.from_bytes(framed.body[at : at + 4], "big"):
                faults.append(f"{structure}.{name} is not {fields[name]}")
        if tag == "0:1":
            used.add("packet")
            frame = fields["frame_length"] - fields["stripped"]
            header = bytes.fromhex(fields["header"])
            said.update(packet(fields["packet"], header, frame, faults))
        if ours["structure"] != structure:
            faults.append(f"{tag} is no {ours['structure']}")
        self.same(structure, said, theirs, set(fields) - used, faults)

    def counter(self, ours, theirs, framed, faults):
        golden = self.counters[ours["format"]]
        fields, said = meanings(golden.record, ours["fields"], faults), {}
        for field in golden.fields:
            if field.name not in fields and field.tail:
                continue
            value = fields[field.name]
            if not ("unless_empty" in field.flags and value == ""):
                said[field.key] = number_of(field, value)
        said["counterBlock_tag"] = ours["format"]
        expected = dict(theirs)
        for field in golden.fields:
            if "hex" in field.flags:
                expected[field.key] = f"{int(expected[field.key], 16):016x}"
        if ours["structure"] != golden.record:
            faults.append(f"{golden.tag} is no {ours['structure']}")
        extra = set(fields) - {field.name for field in golden.fields}
        self.same(golden.record, said, expected, extra, faults)

    @staticmethod
    def same(structure, said, expected, extra, faults):
        for name in sorted(set(said) | set(expected)):
            if said.get(name) != expected.get(name):
                have, want = said.get(name), expected.get(name)
                faults.append(f"{structure}: {name} is {have!r}, not {want!r}")
        faults += [f"{structure}.{name}, which nobody knows" for name in sorted(extra)]

    @staticmethod
    def only(structure, ours, parts, faults):
        if set(ours) != parts:
            faults.append(f"{structure} has {sorted(set(ours) ^ parts)}")

    @staticmethod
    def when(ours, theirs, faults):
        seconds = datetime.datetime.strptime(theirs["pcapTimestamp"], "%Y-%m-%dT%H:%M:%S+0000")
        ms = int(theirs["pcapTimestamp_uS"]) // 1000
        expected = f"{seconds:%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"
        if ours != expected:
            faults.append(f"time {ours}, not {expected}")
