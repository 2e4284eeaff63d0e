"""Whose each record of a sample is, by the rules: mostly its data source's, but where
that is no port or VLAN, or several are in it, what the record itself says it is about.
"""
from dataclasses import dataclass, field

TOLD = {"0:1": ("0", "ifIndex"), "0:5": ("1", "vlan_id")}
UNKNOWN = 2**32 - 1
OF_PORTS = {"interface", "ethernet", "lag", "optics", "queue", "wifi", "infiniband", "legacy"}
OF_PORT = {"0:1004", "4413:2"}  # structures of ports of other kinds


@dataclass
class Said:
    """What the records of a data source say that they are about."""

    only: int = None
    several: bool = False

    def says(self, number):
        self.several = self.several or self.only not in (None, number)
        self.only = number if self.only is None else self.only


@dataclass
class Owned:
    """The records of a sample: (record, source) of those that are taken."""

    records: list
    refused: int = 0
    left: bool = False  # what was the data source's before is another's
    sources: list = field(default_factory=list)

    def __post_init__(self):
        self.sources = list(dict.fromkeys(source for _, source in self.records))


def number_of(record):
    """What the record says that it is about; None: nothing."""
    if record.flow or record.tag not in TOLD or not record.values:
        return None
    number = record.values[TOLD[record.tag][1]]
    return None if number == UNKNOWN or number == 0 and record.tag == "0:1" else number


def is_home(source, record):
    """Is the data source one port, or one VLAN, itself?"""
    return source.partition(":")[0] == TOLD[record.tag][0] and source != "0:0"


def is_of_port(record):
    golden = record.golden
    return golden is not None and (golden.kind in OF_PORTS or golden.tag in OF_PORT)


def port_of(records, record, ports):
    """The if_counters that a record of a port comes with: as many records of its
    structure as of if_counters pair up; else it is the one before, or the next one
    where something else of a port is the first."""
    alike = [r for r in records if r.tag == record.tag]
    at = next(i for i, r in enumerate(records) if r is record)
    if len(alike) == len(ports):
        return ports[sum(r.tag == record.tag for r in records[:at])]
    before = sum(r.tag == "0:1" for r in records[:at])
    first = next(r for r in records if is_of_port(r))
    if first.tag == "0:1" and before:
        before -= 1
    return ports[min(before, len(ports) - 1)]


class Owners:
    def __init__(self):
        self.said = {}  # (agent, sub-agent, source) -> Said

    def restarted(self, key):
        """A data source that begins again may have another number."""
        for known, said in self.said.items():
            if known[: len(key)] == key:
                said.only = None

    def divide(self, key, sample):
        source, records = sample.source, sample.records
        said = self.said.setdefault(key, Said())
        was, before = said.several, said.only
        for record in records:
            if number_of(record) is not None and is_home(source, record):
                said.says(number_of(record))
        owner = {id(r): source for r in records}
        for record in records:
            number = number_of(record)
            if number is None or is_home(source, record) and not said.several:
                continue
            told = f"{TOLD[record.tag][0]}:{number}"
            if told != source:
                owner[id(record)] = f"{told}@{source}"
        ports = [r for r in records if r.tag == "0:1"]
        if set(owner.values()) - {source}:
            for record in records:
                if ports and record.tag != "0:1" and is_of_port(record):
                    owner[id(record)] = owner[id(port_of(records, record, ports))]
        taken, refused = once(records, owner)
        left = said.several and not was and before is not None
        left = left and before != int(source.partition(":")[2])
        return Owned(taken, refused, left)


def once(records, owner):
    """An owner has one of each structure, but of those that are parts of it."""
    seen, taken, refused = set(), [], 0
    for record in records:
        key = (record.tag, owner[id(record)])
        if record.golden and not record.golden.part and key in seen:
            refused += 1
            continue
        seen.add(key)
        taken.append((record, owner[id(record)]))
    return taken, refused
