#!/usr/bin/env python3
"""Strangers can send anything: names that break XML or leave gmetad's folder,
lengths that lie, plain noise.
"""
import random
import re
import struct
import sys

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import traffic  # noqa: E402

FORGED = b'a"></HOST><HOST NAME="evil" IP="6.6.6.6" REPORTED="0'
NAMES = [b'quo"te', b"apos'trophe", b"<angle>", b"amp&ersand", b"&lt;",
         b"a\x01b\x1f\x7f", b"line\nfeed\r", "Zürich-é-日本".encode(),
         b"\xff\xfe\xc0\xaf", b"../../escaped", b"..", b".", b".hidden",
         b"/etc/passwd", b"a/../../b", b"-dash", b"with space", b"a:b:c",
         b"x" * 64, b"y" * 65, b"z" * 300, b"w" * 9000, b"nul\0behind", b"\0",
         b"%s%n%x", b"]]>", b"<!--", b"`reboot`$(reboot)", b"back\\slash",
         b"__SummaryInfo__", FORGED, b'"></CLUSTER><CLUSTER NAME="evil']
SAFE_NAME = re.compile(r"[!-,/-~][!-~]*")
RANDOM_DATAGRAMS = 10000
SEED = 20261123  # what fails can be repeated


def is_safe(name):
    """Nothing that XML, a shell or a path makes something of."""
    return (SAFE_NAME.fullmatch(name) and len(name) <= 64
            and not set(name) & set("<>&\"'/: ") and ".." not in name)


def address(i):
    return f"10.66.{i // 256}.{i % 256}"


def hostile_agents():
    """Datagrams in which each name is the host's, its release, and that of a
    virtual machine on it."""
    for i, name in enumerate(NAMES):
        agent = traffic.Agent(address(i), name)
        machine = bytes([i]) * 16
        for _ in range(2):
            yield agent.datagram(
                (traffic.MACHINE,
                 [traffic.host_descr(name, release=name), traffic.host_cpu(),
                  traffic.host_memory()]),
                ((3, 77), [traffic.host_descr(name, machine, name),
                           traffic.virt_cpu(agent.uptime_ms // 2)]))


def lying_lengths():
    """Each length and count of a right datagram, one after the other, as
    something else; and the datagram cut at each byte."""
    right = traffic.Agent("10.67.0.1", "liar").machine()
    for at in range(0, len(right) - 3, 4):
        for lie in (0, 1, 3, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF,
                    len(right)):
            yield right[:at] + struct.pack(">I", lie) + right[at + 4:]
    for length in range(len(right)):
        yield right[:length]


def noise():
    """Random bytes, half of them behind a right beginning, and right datagrams
    with some bits flipped."""
    dice = random.Random(SEED)
    right = traffic.Agent("10.68.0.1", "flipped").machine()
    for i in range(RANDOM_DATAGRAMS):
        junk = dice.randbytes(dice.randrange(400))
        if i % 3 == 0:
            yield junk
        elif i % 3 == 1:
            yield right[:dice.randrange(len(right))] + junk
        else:
            flipped = bytearray(right)
            for _ in range(dice.randrange(1, 9)):
                flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
            yield bytes(flipped)


def check_document(gmond, faults):
    """Well-formed, of the right shape, and with harmless texts only."""
    xml = gmond.xml()  # raises when it isn't well-formed
    if [cluster.get("NAME") for cluster in xml] != ["test"]:
        faults.append("the document is no longer one cluster")
    for host in xml.iter("HOST"):
        if not is_safe(host.get("NAME")):
            faults.append(f"host name {host.get('NAME')!r}")
        if host.get("IP") == "6.6.6.6" or host.get("NAME") == "evil":
            faults.append("a forged host")
        for metric in host.iter("METRIC"):
            prefix = metric.get("NAME").rpartition(".")[0]
            if not is_safe(metric.get("NAME").replace(prefix, "a", 1)) or \
                    prefix and not is_safe(prefix):
                faults.append(f"metric name {metric.get('NAME')!r}")
            if re.search(r"[^ -~]|[<>&\"']", metric.get("VAL")):
                faults.append(f"value {metric.get('VAL')!r}")


def send_all(gmond, datagrams):
    with traffic.Sender(gmond.sflow_port) as sender:
        for count, datagram in enumerate(datagrams):
            sender.send(datagram, keep=False)
    return count + 1


def goes_on(gmond, name, number):
    """A host that comes now is shown: all before it has been dealt with."""
    agent = traffic.Agent(f"10.69.0.{number}", name)
    with traffic.Sender(gmond.sflow_port) as sender, traffic.in_background(
            lambda: sender.send(agent.machine()), 0.5):
        ganglia.wait_for(f"host {name}", lambda: gmond.sflow_hosts()[
            agent.address].get("NAME") == name)


def own_folders(gmetad):
    """All that is in gmetad's folder and beside it."""
    return {str(path.relative_to(gmetad.base))
            for path in gmetad.base.rglob("*")}


def test_gmetad(tap, session, gmond):
    gmetad = session.gmetad(gmond)
    # gmetad writes nothing of hosts that are down, as they all may be by now
    with traffic.in_background(lambda: send_all(gmond, hostile_agents()), 1):
        ganglia.wait_for("RRDs of the hosts", lambda: len(
            list(gmetad.cluster().glob("*/mem_total.rrd"))) > len(NAMES) - 2)
    with tap.point("gmetad writes nowhere but below its folder") as faults:
        for path in own_folders(gmetad):
            if path not in ("a", "a/rrds", "gmetad.conf") and \
                    not path.startswith(("a/rrds/test", "a/rrds/__SummaryInfo__")):
                faults.append(path)
        for path in gmetad.cluster().iterdir():
            if path.name != "__SummaryInfo__" and not is_safe(path.name):
                faults.append(path.name)
    with tap.point("a host named __SummaryInfo__ does not write into the "
                   "cluster's summary") as faults:
        names = {host.get("NAME") for host in gmond.sflow_hosts().values()}
        if "__SummaryInfo__" in names:
            faults.append("there is such a host; the folder of that name is "
                          "gmetad's")
    with tap.point("gmetad's own XML is well-formed, and has the hosts"):
        ganglia.wait_for("hosts", lambda: len(list(ganglia.read_xml(
            gmetad.port).iter("HOST"))) > len(NAMES) - 2, 10)


def test(tap, session):
    gmond = session.gmond(module={"deliver": "direct", "vm": "prefix"})
    channel = session.gmond(module={"deliver": "channel"})

    with tap.point("hostile names: all hosts are there, with harmless "
                   "names") as faults:
        for one in (gmond, channel):
            send_all(one, hostile_agents())
            ganglia.wait_for(f"{len(NAMES)} hosts in {one.name}", lambda: len(
                one.sflow_hosts()) >= len(NAMES) - 2)
            goes_on(one, "after-names", 1)
            check_document(one, faults)
            extra = one.sflow_hosts().keys() - \
                {address(i) for i in range(len(NAMES))} - {"10.69.0.1"}
            if extra:
                faults.append(f"hosts that nobody sent: {extra}")
    with tap.point("what is harmless in a name is kept") as faults:
        hosts = gmond.sflow_hosts()
        for name, want in ((b'quo"te', "quo_te"), (b"<angle>", "_angle_"),
                           (b"x" * 64, "x" * 64), (b".hidden", "_hidden"),
                           (b"nul\0behind", "nul")):
            got = hosts[address(NAMES.index(name))].get("NAME")
            if got != want:
                faults.append(f"{got!r} instead of {want!r}")
    with tap.point("lengths that lie: XML stays well-formed") as faults:
        for one in (gmond, channel):
            send_all(one, lying_lengths())
            goes_on(one, "after-lies", 2)
            check_document(one, faults)
    with tap.point(f"{RANDOM_DATAGRAMS} datagrams of noise: XML stays "
                   "well-formed") as faults:
        if send_all(gmond, noise()) != RANDOM_DATAGRAMS:
            faults.append("not all were sent")
        goes_on(gmond, "after-noise", 3)
        check_document(gmond, faults)
    with tap.point("the malformed ones are counted") as faults:
        with traffic.Sender(gmond.sflow_port) as sender, \
                traffic.in_background(lambda: sender.send(b"\0" * 8), 0.02):
            ganglia.wait_for("sflow_malformed", lambda: 20 < gmond.own(
                "sflow_malformed") < 60)
    with tap.point("the log is not flooded") as faults:
        lines = gmond.log().count("\n")
        if lines > 120:
            faults.append(f"{lines} lines")
    test_gmetad(tap, session, gmond)


if __name__ == "__main__":
    ganglia.run(test)
