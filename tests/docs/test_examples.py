#!/usr/bin/env python3
"""The commands among the EXAMPLES of sflowget(1) and check_sflow(1), each as it is written,
at a site of servers and a switch; and what each prints.
"""
import http.server
import os
import re
import socket
import struct
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../system"))

import ganglia  # noqa: E402
import network  # noqa: E402
import site_xml  # noqa: E402
import traffic  # noqa: E402
import world  # noqa: E402

PROGRAMS = ("sflowget", "check_sflow", "rrdtool")
SWITCH = "192.0.2.1"
HOSTS = "127.0.0.1 localhost monitor bridge\n"

# What each command prints: an expression that is found in it.
SFLOWGET = {
    "sflowget --value node1 load_one": r"\A1\.5\n\Z",
    "sflowget node1 load_one bytes_in bytes_out": r"bytes_out +20 +bytes/sec",
    "sflowget --human switch1 'swp1.*'": r"12\.5M +bytes/sec = 100M bit/s",
    "sflowget --value --daemon monitor:8652 switch1 swp1.bytes_in":
        r"\A12500000\n\Z",
    "sflowget --list": r"(?s)\Anode1 .*\nnode2 .*\nnode10 .*\nsw1 ",
    "sflowget --list --down": r"\Anode10 +192.0.2.1 +c +down +200 s\nweb2 ",
    "sflowget --list --late": r"\Anode2 +192.0.2.1 +c +late +70 s\n\Z",
    "sflowget --list node1": r"(?m)^load_one +double",
    "sflowget --servers load_one":
        r"\A *1\.5 +node1 +load_one +c\n *0\.5 +node2 .*\n(?s:.*)3 values of 3 agents: ",
    "sflowget --servers '*.util_*' --count 20": r"\A95 +% +switch1 +swp1.util_in",
    "check_sflow --host-regex . --all-metrics '[.]util_' -w 80 -c 95":
        r"WARNING - .*switch1 swp1.util_in 95 %",
    "check_sflow --host-regex . --heartbeat -w 60 -c 120": r"CRITICAL - 2 of 7 hosts: node10 down, .*\n",
    "sflowget --csv '*' load_one": r"(?m)^\d+,c,node2,192.0.2.1,load_one,0.5,",
    "sflowget --csv --watch=5 '*' load_one": r"(?s)node1.*node1",
    "sflowget --json node1 | jq -c '.agents[].metrics[] | {name, value}'":
        r'(?m)^{"name":"load_one","value":1.5}$',
    "sflowget --json '*' load_one | jq -r '.agents[] | "
    "select(.metrics[0].value > 1).agent'": r"\Anode10\nnode1\n\Z",
    "sflowget --value --max-age=60 node1 load_one >/dev/null || echo 'no load'":
        r"\A\Z",
    "sflowget --listen 6343 192.0.2.1 'swp*.util_*'": r"(?m)^swp2.util_in +\d",
    "sflowget --read traffic.pcap --list": r"\A192.0.2.1 +192.0.2.1 +- +up",
    "sflowget --read traffic.pcap --decode 192.0.2.1": r"ifInOctets",
    "sflowget --rrd-create node1.rrd node1 load_one bytes_in | sh": r"\A\Z",
    'rrdtool update node1.rrd "$(sflowget --rrd node1 load_one bytes_in)"': r"\A\Z",
    "sflowget --prometheus 'node*' >sflow.tmp && mv sflow.tmp sflow.prom": r"\A\Z",
    "sflowget --influx '*' 'bytes_*' | curl --data-binary @- "
    "'http://localhost:8086/write?db=sflow'": r"took (?s:.*)sflow,agent=node1,"
    r"cluster=c bytes_in=10 ",
}
CHECK_SFLOW = {
    "check_sflow --host web1.example.net --heartbeat -w 60 -c 120": "OK - web1",
    "check_sflow --host web1.example.net --metric load_one -w 8 -c 16 "
    "--metric cpu_idle -w 20: -c 5:": "OK - web1",
    "check_sflow -H bridge:8652 --host sw1 --all-metrics '\\.errs_in$' -w 1 -c 100":
        "OK - sw1: swp1.errs_in 0",
    "check_sflow -H bridge:8652 --cluster web --hosts-down -w 0 -c 10%":
        r"CRITICAL - 1 of 3 hosts down: web2",
    "check_sflow -H bridge:8652 --generate-hosts "
    "--output /etc/nagios4/conf.d/sflow-hosts.cfg": "7 hosts written, 7 new",
}


def commands_of(page):
    """Those of our programs, without what is to be filled in: <agent>."""
    text = (ganglia.TOP / "man" / page).read_text().split("EXAMPLES", 1)[1]
    blocks = re.findall(r"(?ms)^\.(?:Bd -literal.*?|nf)$\n(.*?)^\.(?:Ed|fi)$", text)
    lines = re.sub(r"(\\\n|(?<=\|)\n)\s*", " ", "".join(blocks).replace("\\e", "\\"))
    return [re.sub(r" {2,}", " ", line) for line in lines.splitlines()
            if line.split(" ")[0] in PROGRAMS and "<agent>" not in line]


def host(name, metrics, age=1, **more):
    return site_xml.host(name, metrics, age, **more)


def site():
    server = {"load_one": 1.5, "bytes_in": (10, "bytes/sec"),
              "bytes_out": (20, "bytes/sec")}
    return {
        "c": [host("node10", server, 200, TN=200), host("node1", server),
              host("node2", {"load_one": 0.5}, 70, TN=45),
              host("switch1", {"swp1.bytes_in": (12500000, "bytes/sec"),
                               "swp1.util_in": (95, "%"), "swp2.util_in": (5, "%")})],
        "web": [host("web1.example.net", {"load_one": 0.25, "cpu_idle": (90, "%")}),
                host("web2", {}, 300, TN=300),
                host("sw1", {"swp1.errs_in": 0})]}


class Database(http.server.BaseHTTPRequestHandler):
    """As much of InfluxDB as curl sees: it says what it took."""

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"took " + text)

    def log_message(self, *_):
        pass


def samples():
    """Datagrams of a switch of two ports, a second apart."""
    switch, count = traffic.Agent(SWITCH, sub_agent=0), 0
    while True:
        count += 1
        passed = (1000 * count,) + (10 * count,) * 6
        yield switch.datagram(*(
            ((0, port), [traffic.if_counters(port, received=passed, sent=passed[:6]),
                         traffic.port_name(f"swp{port}")]) for port in (1, 2)))


def write_recording(path):
    """IP packets, without a link layer."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for second, payload in zip(range(3), samples()):
            packet = struct.pack(
                ">BBHHHBBH4s4sHHHH", 0x45, 0, 28 + len(payload), second, 0, 64, 17, 0,
                socket.inet_aton(SWITCH), socket.inet_aton("192.0.2.10"), 6343, 6343,
                8 + len(payload), 0) + payload
            file.write(struct.pack("<IIII", 1700000000 + second, 0, len(packet),
                                   len(packet)) + packet)


def run(command, folder, environment):
    if "--watch" in command:
        command = f"timeout 8 {command}"
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)


def fault_of(command, done, expected):
    fine = (0, 1, 2) if command.startswith("check_sflow") else \
        (124,) if "--watch" in command else (0,)
    if done.returncode in fine and re.search(expected, done.stdout) and \
            "UNKNOWN -" not in done.stdout:
        return []
    return [f"{done.returncode}: {done.stdout}{done.stderr}"]


def check_page(tap, page, expected, folder, environment):
    commands = commands_of(page)
    with tap.point(f"{page}: each command has an expectation, and is there") as faults:
        faults += set(commands) ^ set(expected)
        faults += [f"{len(commands)} are few"] if len(commands) < 5 else []
    for command in commands:
        with tap.point(f"{page}: {command}") as faults:
            faults += fault_of(command, run(command, folder, environment),
                               expected.get(command, "there is none"))


def test(tap, session):
    folder = session.path("folder")
    folder.mkdir()
    world.cover(session)
    hosts = session.path("hosts")
    hosts.write_text(HOSTS)
    world.bind(hosts, "/etc/hosts")
    write_recording(folder / "traffic.pcap")
    environment = world.environment(session)
    here = site()
    site_xml.Site(here["c"], web=here["web"], port=8649)
    site_xml.Site(here["c"], web=here["web"], port=8652, interactive=True)
    threading.Thread(target=http.server.HTTPServer(
        ("127.0.0.1", 8086), Database).serve_forever, daemon=True).start()
    sender, stream = traffic.Sender(6343), samples()
    with traffic.in_background(lambda: sender.send(next(stream)), 1):
        check_page(tap, "sflowget.1", SFLOWGET, folder, environment)
        check_page(tap, "check_sflow.1", CHECK_SFLOW, folder, environment)
    with tap.point("what was written: an RRD, and Prometheus's file") as faults:
        said = subprocess.run(["rrdtool", "lastupdate", "node1.rrd"], cwd=folder,
                              capture_output=True, text=True, check=True).stdout
        if not re.search(r": 1\.5 10$", said.strip()):
            faults.append(said)
        text = (folder / "sflow.prom").read_text()
        if 'sflow_load_one{agent="node2",cluster="c"} 0.5\n' not in text:
            faults.append(text)


if __name__ == "__main__":
    network.isolate("--mount")
    ganglia.run(test)
