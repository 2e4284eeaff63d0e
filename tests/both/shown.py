"""What a program shows in the course of a recording: all its hosts and metrics at each
moment, and its log."""
import re
import subprocess
from typing import NamedTuple

HOST = re.compile(r'<HOST ((?:[A-Z_]+="[^"]*" ?)+)>\n')
ATTRIBUTE = re.compile(r'([A-Z_]+)="([^"]*)"')
METRIC = re.compile(
    r'<METRIC NAME="([^"]*)" VAL="([^"]*)" TYPE="([^"]*)" UNITS="([^"]*)" '
    r'TN="(\d+)" TMAX="(\d+)" DMAX="(\d+)" SLOPE="([^"]*)">\n<EXTRA_DATA>\n'
    r"((?:<EXTRA_ELEMENT [^\n]*>\n)*)</EXTRA_DATA>\n</METRIC>\n")
READERS_WAIT_S = 35
METRIC_END = "</METRIC>\n"


class Metric(NamedTuple):
    """A <METRIC> in parts. As most are equal, byte by byte, few are taken apart."""

    name: str
    value: str
    type: str
    units: str
    tn: str
    tmax: str
    dmax: str
    slope: str
    extra: str  # title, description and group

    @classmethod
    def of(cls, text):
        found = METRIC.fullmatch(text)
        if found is None:
            raise ValueError(f"no metric: {text}")
        return cls(*found.groups())

    def numbers(self):
        """TN, TMAX and DMAX, s."""
        return int(self.tn), int(self.tmax), int(self.dmax)

    def ageless(self):
        """Whether it is shown as so old as it may be without being stale."""
        tn, tmax, _ = self.numbers()
        return tn == 4 * tmax - READERS_WAIT_S

    def old(self):
        """As every Ganglia program sees it."""
        tn, tmax, dmax = self.numbers()
        return tn > 4 * tmax and tn > dmax


class Host(NamedTuple):
    attributes: dict
    metrics: dict  # the texts, by name

    def __str__(self):
        return str(self.attributes)

    def number(self, attribute):
        return int(self.attributes[attribute])

    def up(self):
        """As every Ganglia program sees it."""
        return self.number("TN") <= 4 * self.number("TMAX")


def host_at(text, at):
    """The host that begins there, and where it ends."""
    found = HOST.match(text, at)
    end = text.index("</HOST>\n", at)
    texts = [part + METRIC_END for part in text[found.end() : end].split(METRIC_END)]
    if texts.pop() != METRIC_END:
        raise ValueError("a host does not end with a metric")
    host = Host(dict(ATTRIBUTE.findall(found[1])),
                {part.split('"', 2)[1]: part for part in texts})
    if len(host.metrics) != len(texts):
        raise ValueError(f"a metric of {host.attributes['NAME']} comes twice")
    return host, end + len("</HOST>\n")


def hosts_of(document):
    """All hosts, by name. Of two of one name, the one that was heard later has it, and the
    other one is NAME@KEY."""
    hosts, at = {}, document.index("\n", document.index("<CLUSTER ")) + 1
    while not document.startswith("</CLUSTER>\n", at):
        host, at = host_at(document, at)
        name = host.attributes["NAME"]
        if name in hosts:
            late, early = sorted((host, hosts[name]), key=lambda h: h.number("TN"))
            hosts[name], hosts[f"{name}@{early.attributes['IP']}"] = late, early
        else:
            hosts[name] = host
    return hosts


class Shown:
    """The moments, (ms since the first datagram, hosts by name), and the log's lines."""

    def __init__(self, command, datagrams):
        done = subprocess.run([str(word) for word in command], input=datagrams,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise SystemExit(f"{command[0]}: {done.stderr or done.returncode}")
        self.log = [line.split(": ", 1)[1] for line in done.stderr.splitlines()]
        self.documents = done.stdout

    def parts(self):
        """The documents, each with its moment."""
        for part in ("\n" + self.documents).split("\nAT ")[1:]:
            since, _, document = part.partition("\n")
            yield int(since), document

    def moments(self):
        return [(since, hosts_of(document)) for since, document in self.parts()]
