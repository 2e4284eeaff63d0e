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
