"""The recorded traffic and what sflowtool decoded from it.

Headers and values come from sflowtool. The pcap adds what sflowtool doesn't
print, lengths and arrival in ms, and a second opinion on the framing.
"""
import calendar
import gzip
import ipaddress
import json
import time
from pathlib import Path

import goldenfile
import wire

FOLDER = Path(__file__).resolve().parent.parent / "captures"


def names(folder=FOLDER):
    return sorted(path.stem for path in folder.glob("*.pcap"))


def read_json(path):
    """The objects that stand one after the other in sflowtool's output."""
    text, at, objects = gzip.open(path, "rt").read(), 0, []
    decoder = json.JSONDecoder(object_pairs_hook=unique_keys)
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return objects
        found, at = decoder.raw_decode(text, at)
        objects.append(found)


def unique_keys(pairs):
    """A key that comes twice would hide a value from the comparison."""
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError(f"sflowtool prints a key twice: {pairs[:3]}")
    return dict(pairs)


def record_of(element):
    if "counterBlock_tag" in element:
        return wire.Record(element["counterBlock_tag"], False, -1, theirs=element)
    return wire.Record(element["flowBlock_tag"], True, -1, theirs=element)


def sample_of(theirs):
    tag = theirs["sampleType_tag"]
    if tag not in wire.COUNTERS and tag not in wire.FLOWS:
        return wire.Sample(tag, "-", "-", theirs=theirs)
    records = [record_of(element) for element in theirs["elements"]]
    return wire.Sample(tag, theirs["sampleSequenceNo"], theirs["sourceId"], records)


def datagram_of(number, theirs):
    when = calendar.timegm(time.strptime(theirs["pcapTimestamp"], "%Y-%m-%dT%H:%M:%S+0000"))
    arrival = when * 1000 + int(theirs["pcapTimestamp_uS"]) // 1000
    agent = str(ipaddress.ip_address(theirs["agent"]))
    header = (int(theirs[key]) for key in ("agentSubId", "packetSequenceNo", "sysUpTime"))
    samples = [sample_of(sample) for sample in theirs["samples"]]
    return wire.Datagram(number, agent, *header, arrival, samples)


def outline(datagram, sample=None):
    """What both decoders say of the framing."""
    if sample is None:
        d = datagram
        return (d.agent, d.sub_agent, d.sequence, d.uptime, d.arrival, len(d.samples))
    return (sample.tag, sample.sequence, sample.source, [(r.tag, r.flow) for r in sample.records])


CUSTOM_HEAD = {"sampleType_tag", "sampleType", "rtmetric_datasource_name"}


def custom_faults(theirs, walked, rtmetric):
    """What sflowtool says otherwise of metrics that the agent names itself. It
    prints three decimals of a float, so the values come from the pcap."""
    faults, left = [], set(theirs) - CUSTOM_HEAD
    if theirs["rtmetric_datasource_name"] != walked.set:
        faults.append(f"set {walked.set!r}, not {theirs['rtmetric_datasource_name']!r}")
    for name, number, value in walked.custom:
        item = rtmetric.fields[number]
        key = f"rtmetric_{item.key}_{name}"
        left.discard(key)
        if not item.agrees(goldenfile.text_of(item.type, value), theirs.get(key)):
            faults.append(f"{key} is {value}, not {theirs.get(key)}")
    return faults + [f"sflowtool has {key} too" for key in left]


def join(theirs, walked, rtmetric):
    """Gives sflowtool's records their lengths, and samples without records what
    is in them. Returns where sflowtool and the pcap's framing disagree."""
    faults = []
    if len(theirs) != len(walked):
        return [f"sflowtool has {len(theirs)} datagrams, the pcap {len(walked)}"]
    for a, b in zip(theirs, walked):
        if outline(a) != outline(b):
            faults.append(f"datagram {a.number}: {outline(a)} and {outline(b)}")
        for s, t in zip(a.samples, b.samples):
            if outline(a, s) != outline(b, t):
                faults.append(f"datagram {a.number}: {outline(a, s)} and {outline(b, t)}")
            if t.set is not None:
                s.set, s.custom = t.set, t.custom
                found = custom_faults(s.theirs, t, rtmetric)
                faults += [f"datagram {a.number}: {fault}" for fault in found]
            for r, q in zip(s.records, t.records):
                r.length = q.length
    return faults


def reading(goldens, record, beside):
    """The golden file by which a record is read, given the tags of the counter
    records in its sample."""
    plain = None
    for golden in goldens.wire:
        if golden.tag == record.tag and not record.flow:
            if golden.beside in beside and golden.absent not in beside:
                return golden
            if golden.beside is None:
                plain = golden
    return plain


def unread(datagrams):
    """Counter records that no golden file reads."""
    faults = []
    for datagram in datagrams:
        for sample in datagram.samples:
            unknown = [r.tag for r in sample.records if not r.flow and r.golden is None]
            faults += [f"datagram {datagram.number} {sample.source}: {tag}" for tag in unknown]
    return faults


def assign(goldens, datagrams):
    for datagram in datagrams:
        for sample in datagram.samples:
            beside = sample.tags()
            for record in sample.records:
                record.golden = reading(goldens, record, beside)


def used(goldens, datagrams):
    """The golden files of whose structures there is a record."""
    names = {r.golden.name for d in datagrams for s in d.samples for r in s.records if r.golden}
    return [golden for golden in goldens.wire if golden.name in names]


def take_values(datagrams):
    """sflowtool's texts as values, by our names. Returns faults: a golden file
    that doesn't name all that sflowtool prints, or more."""
    faults = set()
    for datagram in datagrams:
        for sample in datagram.samples:
            for record in sample.records:
                if record.golden is not None:
                    record.values = values_of(record, faults)
    return sorted(faults)


def values_of(record, faults):
    golden, values = record.golden, {}
    unclaimed = set(record.theirs) - {"counterBlock_tag"} - {f.key for f in golden.fields}
    if unclaimed:
        faults.add(f"{golden.name}: sflowtool has {sorted(unclaimed)} too")
    for item in golden.fields:
        try:
            text = item.theirs(record.theirs)
        except ValueError as error:
            faults.add(f"{golden.name}: {error}")
            continue
        if text is not None:
            values[item.name] = item.value_of_theirs(text)
    return values


def load(name, goldens, folder=FOLDER):
    """The datagrams of a capture and the faults found on the way."""
    objects = read_json(folder / f"{name}.sflowtool.json.gz")
    datagrams = [datagram_of(number, theirs) for number, theirs in enumerate(objects, 1)]
    faults = join(datagrams, wire.walk_pcap(folder / f"{name}.pcap"), goldens.rtmetric)
    assign(goldens, datagrams)
    return datagrams, faults + take_values(datagrams)
