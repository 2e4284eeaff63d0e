#!/usr/bin/env python3
"""ganglia-web in Chromium: the pages of a cluster, of hosts of each kind and of views
have no error and no broken picture; each of our reports, and each chart of our views,
shows its data in its colours. With gmond, the module and gmetad, and with the bridge
alone, from the same datagrams: recorded ones, and made-up ones of what no recording has.

BUILD/screenshots has a picture of each page.
"""
import concurrent.futures
import heapq
import itertools
import json
import os
import re
import shutil
import string
import struct
import sys
import threading
import time

sys.dont_write_bytecode = True

import bridge  # noqa: E402
import ganglia  # noqa: E402
import traffic  # noqa: E402
import web  # noqa: E402
import web_walk  # noqa: E402

STEP = 1      # s of all RRDs
WARM_UP = 9   # s without a new RRD: all rates are known
SHOWN = 20    # s that the charts show
SPEED = 2     # the recordings take a minute and more
ARCHIVE = "RRA:AVERAGE:0.5:1:1800"  # half an hour, in which all is looked at
RECORDINGS = ("cluster", "apache-mod_sflow", "memcached-sflow",
              "jvm-jmx-sflow-agent", "hsflowd-kvm-libvirt-testdriver",
              "hsflowd-json", "ovs-sflow")
LEAST_HOSTS = 14
LEAST_ADDRESSES = 100  # that pages lead to
HOST_CHARTS = 20  # on the page of a cluster, which names the other hosts
SHOTS = ganglia.BUILD / "screenshots"


# Traffic ------------------------------------------------------------------------


def moved(datagram, number):
    """From an agent of its own: several recordings are of the same address."""
    if datagram[4:8] != struct.pack(">I", 1):
        return datagram
    return datagram[:8] + bytes((10, 100 + number)) + datagram[10:]


def again_and_again(name, number):
    """(seconds, datagram) of a recording."""
    recording = traffic.read_pcap(ganglia.CAPTURES / f"{name}.pcap")
    for start in itertools.count(0, recording[-1][0] + SPEED):
        for when, datagram in recording:
            yield (start + when) / SPEED, moved(datagram, number)


def recorded():
    """The same of all recordings at once."""
    return heapq.merge(*(again_and_again(name, number)
                         for number, name in enumerate(RECORDINGS)))


def gpu(at_ms):
    """Two boards that are busy for 3 of 4 ms and draw 250 W."""
    return 5703 << 12 | 1, struct.pack(
        ">4IQQ4I", 2, 3, at_ms * 3 // 4, at_ms // 3, 16 << 30, 5 << 30, 0,
        at_ms * 250 & 0xFFFFFFFF, 61, 40)


def port(index, at_ms, name=None):
    """Of 1 Gb/s, with 134 Mb/s, or a multiple, and a few errors."""
    octets, packets = at_ms * 16800 * index, at_ms * index
    return ((0, index), [traffic.if_counters(
        index, received=(octets, packets, 0, 0, at_ms // 200, at_ms // 100, 0),
        sent=(octets // 2, packets, 0, 0, at_ms // 300, at_ms // 250)),
        traffic.port_name(name or f"swp{index}")])


def guest(index, at_ms):
    """A virtual machine that sends 1 MB/s."""
    name = f"guest{index}"
    return ((3, index), [
        traffic.host_descr(name, name.encode().ljust(16)),
        traffic.virt_cpu(at_ms // (index + 1)),
        (2104, struct.pack(">Q3IQ3I", at_ms * 400 * index, at_ms, 0, 0,
                           at_ms * 1000 * index, at_ms, 0, 0))])


class MadeUp:
    """A machine with GPUs, a switch of which every second datagram gets lost, a hypervisor,
    and a machine and ports with names of characters that scripts may not bear."""

    def __init__(self):
        self.server = traffic.Agent("10.120.0.1", "gpu1")
        self.switch = traffic.Agent("10.120.0.2")
        self.hypervisor = traffic.Agent("10.120.0.3", "kvm1")
        self.odd = traffic.Agent("10.120.0.4", ODD + string.punctuation)
        self.odd_switch = traffic.Agent(ODD_SWITCH)
        self.quiet, self.beats = traffic.Agent("10.120.0.6", QUIET), 0

    def datagrams(self):
        self.beats += 1
        payload = self.quiet.machine()
        if self.beats % (SPEAKS + SILENT) < SPEAKS:
            yield payload
        yield self.server.machine(gpu(self.server.uptime_ms + 1000))
        at = self.switch.uptime_ms + 1000
        self.switch.sequence += 1
        for source in self.switch.samples:
            self.switch.samples[source] += 1
        yield self.switch.datagram(*(port(i, at) for i in (1, 2, 3)))
        yield self.hypervisor.machine()
        at = self.hypervisor.uptime_ms
        yield self.hypervisor.datagram(*(guest(i, at) for i in (1, 2)),
                                       later_ms=0)
        yield self.odd.machine()
        at = self.odd_switch.uptime_ms + 1000
        yield self.odd_switch.datagram(*(
            port(i, at, f"a{mark}b") for i, mark in enumerate(string.punctuation, 1)))


QUIET = "quiet1"  # speaks and is silent, for so many s each: down after 3 s, and an RRD's
SPEAKS, SILENT = 12, 16  # heartbeat is 8 steps
GAP = 10  # s, at least
ODD_SWITCH = "10.120.0.5"  # has a port for each mark of ASCII
ODD = "odd"  # begins a name that has each mark of ASCII
MADE_UP = {"gpu1", "kvm1", "10.120.0.2"}  # their counters count, all of them


def feed(ports, stop):
    """To all of the ports."""
    senders = [traffic.Sender(port) for port in ports]
    made_up, began, beats = MadeUp(), time.monotonic(), 0
    for when, datagram in recorded():
        while beats <= when:
            if stop.wait(max(0, began + beats - time.monotonic())):
                return
            for each in made_up.datagrams():
                for sender in senders:
                    sender.send(each, keep=False)
            beats += 1
        if stop.wait(max(0, began + when - time.monotonic())):
            return
        for sender in senders:
            sender.send(datagram, keep=False)


# What is looked at --------------------------------------------------------------


class Site:
    """A ganglia-web, and what its daemons know."""

    def __init__(self, session, name, cluster, rrds, port, views):
        self.name, self.cluster, self.port, self.views = name, cluster, port, views
        self.web = web.Web(session, rrds, port)
        self.hosts, self.reports = [], {}

    def ask_hosts(self):
        """Which of our reports each has on its page."""
        answer = ganglia.ElementTree.fromstring(
            ganglia.read_tcp(self.port, 20, b"/\n"))
        self.hosts = sorted(host.get("NAME") for host in answer.iter("HOST"))
        self.reports = {host: self.web.reports_of(self.cluster, host)
                        for host in self.hosts}

    def host_with(self, report):
        """One of which there is something to see, if any."""
        return min((host for host in self.hosts if report in self.reports[host]),
                   key=lambda host: host not in MADE_UP, default=None)

    def kinds(self):
        """As many hosts as have all reports together."""
        shown, found = set(), []
        for host in sorted(self.hosts, key=lambda host: -len(self.reports[host])):
            if not shown.issuperset(self.reports[host]):
                shown.update(self.reports[host])
                found.append(host)
        return found


def our_reports():
    """By name, and whether they compare hosts and so are of a cluster."""
    found = {}
    for path in sorted(web.REPORTS.glob("*_report.json")):
        instances = json.loads(path.read_text()).get("instances")
        found[path.stem] = instances == "hosts"
    return found


def report_faults(site, shown, report, of_cluster):
    """Of the cluster, where it compares hosts; of a host that has it."""
    where = {"c": site.cluster, "g": report, **shown}
    if not of_cluster:
        where["h"] = site.host_with(report)
    return [f"{report} of {where.get('h', 'the cluster')}: {fault}"
            for fault in web.faults_of(lambda: web.ask_chart(site.web, **where))]


def look_at(browser, site, name, query, least):
    """Opens a page, keeps a picture of it, and gives its faults. A page with any is
    opened once more: rrdtool can't read a file that is being written."""
    for _ in range(2):
        browser.open(site.web.url + "?" + web.urllib.parse.urlencode(query))
        browser.screenshot(SHOTS / f"{site.name}-{name}.png")
        faults = [f"{name}: {fault}" for fault in browser.page_faults(least)]
        if not faults:
            break
    return faults


def cluster_faults(browser, site, shown):
    """Each host has a chart, or is down, as one of a recording is for some time."""
    faults = look_at(browser, site, "cluster", {"c": site.cluster, **shown}, 4)
    charts, down = len(browser.charts()) - 4, browser.text().count("Last heartbeat")
    if charts + down < min(len(site.hosts), HOST_CHARTS):
        faults.append(f"{charts} charts, and {down} are down, of {len(site.hosts)} "
                      "hosts")
    return faults


def views():
    return [json.loads(path.read_text())
            for path in sorted(web.VIEWS.glob("view_*.json"))]


def view_faults(browser, site, shown, view):
    """Each of its charts, as the page asks for them."""
    faults = look_at(browser, site, view["view_name"].replace(" ", "-"), {
        "tab": "v", "vn": view["view_name"], **shown}, len(view["items"]))
    for source in browser.charts():
        found = web.faults_of(lambda: web.chart_of(source))
        faults += [f"{source}: {fault}" for fault in found]
    return faults


# The points ---------------------------------------------------------------------


def test_site(tap, browser, site, shown, seen):
    with tap.point(f"{site.name}: ganglia-web works") as faults:
        if not site.web.said.endswith(("as it is", "is repaired")):
            faults.append(site.web.said)
        site.ask_hosts()
        if len(site.hosts) < LEAST_HOSTS:
            faults.append(site.hosts)
    with tap.point(f"{site.name}: the page of the cluster") as faults:
        faults += cluster_faults(browser, site, shown)
    with tap.point(f"{site.name}: pages of hosts of each kind") as faults:
        kinds = site.kinds()
        if len(kinds) < 5:
            faults.append(f"only {kinds}")
        odd = [host for host in site.hosts
               if host.startswith(ODD) or host == ODD_SWITCH]
        if len(odd) != 2:
            faults.append(f"of odd names there are {odd}")
        for host in (*kinds, *odd):
            faults += look_at(browser, site, host,
                              {"c": site.cluster, "h": host, **shown},
                              len(site.reports[host]))
    with tap.point(f"{site.name}: each report has its data in its colours"
                   ) as faults:
        for report, of_cluster in our_reports().items():
            if of_cluster or site.host_with(report):
                seen.add(report)
                faults += report_faults(site, shown, report, of_cluster)
    with tap.point(f"{site.name}: views") as faults:
        for view in site.views:
            faults += view_faults(browser, site, shown, view)
    with tap.point(f"{site.name}: nothing was fatal in PHP") as faults:
        faults += site.web.log().splitlines()


def longest(values, known):
    """How many in a row are so, between others."""
    groups = [(is_known, len(list(group))) for is_known, group in
              itertools.groupby(value is not None for value in values)]
    return max((count for is_known, count in groups[1:-1] if is_known == known), default=0)


def gap_faults(site):
    """Of who was silent for a while the curve has a gap, not a line."""
    now = int(time.time()) - 2 * STEP
    chart = web.ask_chart(site.web, c=site.cluster, h=QUIET, g="load_report",
                          cs=now - 2 * (SPEAKS + SILENT), ce=now)
    faults = []
    for series in chart.series:
        if longest(series.values, False) < GAP or longest(series.values, True) < 3:
            faults.append(f"{site.name}, {series.name}: {series.values}")
    columns = len(set.union(*(chart.columns(each.colour) for each in chart.series)))
    if columns > 0.75 * chart.canvas[2]:
        faults.append(f"{site.name}: it is drawn in {columns} columns")
    return faults


def test_pictures(tap, browser, sites):
    with tap.point("silence is a gap in a chart") as faults:
        for site in sites:
            faults += bridge.faults_until(lambda: gap_faults(site), 2 * (SPEAKS + SILENT))
    with tap.point("pictures of a page are equally high, and their figures fit") as faults:
        for site in sites:
            page = f"?c={site.cluster}&h=node1.example.net&r=10min"
            faults += web_walk.picture_faults(browser, site.web.url + page)


def test_walk(tap, browser, site):
    host = site.kinds()[0]
    with tap.point("all that pages link to, each of their ranges, and what their scripts "
                   "ask for") as faults:
        asked, faulty = web_walk.walk(site.web.url, site.cluster, host)
        # rrdtool can't read a file that is being written.
        faults += [f"{path}: {web_walk.ask(site.web.url + path)[1]}, {fault}"
                   for path, fault in faulty if web_walk.ask(site.web.url + path)[1]]
        ranges = {name for path in asked for name in web_walk.range_of(path)}
        if len(asked) < LEAST_ADDRESSES or not ranges >= {"10min", "month", "year"}:
            faults.append(f"only {len(asked)}, with the ranges {ranges}")
    with tap.point("each tab, Mobile and Cubism") as faults:
        faults += web_walk.tab_faults(browser, site.web.url + "?c=" + site.cluster)
        faults += web_walk.mobile_faults(browser, site.web.url)
        for page in (f"?c={site.cluster}&h={host}", "?tab=v&vn=sFlow+overview"):
            browser.open(site.web.url + page)
            if "Hide/Show Events" in browser.text():
                faults.append(f"{page}: a button for events, of which there are none")
        faults += web_walk.cubism_faults(browser, site.web.url, host)
    with tap.point("a click on a port leads to its charts") as faults:
        faults += web_walk.click_faults(browser, site.web.url, site.cluster, "10.120.0.2",
                                        web.Picture)
    with tap.point("Cubism's form, when nothing is cached") as faults:
        for file in (site.web.folder / "conf").glob("ganglia_metrics.cache*"):
            file.unlink()
        faults += filter(None, [web_walk.ask(site.web.url + "cubism_form.php")[1]])
    with tap.point("the numbers of a chart without data are no error") as faults:
        for form in ("json", "csv", "flot"):
            faults += filter(None, [web_walk.ask(
                f"{site.web.url}graph.php?c={site.cluster}&h=10.120.0.2&g=mem_report"
                f"&{form}=1")[1]])


def test_negatives(tap, browser, site, shown):
    """That all this can fail."""
    with tap.point("a chart without data is seen as such") as faults:
        empty = web.ask_chart(site.web, c=site.cluster, h="10.120.0.2",
                              g="mem_report", **shown)
        if not web.chart_faults(empty):
            faults.append("mem_report of a switch is fine")
    with tap.point("a chart without its colours is seen as such") as faults:
        faults += web.faults_of(lambda: web.ask_chart(
            site.web, c=site.cluster, h="gpu1", g="load_report", **shown))
        chart = web.ask_chart(site.web, c=site.cluster, h="gpu1",
                              g="load_report", **shown)
        for series in chart.series:
            series.colour = (1, 255, 254)
        if not web.chart_faults(chart):
            faults.append("colours that are nowhere are found")
    with tap.point("a page with an error, and one with a broken picture, are "
                   "seen as such") as faults:
        broken = site.web.folder / "root/ganglia/broken.html"
        for text, word in (('<img src="none.png" width=9 height=9>',
                            "broken"), ("<b>Fatal error</b>: none", "says"),
                           ("<script>none()</script>", "console")):
            broken.write_text(f"<!DOCTYPE html><html>{text}</html>")
            browser.open(site.web.url + "broken.html")
            found = browser.page_faults(0)
            if not any(word in fault for fault in found):
                faults.append(f"{text}: {found}")


def test_repairs(tap, session):
    with tap.point("a ganglia-web that works is left as it is") as faults:
        source = session.path("fine")
        source.mkdir()
        (source / "index.php").write_text("<html></html>")
        (source / "styles.css").write_text("p { }")
        (source / "graph.d").mkdir()
        (source / "api").mkdir()
        (source / "api/host.php").write_text('{"status":"ok"}')
        (source / "graph.php").write_text(r'<?php echo "\x89PNG";')
        faults += repair_faults(session, source, "as it is")
    with tap.point("one that the repairs aren't for: one clear line") as faults:
        source = session.path("other")
        shutil.copytree("/usr/share/ganglia-webfrontend", source)
        (source / "ganglia.php").write_text("<?php none();")
        faults += repair_faults(session, source,
                                "can't be repaired: ganglia.php has")


HOSTS_OF_MANY, MOST_CHARTS = 200, 30


def test_many(tap, session):
    with tap.point(f"a cluster of {HOSTS_OF_MANY} hosts: {MOST_CHARTS} charts at most, and "
                   "all names") as faults:
        gmetad = FakeGmetad(session, many_hosts())
        served = web.Web(session, session.root, gmetad.port)
        page = served.get(c="c").decode()
        charts = re.findall(r'src="\./graph\.php[^"]*', page)
        if not 10 < len(charts) <= MOST_CHARTS:
            faults.append(f"{len(charts)} charts")
        faults += [f"no host{i}" for i in range(HOSTS_OF_MANY)
                   if f'">host{i}</a>' not in page and f'title="host{i}"' not in page]


def many_hosts():
    now = int(time.time())
    hosts = "".join(
        f'<HOST NAME="host{i}" IP="10.0.0.{i}" REPORTED="{now}" TN="0" TMAX="20" DMAX="0" '
        f'LOCATION="" GMOND_STARTED="{now}"><METRIC NAME="load_one" VAL="1" TYPE="float" '
        'UNITS="" TN="0" TMAX="20" DMAX="0" SLOPE="both" SOURCE="gmond"/></HOST>'
        for i in range(HOSTS_OF_MANY))
    return (f'<GANGLIA_XML VERSION="3.7.2" SOURCE="gmetad"><GRID NAME="g" AUTHORITY="" '
            f'LOCALTIME="{now}"><CLUSTER NAME="c" LOCALTIME="{now}" OWNER="" LATLONG="" '
            f'URL="">{hosts}</CLUSTER></GRID></GANGLIA_XML>').encode()


class FakeGmetad:
    """One host, or what it is told to say, for whoever asks."""

    def __init__(self, session, document=b'<G><CLUSTER NAME="c"><HOST NAME="h"><METRIC/>'
                                          b'</HOST></CLUSTER></G>'):
        self.document = document
        self.port = session.port()
        self.socket = session.reserved[self.port][1]
        self.socket.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            client.recv(100)
            client.sendall(self.document)
            client.close()


def repair_faults(session, source, wanted):
    gmetad = FakeGmetad(session)
    served = web.Web(session, session.root, gmetad.port, {"GANGLIA_WEB": str(source)})
    if wanted in served.said and "\n" not in served.said:
        return []
    return [served.said]


def wait_until_known(*roots):
    """Until no daemon has made a new RRD for a while."""
    since = {}  # by how many there are

    def is_known():
        count = sum(len(bridge.rrd_files(root)) for root in roots)
        began = since.setdefault(count, time.monotonic())
        return count > 0 and time.monotonic() - began > WARM_UP
    ganglia.wait_for("all RRDs", is_known, web.LONG)


def test(tap, session):
    with tap.point("Chromium, PHP and ganglia-web are there") as faults:
        for program in ("chromium", "chromedriver", "php"):
            ganglia.find_program(program)
        if not os.path.exists("/usr/share/ganglia-webfrontend"):
            faults.append("no ganglia-web")
    gmond = session.gmond(wait=False)
    alone = bridge.Bridge(session, rrd=f'step = {STEP} rra = {{ "{ARCHIVE}" }}')
    gmond.wait_until_up()
    gmetad = session.gmetad(gmond, interval=STEP, extra=f'RRAs "{ARCHIVE}"\n')
    stop = threading.Event()
    feeder = threading.Thread(target=feed, args=(
        (gmond.sflow_port, alone.sflow_port), stop))
    feeder.start()
    try:
        test_repairs(tap, session)
        test_many(tap, session)
        sites = (Site(session, "gmond", "test", gmetad.root, gmetad.interactive,
                      views()[::2]),
                 Site(session, "bridge", "sflow", alone.rrds,
                      alone.interactive_port, views()[1::2]))
        wait_until_known(gmetad.root, alone.rrds)
        time.sleep(SHOWN + STEP)
        now = int(time.time()) - 2 * STEP
        shown = {"cs": now - SHOWN, "ce": now}
        seen, browsers = set(), [web.Browser(session) for _ in sites]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda *pair: test_site(tap, *pair, shown, seen),
                          browsers, sites))
        with tap.point("all of our reports were seen, and there are some") as faults:
            faults += our_reports().keys() - seen or ([] if seen else ["none"])
        test_pictures(tap, browsers[0], sites)
        test_walk(tap, browsers[1], sites[1])
        test_negatives(tap, browsers[0], sites[0], shown)
    finally:
        stop.set()
        feeder.join()


if __name__ == "__main__":
    bridge.run(test)
