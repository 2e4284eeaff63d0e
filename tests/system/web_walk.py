"""A walk through ganglia-web: from its first page along all that pages link to, with each
of the time ranges that they offer, and what their scripts ask for; and what of it is wrong.
"""
import concurrent.futures
import html
import json
import re
import urllib.error
import urllib.parse
import urllib.request

import ganglia

LINK = re.compile(r"""(?:href|src|action)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
IN_SCRIPT = re.compile(r"""location(?:\.href)?=['"]([^'"]+)['"]""")
RANGE = re.compile(r'name="r" value="(\w+)"')
STATIC = re.compile(r"\.(?:css|js|gif|jpg|png|html)(?:\?|$)")  # browsers look at these
SECONDS = 60  # for an answer
# Arguments of which each value makes another kind of page, and those that do so by being
# there. Of each kind, one is asked for.
SHAPING = ("r", "tab", "p", "sh", "t", "csv", "json", "flot", "mobile", "dg",
           "action", "view_name", "aggregate", "trend", "ts")
PRESENT = ("c", "h", "m", "g")
# What the scripts of pages ask for, beside links and images.
ASKED = (
    "header.php?date_only=1", "cluster_view.php?c={c}&refresh", "host_overview.php?c={c}&h={h}",
    "metric_group_view.php?c={c}&h={h}&r=hour&z=default&metric_group=load",
    "search.php?q=load", "search.php?mobile=1&q=load", "views_view.php?views_menu=1",
    "view_content.php?vn=sFlow+overview", "autorotation.php?view_name=sFlow+overview",
    "tasseo.php?view_name=sFlow+overview", "aggregate_graphs.php", "breakdown_reports.php",
    "actions.php?action=show_views&metric_name=load_one&host_name={h}&type=metric",
    "edit_optional_graphs.php?hostname={h}", "trend_navigation.php", "cubism_form.php",
    "breakdown_report_results.php?hreg={h}&mreg=load_one", "mobile.php",
    "inspect_graph.php?c={c}&h={h}&m=load_one&r=hour",
    "graph.php?flot=1&c={c}&h={h}&m=load_one&r=hour",
    "graph.php?c={c}&h={h}&m=load_one&trend=1&z=xlarge",
    "graph.php?c={c}&h={h}&m=load_one&r=hour&ts=1",
    "graph.php?c={c}&h={h}&m=load_one&r=hour&json=1&live=1",
    "graph_all_periods.php?hreg[]={h}&mreg[]=load_one&aggregate=1&gtype=line",
    "mobile_helper.php?show_host_metrics=1&c={c}&h={h}&r=hour",
    "mobile_helper.php?show_cluster_metrics=1&c={c}&r=hour",
    "mobile_helper.php?view_name=sFlow+overview&r=hour",
    "cubism.php?hreg={h}&mreg=load_one&min=0&max=2&height=30&step=15",
    "api/host.php?action=list", "api/host.php?action=get&c={c}&h={h}",
    "api/metrics.php?host={h}&metric_name=load_one", "api/rundeck.php",
    "api/metrics_autocomplete.php?term=load", "api/views.php?action=list",
    "api/views.php?action=get&view_name=sFlow+overview", "?c={c}&tab=ch&hreg[]={h}",
    "?c={c}&p=2", "?c={c}&h={h}&p=2", "?t=yes", "?tab=v")
FAULT = re.compile(rb"[^<>]*(?:Fatal error|Parse error|Warning: |Uncaught |"
                   rb"There was an error)[^<>]*")


def kind_of(url):
    """What one look is enough for."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    if not parts.path.endswith(("/", "/graph.php")) or \
            query.keys() & {"csv", "json", "mobile", "t", "p", "tab"}:
        query.pop("r", None)  # that is the picture's, which is asked for by itself
    if parts.path.endswith("/"):
        query.pop("m", None)
    return parts.path, tuple(sorted((key, value if key in SHAPING else "")
                                    for key, value in query.items()
                                    if key in SHAPING or key in PRESENT))


def range_of(path):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(path).query).get("r", [])


def linked(page, url, base):
    """Where a page leads: addresses of this ganglia-web, and itself in other ranges. What
    is no address yet is a script's."""
    found = [html.unescape(a or b) for a, b in LINK.findall(page)]
    found += [html.unescape(address) for address in IN_SCRIPT.findall(page)]
    for address in found:
        if not address or re.match(r"#|\w+:(?!//)", address) or \
                re.search(r"[+$]\s|['\"\s]$|' \+", address):
            continue
        # Scripts put what they asked for into the first page.
        absolute = urllib.parse.urljoin(
            base if address[0] == "?" else url, address).split("#")[0].replace(" ", "%20")
        if absolute.startswith(base) and not STATIC.search(absolute):
            yield absolute
    for name in RANGE.findall(page) if "tab=" not in url else ():
        yield url + ("&" if "?" in url else "?") + "r=" + name


def fault_of(answer, kind):
    """What is wrong with the body of an answer of such a content type, if anything."""
    if kind.startswith("image/png"):
        return None if answer.startswith(b"\x89PNG") else "no PNG"
    if "json" in kind:
        try:
            said = json.loads(answer)
        except ValueError:
            return f"no JSON: {answer[:60]!r}"
        if isinstance(said, dict) and said.get("status") == "error":
            return said["message"]
    if kind.startswith("text/") and not answer.strip():
        return "an empty page"
    fault = FAULT.search(answer) if kind.startswith("text/html") else None
    return fault and fault[0].decode(errors="replace").strip()


def ask(url):
    """The page as text, where it is one that leads on, and what is wrong with it."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            body, kind = answer.read(), answer.headers.get("Content-Type", "")
    except urllib.error.HTTPError as error:
        return "", f"{error.code} {error.reason}"
    is_page = kind.startswith("text/html")
    return body.decode(errors="replace") if is_page else "", fault_of(body, kind)


def walk(base, cluster, host):
    """Of the ganglia-web at the URL: the addresses that were asked for, and
    (address, what is wrong) of those that are faulty."""
    names = {"c": urllib.parse.quote(cluster), "h": urllib.parse.quote(host)}
    wanted = [base, *(base + path.format(**names) for path in (
        "?c={c}", "?c={c}&h={h}", *ASKED))]
    asked, faults = {}, []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        while wanted:
            new = {kind_of(url): url for url in reversed(wanted)
                   if kind_of(url) not in asked}
            asked.update(new)
            wanted = []
            for url, (page, fault) in zip(new.values(), pool.map(ask, new.values())):
                wanted += linked(page, url, base)
                if fault:
                    faults.append((url[len(base):], fault))
    return [url[len(base):] for url in asked.values()], faults


# With scripts -------------------------------------------------------------------

TABS = "return Array.from(document.querySelectorAll('#tabs-menu a'), a => a.innerText)"
CLICK = "document.querySelectorAll('#tabs-menu a')[arguments[0]].click()"
IDLE = """return document.readyState === "complete" && !(window.jQuery && jQuery.active)"""
# Of what each canvas shows, the pixels that have a colour.
PAINTED = """return Array.from(document.querySelectorAll("canvas"), canvas =>
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
        .filter((value, at) => at % 4 == 3 && value > 0).length)"""
STYLED = "return document.querySelectorAll('.ui-page-active .ui-listview a.ui-btn').length"


def tab_faults(browser, page):
    """Clicks each tab of a page."""
    browser.open(page)
    names, faults = browser.run(TABS), []
    if len(names) < 9:
        faults.append(f"tabs: {names}")
    for at, name in enumerate(names):
        browser.open(page)
        browser.run(CLICK, at)
        ganglia.wait_for(f"the tab {name}", lambda: browser.run(IDLE), SECONDS)
        faults += [f"tab {name}: {fault}" for fault in browser.page_faults(0)]
    return faults


def mobile_faults(browser, base):
    """jQuery Mobile makes buttons of its lists."""
    browser.open(base + "mobile.php")
    faults = browser.page_faults(0)
    if browser.run(STYLED) < 3:
        faults.append("Mobile has no style")
    return faults


def cubism_faults(browser, base, host):
    browser.open(f"{base}cubism.php?hreg={urllib.parse.quote(host)}&mreg=load_one$&min=0"
                 "&max=2&height=30&step=15")
    try:
        ganglia.wait_for("Cubism's charts", lambda: any(browser.run(PAINTED)), 15)
    except TimeoutError as error:
        return [str(error), *browser.page_faults(0)]
    return browser.page_faults(0)


# Pictures -------------------------------------------------------------------------

REPORTS = """return Array.from(document.querySelectorAll("#optional_graphs img")).filter(
    image => image.src.includes("graph.php")).map(image => [image.src, image.naturalHeight])"""
WIDTH = re.compile(rb"image_width = (\d+)")
RIGHT = re.compile(rb'coords\[\d+\] = "\d+,\d+,(\d+),')


def picture_faults(browser, page):
    """Of the reports on a host's page, which have nine lines of figures at most."""
    browser.open(page)
    reports, faults = browser.run(REPORTS), []
    if len(reports) < 5 or len({height for _, height in reports}) != 1:
        faults.append(f"{reports}")
    for source, _ in reports:
        with urllib.request.urlopen(source + "&verbose=1", timeout=SECONDS) as answer:
            text = answer.read().partition(b"image = ")[0]
        width, right = int(WIDTH.search(text)[1]), max(map(int, RIGHT.findall(text)))
        if right > width:
            faults.append(f"{source}: figures up to {right} of {width} pixels")
    return faults


# Clicks on ports ------------------------------------------------------------------

# Of the chart of a report in the middle of the window: its address, its left and upper
# edge there, and how many pixels of the screen one of the picture has.
CHART = """const image = Array.from(document.images).find(
    each => each.src.includes("graph.php") && each.src.includes("g=" + arguments[0]));
image.scrollIntoView({block: "center"});
const box = image.getBoundingClientRect();
return [image.src, box.left, box.top, box.width / image.naturalWidth]"""
NAME = re.compile(rb'legend\[\d+\] = "  (.*?) *"\ncoords\[\d+\] = "(\d+),(\d+),(\d+),(\d+)"')
CANVAS = re.compile(rb"graph_(?:left|top|width|height) = (\d+)")
OPENED = """const div = document.getElementById("mg_port_" + arguments[0] + "_div");
return div !== null && div.offsetHeight > 0 && div.querySelectorAll("img").length > 5"""


class PortChart:
    """A chart of ports on the page that is open."""

    def __init__(self, browser, report):
        self.browser = browser
        self.source, self.left, self.top, self.scale = browser.run(CHART, report)
        with urllib.request.urlopen(self.source + "&verbose=1", timeout=SECONDS) as answer:
            text, _, self.picture = answer.read().partition(b"image = BLOB_SIZE:")
        self.names = {name.decode(): tuple(map(int, box))
                      for name, *box in NAME.findall(text)}
        self.canvas = tuple(map(int, CANVAS.findall(text)))

    def click(self, x, y):
        self.browser.click(self.left + x * self.scale, self.top + y * self.scale)

    def click_name(self, name):
        left, top, right, bottom = self.names[name]
        self.click((left + right) / 2, (top + bottom) / 2)

    def point_of(self, name, picture):
        """A point of the canvas that has the port's colour, and so have its neighbours."""
        left, top, _, bottom = self.names[name]
        wanted = picture.colour(left + 3, (top + bottom) // 2)
        left, top, width, height = self.canvas
        return next(((x, y) for x in range(left + 1, left + width - 1)
                     for y in range(top + 1, top + height - 1)
                     if all(picture.colour(x + dx, y + dy) == wanted
                            for dx in (-1, 0, 1) for dy in (-1, 0, 1))), None)


def click_faults(browser, base, cluster, switch, picture_of):
    """A click on a port's name, on its colour, on nothing; and on a page that is not of the
    switch."""
    report, faults = "sflow_ports_in_report", []
    page = f"{base}?c={urllib.parse.quote(cluster)}&h={switch}&r=10min"

    def opens(name, how):
        try:
            ganglia.wait_for(f"the charts of {name}", lambda: browser.run(OPENED, name), SECONDS)
        except TimeoutError as error:
            faults.append(f"{how}: {error}")
    browser.open(page)
    PortChart(browser, report).click_name("swp2")
    opens("swp2", "a click on the name")
    chart = PortChart(browser, report)
    picture = picture_of(chart.picture.split(b"\n", 1)[1])
    chart.click(*chart.point_of("swp3", picture))
    opens("swp3", "a click on the colour")
    chart = PortChart(browser, report)
    chart.click(chart.canvas[0] + chart.canvas[2] / 2, 5)
    try:
        ganglia.wait_for("the ranges", lambda: "graph_all_periods.php" in browser.run(
            "return location.pathname"), SECONDS)
    except TimeoutError as error:
        faults.append(f"a click beside all ports: {error}")
    browser.open(f"{base}graph_all_periods.php?c={urllib.parse.quote(cluster)}&g={report}"
                 "&z=large")
    chart = PortChart(browser, report)
    name = next(name for name in chart.names if re.fullmatch(r"\S+ (swp|a_b-)\d+", name))
    chart.click_name(name)
    opens(re.sub(r"\W", "_", name.split()[1]), "a click in the cluster's chart")
    # A view's charts are of all clusters: there is no page to lead to.
    browser.open(f"{base}?tab=v&vn=sFlow+ports")
    chart = PortChart(browser, report)
    chart.click_name(next(iter(chart.names)))
    try:
        ganglia.wait_for("the ranges", lambda: "graph_all_periods.php" in browser.run(
            "return location.pathname"), SECONDS)
    except TimeoutError as error:
        faults.append(f"a click in a view's chart: {error}")
    browser.complaints()  # of ganglia-web's own jquery.gangZoom.js, when it is clicked
    return faults + browser.page_faults(1)
