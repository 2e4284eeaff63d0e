#!/usr/bin/env python3
"""Checks what the library takes flow samples for (struct flow, by flow-dump) against an
extraction of its own from the same bytes (flows.py), for recorded traffic, made-up samples
and changed bytes of both; and that extraction against sflowtool's decode. Prints TAP. See
README.md.

usage: check-flows.py [--program PATH] [--seed N] [--changed N]
"""
import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # the source folder may be read-only

import captures  # noqa: E402
import flows  # noqa: E402
import madeflows  # noqa: E402
import wire  # noqa: E402
from tap import Tap  # noqa: E402

CASES = Path(__file__).resolve().parent.parent / "cases"
CHANGED = 20000  # samples
FLOW_TAGS = {"0:1", "0:3", "0:5"}


def samples_of(path):
    """(tag, body) of each flow sample, as they come."""
    for _, link, packet in wire.pcap_packets(path):
        udp = wire.udp_payload(link, packet)
        if udp is None:
            continue
        reader = wire.Reader(udp[1])
        reader.u32()
        reader.take({1: 4, 2: 16}[reader.u32()] + 12)
        for _ in range(reader.u32()):
            tag, size = wire.tag_text(reader.u32()), reader.u32()
            body = reader.take(size)
            if tag in FLOW_TAGS:
                yield tag, body


def pcap_of(samples):
    """A recording with a datagram for each sample."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 101)]
    for number, (tag, body) in enumerate(samples):
        payload = struct.pack(">II4sIIII", 5, 1, bytes((192, 0, 2, 1)), 0, number, 0, 1)
        payload += struct.pack(">II", wire.tag_number(tag), len(body)) + body
        packet = struct.pack(">BBHHHBBH4s4sHHHH", 0x45, 0, 28 + len(payload), 0, 0, 64,
                             17, 0, bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2)), 6343,
                             6343, 8 + len(payload), 0) + payload
        parts.append(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)
    return b"".join(parts)


class Checker:
    def __init__(self, tap, program, folder):
        self.tap, self.program, self.folder = tap, program, folder

    def dump(self, samples):
        path = self.folder / "samples.pcap"
        path.write_bytes(pcap_of(samples))
        done = subprocess.run([self.program, path], capture_output=True, timeout=300,
                              check=True)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return {each.pop("datagram") - 1: each for each in found}

    def compare(self, name, samples):
        """Each sample in a datagram of its own."""
        ours, faults, count = self.dump(samples), [], 0
        for number, (tag, body) in enumerate(samples):
            try:
                theirs = flows.flow_of(tag, body)
            except ValueError:  # it ends in its own fields
                theirs = None
            mine = ours.get(number)
            if mine is not None:
                mine.pop("sample")
            if mine != theirs:
                faults.append(f"{number}: {tag} {body.hex()}: {difference(mine, theirs)}")
            elif theirs:
                count += len(theirs["fields"])
        self.tap.point(f"{name}: as extracted from the bytes: fields", faults, count)


def difference(mine, theirs):
    """What differs of two samples' facts."""
    if mine is None or theirs is None:
        return f"{mine} instead of {theirs}"
    flat = [{**each["fields"], **{f"<{key}>": value for key, value in each.items()
                                  if key != "fields"}} for each in (mine, theirs)]
    return ", ".join(f"{key} {flat[0].get(key)} instead of {flat[1].get(key)}"
                     for key in sorted(flat[0].keys() | flat[1].keys())
                     if flat[0].get(key) != flat[1].get(key))


# sflowtool ---------------------------------------------------------------------------

# By the tag of the record: what sflowtool calls the fields.
THEIRS = {
    "0:1": {"sampledPacketSize": "<frame>", "strippedBytes": "<stripped>", "srcIP": "src",
            "dstIP": "dst", "IPProtocol": "protocol", "TCPSrcPort": "src_port",
            "TCPDstPort": "dst_port", "UDPSrcPort": "src_port", "UDPDstPort": "dst_port",
            "TCPFlags": "tcp_flags", "IPTTL": "ttl", "IPTOS": "tos", "ICMPType":
            "icmp_type", "ICMPCode": "icmp_code", "IP6_hop_limit": "ttl"},
    "0:1001": {"in_vlan": "vlan"},
    "0:1002": {"nextHop": "nexthop", "srcSubnetMask": "src_mask", "dstSubnetMask":
               "dst_mask"},
    "0:2100": {"socket4_local_ip": "server", "socket4_remote_ip": "client",
               "socket4_local_port": "server_port", "socket4_remote_port": "client_port"},
    "0:2200": {"memcache_op_cmd": "memcache_cmd", "memcache_op_status":
               "memcache_status"},
    "0:2202": {"operation_status": None},
    "0:2206": {"http_method": "http_method", "http_status": "http_status"},
    "0:2209": {"tcpinfo_rtt": "rtt"}}


def sflowtool_faults(theirs, flow):
    """Of one sample, and how many values were compared."""
    faults, count = [], 0
    flat = {**flow["fields"], "<frame>": flow.get("frame"), "<stripped>":
            flow["stripped"], "<rate>": flow["rate"], "<pool>": flow["pool"],
            "<drops>": flow["drops"]}
    pairs = [(theirs, {"meanSkipCount": "<rate>", "samplePool": "<pool>",
                       "dropEvents": "<drops>"})]
    pairs += [(element, THEIRS.get(element["flowBlock_tag"], {}))
              for element in theirs.get("elements", [])]
    inner = "tunnel" in flow["fields"]
    for element, names in pairs:
        for name, ours in names.items():
            if ours is None or name not in element or (inner and not ours[0] == "<"):
                continue
            count += 1
            if str(flat.get(ours)) != element[name]:
                faults.append(f"{ours} is {flat.get(ours)}, and {name} {element[name]}")
        for name, ours in (("srcMAC", "src_mac"), ("dstMAC", "dst_mac")):
            if name in element:
                count += 1
                if flow["fields"].get(ours, "").replace(":", "") != element[name]:
                    faults.append(f"{ours} is {flow['fields'].get(ours)}, and {name} "
                                  f"{element[name]}")
    return faults, count


def check_sflowtool(tap, name):
    """All that flows.py makes of a recording, against what sflowtool decoded."""
    theirs = [sample for datagram in captures.read_json(
        captures.FOLDER / f"{name}.sflowtool.json.gz") for sample in datagram["samples"]
        if sample["sampleType_tag"] in FLOW_TAGS]
    samples = list(samples_of(captures.FOLDER / f"{name}.pcap"))
    faults, count = [], 0
    if len(theirs) != len(samples):
        faults.append(f"{len(samples)} samples, not {len(theirs)}")
    for number, (each, (tag, body)) in enumerate(zip(theirs, samples)):
        found, compared = sflowtool_faults(each, flows.flow_of(tag, body))
        faults += [f"sample {number}: {fault}" for fault in found]
        count += compared
    tap.point(f"{name}: the extraction is as sflowtool's: values", faults, count)


# Changed bytes -----------------------------------------------------------------------


def changed(samples, seed, count):
    """Samples with some bytes that are others, or cut."""
    dice = random.Random(seed)
    for _ in range(count):
        tag, body = dice.choice(samples)
        body = bytearray(body)
        for _ in range(dice.randrange(1, 6)):
            if body:
                body[dice.randrange(len(body))] = dice.choice(
                    (0, 1, 4, 6, 17, 41, 47, 0x45, 0x60, 0x81, 0xFF,
                     dice.randrange(256)))
        if dice.random() < 0.2:
            del body[dice.randrange(len(body) // 4 + 1) * 4:]
        yield tag, bytes(body)


def main():
    parser = argparse.ArgumentParser()
    top = os.environ.get("top_builddir", ".")
    parser.add_argument("--program", default=f"{top}/tests/tools/flow-dump")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--changed", type=int, default=CHANGED)
    arguments = parser.parse_args()
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(tap, arguments.program, Path(folder))
        every = []
        recorded = [captures.FOLDER / f"{name}.pcap" for name in captures.names()]
        for path in (*recorded, CASES / "flow-samples-odd.pcap"):
            samples = list(samples_of(path))
            if samples:
                checker.compare(path.stem, samples)
                every += samples[::len(samples) // 50 + 1]
                if path in recorded:
                    check_sflowtool(tap, path.stem)
        made = list(madeflows.samples())
        checker.compare("made-up samples", made)
        fields = {name for tag, body in made
                  for name in flows.flow_of(tag, body)["fields"]}
        tap.point("each field is in them", [
            name for name in madeflows.all_fields() if name not in fields], len(fields))
        checker.compare("changed bytes", list(changed(every + made, arguments.seed,
                                                      arguments.changed)))
    sys.exit(tap.done())


main()
