"""Ganglia's XML of an invented site, which is printed to whoever connects, as gmond
does; and sflowget and check_sflow, which ask for it.
"""
import json
import socket
import subprocess
import threading
from xml.sax.saxutils import quoteattr

import ganglia

SFLOWGET = str(ganglia.BUILD / "tools/sflowget/sflowget")
CHECK = str(ganglia.BUILD / "tools/check_sflow/check_sflow")
FOUND, NOT_FOUND, USAGE, DEADLINE, SOURCE = range(5)
NOW_S = 5000  # by the wall clock of the site


def element(name, attributes, inside=""):
    text = " ".join(f"{key}={quoteattr(str(value))}"
                    for key, value in attributes.items())
    return f"<{name} {text}>{inside}</{name}>\n"


def metric(name, value, age=1, tmax=60, **attributes):
    """A text is a string, all else a double."""
    return element("METRIC", {
        "NAME": name, "VAL": value,
        "TYPE": "string" if isinstance(value, str) else "double", "UNITS": "",
        "TN": age, "TMAX": tmax, "DMAX": 0, "SLOPE": "both", **attributes})


def host(name, metrics, age=1, tmax=60, **attributes):
    """`metrics` are {name: value} or {name: (value, units)}; their TN is `age`."""
    tn = attributes.get("TN", age)
    inside = ""
    for key, value in metrics.items():
        value, units = value if isinstance(value, tuple) else (value, "")
        inside += metric(key, value, age, tmax, UNITS=units)
    return element("HOST", {
        "NAME": name, "IP": "192.0.2.1", "REPORTED": NOW_S - tn, "TN": tn,
        "TMAX": 20, "DMAX": 0, "GMOND_STARTED": 1, **attributes}, inside)


def document(clusters):
    """`clusters` is {name: [host]}."""
    return element("GANGLIA_XML", {"VERSION": "3.7.2", "SOURCE": "gmond"}, "".join(
        element("CLUSTER", {"NAME": name, "LOCALTIME": NOW_S}, "".join(hosts))
        for name, hosts in clusters.items())).encode()


class Site:
    """Prints the hosts to each who connects, until the test ends. As an interactive port
    it waits for a query, and prints only the host that is asked for."""

    def __init__(self, hosts, cluster="c", interactive=False, port=0, **others):
        self.clusters = {cluster: hosts, **others}
        self.interactive = interactive
        self.queries = []
        self.server = socket.create_server((ganglia.LOCAL, port))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.server.accept()
            with client:
                try:
                    client.sendall(self.text(client))
                except OSError:
                    pass  # it has read enough

    def text(self, client):
        if not self.interactive:
            return document(self.clusters)
        self.queries.append(client.recv(2048).split()[1].decode())
        _, cluster, name = (self.queries[-1].split("?")[0] + "/").split("/")[:3]
        return b"HTTP/1.0 200 OK\r\n\r\n" + document({
            key: [h for h in hosts if name in ("", "*") or f'NAME="{name}"' in h]
            for key, hosts in self.clusters.items() if cluster in ("", "*", key)})

    def get(self, *arguments):
        return self.run(SFLOWGET, "--daemon", *arguments)

    def check(self, *arguments):
        return self.run(CHECK, "-H", *arguments)

    def run(self, program, option, *arguments):
        return subprocess.run(
            [program, option, f"{ganglia.LOCAL}:{self.port}", *map(str, arguments)],
            capture_output=True, timeout=30)

    def json(self, *arguments):
        return json.loads(self.get("--json", *arguments).stdout)


def expect(faults, result, status, out=None, err=None):
    if result.returncode != status:
        faults.append(f"status {result.returncode} instead of {status}: "
                      f"{result.stdout} {result.stderr}")
    if out is not None and result.stdout.decode() != out:
        faults.append(f"{result.stdout} instead of {out!r}")
    if err is not None and err not in result.stderr.decode():
        faults.append(f"{err!r} is not in {result.stderr}")
