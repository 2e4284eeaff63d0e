#!/usr/bin/env python3
"""The same datagrams through gmond with the module and through gmetad-bridge, sent
to both in the same moment: the same hosts with the same metrics, value by value.
"""
import contextlib
import sys
import threading
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import test_switch  # noqa: E402
import traffic  # noqa: E402

# How many times as fast as it was recorded. Of each, the agents get addresses of
# their own: most recordings have the same.
RECORDINGS = {"cluster": 6, "apache-mod_sflow": 6, "hsflowd-1.22.2-old": 4,
              "hsflowd-host": 4, "hsflowd-json": 4,
              "hsflowd-kvm-libvirt-testdriver": 6, "jvm-jmx-sflow-agent": 6,
              "memcached-sflow": 6, "ovs-sflow": 6, "pmacctd-sfprobe": 6}
SECONDS = 20     # that any of them is sent for
EVERYTHING = "all"
LEAST_DEFAULT, LEAST_ALL = 1500, 2000  # metrics, or the test says little
ATTRIBUTES = ("TYPE", "UNITS", "SLOPE", "TMAX", "DMAX", "GROUP", "DESC",
              "TITLE", "SOURCE")
SETTLES = 10  # s
HOLDS = 4     # s: when a machine started holds still within two, in each program


def moved(payload, number):
    """The datagram as if its agent were in another network."""
    at = 9 if payload[7] == 1 else 15  # IPv4: 10.N.0.1; IPv6: its middle
    return payload[:at] + bytes((100 + number,)) + payload[at + 1:]


class Pair:
    """A gmond with the module, and a bridge, of the same settings."""

    def __init__(self, session, module=(), sflow="", options=()):
        self.session, self.options = session, options  # of sflow-dump
        self.with_machines = "vm" in dict(module)
        self.gmond = session.gmond(module={"deliver": "direct",
                                           **dict(module)}, wait=False)
        self.bridge = bridge.Bridge(session, sflow=sflow, state=False,
                                    extra='self { name = "" }')
        self.gmond.wait_until_up()
        self.to = [traffic.Sender(server.sflow_port)
                   for server in (self.gmond, self.bridge)]
        self.lock, self.errors = threading.Lock(), []
        self.expected, self.coarse = {}, {}

    def send(self, payload):
        """To both, in the same order; which of them comes first takes turns."""
        with self.lock:
            for to in self.to:
                to.send(payload)
            self.to.reverse()

    def replay(self, name, number):
        recording = traffic.read_pcap(ganglia.CAPTURES / f"{name}.pcap")
        began = time.monotonic()
        for when, payload in recording:
            at = when / RECORDINGS[name]
            if at > SECONDS:
                break
            time.sleep(max(0, at - (time.monotonic() - began)))
            self.send(moved(payload, number))

    def polls(self, switch):
        """A made-up switch, as often as it takes the others."""
        for _ in range(int(SECONDS / test_switch.INTERVAL / 2)):
            for datagram in switch.poll():
                self.send(datagram)
            time.sleep(test_switch.INTERVAL)

    def run(self, recordings, switches):
        """Sends all of that at once."""
        jobs = [(self.replay, name, number)
                for number, name in enumerate(recordings)]
        jobs += [(self.polls, switch) for switch in switches]

        def work(what, *arguments):
            try:
                what(*arguments)
            except Exception as error:
                self.errors.append(f"{arguments}: {error}")
        threads = [threading.Thread(target=work, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.expect()

    def expect(self):
        """What the library alone makes of it, and which of that is timed by
        arrival: the agent's clock steps by whole seconds."""
        pcap = self.session.path("sent.pcap")
        traffic.write_pcap(pcap, self.to[0].sent)
        heard = traffic.heard(pcap)
        self.expected = traffic.last_values(pcap, self.options)
        for key, rows in self.expected.items():
            whole = heard[key].whole_seconds if key in heard else ()
            self.coarse[key] = {name for name, row in rows.items()
                                if row.sub_agent in whole}

    def hosts(self):
        """HOST elements by key_of(), of gmond and of the bridge."""
        return [{key_of(host): host for host in hosts.values()} for hosts in
                (self.gmond.sflow_hosts(), self.bridge.hosts())]

    def faults(self):
        """All that differs."""
        direct, bridged = self.hosts()
        if direct.keys() != bridged.keys():
            return [f"hosts {sorted(bridged)} instead of {sorted(direct)}"]
        found = []
        for key in sorted(direct):
            metrics = [ganglia.metrics_of(host)
                       for host in (direct[key], bridged[key])]
            coarse = self.coarse.get(direct[key].get("IP"), ())
            found += [f"{key}: {fault}" for fault in
                      host_faults(direct[key], bridged[key]) +
                      metric_faults(*metrics, coarse)]
        return found

    def missing(self):
        """What the library alone made of it, and the bridge does not show."""
        shown = {traffic.key_of(host.get("IP")): ganglia.metrics_of(host)
                 for host in self.bridge.hosts().values()}
        nameless = "10.109.0.1"  # pmacct's polls are too few for its address
        if shown.keys() | {nameless} != self.expected.keys() | {nameless}:
            return [f"keys {sorted(shown)} instead of {sorted(self.expected)}"]
        return [f"{key}: {sorted(self.expected[key].keys() ^ names.keys())}"
                for key, names in shown.items()
                if self.expected[key].keys() != names.keys()]

    def count(self):
        return sum(len(host.findall("METRIC"))
                   for host in self.bridge.hosts().values())

    def close(self):
        for to in self.to:
            to.close()


# Comparing ----------------------------------------------------------------------


def key_of(host):
    """Address and name. Where several machines are called the same, all but the first
    have their addresses in their names; and who is the first is decided by the moment."""
    address = traffic.key_of(host.get("IP"))
    return address, host.get("NAME").removesuffix(f"-{address}")


def host_faults(direct, bridged):
    """A key of gmond's has no colons, so an IPv6 address has dashes there."""
    faults = []
    if direct.get("IP") != traffic.key_of(bridged.get("IP")):
        faults.append(f"IP {bridged.get('IP')} instead of {direct.get('IP')}")
    down = int(direct.get("TN")) > 4 * int(direct.get("TMAX"))
    if down == bridge.is_up(bridged):
        faults.append(f"TN {bridged.get('TN')} of {bridged.get('TMAX')}")
    # of a host that is down, the module has to move REPORTED for gmond's sake
    for name, most in (("GMOND_STARTED", HOLDS), ("REPORTED", 1)):
        if abs(int(direct.get(name)) - int(bridged.get(name))) > most and \
                not (down and name == "REPORTED"):
            faults.append(f"{name} {bridged.get(name)} instead of "
                          f"{direct.get(name)}")
    if direct.get("LOCATION") != bridged.get("LOCATION"):
        faults.append(f"LOCATION {bridged.get('LOCATION')} instead of "
                      f"{direct.get('LOCATION')}")
    return faults


def is_same(name, direct, bridged, is_coarse):
    """Values as text. What is made of the time of arrival may differ a little:
    when a machine started, and rates where the agent's own clock is coarse."""
    if direct["VAL"] == bridged["VAL"]:
        return True
    if direct["TYPE"] == "string":
        return False
    want, got = float(direct["VAL"]), float(bridged["VAL"])
    if name.endswith("boottime"):
        return abs(want - got) <= HOLDS
    return is_coarse and direct["TYPE"] in ("float", "double") and \
        abs(want - got) <= 0.05 * abs(want)


def metric_faults(direct, bridged, coarse):
    faults = [f"{name}: it is missing" for name in direct.keys() -
              bridged.keys()]
    faults += [f"{name}: gmond has none" for name in bridged.keys() -
               direct.keys()]
    for name in sorted(direct.keys() & bridged.keys()):
        other, mine = direct[name], bridged[name]
        if not is_same(name, other, mine, name in coarse):
            faults.append(f"{name}: {mine['VAL']} instead of {other['VAL']}")
        faults += [f"{name}: {key} is {mine.get(key)!r} instead of "
                   f"{other.get(key)!r}" for key in ATTRIBUTES
                   if mine.get(key) != other.get(key)]
        faults += [f"{name}: it is listed twice" for metric in (mine, other)
                   if "TWICE" in metric]
    return faults


# Points -------------------------------------------------------------------------


def same(tap, pair, what, least):
    """Of virtual machines that are hosts, the library can't say by itself."""
    with tap.point(f"{what}: all was sent") as faults:
        faults += pair.errors
    with tap.point(f"{what}: the same hosts, metrics and values") as faults:
        faults += bridge.faults_until(pair.faults, SETTLES)
        print(f"# {pair.count()} metrics of {len(pair.expected)} hosts")
    with tap.point(f"{what}: all that there is to show") as faults:
        if not pair.with_machines:
            faults += bridge.faults_until(pair.missing, 1)
        if pair.count() < least:
            faults.append(f"only {pair.count()} metrics")


def with_dots(pair, words):
    """Names of metrics that have one of the words in front of their dot."""
    found = {name for host in pair.bridge.hosts().values()
             for name in ganglia.metrics_of(host) if "." in name}
    return [f"there is no {word}" for word in words
            if not any(name.startswith(f"{word}.") for name in found)]


def test(tap, session):
    plain = Pair(session)
    rich = Pair(session, module={"vm": "host", "accept": EVERYTHING,
                                 "multiple_http": "yes"},
                sflow=f'vm = "host" accept = {{ "{EVERYTHING}" }} '
                      'multiple = { "http" }',
                options=[f"accept={EVERYTHING}", "multiple_http=yes"])
    with contextlib.closing(plain), contextlib.closing(rich):
        other = threading.Thread(target=rich.run, args=(
            [name for name in RECORDINGS if not name.startswith("jvm")],
            [test_switch.lg_ericsson()]))
        other.start()
        plain.run(RECORDINGS, [test_switch.nec()])
        other.join()
        same(tap, plain, "as it is without settings", LEAST_DEFAULT)
        same(tap, rich, "VMs as hosts, all kinds", LEAST_ALL)
    with tap.point("an IPv6 agent, with its address") as faults:
        shown = {host.get("IP") for host in plain.bridge.hosts().values()}
        if len([ip for ip in shown if ":" in ip]) != 3:
            faults.append(shown)
    with tap.point("VMs are prefixes, or hosts") as faults:
        faults += with_dots(plain, ["vm-alpha"])
        if "vm-alpha" not in rich.bridge.hosts():
            faults.append(sorted(rich.bridge.hosts()))
        if not with_dots(rich, ["vm-alpha"]):
            faults.append("vm-alpha is a prefix, too")
    with tap.point("ports of switches") as faults:
        faults += with_dots(plain, ["GigabitEthernet0_1", "ChannelGroup1"])
        faults += with_dots(rich, ["1", "47"])


if __name__ == "__main__":
    bridge.run(test)
