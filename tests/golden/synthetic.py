"""Made-up traffic: for structures that no capture has, and for what recorded
traffic rarely shows. Every field of every golden file gets a value of its own,
so that two fields that were swapped are found.

A scenario is a name and a list of wire.Datagram; what sflow-dump must print
follows from the values by the same rules as for the captures.
"""
import random
import struct

import rules
import wire
from captures import assign
from goldenfile import KINDS, UNKNOWN

START = 1800000000000  # ms; when the first datagram arrives
SOURCE = {  # of a kind that is no port's
    "vm": "3:100001",
    "jvm": "3:200001",
    "http": "3:8080",
    "memcache": "3:11211",
    "vlan": "1:10",
    "ovs": "2:1000",
    "app": "3:150001",
    "vdi": "3:4172",
}
OF_PORTS = ("interface", "ethernet", "lag", "optics", "queue", "wifi", "legacy")
SHORT_GAP = (10007, 10400)  # ms of uptime, ms of arrival: the uptime counts
LOUD = [("accept=all", rules.Options(accept=tuple(KINDS)))]


def source_of(golden):
    of_port = golden.kind in OF_PORTS or golden.lists
    return "0:3" if of_port else SOURCE.get(golden.kind, "2:1")


def another(golden):
    """Another data source of the kind: no port, if it needn't be one."""
    source = source_of(golden)
    needs_no_port = KINDS[golden.kind].naming == "first" and source.startswith("0:")
    return "2:7" if needs_no_port else source + "9"


class Traffic:
    """Datagrams of one sub-agent after the other; each is on its way later
    than the one before."""

    def __init__(self, goldens, agent="192.0.2.1", sub_agent=7, expanded=False, uptime=600123):
        self.goldens, self.agent, self.sub_agent = goldens, agent, sub_agent
        self.tag = "0:4" if expanded else "0:2"
        self.sequence, self.uptime, self.arrival = 100, uptime, START
        self.samples = {}  # how many of each data source
        self.sent = []

    def sample(self, records, source):
        self.samples[source] = self.samples.get(source, 0) + 1
        return wire.Sample(self.tag, str(self.samples[source]), source, records)

    def send(self, *samples, gap=SHORT_GAP, sequence=None, uptime=None):
        if self.sent:
            self.uptime, self.arrival = self.uptime + gap[0], self.arrival + gap[1]
        self.sequence = self.sequence + 1 if sequence is None else sequence
        self.uptime = self.uptime if uptime is None else uptime
        header = (self.agent, self.sub_agent, self.sequence, self.uptime, self.arrival)
        self.sent.append(wire.Datagram(len(self.sent) + 1, *header, list(samples)))

    def send_golden(self, golden, values, source=None, **more):
        """A sample with the golden file's record and the one that has to be
        beside it."""
        source = source or source_of(golden)
        self.send(self.sample(with_beside(self.goldens, golden, values), source), **more)

    def done(self):
        assign(self.goldens, self.sent)
        return self.sent


def custom(name, metrics, broken=b""):
    """Metrics that the agent names itself, and what can't be read behind them."""
    more = {"set": name, "custom": metrics, "broken": bool(broken), "body": broken}
    return wire.Sample(wire.RTMETRIC, "-", "-", **more)


def record_of(golden, values, extra=b""):
    """A record, and bytes that a later version of its structure may have."""
    if any(item.type == "rest" for item in golden.fields):
        extra = b""  # they would be a part of it
    body = wire.pack_fields(golden, values) + extra
    return wire.Record(golden.tag, False, len(body), body, values=values)


def with_beside(goldens, golden, values, extra=b""):
    """The golden file's record, another one where there may be several, and
    the one that has to be beside it."""
    records = [record_of(golden, values, extra)]
    if golden.part and values:
        by = golden.part[1]
        records.append(record_of(golden, {**values, by: values[by] + 1}, extra))
    for other in goldens.wire:
        if other.tag == golden.beside and other.beside is None:
            records.append(record_of(other, values_of(other, 0)))
    return records


def merged(several):
    """The datagrams of several that send at the same times."""
    several[0].sent = [d for same in zip(*(traffic.sent for traffic in several)) for d in same]
    for number, datagram in enumerate(several[0].sent, 1):
        datagram.number = number
    return several[0].done()


# Values -------------------------------------------------------------------


def codes_of(golden):
    """field name -> how many codes it has, for enumerations and flags."""
    return dict(metric.codes for metric in golden.metrics if metric.codes)


def values_of(golden, step, place=0):
    """Distinct values for every field. Counters move by another amount each,
    and those of 32 bits wrap at the second step."""
    counters, codes, values = golden.counters, codes_of(golden), {}
    speeds = {golden.speed_of(metric) for metric in golden.metrics}
    for order, item in enumerate(golden.fields, 1):
        if item.name in ("ifIndex", "vlan_id"):  # it says what all the others are of
            values[item.name] = 7
        elif item.name in codes:
            values[item.name] = (order + step) % codes[item.name]
        elif item.name in golden.part:
            values[item.name] = 3 + place
        elif item.name in speeds:
            values[item.name] = 10**7 * order + step
        elif item in counters:
            values[item.name] = counter_of(item, order, step)
        else:
            values[item.name] = gauge_of(item, order, step)
    return values


def counter_of(item, order, step):
    move = 100003 * order
    if item.type == "u32":
        return (2**32 - move - move // 2 + step * (move + step)) % 2**32
    return 2**40 * order + step * (move * 100 + step)


def gauge_of(item, order, step):
    if item.type in MAKERS:
        return MAKERS[item.type](item, order, step)
    return (2**33 + 2**21 * step) * order if item.type == "u64" else 117 * order + step


def adapters_of(order, step):
    """Two interfaces, the first with an address and the second with two."""
    mac = f"{order:02x}{step:02x}aabbcc%02x0000"
    return f"{2:08x}{1:08x}{1:08x}" + mac % 1 + f"{2:08x}{2:08x}" + mac % 2 + mac % 3


def elements_of(item, order, step):
    count = 2 + step % 2
    return [values_of(item.elements, step + 7 * n + 50 * order, n) for n in range(count)]


MAKERS = {
    "u8": lambda item, order, step: (37 * order + step) % 256,
    "i32": lambda item, order, step: (117 * order, -117 * order, -1)[step % 3],
    "f32": lambda item, order, step: 0.25 * order + step,
    "mac": lambda item, order, step: f"00:1b:{order:02x}:00:fe:{step:02x}",
    "uuid": lambda item, order, step: f"{order:08x}-1122-3344-5566-0123456789ab",
    "rest": lambda item, order, step: adapters_of(order, step),
    "list": elements_of,
    "string": lambda item, order, step: (
        "build.example.net" if item.name == "hostname" else f"{item.name}-{order}.{step}"
    ),
}


def names_itself(golden, values):
    """The same, but with one name all the time."""
    steady = "build.example.net" if golden.kind == "host" else golden.name + " 1"
    return {**values, golden.names: steady} if golden.names in values else values


def unsupported(golden, values):
    """What an agent sends for what it doesn't know."""
    return {
        item.name: unknown_of(item, values[item.name], item.name in golden.part)
        for item in golden.fields
    }


def unknown_of(item, value, is_part=False):
    if item.type == "list":
        return [unsupported(item.elements, element) for element in value]
    if item.type == "string":
        return ""
    return value if is_part else UNKNOWN.get(item.type, value)


def one_unknown(golden, values):
    """The same values with one after the other unknown."""
    for item in golden.fields:
        if item.type == "list":
            *others, last = values[item.name]
            for element in one_unknown(item.elements, last):
                yield {**values, item.name: [*others, element]}
        elif item.type in UNKNOWN and item.name not in golden.part:
            yield {**values, item.name: UNKNOWN[item.type]}


def moved(golden, values):
    """All counters some way on."""
    on = {item.name: values[item.name] + 50 + order for order, item in enumerate(golden.counters)}
    return {**values, **on}


# Scenarios for each golden file -------------------------------------------


def steps(goldens, golden):
    """First sample, a step, a step with wraps, all unknown."""
    traffic = Traffic(goldens)
    for step in range(3):
        traffic.send_golden(golden, values_of(golden, step))
    traffic.send_golden(golden, unsupported(golden, values_of(golden, 0)))
    return traffic.done()


def whole_seconds(goldens, golden):
    """An IPv6 agent with the expanded form, and an uptime in whole seconds:
    the arrival is the better clock as long as it is not far off."""
    traffic = Traffic(goldens, "2001:db8::1:2", 100000, True, 86400000)
    for step, gap in enumerate(((0, 0), (6000, 5006), (20000, 22500), (5000, 5990))):
        traffic.send_golden(golden, values_of(golden, step), gap=gap)
    return traffic.done()


def resets(goldens, golden):
    """Each counter in turn goes back, between samples that go on."""
    traffic = Traffic(goldens)
    values = {**values_of(golden, 0), **{f.name: 2**31 + 5000 for f in golden.counters}}
    traffic.send_golden(golden, values)
    for item in golden.counters:
        values = moved(golden, values)
        traffic.send_golden(golden, values)
        values = moved(golden, values)
        values[item.name] -= 4000
        traffic.send_golden(golden, values)
    traffic.send_golden(golden, moved(golden, values))
    return traffic.done()


def gaps(goldens, golden):
    """Each numeric field in turn is not supported, between samples where it
    is. The counters are so high that all ones would be a small step on."""
    traffic = Traffic(goldens)
    high = {f.name: UNKNOWN[f.type] - 100000 for f in golden.counters}
    values = {**values_of(golden, 0), **high}
    for at in range(len(list(one_unknown(golden, values)))):
        values = moved(golden, values)
        traffic.send_golden(golden, values)
        values = moved(golden, values)
        traffic.send_golden(golden, list(one_unknown(golden, values))[at])
    return traffic.done()


def still(goldens, golden):
    """Nothing moves, and gauges are zero: shares and ratios of nothing."""
    traffic = Traffic(goldens)
    values = values_of(golden, 0)
    for item in golden.fields:
        gauge = item not in golden.counters and item.name not in golden.limits
        if gauge and item.type in UNKNOWN:
            values[item.name] = 0
    for _ in range(3):
        traffic.send_golden(golden, dict(values))
    return traffic.done()


def codes(goldens, golden):
    """Every code of every enumeration, and the first two beyond; every set of
    flags."""
    traffic = Traffic(goldens)
    sizes = codes_of(golden)
    for code in range(max(sizes.values()) + 2):
        now = {n: code % 256 if golden.by_name(n).type == "u8" else code for n in sizes}
        traffic.send_golden(golden, {**values_of(golden, 0), **now})
    return traffic.done()


def carried(goldens, golden):
    """Packets of each kind move by more than half the range: that is right as
    long as their own octets could carry them, to the byte. Then one byte is
    missing, and then the octets are not known."""
    traffic = Traffic(goldens)
    values, packets = values_of(golden, 0), 2**31 + 100
    for name, octets in golden.carriers.items():
        for missing in (0, 0, 1, None):
            enough = values[octets] + packets * rules.FRAME_LEAST
            jump = {name: (values[name] + packets) % 2**32, octets: enough}
            values = {**moved(golden, values), **jump}
            wrong = UNKNOWN["u64"] if missing is None else enough - missing
            traffic.send_golden(golden, {**values, octets: wrong})
    return traffic.done()


def cut(goldens, golden):
    """A record that ends too early gives its whole fields."""
    traffic = Traffic(goldens)
    for step in range(4):
        values = names_itself(golden, values_of(golden, step))
        records = with_beside(goldens, golden, values)
        if step == 1:
            least = {f.name: values[f.name] for f in golden.fields if not f.tail}
            records[0].body = wire.pack_fields(golden, least)[:-4]
            records[0].length, records[0].short = len(records[0].body), True
            records[0].values = whole_of(golden, least, records[0].length)
        traffic.send(traffic.sample(records, source_of(golden)))
    return traffic.done()


def whole_of(golden, values, length):
    """The fields that are whole in so many bytes."""
    whole, at = {}, 0
    for item in golden.fields:
        if item.name not in values:
            break
        size = len(wire.pack(item, values[item.name]))
        missing = 2 if item.type == "mac" else 0  # padding
        if item.type == "string":
            missing = -len(values[item.name]) % 4
        if at + size - missing > length:
            break
        whole[item.name] = values[item.name]
        at += size
    return whole


def without_tail(goldens, golden):
    """Agents from before the structure grew."""
    traffic = Traffic(goldens)
    old = [item.name for item in golden.fields if not item.tail]
    for step in range(3):
        values = values_of(golden, step)
        traffic.send_golden(golden, {name: values[name] for name in old})
    return traffic.done()


def crowded(goldens, golden):
    """The structure has grown, and what is around it is unknown: a sample, a
    record. Another data source comes later, and first in the datagram."""
    traffic = Traffic(goldens, expanded=True)
    source = source_of(golden)
    stranger = wire.Record("9999:77", False, 12, b"\xff" * 12)
    for step in range(3):
        records = with_beside(goldens, golden, values_of(golden, step), bytes(8))
        samples = [wire.Sample("9999:5", "-", "-", body=b"\xde\xad\xbe\xef" * 4)]
        samples.append(traffic.sample([stranger, *records], source))
        if step and KINDS[golden.kind].naming != "machine":
            values = values_of(golden, step + 1)
            if golden.names in values:
                values[golden.names] = "other.example.net"
            records = with_beside(goldens, golden, values)
            samples.insert(0, traffic.sample(records, another(golden)))
        traffic.send(*samples)
    return traffic.done()


def for_golden(goldens, golden):
    scenarios = [steps, whole_seconds, still, crowded]
    scenarios += [gaps] * any(one_unknown(golden, values_of(golden, 0)))
    scenarios += [resets] * bool(golden.counters) + [codes] * bool(codes_of(golden))
    scenarios += [without_tail] * any(item.tail for item in golden.fields)
    scenarios += [carried] * bool(golden.carriers)
    scenarios += [cut] * all(item.type != "rest" for item in golden.fields)
    return [(f"{golden.name} {make.__name__}", make(goldens, golden)) for make in scenarios]


# Scenarios for the rules --------------------------------------------------


def restart(goldens):
    """Sequence and uptime go back: nothing is compared across it, for none of
    the data sources, also not when the next sample of one comes later."""
    named = goldens.named
    cpu, net, vm = named["host_cpu"], named["host_net_io"], named["virt_net_io"]
    traffic = Traffic(goldens)
    for step in range(6):
        host = traffic.sample([record_of(g, values_of(g, step)) for g in (cpu, net)], "2:1")
        guest = traffic.sample([record_of(vm, values_of(vm, step))], "3:5")
        again = {"sequence": 1, "uptime": 2001} if step == 3 else {}
        traffic.send(*([host] if step == 3 else [host, guest]), **again)
    return traffic.done()


def sequence_back(goldens):
    """The sequence alone goes back by much, and the uptime goes on: other numbers, by
    which nothing was reset."""
    net = goldens.named["host_net_io"]
    traffic = Traffic(goldens)
    for step, sequence in enumerate((1000, 1001, 1, 2)):
        traffic.send_golden(net, values_of(net, step), sequence=sequence)
    return traffic.done()


def uptime_back(goldens):
    """The sequence goes on and the uptime back: a restart too."""
    net = goldens.named["host_net_io"]
    traffic = Traffic(goldens)
    for step, uptime in enumerate((600123, 610130, 777, 10784)):
        traffic.send_golden(net, values_of(net, step), uptime=uptime)
    return traffic.done()


def uptime_wrap(goldens):
    """The uptime wraps, after 49.7 days: no restart."""
    net = goldens.named["host_net_io"]
    traffic = Traffic(goldens)
    for step, uptime in enumerate((2**32 - 13013, 2**32 - 3006, 7001, 17008)):
        traffic.send_golden(net, values_of(net, step), uptime=uptime)
    return traffic.done()


def sample_back(goldens):
    """A data source's own sequence goes back: it was made anew."""
    net = goldens.named["host_net_io"]
    traffic = Traffic(goldens)
    for step in range(5):
        if step == 2:
            traffic.samples.clear()
        traffic.send_golden(net, values_of(net, step))
    return traffic.done()


def repeated(goldens):
    """A datagram that comes twice changes nothing the second time, nor does
    one that was overtaken."""
    net = goldens.named["host_net_io"]
    traffic = Traffic(goldens)
    for step in range(5):
        traffic.send_golden(net, values_of(net, step), gap=(1007, 1010))
    first, second, third, fourth, fifth = traffic.sent
    order = [(first, 0), (second, 0), (second, 40), (fourth, 0), (third, 1060), (fifth, 0)]
    traffic.sent = [
        wire.Datagram(n, d.agent, d.sub_agent, d.sequence, d.uptime, d.arrival + late, d.samples)
        for n, (d, late) in enumerate(order, 1)
    ]
    return traffic.done()


def guests(goldens):
    """Two virtual machines: one has a name that needs mending, one has none.
    Neither's name, system or first sample is the host's business."""
    named = goldens.named
    net, descr, cpu = named["virt_net_io"], named["host_descr"], named["virt_cpu"]
    traffic = Traffic(goldens)
    for step in range(3):
        name = {**values_of(descr, step), "hostname": "web 01/a:b"}
        first = [record_of(net, values_of(net, step)), record_of(descr, name)]
        second = [record_of(cpu, values_of(cpu, step)), record_of(net, values_of(net, step + 1))]
        samples = [traffic.sample(first, "3:100001"), traffic.sample(second, "3:100002")]
        traffic.send(*samples[: 1 if step == 0 else 2])
    return traffic.done()


def instances(goldens):
    """Several of a kind on one host: the first has no prefix, a JVM's is its
    name, and its name is not the host's."""
    named = goldens.named
    descr, jvm = named["host_descr-jvm"], named["jvm_statistics"]
    http, memcache = named["http_counters"], named["memcache_counters"]
    traffic = Traffic(goldens)
    for step in range(3):
        samples = []
        for number, hostname in enumerate(("1234@build", "shop front", ""), 1):
            name = {**values_of(descr, step), "hostname": hostname}
            records = [record_of(jvm, values_of(jvm, step)), record_of(descr, name)]
            samples.append(traffic.sample(records, f"3:20000{number}"))
        for golden, ports in ((http, (8080, 80)), (memcache, (11212, 11211))):
            for port in ports:
                records = [record_of(golden, values_of(golden, step))]
                samples.append(traffic.sample(records, f"3:{port}"))
        traffic.send(*samples)
    return traffic.done()


def sub_agents(goldens):
    """Two sub-agents of one address, each with its own sequence and uptime;
    the first restarts, and the second goes on."""
    net = goldens.named["virt_net_io"]
    one, two = Traffic(goldens), Traffic(goldens, sub_agent=8, uptime=99)
    for step in range(4):
        again = {"sequence": 1, "uptime": 1003} if step == 2 else {}
        one.send_golden(net, values_of(net, step), "3:1", **again)
        two.send_golden(net, values_of(net, step), "3:2")
    return merged([one, two])


def doubled(goldens):
    """A record that comes twice in a sample: the second can't be told apart, and is
    refused."""
    net = goldens.named["host_net_io"]
    traffic = Traffic(goldens)
    for step in range(3):
        records = [record_of(net, values_of(net, step)), record_of(net, values_of(net, step + 5))]
        traffic.send(traffic.sample(records, "2:1"))
    return traffic.done()


def of_packets(goldens):
    """Samples of packets are not counted as unknown, and others are."""
    net = goldens.named["host_net_io"]
    traffic = Traffic(goldens)
    for step in range(2):
        samples = [traffic.sample([record_of(net, values_of(net, step))], "2:1")]
        for tag in ("0:5", "4300:1003", "0:6", "4300:1004"):
            samples.append(wire.Sample(tag, "-", "-", body=bytes(24)))
        traffic.send(*samples)
    return traffic.done()


# Ports ----------------------------------------------------------------------


def port_values(goldens, number, step, if_type=6):
    """A port's counters, which differ from port to port."""
    golden = goldens.named["if_counters"]
    values = {**values_of(golden, step), "ifIndex": number, "ifType": if_type}
    for item in golden.counters:
        values[item.name] = (values[item.name] + 1000003 * number * step) % 2**32
    return values


def port(goldens, number, step, if_type=6):
    return record_of(goldens.named["if_counters"], port_values(goldens, number, step, if_type))


ODD_SPEEDS = (10**7, 10**8, 10**9, 10**10, 10**11, 4 * 10**11, 0)


def odd_ports(goldens):
    """Ports whose load and packets change a lot, of all speeds. Octets of every second one
    have 32 bits. Now and then one begins again, with its sample numbers or without."""
    record = goldens.named["if_counters"]
    dice, traffic = random.Random(16), Traffic(goldens)
    ports = [dict.fromkeys((item.name for item in record.counters), 0) for _ in range(14)]
    for port_now in ports:
        for item in record.counters:
            port_now[item.name] = dice.randrange(2 ** dice.choice((8, 24, 31, 32)))
    for step in range(40):
        samples = []
        for number, port_now in enumerate(ports, 1):
            speed = ODD_SPEEDS[number // 2 % len(ODD_SPEEDS)]
            if dice.random() < 0.05:
                port_now.update((name, dice.randrange(1000)) for name in port_now)
            if number % 3 == 0 and step % number == 0 or dice.random() < 0.05:
                traffic.samples[f"0:{number}"] = 0
            for way in ("In", "Out"):
                count_on(port_now, way, (speed or 10**9) * dice.choice((0, 0.01, 0.3, 0.9, 1.5)),
                         dice.choice((64, 70, 1000, 1500, 9000)))
            octets = ("ifInOctets", "ifOutOctets") if number % 2 else ()
            values = {**values_of(record, 0), "ifIndex": number, "ifType": 6, "ifSpeed": speed,
                      **port_now, **{name: port_now[name] % 2**32 for name in octets}}
            samples.append(traffic.sample([record_of(record, values)], f"0:{number}"))
        traffic.send(*samples, gap=(30011, 30011))
    return traffic.done()


def count_on(port_now, way, bits, size):
    """30 s of so many bits a second, in packets of that size, some of them multicast."""
    octets = int(bits * 30 / 8)
    more = {"Octets": octets, "UcastPkts": octets // size, "MulticastPkts": octets // size // 50,
            "Errors": octets // 10**9}
    for name, number in more.items():
        bound = 2**64 if name == "Octets" else 2**32
        port_now[f"if{way}{name}"] = (port_now[f"if{way}{name}"] + number) % bound


def port_names(goldens):
    """A port goes by its number until it has a name. With another name it is
    another port; an empty name says nothing."""
    name = goldens.named["port_name"]
    traffic = Traffic(goldens)
    for step, text in enumerate((None, "eth0", "eth0", "-swp/1:a..b.", "-swp/1:a..b.", "", "eth0")):
        records = [port(goldens, 1, step)]
        if text is not None:
            records.append(record_of(name, {"name": text}))
        other = [record_of(name, {"name": "uplink"}), port(goldens, 2, step)]
        traffic.send(traffic.sample(records, "0:1"), traffic.sample(other, "0:2"))
    return traffic.done()


def members(goldens, traffic, step):
    """Ports 1 and 2, which say until step 8 that they are parts of 9. At step 2
    the second begins again."""
    lag, samples = goldens.named["lag_port_stats"], []
    for number in (1, 2):
        records = [port(goldens, number, 0 if (step, number) == (2, 2) else step)]
        if step < 8:
            part = {**values_of(lag, step), "dot3adAggPortAttachedAggID": 9}
            records.append(record_of(lag, part))
        samples.append(traffic.sample(records, f"0:{number}"))
    return samples


def others(goldens, traffic, step):
    """4 is no port, 5 is made of others and says so, and 9 doesn't say so."""
    types = ((4, 24), (5, 161), (9, 6))
    return [traffic.sample([port(goldens, n, step, t)], f"0:{n}") for n, t in types]


def silent(goldens, traffic, step):
    """Port 6 knows less, and after step 3 it is heard no more."""
    unknown = dict.fromkeys(("ifInUcastPkts", "ifOutMulticastPkts"), UNKNOWN["u32"])
    values = {**port_values(goldens, 6, step), **unknown}
    if step > 3:
        return traffic.sample([], "3:1")
    return traffic.sample([record_of(goldens.named["if_counters"], values)], "0:6")


def port_totals(goldens):
    """Ports tell at different times, and totals wait for all that count. They
    come with the passing of time alone where a port got silent."""
    traffic = Traffic(goldens)
    traffic.send(traffic.sample([], "3:1"))
    for step in range(16):
        traffic.send(*members(goldens, traffic, step), gap=(8000, 8000))
        traffic.send(*others(goldens, traffic, step), gap=(1000, 1000))
        traffic.send(silent(goldens, traffic, step), gap=(1003, 1003))
    return traffic.done()


def several_ports(goldens):
    """Data sources that carry several ports and VLANs, in a sample or in turn, with their
    names and what else there is of them; that are none themselves; and one whose ports
    show after a while."""
    named = goldens.named
    ether, name = named["ethernet_counters"], named["port_name"]
    vlan, cpu = named["vlan_counters"], named["host_cpu"]
    traffic = Traffic(goldens)

    def beside(number, step):
        text = {**values_of(name, step), "name": f"eth{number}"}
        return [record_of(ether, values_of(ether, step + number)), record_of(name, text)]

    def vlans(step, *numbers):
        return [record_of(vlan, {**values_of(vlan, step + n), "vlan_id": n}) for n in numbers]

    for step in range(6):
        a, b, c, d, e, f, g, h = (port(goldens, n, step) for n in range(31, 39))
        samples = [traffic.sample([a, *beside(31, step), b, *beside(32, step)], "2:1")]
        samples += [traffic.sample([c, d, beside(33, step)[1], beside(34, step)[1]], "2:4")]
        samples += [traffic.sample([beside(35, step)[0], e, f], "2:5")]
        samples += [traffic.sample([record_of(cpu, values_of(cpu, step)), g], "2:6")]
        samples += [traffic.sample([port(goldens, 41 + step % 2, step)], "0:0")]
        samples += [traffic.sample([port(goldens, 51 + step % 2, step)], "0:51")]
        samples += [traffic.sample([port(goldens, 61 + (step == 3), step)], "0:9")]
        samples += [traffic.sample([h, port(goldens, 38, step + 7)], "0:38")]
        samples += [traffic.sample(vlans(step, 10, 20), "2:7"), traffic.sample(vlans(step, 30), "1:30")]
        samples += [traffic.sample(vlans(step, 40, 41), "1:40"), traffic.sample(vlans(step, 50), "0:5")]
        traffic.send(*samples)
    return traffic.done()


def every_type(goldens):
    """One port of each type: only those count that are made of nothing else."""
    traffic = Traffic(goldens)
    for step in range(2):
        samples = []
        for if_type in range(1, 300):
            samples.append(traffic.sample([port(goldens, if_type, step, if_type)], f"0:{if_type}"))
        traffic.send(*samples)
    return traffic.done()


def own_totals(goldens):
    """A machine that tells its own totals: from then on the ports' are none."""
    net = goldens.named["host_net_io"]
    traffic = Traffic(goldens)
    for step in range(6):
        samples = [traffic.sample([port(goldens, n, step)], f"0:{n}") for n in (1, 2)]
        if step > 2:
            samples.append(traffic.sample([record_of(net, values_of(net, step))], "2:1"))
        traffic.send(*samples)
    return traffic.done()


def two_switches(goldens):
    """The totals are those of one agent, from all its sub-agents."""
    agents = [("192.0.2.1", 7), ("192.0.2.1", 8), ("192.0.2.2", 7)]
    several = [Traffic(goldens, agent, sub) for agent, sub in agents]
    for step in range(4):
        for at, traffic in enumerate(several):
            traffic.send(traffic.sample([port(goldens, at + 1, step)], f"0:{at + 1}"))
    return merged(several)


def bonds(goldens):
    """A bond and its members, VLANs of a port by two kinds of names, and what is alike by
    chance; and an interface in the data source of its port."""
    name, traffic = goldens.named["port_name"], Traffic(goldens)
    ports = {1: "eth0", 2: "eth1", 3: "bond0", 4: "eth0.10", 5: "vlan7", 6: "eth5", 7: "team9"}
    parts = {3: (1, 2), 5: (6,), 7: (1, 6)}
    for step in range(7):
        samples = []
        for number, text in ports.items():
            several = [port_values(goldens, n, step) for n in parts.get(number, (number,))]
            values = {key: sum(v[key] for v in several) for key in several[0]}
            codes = {k: v for k, v in several[0].items() if not k.endswith(("Octets", "Pkts"))}
            values = {**values, **codes, "ifIndex": number}
            values = {k: v if k.endswith("Octets") else v % 2**32 for k, v in values.items()}
            records = [record_of(goldens.named["if_counters"], values)]
            records += [record_of(name, {**values_of(name, step), "name": text})]
            if number == 6:
                records += [port(goldens, 60, step, 1)]
            samples.append(traffic.sample(records, f"0:{number}"))
        traffic.send(*samples)
    return traffic.done()


def threads(goldens):
    """One port that three sub-agents send in turn, with one clock; its counters are
    cleared in between. Beside it one that two send, and is two."""
    several = [Traffic(goldens, sub_agent=sub) for sub in (1, 2, 3)]
    for step in range(48):
        now, traffic = step if step < 24 else step - 24, several[step % 3]
        samples = [traffic.sample([port(goldens, 5, now)], "0:5")]
        if step % 3:
            samples += [traffic.sample([port(goldens, 6, now + 50 * (step % 3))], "0:6")]
        traffic.send(*samples)
    return merged(several)


def alike(goldens):
    """Ports and VLANs of several sub-agents and data sources that have the same numbers
    or names. The third sub-agent comes later, as does a port of its own that is called
    as a carried one."""
    name, vlan = goldens.named["port_name"], goldens.named["vlan_counters"]
    several = [Traffic(goldens, sub_agent=sub) for sub in (9, 7, 8)]
    for step in range(5):
        for at, traffic in enumerate(several):
            if at == 2 and step < 2:
                continue
            eth = record_of(name, {**values_of(name, step), "name": "eth0"})
            samples = [traffic.sample([port(goldens, 1, step + at)], "0:1")]
            samples += [traffic.sample([port(goldens, 2 + at, step), eth], f"0:{2 + at}")]
            samples += [traffic.sample([record_of(vlan, values_of(vlan, step + at))], "1:7")]
            if at == 0:
                samples += [traffic.sample([port(goldens, 12, step)], "3:5")]
                samples += [traffic.sample([port(goldens, 13, step)], "3:7")]
            traffic.send(*samples)
            if at == 0:
                samples = [traffic.sample([port(goldens, 12, step + 1)], "3:6")]
                if step > 1:
                    samples += [traffic.sample([port(goldens, 13, step + 1)], "0:13")]
                traffic.send(*samples)
    return merged(several)


# Others ---------------------------------------------------------------------


def lists(goldens):
    """A list without elements, with many, with bytes behind it, and with more
    than there is room for."""
    traffic = Traffic(goldens)
    for golden in goldens.wire:
        for count in (0, 1, 8) if golden.lists else ():
            values = values_of(golden, count)
            for item in golden.lists:
                values[item.name] = [values_of(item.elements, n, n) for n in range(count)]
            traffic.send(traffic.sample([record_of(golden, values, bytes(4))], "0:3"))
        for more in (1, 2**30) if golden.lists else ():
            traffic.send(traffic.sample([too_long(golden, more)], "0:3"))
    return traffic.done()


def too_long(golden, more):
    """A record whose last list claims more elements than there are."""
    values = {**values_of(golden, 0), golden.lists[-1].name: []}
    body = wire.pack_fields(golden, values)[:-4] + struct.pack(">I", more)
    whole = {name: value for name, value in values.items() if name != golden.lists[-1].name}
    return wire.Record(golden.tag, False, len(body), body, values=whole, short=True)


def applications(goldens):
    """An application goes by its name, in all that it tells; one that tells
    none by its data source."""
    named = [goldens.named[n] for n in ("app_resources", "app_operations", "app_workers")]
    traffic = Traffic(goldens)
    for step in range(3):
        records = [record_of(g, values_of(g, step)) for g in named]
        records[1] = record_of(named[1], {**values_of(named[1], step), "application": "shop front"})
        unnamed = [record_of(named[0], values_of(named[0], step + 1))]
        samples = [traffic.sample(records, "3:150001"), traffic.sample(unnamed, "3:150002")]
        traffic.send(*samples)
    return traffic.done()


def custom_metrics(goldens):
    """Every type of metric, in sets of two sub-agents, with names that need
    mending. One changes its type, numbers are negative or unknown, counters
    wrap and are reset."""
    traffic, other = Traffic(goldens), Traffic(goldens, sub_agent=8)
    texts = ("up", "on fire", "", "up", "a<b", "up")
    for step in range(6):
        step32, step64 = (2**32 - 900 + 400 * step) % 2**32, 2**40 + 7 * 10**9 * step
        metrics = [("state", 0, texts[step]), ("small", 1, step32), ("big", 2, step64)]
        metrics += [("gauge", 3, (2**32 - 5 + step) % 2**32), ("wide", 4, 2**53 + 2 * step)]
        metrics += [("part 1/x", 5, -1.0 * step), ("fine", 6, -2.5e-3 * step)]
        odd = [("odd", 3 if step == 2 else 1, 1000 * step), ("big", 2, 10**12 - 10**9 * step)]
        odd += [("small", 1, 5 * 10**6 if step == 4 else 10 * step)]
        broken = b"" if step else wire.pack_string("later") + struct.pack(">II", 7, 1)
        traffic.send(custom("web 1", metrics), custom("disk:a", odd, broken))
        other.send(custom("rack", [("small", 1, 900 * step), ("fine", 5, 0.1 * step)]))
    return merged([traffic, other])


def no_name(goldens):
    """A set of metrics that has no name."""
    traffic = Traffic(goldens)
    traffic.send(wire.Sample(wire.RTMETRIC, "-", "-", body=struct.pack(">II", 0, 0)))
    return traffic.done()


def everything(goldens):
    """A record of every reading, most from a data source of its own."""
    traffic = Traffic(goldens)
    for step in range(2):
        samples = [custom("set", [("value", 3, step)])]
        for number, golden in enumerate(goldens.wire):
            cls, index = source_of(golden).split(":")
            own = f"{cls}:{int(index) + 1000 * number}"
            records = with_beside(goldens, golden, names_itself(golden, values_of(golden, step)))
            samples.append(traffic.sample(records, "2:1" if (cls, index) == ("2", "1") else own))
        traffic.send(*samples)
    return traffic.done()


RULES = [restart, sequence_back, uptime_back, uptime_wrap, sample_back, repeated]
RULES += [guests, instances, sub_agents, doubled, of_packets]
RULES += [several_ports, port_names, every_type, own_totals, two_switches, alike]
RULES += [bonds, threads, odd_ports]
RULES += [lists, applications, custom_metrics, no_name]
QUIET = [("accept=default", rules.Options())]
EACH = [(f"accept={kind}", rules.Options(accept=(kind,))) for kind in KINDS]


def scenarios(goldens):
    """([(name, datagrams)], [(option, what it means)]) of all."""
    for golden in goldens.wire:
        yield for_golden(goldens, golden), LOUD
    yield [(make.__name__, make(goldens)) for make in RULES], LOUD
    yield [("port_totals", port_totals(goldens))], LOUD + QUIET
    yield [("everything", everything(goldens))], LOUD + QUIET + EACH
