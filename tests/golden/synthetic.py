"""Made-up traffic: for structures that no capture has, and for what recorded
traffic rarely shows. Every field of every golden file gets a value of its own,
so that two fields that were swapped are found.

A scenario is a name and a list of wire.Datagram; what sflow-dump must print
follows from the values by the same rules as for the captures.
"""
import wire
from captures import assign
from goldenfile import ALL_ONES, MACHINE_KINDS

START = 1800000000000  # ms; when the first datagram arrives
SOURCE = {
    "host": "2:1",
    "gpu": "2:1",
    "ip": "2:1",
    "vm": "3:100001",
    "jvm": "3:200001",
    "http": "3:8080",
    "memcache": "3:11211",
}
SHORT_GAP = (10007, 10400)  # ms of uptime, ms of arrival: the uptime counts


class Traffic:
    """Datagrams of one sub-agent after the other; each is on its way later
    than the one before."""

    def __init__(self, goldens, agent="192.0.2.1", sub_agent=7, expanded=False, uptime=600123):
        self.goldens, self.agent, self.sub_agent = goldens, agent, sub_agent
        self.tag = "0:4" if expanded else "0:2"
        self.sequence, self.uptime, self.arrival = 100, uptime, START
        self.samples = 0
        self.sent = []

    def sample(self, records, source):
        self.samples += 1
        return wire.Sample(self.tag, str(self.samples), source, records)

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
        source = source or SOURCE[golden.kind]
        self.send(self.sample(with_beside(self.goldens, golden, values), source), **more)

    def done(self):
        assign(self.goldens, self.sent)
        return self.sent


def record_of(golden, values, extra=b""):
    body = wire.pack_fields(golden, values) + extra
    return wire.Record(golden.tag, False, len(body), body, values=values)


def with_beside(goldens, golden, values, extra=b""):
    records = [record_of(golden, values, extra)]
    for other in goldens:
        if other.tag == golden.beside and other.beside is None:
            records.append(record_of(other, values_of(other, 0)))
    return records


# Values -------------------------------------------------------------------


def codes_of(golden):
    """field name -> how many names it has, for enumerations."""
    named = [m for m in golden.metrics if m.function == "name"]
    return {m.fields[0]: len(m.expression.args) - 1 for m in named}


def values_of(golden, step):
    """Distinct values for every field. Counters move by another amount each,
    and those of 32 bits wrap at the second step."""
    counters, codes, values = golden.counters, codes_of(golden), {}
    for order, item in enumerate(golden.fields, 1):
        if item.name in codes:
            values[item.name] = (order + step) % codes[item.name]
        elif item in counters:
            values[item.name] = counter_of(item, order, step)
        else:
            values[item.name] = gauge_of(item, order, step)
    return values


def counter_of(item, order, step):
    move = 1013 * order
    if item.type == "u32":
        return (2**32 - move - move // 2 + step * (move + step)) % 2**32
    return 2**40 * order + step * (move * 1000 + step)


def gauge_of(item, order, step):
    if item.type == "string":
        return "build.example.net" if item.name == "hostname" else f"{item.name}-{order}.{step}"
    if item.type == "uuid":
        return f"{order:08x}-1122-3344-5566-0123456789ab"
    if item.type == "f32":
        return 0.25 * order + step
    return (2**33 + 2**21 * step) * order if item.type == "u64" else 117 * order + step


def unsupported(golden):
    """What an agent sends for what it doesn't know."""
    unknown = {**ALL_ONES, "f32": -1.0, "string": "", "i32": 0}
    return {f.name: unknown.get(f.type, values_of(golden, 0)[f.name]) for f in golden.fields}


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
    traffic.send_golden(golden, unsupported(golden))
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
    high = {f.name: ALL_ONES[f.type] - 100000 for f in golden.counters}
    values = {**values_of(golden, 0), **high}
    for item in golden.fields:
        if item.type in ALL_ONES:
            values = moved(golden, values)
            traffic.send_golden(golden, values)
            values = moved(golden, values)
            traffic.send_golden(golden, {**values, item.name: ALL_ONES[item.type]})
    return traffic.done()


def still(goldens, golden):
    """Nothing moves, and gauges are zero: shares and ratios of nothing."""
    traffic = Traffic(goldens)
    values = values_of(golden, 0)
    for item in golden.fields:
        if item not in golden.counters and item.type in ALL_ONES:
            values[item.name] = 0
    for _ in range(3):
        traffic.send_golden(golden, dict(values))
    return traffic.done()


def codes(goldens, golden):
    """Every code of every enumeration, and the first two that have no name."""
    traffic = Traffic(goldens)
    sizes = codes_of(golden)
    for code in range(max(sizes.values()) + 2):
        traffic.send_golden(golden, {**values_of(golden, 0), **{name: code for name in sizes}})
    return traffic.done()


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
    source = SOURCE[golden.kind]
    stranger = wire.Record("9999:77", False, 12, b"\xff" * 12)
    for step in range(3):
        records = with_beside(goldens, golden, values_of(golden, step), bytes(8))
        samples = [wire.Sample("9999:5", "-", "-"), traffic.sample([stranger, *records], source)]
        if step and golden.kind not in MACHINE_KINDS:
            values = values_of(golden, step + 1)
            if "hostname" in values:
                values["hostname"] = "other.example.net"
            records = with_beside(goldens, golden, values)
            samples.insert(0, traffic.sample(records, source + "9"))
        traffic.send(*samples)
    return traffic.done()


def for_golden(goldens, golden):
    scenarios = [steps, whole_seconds, gaps, still, crowded]
    scenarios += [resets] * bool(golden.counters) + [codes] * bool(codes_of(golden))
    scenarios += [without_tail] * any(item.tail for item in golden.fields)
    return [(f"{golden.name} {make.__name__}", make(goldens, golden)) for make in scenarios]


# Scenarios for the rules --------------------------------------------------


def restart(goldens):
    """Sequence and uptime go back: nothing is compared across it, for none of
    the data sources, also not when the next sample of one comes later."""
    named = {g.name: g for g in goldens}
    cpu, net, vm = named["host_cpu"], named["host_net_io"], named["virt_net_io"]
    traffic = Traffic(goldens)
    for step in range(6):
        host = traffic.sample([record_of(g, values_of(g, step)) for g in (cpu, net)], "2:1")
        guest = traffic.sample([record_of(vm, values_of(vm, step))], "3:5")
        again = {"sequence": 1, "uptime": 2001} if step == 3 else {}
        traffic.send(*([host] if step == 3 else [host, guest]), **again)
    return traffic.done()


def sequence_back(goldens):
    """The sequence alone goes back by much: a restart too."""
    net = next(g for g in goldens if g.name == "host_net_io")
    traffic = Traffic(goldens)
    for step, sequence in enumerate((1000, 1001, 1, 2)):
        traffic.send_golden(net, values_of(net, step), sequence=sequence)
    return traffic.done()


def uptime_back(goldens):
    """The sequence goes on and the uptime back: a restart too."""
    net = next(g for g in goldens if g.name == "host_net_io")
    traffic = Traffic(goldens)
    for step, uptime in enumerate((600123, 610130, 777, 10784)):
        traffic.send_golden(net, values_of(net, step), uptime=uptime)
    return traffic.done()


def uptime_wrap(goldens):
    """The uptime wraps, after 49.7 days: no restart."""
    net = next(g for g in goldens if g.name == "host_net_io")
    traffic = Traffic(goldens)
    for step, uptime in enumerate((2**32 - 13013, 2**32 - 3006, 7001, 17008)):
        traffic.send_golden(net, values_of(net, step), uptime=uptime)
    return traffic.done()


def sample_back(goldens):
    """A data source's own sequence goes back: it was made anew."""
    net = next(g for g in goldens if g.name == "host_net_io")
    traffic = Traffic(goldens)
    for step in range(5):
        if step == 2:
            traffic.samples = 0
        traffic.send_golden(net, values_of(net, step))
    return traffic.done()


def repeated(goldens):
    """A datagram that comes twice changes nothing the second time, nor does
    one that was overtaken."""
    net = next(g for g in goldens if g.name == "host_net_io")
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
    named = {g.name: g for g in goldens}
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
    named = {g.name: g for g in goldens}
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
    net = next(g for g in goldens if g.name == "virt_net_io")
    one, two = Traffic(goldens), Traffic(goldens, sub_agent=8, uptime=99)
    for step in range(4):
        again = {"sequence": 1, "uptime": 1003} if step == 2 else {}
        one.send_golden(net, values_of(net, step), "3:1", **again)
        two.send_golden(net, values_of(net, step), "3:2")
    one.sent = [d for both in zip(one.sent, two.sent) for d in both]
    for number, datagram in enumerate(one.sent, 1):
        datagram.number = number
    return one.done()


RULES = [restart, sequence_back, uptime_back, uptime_wrap, sample_back, repeated]
RULES += [guests, instances, sub_agents]


def scenarios(goldens):
    """(name, datagrams) of all."""
    found = [item for golden in goldens for item in for_golden(goldens, golden)]
    return found + [(make.__name__, make(goldens)) for make in RULES]
