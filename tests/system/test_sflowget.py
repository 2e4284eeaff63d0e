#!/usr/bin/env python3
"""sflowget against gmond with the module, gmetad-bridge, gmetad, recorded files and
datagrams as they come. What it prints is compared with the daemons' XML, read here
by another parser, and with what sflow-dump makes of the same file.
"""
import csv
import io
import json
import os
import pty
import re
import socket
import struct
import subprocess
import sys
import threading

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402
from site_xml import expect  # noqa: E402

CASES = ganglia.TOP / "tests/cases"
PROGRAM = str(ganglia.BUILD / "tools/sflowget/sflowget")
NODE = "node1.example.net"
FOUND, NOT_FOUND, USAGE, DEADLINE, SOURCE = range(5)
METRICS = ["load_one", "bytes_in", "os_name", "mem_total", "cpu_user"]


def run(*arguments, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True,
                          timeout=more.pop("timeout", 30), **more)


def ask(port, *arguments):
    return run("--daemon", f"{ganglia.LOCAL}:{port}", *arguments)


def answer(result):
    """The only agent of --json, and its metrics by name."""
    agent, = json.loads(result.stdout)["agents"]
    return agent, {metric["name"]: metric for metric in agent["metrics"]}


def hosts_of(xml):
    return {host.get("NAME"): host for host in xml.iter("HOST")}


def values_of(xml):
    return {name: row["VAL"] for name, row in
            ganglia.metrics_of(hosts_of(xml)[NODE]).items()}


def differences(result, host):
    """What --json says, beside the HOST element."""
    agent, found = answer(result)
    truth, faults = ganglia.metrics_of(host), []
    if result.returncode != FOUND:
        faults.append(f"status {result.returncode}: {result.stderr}")
    if (agent["agent"], agent["address"]) != (host.get("NAME"), host.get("IP")):
        faults.append(agent)
    if found.keys() != truth.keys():
        faults.append(f"other metrics: {found.keys() ^ truth.keys()}")
    for name in found.keys() & truth.keys():
        metric, row = found[name], truth[name]
        value = row["VAL"] if row["TYPE"] == "string" else float(row["VAL"])
        if metric["value"] != value:
            faults.append(f"{name}: {metric['value']} instead of {value}")
        for key, attribute in (("units", "UNITS"), ("type", "TYPE"),
                               ("group", "GROUP"), ("title", "TITLE")):
            if metric[key] != row.get(attribute, ""):
                faults.append(f"{name}: {key} {metric[key]}")
    return faults


# Daemons ------------------------------------------------------------------------


def daemons(tap, sources):
    """Nobody sends any more: values stay as they are."""
    for name, port, xml in sources:
        with tap.point(f"{name}: all metrics of an agent") as faults:
            host = hosts_of(xml())[NODE]
            faults += differences(ask(port, "--json", NODE), host)
        with tap.point(f"{name}: by address, UUID, pattern, any case") as faults:
            metrics = ganglia.metrics_of(host)
            for asked in ([host.get("IP")], [metrics["uuid"]["VAL"]],
                          ["node1*"], ["-i", NODE.upper()]):
                faults += differences(ask(port, "--json", *asked), host)
        with tap.point(f"{name}: bare values, in the order asked") as faults:
            out = "".join(metrics[m]["VAL"] + "\n" for m in METRICS)
            expect(faults, ask(port, "--value", NODE, *METRICS), FOUND, out)
        with tap.point(f"{name}: the list") as faults:
            listed = {line.split()[0] for line in
                      ask(port, "--list").stdout.decode().splitlines()}
            if listed != set(hosts_of(xml())):
                faults.append(listed)


def clusters(tap, port):
    with tap.point("the cluster's name counts") as faults:
        expect(faults, ask(port, "--value", "--cluster", "sflow", NODE,
                           "cpu_num"), FOUND)
        expect(faults, ask(port, "--value", "--cluster", "other", NODE,
                           "cpu_num"), NOT_FOUND, "", "no such agent")


def statuses(tap, session, port):
    with tap.point("what is not there is told, and its place is kept") as faults:
        expect(faults, ask(port, "--value", NODE, "nothing", "os_name"),
               NOT_FOUND, "\nLinux\n", "nothing")
        expect(faults, ask(port, "--rrd", NODE, "nothing", "os_name"),
               NOT_FOUND, "N:U:U\n")
        expect(faults, ask(port, "nobody"), NOT_FOUND, "", "nobody")
        expect(faults, ask(port, "node1"), NOT_FOUND, "")
    with tap.point("usage") as faults:
        for wrong in (["--nothing"], [], ["--daemon", "x:99999", "x"],
                      [NODE, "host_cpu.cpu_user"], ["--rrd", NODE, "cpu*"],
                      ["--read", "x", "--listen", "1", NODE],
                      ["--listen", "70000", NODE], ["--deadline", "-1", NODE],
                      ["--deadline", "1x", NODE], ["--decode"]):
            result = run(*wrong)
            expect(faults, result, USAGE, "")
            if result.stderr.count(b"\n") > 2:
                faults.append(f"much text: {result.stderr}")
    with tap.point("nobody listens there") as faults:
        free = session.port()
        session.release(free)
        expect(faults, ask(free, NODE), SOURCE, "",
               f"sflowget: no connection to 127.0.0.1 port {free}: ")
    with tap.point("one that says nothing; what is no XML") as faults:
        with socket.create_server((ganglia.LOCAL, 0)) as mute:
            silent = mute.getsockname()[1]
            expect(faults, ask(silent, "--deadline", "1", NODE), DEADLINE, "")
        with socket.create_server((ganglia.LOCAL, 0)) as odd:
            threading.Thread(target=talk, args=(odd,), daemon=True).start()
            expect(faults, ask(odd.getsockname()[1], NODE), SOURCE, "")


def talk(server):
    client, _ = server.accept()
    with client:
        client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def pipes(tap, port):
    with tap.point("a pipe that nobody reads ends it quietly") as faults:
        for more in ([], ["--watch=0.05"]):
            reader, writer = os.pipe()
            os.close(reader)
            result = subprocess.run(
                [PROGRAM, "-d", f"{ganglia.LOCAL}:{port}", *more, NODE],
                stdout=writer, stderr=subprocess.PIPE, timeout=20)
            os.close(writer)
            if result.returncode != SOURCE or result.stderr:
                faults.append(f"{more}: {result}")
    with tap.point("a full disk is told") as faults:
        with open("/dev/full", "wb") as full:
            result = subprocess.run(
                [PROGRAM, "-d", f"{ganglia.LOCAL}:{port}", NODE], stdout=full,
                stderr=subprocess.PIPE, timeout=20)
        expect(faults, subprocess.CompletedProcess(
            (), result.returncode, b"", result.stderr), SOURCE, "", "No space")


def watching(tap, port):
    with tap.point("--watch asks again and again") as faults:
        process = subprocess.Popen(
            [PROGRAM, "-d", f"{ganglia.LOCAL}:{port}", "--watch=0.1", "--json",
             NODE, "cpu_num"], stdout=subprocess.PIPE)
        rounds = [json.loads(process.stdout.readline()) for _ in range(4)]
        times = [r["agents"][0]["time"] for r in rounds]
        process.terminate()
        process.wait()
        if sorted(set(times)) != times:
            faults.append(times)


# Files --------------------------------------------------------------------------


def files(tap, session):
    pcap = ganglia.CAPTURES / "cluster.pcap"
    with tap.point("--read: the last values of a file") as faults:
        for key, rows in traffic.last_values(pcap).items():
            address = key.replace("--", "::") if "--" in key else key
            _, found = answer(run("--read", pcap, "--port=0", "--json", address))
            for name, row in rows.items():
                got = found.get(name, {"value": None})["value"]
                if not traffic.is_near(row, str(got), ()) and \
                        float(got) != float(row.value):
                    faults.append(f"{key} {name}: {got}, not {row.value}")
    with tap.point("--read: raw fields, as they were on the wire") as faults:
        want = raw_fields(pcap, "10.80.0.1")
        _, found = answer(run("--read", pcap, "--port=0", "--json", "10.80.0.1",
                              "host_cpu.*", "host_net_io.*"))
        for name, text in want.items():
            if as_float(found.get(name, {}).get("value")) != as_float(text):
                faults.append(f"{name}: {found.get(name)}, not {text}")
        if len(want) < 20:
            faults.append(f"only {len(want)} fields")
    with tap.point("--read: a field of several data sources") as faults:
        name, port = "node2.example.net", ["--read", pcap, "--port=0"]
        expect(faults, run(*port, name, "virt_cpu.cpuTime"), NOT_FOUND,
               err="more than once")
        _, found = answer(run(*port, "--json", name, "*/virt_cpu.nrVirtCpu"))
        if len(found) < 2 or not all(key.startswith("3:") for key in found):
            faults.append(found.keys())
        one = next(iter(found))
        expect(faults, run(*port, "--value", name, one), FOUND,
               f"{found[one]['value']}\n")
    with tap.point("--read: files that are none, or cut") as faults:
        expect(faults, run("--read", "/nonexistent", NODE), SOURCE, "",
               "/nonexistent")
        text = session.path("text")
        text.write_text("no pcap\n")
        expect(faults, run("--read", text, NODE), SOURCE, "", str(text))
        cut = session.path("cut.pcap")
        cut.write_bytes(pcap.read_bytes()[:200000])
        result = run("--read", cut, "--port=0", "--value", NODE, "cpu_num")
        expect(faults, result, SOURCE, "2\n", str(cut))
        expect(faults, run("--read", pcap, NODE), NOT_FOUND, "", "6343")
    with tap.point("--read: PPPoE, MPLS, lengths without a header, and gzip") as faults:
        for name, agent in (("capture-pppoe.pcap", "192.0.2.40"),
                            ("capture-mpls.pcap", "192.0.2.40"),
                            ("udp-length-without-header.pcap", "192.0.2.9"),
                            ("capture.pcap.gz", "192.0.2.40")):
            expect(faults, run("--read", CASES / name, "--value", agent,
                               "4.bytes_in"), FOUND, "1000000.00\n")
        cut = session.path("cut.pcap.gz")
        cut.write_bytes((CASES / "capture.pcap.gz").read_bytes()[:150])
        expect(faults, run("--read", cut, "--list"), SOURCE, None, "gzip")
    with tap.point("--read: an agent without a name has its address") as faults:
        expect(faults, run("--read", ganglia.CAPTURES / "ovs-sflow.pcap",
                           "--port=0", "--value", "10.79.2.1", "ovs_flows"),
               FOUND, "5\n")
    with tap.point("--read -, and --decode") as faults:
        with open(pcap, "rb") as stdin:
            expect(faults, run("--read", "-", "--port=0", "--value", NODE,
                               "cpu_num", stdin=stdin), FOUND, "2\n")
        for port, agent, says in ((6343, "10.80.0.2", "nothing for UDP port 6343"),
                                  (0, "10.80.0.99", "no datagram of 10.80.0.99")):
            expect(faults, run("--decode", "--read", pcap, f"--port={port}", agent),
                   NOT_FOUND, "", says)
        result = run("--decode", "--json", "--read", pcap, "--port=0",
                     "--count", 7, "10.80.0.2")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        if len(lines) != 7 or result.returncode != FOUND:
            faults.append(f"{len(lines)} datagrams, {result.returncode}")


def as_float(number):
    """As the wire has it."""
    return struct.pack("f", float("nan" if number is None else number))


def raw_fields(pcap, agent):
    """Of the machine's own CPU and network record, by an independent decode."""
    found, reading, speaks = {}, None, False
    for letter, *line in traffic.dump("decode", pcap):
        if letter == "D":
            speaks = line[1] == agent
        elif letter == "R":
            reading = line[1] if speaks and line[1] in (
                "host_cpu", "host_net_io") else None
        elif letter == "F" and reading and "." not in line[0]:
            found[f"{reading}.{line[0]}"] = line[1]
    return found


# Listening ------------------------------------------------------------------------


class Traffic:
    """Hosts that send each 0.1 s of our time, a second of theirs."""

    def __init__(self, port):
        self.sender = traffic.Sender(port)
        self.agents = [traffic.Agent(f"10.9.0.{i}", f"here-{i}")
                       for i in (1, 2)]

    def send(self):
        for agent in self.agents:
            self.sender.send(agent.machine(rate=500, load=0.75), keep=False)


def listening(tap, session):
    def listen(*arguments, **more):
        port = session.port()
        session.release(port)
        source = Traffic(port)
        with traffic.in_background(source.send, 0.1):
            return run("--listen", port, *arguments, **more)
    with tap.point("--listen: ends when all that was asked for is there") as faults:
        expect(faults, listen("--value", "--deadline=20", "here-1", "load_one",
                              "interrupts"), FOUND, "0.75\n500\n", "")
    with tap.point("--listen: of an agent's all, when a round is there") as faults:
        _, found = answer(listen("--json", "--deadline=20", "10.9.0.2"))
        for name in ("bytes_out", "cpu_user", "load_one"):
            if name not in found:
                faults.append(f"{name} is missing")
    with tap.point("--listen: raw fields") as faults:
        expect(faults, listen("--value", "--deadline=20", "here-1",
                              "host_descr.hostname", "2:1/host_cpu.cpu_num"),
               FOUND, "here-1\n8\n")
    with tap.point("--listen: the deadline, with what there is") as faults:
        expect(faults, listen("--value", "--deadline=1.5", "here-1", "load_one",
                              "nothing"), DEADLINE, "0.75\n\n", "1.5 s")
    with tap.point("--listen: a list") as faults:
        result = listen("--list", "--deadline=1.5")
        names = [line.split()[0] for line in result.stdout.decode().splitlines()]
        if sorted(names) != ["here-1", "here-2"] or result.returncode != FOUND:
            faults.append(result)
    with tap.point("--listen: --decode so many datagrams") as faults:
        result = listen("--decode", "--count=3", "--json")
        if len(result.stdout.splitlines()) != 3:
            faults.append(result)
    with tap.point("--listen: --decode says that the deadline has passed") as faults:
        expect(faults, listen("--decode", "--count=1", "--deadline=0.5", "192.0.2.99"),
               DEADLINE, "", "0.5 s have passed, with 0 datagrams of 192.0.2.99\n")
        port = session.port()
        session.release(port)
        expect(faults, run("--listen", port, "--decode", "--deadline=0.2"), DEADLINE,
               "", "0.2 s have passed, with 0 datagrams\n")
    with tap.point("--listen: a port that is taken") as faults:
        port = session.port()
        expect(faults, run("--listen", port, "x"), SOURCE, "", str(port))
        session.release(port)


def on_terminal(tap, session):
    with tap.point("--listen: a progress line, which is gone at the end") as faults:
        port = session.port()
        session.release(port)
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [PROGRAM, "--listen", str(port), "--deadline=1.2", "nobody"],
            stdout=subprocess.PIPE, stderr=theirs)
        process.wait(20)
        os.close(theirs)
        text = os.read(ours, 65536).decode()
        os.close(ours)
        if "\rUDP port" not in text or "\r\033[K" not in text or \
                "nobody" not in text.rsplit("\033[K", 1)[1]:
            faults.append(repr(text))
    with tap.point("--listen --watch: as samples come") as faults:
        port = session.port()
        session.release(port)
        process = subprocess.Popen(
            [PROGRAM, "--listen", str(port), "--watch", "--csv", "here-1",
             "load_one"], stdout=subprocess.PIPE, text=True)
        with traffic.in_background(Traffic(port).send, 0.3):
            rows = [process.stdout.readline() for _ in range(4)]
        process.terminate()
        process.wait()
        values = [row["value"] for row in csv.DictReader(io.StringIO("".join(rows)))]
        if values != ["0.75"] * 3:
            faults.append(rows)


def hostile(tap, session):
    """Control characters, and what means something to a terminal or a format."""
    text = ('<?xml version="1.0" encoding="UTF-8"?>\n<GANGLIA_XML VERSION="1" '
            'SOURCE="gmond"><CLUSTER NAME="c,l=u\\" LOCALTIME="1">'
            '<HOST NAME="h &quot;x&quot;/y,z" IP="1.2.3.4" REPORTED="1" TN="1" '
            'TMAX="20" DMAX="0"><METRIC NAME="m &quot;=,{}" VAL="1e3" '
            'TYPE="double" UNITS="a&#10;b" TN="1" TMAX="60" DMAX="0" '
            'SLOPE="both"/><METRIC NAME="t" VAL="&#xe4;&#x9b;31m&quot;,\\ " '
            'TYPE="string" UNITS="" TN="1" TMAX="60" DMAX="0" SLOPE="zero"/>'
            '<METRIC NAME="nan" VAL="nan" TYPE="float" UNITS="" TN="1" TMAX="60"'
            ' DMAX="0" SLOPE="both"/><METRIC NAME="old" VAL="7" TYPE="float" '
            'UNITS="" TN="241" TMAX="60" DMAX="0" SLOPE="both"/>'
            '<METRIC NAME="gone" VAL="7" TYPE="float" UNITS="" TN="601" TMAX="60" '
            'DMAX="600" SLOPE="both"/>'
            '</HOST></CLUSTER></GANGLIA_XML>\n').encode()
    name = 'h "x"/y,z'

    def get(*arguments):
        with socket.create_server((ganglia.LOCAL, 0)) as server:
            def serve():
                client, _ = server.accept()
                with client:
                    client.sendall(text)
            threading.Thread(target=serve, daemon=True).start()
            return ask(server.getsockname()[1], *arguments)
    with tap.point("strange texts: table, value, list") as faults:
        for options in ([name], ["--value", name], ["--list"], ["--list", name]):
            out = get(*options).stdout.decode()
            if any(c != "\n" and not c.isprintable() for c in out) or not out:
                faults.append(repr(out))
    with tap.point("strange texts: JSON and CSV say what they are") as faults:
        agent, found = answer(get("--json", name, "m*", "t", "nan"))
        if (agent["agent"], agent["cluster"], found['m "=,{}']["value"],
                found["t"]["value"], found["nan"]["value"]) != \
                (name, "c,l=u\\", 1000, '\xe4\x9b31m",\\ ', "nan"):
            faults.append(agent)
        rows = list(csv.DictReader(io.StringIO(
            get("--csv", name, "m*", "t").stdout.decode(), newline="")))
        if [row["value"] for row in rows] != ["1000", '\xe4?31m",\\ '] or \
                rows[0]["units"] != "a\nb":
            faults.append(rows)
    with tap.point("strange texts: lines for programs") as faults:
        lines = get("--influx", name, "m*", "t").stdout.decode().splitlines()
        tags = 'sflow,agent=h\\ "x"/y\\,z,cluster=c\\,l\\=u_ '
        want = [tags + 'm\\ "\\=\\,{}=1000', tags + 't="\xe4_31m\\",\\\\ "']
        if [re.sub(r" \d{19}$", "", line) for line in lines] != want:
            faults.append(lines)
        out = get("--prometheus", name).stdout.decode()
        if 'sflow_m______{agent="h \\"x\\"/y,z",cluster="c,l=u\\\\"} 1000\n' \
                not in out or "nan" in out or "old" in out:
            faults.append(out)
        expect(faults, get("--cacti", name, "m*"), FOUND, "m______:1000\n")
        out = get("--collectd", name).stdout.decode()
        if not out.startswith('PUTVAL "h__x__y_z/sflow/gauge-m______" interval=60 '
                              'N:1000\n') or out.count("\n") != 1:
            faults.append(out)
    with tap.point("a value that is too old is none") as faults:
        expect(faults, get("--rrd", name, "old"), NOT_FOUND, "N:U\n", "241 s old")
        expect(faults, get("--rrd", name, "gone"), NOT_FOUND, "N:U\n",
               "gone: it is no longer sent\n")
        expect(faults, get("--rrd", "--max-age=300", name, "old"), FOUND, "N:7\n")
        expect(faults, get("--rrd", "--max-age=0", name, "old"), FOUND, "N:7\n")


def test(tap, session):
    gmond = session.gmond()
    there = bridge.Bridge(session)
    other = threading.Thread(target=traffic.Replay, args=(
        session, there.sflow_port), kwargs={"speed": 15, "seconds": 60})
    other.start()
    traffic.Replay(session, gmond.sflow_port, speed=15, seconds=60).shown(gmond)
    other.join()
    gmetad = session.gmetad(sources={"one": gmond.port})
    with tap.point("all daemons have the agent") as faults:
        for port in (gmond.port, there.interactive_port, gmetad.interactive):
            ganglia.wait_for(f"port {port}", lambda port=port:
                             ask(port, NODE, "bytes_in").returncode == FOUND)
        ganglia.wait_for("gmetad has what gmond has", lambda: values_of(
            ganglia.read_xml(gmetad.port)) == values_of(gmond.xml()))
    daemons(tap, [
        ("gmond", gmond.port, gmond.xml),
        ("the bridge's cluster", there.gmond_ports["sflow"], there.cluster_xml),
        ("the bridge, interactive", there.interactive_port, there.xml),
        ("gmetad", gmetad.port, lambda: ganglia.read_xml(gmetad.port)),
        ("gmetad, interactive", gmetad.interactive,
         lambda: ganglia.read_xml(gmetad.port))])
    clusters(tap, there.interactive_port)
    statuses(tap, session, gmond.port)
    pipes(tap, gmond.port)
    watching(tap, gmond.port)
    files(tap, session)
    listening(tap, session)
    on_terminal(tap, session)
    hostile(tap, session)


if __name__ == "__main__":
    bridge.run(test)
