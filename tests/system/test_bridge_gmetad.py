#!/usr/bin/env python3
"""gmetad-bridge in gmetad's place and below one: Debian's gmetad polls its gmond
ports, and has to answer each query as the bridge does; a parent gmetad polls its
XML port and shows its grid and its sums.
"""
import re
import sys
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402
from bridge import ElementTree  # noqa: E402

GRID, WEB, REST = "grid", "web farm", "rest"
CLUSTERS = {
    WEB: 'agents = { "10.1.0.0/16" } owner = "ops" latlong = "N47 E8" '
         'url = "http://web.example/"',
    REST: ""}
AGENTS = {"web-1": "10.1.0.1", "web-2": "10.1.0.2", "stops": "10.1.0.3",
          "rest-1": "10.2.0.1", "rest-6": "fd00::2:6"}
STOPS = "stops"
ARCHIVE = "RRA:AVERAGE:0.5:1:240"  # small: a busy disk would hold up gmetad
POLLING = 2    # s
CLOSE = 4      # s that times may differ: two polls, and rounding
SOON = 5       # s: a poll, a step, and a look, on a busy machine

PLAIN = ["/", f"/{WEB}", f"/{REST}", f"/{WEB}/web-1", f"/{REST}/rest-6",
         f"/{WEB}/web-2/load_one", f"/{WEB}/", "//", f"/{WEB}//web-1",
         "/?filter=summary", f"/{WEB}?filter=summary",
         f"/{WEB}/web-1?filter=summary", f"/{WEB}?filter=nothing"]
UNKNOWN = ["/none", f"/{WEB}/none", f"/{WEB}/web-1/none", "/none/web-1",
           "/WEB FARM", "/*", f"/{WEB}/*"]
HTTP = ["/", f"/{WEB}", f"/{WEB}/web-1", "/?filter=summary",
        f"/{WEB}?filter=summary", "/*", f"/{WEB}/*", "/*/web-1",
        "/*/*/load_one", "/*/*/none", "/none", f"/{WEB}/none"]
NO_ANSWER = ["", "none", "GET /", f"GET /{WEB}", "/<none>", "/a;b", "/?a=<b>",
             "/?none", "POST / HTTP/1.0", "GET / HTTP/2.0", "/" + "a" * 2100]


# Traffic ------------------------------------------------------------------------


class Crowd:
    """The agents, each of which is polled every POLLING seconds and says the
    same each time."""

    def __init__(self, port):
        self.to = traffic.Sender(port)
        self.agents = {name: traffic.Agent(address, name)
                       for name, address in AGENTS.items()}
        self.silent, self.heard = set(), {}

    def beat(self):
        for number, agent in enumerate(self.agents.values(), 1):
            if agent.name not in self.silent:
                self.heard[agent.name] = time.monotonic()
                self.to.send(agent.machine(later_ms=POLLING * 1000,
                                           rate=1000 * number, load=number / 4),
                             keep=False)


# Comparing ----------------------------------------------------------------------


def key_of(element):
    return element.tag, element.get("NAME"), \
        element.get("VAL") if element.tag == "EXTRA_ELEMENT" else None


def children(element):
    found = {}
    for child in element:
        found.setdefault(key_of(child), []).append(child)
    return found


def differences(ours, theirs, where=""):
    """What is not the same in two trees, but for the order of elements. Whether
    gmetad's sums over all clusters have titles depends on when it first polled, so
    ours are compared with those of clusters, in own_sums()."""
    if where.endswith(f"/GRID {GRID}") and ours.tag == "METRICS":
        ours, theirs = (ElementTree.Element("METRICS", each.attrib)
                        for each in (ours, theirs))
    where += f"/{ours.tag} {ours.get('NAME', '')}".rstrip()
    faults = [f"{where}: attributes {sorted(ours.attrib)} instead of "
              f"{sorted(theirs.attrib)}"] if \
        ours.attrib.keys() != theirs.attrib.keys() else []
    for name in ours.attrib.keys() & theirs.attrib.keys() - {"AUTHORITY"}:
        mine, other = ours.get(name), theirs.get(name)
        if name in ("TN", "LOCALTIME", "REPORTED"):
            if abs(int(mine) - int(other)) > CLOSE:
                faults.append(f"{where}: {name} {mine} instead of {other}")
        elif mine != other:
            faults.append(f"{where}: {name} {mine!r} instead of {other!r}")
    mine, other = children(ours), children(theirs)
    for key in mine.keys() | other.keys():
        counts = len(mine.get(key, ())), len(other.get(key, ()))
        if counts == (1, 1):
            faults += differences(mine[key][0], other[key][0], where)
        elif counts[0] != counts[1]:
            faults.append(f"{where}: {counts[0]} of {key}, not {counts[1]}")
    return faults


def unlike(our, their, query, least=1):
    """Two servers' answers to a query. So few elements of an answer that is no
    error would say nothing."""
    ours, theirs = our.ask_raw(query), their.ask_raw(query)
    tree = ElementTree.fromstring(ours)
    if len(list(tree.iter())) < least:
        return [f"{query}: only {len(list(tree.iter()))} elements"]
    return differences(tree, ElementTree.fromstring(theirs))


def unlike_http(our, their, query):
    ours, theirs = (server.ask_raw(f"GET {query} HTTP/1.0\r\n\r").split(
        b"\r\n\r\n", 1) for server in (our, their))
    faults = []
    heads = [[line for line in head.replace(b"\r", b"").split(b"\n")
              if not line.startswith((b"Server:", b"X-Started:"))]
             for head in (ours[0], theirs[0])]
    if ours[0].count(b"X-Started: ") != 1:  # which only the bridge has
        faults.append(ours[0])
    if sorted(heads[0]) != sorted(heads[1]):
        faults.append(f"{heads[0]} instead of {heads[1]}")
    return faults + differences(*(ElementTree.fromstring(answer[1])
                                  for answer in (ours, theirs)))


def queries(tap, our, gmetad):
    for query in PLAIN:
        with tap.point(f"{query}: as gmetad answers") as faults:
            faults += bridge.faults_until(
                lambda: unlike(our, gmetad, query, 2))
    for query in UNKNOWN:
        with tap.point(f"{query}, which isn't there: as gmetad answers") as \
                faults:
            faults += bridge.faults_until(lambda: unlike(our, gmetad, query))
    for query in HTTP:
        with tap.point(f"GET {query} HTTP/1.0: as gmetad answers") as faults:
            faults += bridge.faults_until(
                lambda: unlike_http(our, gmetad, query))
    with tap.point("what is no query: closed without a word, as gmetad "
                   "does") as faults:
        for query in NO_ANSWER:
            for server in (our, gmetad):
                answer = ask_or_reset(server, query)
                if answer:
                    faults.append(f"{query[:40]!r}: {server.name} answers "
                                  f"{answer[:80]}")
    with tap.point("a query that ends with the connection is answered, too") \
            as faults:
        for server in (our, gmetad):
            answer = ganglia.read_tcp(server.interactive_port if server is our
                                      else server.interactive, 5,
                                      f"/{WEB}\r\n/none\n".encode())
            if f'<CLUSTER NAME="{WEB}"'.encode() not in answer:
                faults.append(f"{server.name}: {answer[-200:]}")


def ask_or_reset(server, query):
    """What isn't read to its end is reset, which is as good as closed."""
    try:
        return server.ask_raw(query, 5)
    except ConnectionError:
        return b""


def status(tap, our, gmetad):
    """gmetad's own counts are in there as far as the bridge does the same."""
    with tap.point("/status is JSON, in gmetad's words where it says the "
                   "same") as faults:
        theirs = bridge.json.loads(gmetad.ask_raw(
            "GET /status HTTP/1.0").split(b"\r\n\r\n", 1)[1])
        mine = our.status()
        missing = theirs.keys() - mine.keys()
        if missing or len(theirs) < 7:
            faults.append(f"without {missing}")
        for words in (("received", "all"), ("sent", "all", "num"),
                      ("requests", "all", "num")):
            for who, tree in (("bridge", mine), ("gmetad", theirs)):
                tree = tree["metrics"]
                for word in words:
                    tree = tree[word]
                if who == "bridge" and not tree > 0:
                    faults.append(f"{words} is {tree}")
        if mine["gridname"] != GRID or mine["host"] != theirs["host"]:
            faults.append(mine)
        for name, most in (("stattime", 1000 * CLOSE), ("uptime", 60),
                           ("uptimeMillis", 60000), ("boottime", 60000)):
            if abs(mine[name] - theirs[name]) > most:
                faults.append(f"{name} {mine[name]}, not {theirs[name]}")
    with tap.point("/status?callback=f is JSONP") as faults:
        answer = our.ask_raw("GET /status?callback=f HTTP/1.0")
        body = answer.split(b"\r\n\r\n", 1)[1].strip()
        if body[:2] != b"f(" or body[-1:] != b")":
            faults.append(body)
        bridge.json.loads(body[2:-1])


# Valid --------------------------------------------------------------------------


def declarations(document):
    """What the DTD in front says: contents of elements, and attributes one by
    one."""
    text = document.decode("iso-8859-1")
    inner = text[text.index("<!DOCTYPE"):text.index("]>")]
    found = set()
    for word, element, rest in re.findall(
            r"<!(ELEMENT|ATTLIST)\s+(\w+)\s+([^>]*)>", inner):
        rest = re.sub(r"\s*([|()])\s*", r"\1", rest)
        if word == "ELEMENT":
            found.add((element, rest))
        else:
            found |= {(element, *attribute) for attribute in re.findall(
                r"(\w+)\s+(CDATA|\([^)]*\))\s*(#\w+|'\w*')", rest)}
    return found


def valid(tap, session, our, gmetad):
    folder = session.path("documents")
    folder.mkdir()
    documents = {f"the gmond port of {name}": ganglia.read_tcp(port)
                 for name, port in our.gmond_ports.items()}
    documents["the XML port"] = ganglia.read_tcp(our.xml_port)
    for query in (*PLAIN, *UNKNOWN):
        documents[query] = our.ask_raw(query)
    for query in HTTP:
        documents[f"GET {query}"] = our.ask_raw(
            f"GET {query} HTTP/1.0\r\n\r").split(b"\r\n\r\n", 1)[1]
    with tap.point(f"xmllint finds all {len(documents)} documents "
                   "valid") as faults:
        for name, document in documents.items():
            said = bridge.xmllint(document, folder)
            if said:
                faults.append(f"{name}: {said[:300]}")
        broken = documents["the XML port"].replace(b" TMAX=", b" TMIX=", 1)
        if not bridge.xmllint(broken, folder):
            faults.append("xmllint finds anything valid")
    with tap.point("the DTD is Ganglia's") as faults:
        want = declarations(ganglia.read_tcp(gmetad.port))
        for name, document in documents.items():
            if declarations(document) != want:
                faults.append(f"{name}: {declarations(document) ^ want}")
        if len(want) < 40:
            faults.append(f"only {want}")


# Sums ---------------------------------------------------------------------------

NUMBERS = {"int8", "uint8", "int16", "uint16", "int32", "uint32", "float",
           "double"}


def sums_of(tree):
    """What the METRICS of all its hosts that are up have to say, and how many
    are up and down."""
    sums, counts = {}, [0, 0]
    for host in tree.iter("HOST"):
        up = bridge.is_up(host)
        counts[not up] += 1
        for metric in host.iter("METRIC") if up else ():
            if metric.get("TYPE") in NUMBERS:
                value, count = sums.get(metric.get("NAME"), (0, 0))
                sums[metric.get("NAME")] = (value + float(metric.get("VAL")),
                                            count + 1)
    return sums, counts


def sum_faults(element, hosts):
    """Whether a CLUSTER or GRID shows the sums over the hosts of a tree."""
    want, counts = sums_of(hosts)
    shown = [int(element.find("HOSTS").get(name)) for name in ("UP", "DOWN")]
    faults = [] if shown == counts else \
        [f"{shown} up and down instead of {counts}"]
    found = {metric.get("NAME"): metric for metric in element.findall("METRICS")
             if int(metric.get("NUM")) > 0}
    if found.keys() != want.keys() or len(want) < 30:
        faults.append(f"sums of {sorted(found)} instead of {sorted(want)}")
    for name in found.keys() & want.keys():
        text, count = found[name].get("SUM"), int(found[name].get("NUM"))
        digits = len(text.partition(".")[2])
        if abs(float(text) - want[name][0]) > 0.6 * 10 ** -digits or \
                count != want[name][1]:
            faults.append(f"{name}: {text} of {count} instead of "
                          f"{want[name][0]} of {want[name][1]}")
    return faults


def own_sums(our):
    """The bridge's sums against its own hosts."""
    tree, faults = our.ask("/?filter=summary"), []
    faults += sum_faults(tree.find("GRID"), our.xml())
    faults += [f"{metric.get('NAME')}: no GROUP, DESC and TITLE"
               for metric in tree.iter("METRICS")
               if {extra.get("NAME") for extra in metric.iter("EXTRA_ELEMENT")}
               != {"GROUP", "DESC", "TITLE"}]
    for cluster in tree.iter("CLUSTER"):
        faults += [f"{cluster.get('NAME')}: {fault}" for fault in sum_faults(
            cluster, our.cluster_xml(cluster.get("NAME")))]
    return faults


def grid_of(parent):
    """The bridge's grid as the parent shows it."""
    grids = ganglia.read_xml(parent.port).findall("GRID/GRID")
    if [grid.get("NAME") for grid in grids] != [GRID]:
        raise LookupError(f"grids {[grid.attrib for grid in grids]}")
    return grids[0]


def below_a_parent(tap, our, parent):
    with tap.point("a parent gmetad shows the bridge's grid, with its "
                   "authority") as faults:
        grid = ganglia.wait_for("the grid", lambda: grid_of(parent))
        if grid.get("AUTHORITY") != "http://localhost/g/":
            faults.append(grid.attrib)
        if abs(int(grid.get("LOCALTIME")) - time.time()) > CLOSE:
            faults.append(grid.attrib)
        if grid.find("CLUSTER") is not None:
            faults.append("it is not summed up")
    with tap.point("and its sums are those of the hosts") as faults:
        faults += bridge.faults_until(
            lambda: sum_faults(grid_of(parent), our.xml()))
    with tap.point("so are the parent's own sums, and its query of that "
                   "grid") as faults:
        def own():
            xml = ganglia.read_xml(parent.port)
            asked = ElementTree.fromstring(parent.ask_raw("/grid"))
            top = ElementTree.fromstring(
                parent.ask_raw("/?filter=summary")).find("GRID")
            return sum_faults(asked.find("GRID/GRID"), our.xml()) + \
                sum_faults(top, our.xml()) + \
                ([] if xml.find("GRID").get("NAME") == "parent" else ["name"])
        faults += bridge.faults_until(own)


# RRDs ---------------------------------------------------------------------------


def rrds(tap, our, gmetad, parent):
    with tap.point("gmetad writes an RRD for each number of each host, with "
                   "its value") as faults:
        def wrong():
            found = []
            for host in our.xml().iter("HOST"):
                cluster = WEB if host.get("NAME") in our.hosts(WEB) else REST
                for name, metric in ganglia.metrics_of(host).items():
                    path = gmetad.root / cluster / host.get("NAME") / \
                        f"{name}.rrd"
                    if path.exists() != (metric["TYPE"] in NUMBERS):
                        found.append(path)
                load = ganglia.metrics_of(host)["load_one"]["VAL"]
                last = gmetad.last(host.get("NAME"), "load_one", cluster)[1]
                if last != float(load):
                    found.append(f"{host.get('NAME')}: load_one is {last} "
                                 f"instead of {load}")
            return found
        faults += bridge.faults_until(wrong)
    with tap.point("the parent writes the sums") as faults:
        def sums():
            want, _ = sums_of(our.xml())
            _, last = bridge.last_row(
                parent.root / "grid/__SummaryInfo__/load_one.rrd")
            return [] if (last["sum"], last["num"]) == want["load_one"] else \
                [f"{last} instead of {want['load_one']}"]
        faults += bridge.faults_until(sums)


# Down ---------------------------------------------------------------------------


def counts(server, path):
    """Hosts up and down as a server says."""
    query = server.ask_raw("/?filter=summary")
    hosts = ElementTree.fromstring(query).find(path)
    return int(hosts.get("UP")), int(hosts.get("DOWN"))


def shows(server, up):
    """Whether the host that stops is up, or down, in the answer of a server."""
    host = ElementTree.fromstring(server.ask_raw(f"/{WEB}/{STOPS}")).find(
        f".//HOST[@NAME='{STOPS}']")
    return bridge.is_up(host) == up


def all_counts(servers, want):
    return [f"{server.name}: {counts(server, path)} up and down instead of "
            f"{want}" for server, path in servers
            if counts(server, path) != want]


def down_and_up(tap, our, gmetad, parent, crowd):
    servers = ((our, "GRID/HOSTS"), (gmetad, "GRID/HOSTS"),
               (parent, "GRID/GRID/HOSTS"))
    crowd.silent.add(STOPS)
    with tap.point("a host that stops is down when two heartbeats are "
                   "missing") as faults:
        ganglia.wait_for("it is down", lambda: shows(our, False))
        silence = time.monotonic() - crowd.heard[STOPS]
        if not 2 * POLLING <= silence <= 3 * POLLING + SOON:
            faults.append(f"after {silence:.1f} s")
    with tap.point("at once in gmetad, too, and all three count it") as faults:
        began = time.monotonic()
        ganglia.wait_for("gmetad", lambda: shows(gmetad, False), SOON)
        faults += bridge.faults_until(lambda: all_counts(
            servers, (len(AGENTS) - 1, 1)), 2 * SOON)
        print(f"# {time.monotonic() - began:.1f} s later")
    with tap.point("it is in no sum any more") as faults:
        faults += bridge.faults_until(lambda: own_sums(our), SOON)
        faults += bridge.faults_until(
            lambda: sum_faults(grid_of(parent), our.xml()), SOON)
    with tap.point("what gmetad still knows of it, the bridge does") as faults:
        faults += bridge.faults_until(
            lambda: unlike(our, gmetad, f"/{WEB}/{STOPS}", 2))
    crowd.silent.clear()
    with tap.point("one datagram, and it is up in all three") as faults:
        ganglia.wait_for("the bridge", lambda: shows(our, True),
                         POLLING + SOON)
        ganglia.wait_for("gmetad", lambda: shows(gmetad, True), SOON)
        faults += bridge.faults_until(
            lambda: all_counts(servers, (len(AGENTS), 0)), 2 * SOON)
        faults += bridge.faults_until(lambda: own_sums(our), SOON)


def complete(our):
    """All hosts are there, with their rates."""
    hosts = {**our.hosts(WEB), **our.hosts(REST)}
    return hosts.keys() == AGENTS.keys() and all(
        "interrupts" in ganglia.metrics_of(host) for host in hosts.values())


def test(tap, session):
    our = bridge.Bridge(session, clusters=CLUSTERS,
                        rrd=f'step = 1 rra = {{ "{ARCHIVE}" }}',
                        extra='self { name = "" }')
    crowd = Crowd(our.sflow_port)
    with crowd.to, traffic.in_background(crowd.beat, POLLING):
        with tap.point("the hosts are in their clusters") as faults:
            ganglia.wait_for("all of them", lambda: complete(our))
            for name, address in AGENTS.items():
                cluster = WEB if address.startswith("10.1.") else REST
                if name not in our.hosts(cluster):
                    faults.append(f"{name} is not in {cluster}")
        gmetad = session.gmetad(sources=our.gmond_ports,
                                extra=f'gridname "grid"\nRRAs "{ARCHIVE}"\n')
        parent = session.gmetad(sources={"below": our.xml_port},
                                extra=f'gridname "parent"\nRRAs "{ARCHIVE}"\n')
        with tap.point("the sums of each cluster and of the grid are those of "
                       "the hosts") as faults:
            faults += bridge.faults_until(lambda: own_sums(our))
        with tap.point("the XML port has what / answers") as faults:
            faults += bridge.faults_until(
                lambda: differences(our.xml(), our.ask("/")))
        queries(tap, our, gmetad)
        status(tap, our, gmetad)
        valid(tap, session, our, gmetad)
        below_a_parent(tap, our, parent)
        rrds(tap, our, gmetad, parent)
        down_and_up(tap, our, gmetad, parent, crowd)


if __name__ == "__main__":
    bridge.run(test)
