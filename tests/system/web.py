"""ganglia-web as ./start serves it, its charts as numbers and as pictures, and Chromium:
what the test of the charts and who takes the README's pictures share.
"""
import base64
import contextlib
import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

import bridge
import ganglia
from ganglia import LOCAL, TOP, find_program

REPORTS = TOP / "conf.d/ganglia-web/graph.d"
VIEWS = TOP / "conf.d/ganglia-web/conf"
BY_START = """set -eu
top=$1 web=$2 rrds=$3 gmetad=$4 port=$5
sharp='$conf["rrdtool_slope_mode"] = false;' # lines have their colour and no other
still='$conf["default_refresh"] = 3600;' # s; a page isn't made anew while it is looked at
. "$top/tests/run/packages.sh"
. "$top/tests/run/web.sh"
"""
NO_ANSWER = re.compile(r"count\(\) on null in \S+/graph\.php")
LONG = 300  # s: a page has many charts, and two browsers ask for them
FAULTY = re.compile(r"(Fatal error|Parse error|Warning|Notice|Deprecated)(</b>)?: |"
                    r"Uncaught |There was an error|Can't read")


def read(url):
    with urllib.request.urlopen(url, timeout=LONG) as answer:
        return answer.read()


# The server -------------------------------------------------------------------


class Web(ganglia.Program):
    """ganglia-web by tests/run/web.sh, for the RRDs in a folder and what answers
    gmetad's queries on a port. What check_web said of it is in `said`. The copy looks
    old, as on a machine that took long to make it: PHP keeps what it has compiled of
    old files."""

    def __init__(self, session, rrds, gmetad_port, environment=()):
        self.folder = session.path("web")
        self.port, self.user = session.port(), ""
        if os.geteuid() == 0:
            self.user = "www-data"
        self.arguments = [str(TOP), str(self.folder), str(rrds),
                          str(gmetad_port), str(self.port)]
        self.environment = dict(environment)
        self.url = f"http://{LOCAL}:{self.port}/ganglia/"
        session.release(self.port)
        super().__init__("ganglia-web", self.command(
            f'make_web "$web" "$rrds" "$gmetad" {self.user}\n'
            'echo "$sharp $still" >>"$web/root/ganglia/conf.php"\n'
            'find "$web/root/ganglia" -type f -exec touch -d -1hour {} +\n'
            f'set_web_server "$web" {LOCAL} "$port" {self.user}\n'
            'exec "${web_server[@]}"\n'), session.path("web.log"))
        session.programs.append(self)
        ganglia.wait_for("ganglia-web answers", lambda: self.get("styles.css"))
        self.said = subprocess.run(
            self.command(f'check_web "$web" {self.url} "$gmetad"\n'),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False).stdout.strip()

    def command(self, script):
        return [find_program("env"), *(f"{key}={value}" for key, value in
                                       self.environment.items()),
                find_program("bash"), "-c", BY_START + script, "web.sh",
                *self.arguments]

    def end(self, seconds=5):
        """Its workers don't end with PHP's server, but they are of its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        return super().end(seconds)

    def get(self, path="", **arguments):
        """The body of an answer. HTTPError is an OSError."""
        return read(f"{self.url}{path}?{urllib.parse.urlencode(arguments)}")

    def log(self):
        """What is fatal in PHP, but for what it makes of no answer from rrdtool, which
        can't read a file that is being written: such a chart is asked for again."""
        return "\n".join(line for line in re.findall(
            r".*PHP .*", (self.folder / "php.log").read_text(errors="replace"))
            if not NO_ANSWER.search(line))

    def reports_of(self, cluster, host):
        """Those of ours that the page of a host shows, which asking for it tells."""
        self.get(c=cluster, h=host)
        path = self.folder / f"conf/host_{host}.json"
        if not path.exists():
            return []
        return json.loads(path.read_text())["included_reports"]


# Pictures ---------------------------------------------------------------------


class Picture:
    """A PNG, of 8 bits a channel: rrdtool's."""

    def __init__(self, data):
        raw = subprocess.run([find_program("pngtopnm")], input=data, check=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
        kind, width, height, most = raw.split(maxsplit=4)[:4]
        if kind not in (b"P5", b"P6") or most != b"255":
            raise ValueError(f"a picture of kind {kind}, with values up to {most}")
        self.width, self.height = int(width), int(height)
        self.bytes = 3 if kind == b"P6" else 1  # P5 is grey
        self.pixels = raw[-self.width * self.height * self.bytes:]

    def colour(self, x, y):
        at = (y * self.width + x) * self.bytes
        return tuple(self.pixels[at:at + self.bytes]) * (3 // self.bytes)


# Charts -----------------------------------------------------------------------

NEAR = 2         # of 255 in each channel
SEEN = 0.04      # of the chart's height, and a series must be in the picture
FILLED = 0.5     # of the chart's width in which something is drawn


@dataclass
class Series:
    name: str
    kind: str  # stack (or area), line
    colour: tuple
    values: list  # None where it is unknown


@dataclass
class Chart:
    """A graph of ganglia-web: its series as it exports them, and its picture. The
    canvas is where the curves are: left, top, width and height; `highest` is at its
    upper edge."""
    series: list
    picture: Picture
    canvas: tuple
    highest: float

    def columns(self, colour):
        """The columns of the canvas in which there is such a colour, the axis of what
        is zero with it."""
        left, top, width, height = self.canvas
        return {x for x in range(left + 1, left + width)
                for y in range(top, top + height + 1)
                if all(abs(a - b) <= NEAR for a, b in
                       zip(self.picture.colour(x, y), colour))}


def colour_of(text):
    text = text.lstrip("#")
    return tuple(int(text[i:i + 2], 16) for i in (0, 2, 4))


def number(value):
    return None if isinstance(value, str) or value is None else float(value)


def chart_of(url):
    """What is behind a URL of graph.php, small, which is without a legend."""
    url = re.sub(r"&z=\w+", "", url) + "&z=small"
    exported = None
    with contextlib.suppress(urllib.error.HTTPError):  # of what has no data
        exported = json.loads(read(url + "&json=1"))
    answer = read(url + "&verbose=1")
    sizes = dict(re.findall(rb"(?m)^(?:graph|value)_(\w+) = (\S+)$", answer))
    start = answer.find(b"\x89PNG")
    if start < 0:
        raise ValueError(f"no picture: {answer[:200]!r}")
    return Chart([Series(each["metric_name"], each["graph_type"],
                         colour_of(each.get("color", "#000000")),
                         [number(value) for value, _ in each["datapoints"]])
                  for each in exported or []], Picture(answer[start:]),
                 tuple(int(sizes[name]) for name in
                       (b"left", b"top", b"width", b"height")),
                 float(sizes[b"max"]))


def ask_chart(web, **arguments):
    return chart_of(f"{web.url}graph.php?{urllib.parse.urlencode(arguments)}")


def known(values):
    return [value for value in values if value is not None]


def tops(series):
    """The upper edge of each series in the picture, stacked where it is, per step."""
    total, edges = {}, []
    for each in series:
        edge = {}
        for i, value in enumerate(each.values):
            if value is None:
                continue
            edge[i] = value
            if each.kind == "stack":
                total[i] = edge[i] = total.get(i, 0) + value
        edges.append(edge)
    return edges


def must_be_seen(series, highest):
    """Those that are thick enough, and that no later one covers."""
    edges, thick = tops(series), SEEN * highest
    for at, each in enumerate(series):
        later = edges[at + 1:]
        if each.kind == "stack":
            visible = max(known(each.values), default=0) > thick
        else:
            visible = bool(edges[at]) and all(
                any(abs(y - other.get(i, -highest)) > thick
                    for i, y in edges[at].items()) for other in later)
            visible = visible and max(edges[at].values()) > thick
        if visible:
            yield each


def faults_of(ask):
    """What is wrong with the chart that `ask` gives, after it had some time to come
    right: daemons may be late, and numbers and picture are asked for one by one."""
    return bridge.faults_until(lambda: chart_faults(ask()))


def chart_faults(chart):
    """What is wrong with a chart that should have data."""
    live = [each for each in chart.series if known(each.values)]
    if not live:
        return ["it has no data"]
    drawn, faults = set(), []
    for each in live:
        columns = chart.columns(each.colour)
        drawn |= columns
        if not columns and each in must_be_seen(live, chart.highest):
            faults.append(f"{each.name}: its colour isn't in the picture")
    if len(drawn) < FILLED * chart.canvas[2]:
        faults.append(f"it is drawn in {len(drawn)} of {chart.canvas[2]} columns")
    return faults


# The browser ------------------------------------------------------------------

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars")
IMAGES = """return Array.from(document.images, image => [image.src,
image.complete, image.naturalWidth, image.naturalHeight, image.offsetWidth])"""


class Browser(ganglia.Program):
    """Chromium without a screen, by its WebDriver."""

    def __init__(self, session, size=(1280, 1000)):
        self.port, self.id = session.port(), None
        self.profile = session.path("chromium")
        self.profile.mkdir()
        session.release(self.port)
        super().__init__("chromedriver", [find_program("chromedriver"),
                                          f"--port={self.port}"],
                         session.path("chromedriver.log"))
        session.programs.append(self)
        ganglia.wait_for("chromedriver answers", lambda: self.ask("GET", "/status"))
        options = {"args": [*FLAGS, f"--window-size={size[0]},{size[1]}",
                            f"--user-data-dir={self.profile}"],
                   "binary": find_program("chromium")}
        self.id = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"}}}})["sessionId"]

    def ask(self, method, path, body=None):
        if self.id is not None:
            path = f"/session/{self.id}{path}"
        request = urllib.request.Request(
            f"http://{LOCAL}:{self.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=LONG) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["value"]["message"]) from error

    def end(self, seconds=10):
        if self.id is not None and self.is_alive():
            self.ask("DELETE", "")
        return super().end(seconds)

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync", {"script": script,
                                                  "args": arguments})

    def open(self, url):
        """Waits until all images of the page have come."""
        self.complaints()  # those of the page before
        self.ask("POST", "/url", {"url": url})
        ganglia.wait_for(f"the images of {url}", lambda: all(
            image[1] for image in self.run(IMAGES)), LONG)

    def click(self, x, y):
        """At a point of the window."""
        self.ask("POST", "/actions", {"actions": [{
            "type": "pointer", "id": "mouse", "actions": [
                {"type": "pointerMove", "x": int(x), "y": int(y)},
                {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]}]})

    def complaints(self):
        """What the console has got since it was last asked."""
        return [entry["message"] for entry in
                self.ask("POST", "/se/log", {"type": "browser"})
                if entry["level"] == "SEVERE"]

    def screenshot(self, path):
        """Of what the window shows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))

    def text(self):
        return self.run("return document.documentElement.innerText")

    def charts(self):
        """The URLs of those that the page shows."""
        return [image[0] for image in self.run(IMAGES)
                if "graph.php" in image[0] and image[4] > 0]

    def page_faults(self, least_charts):
        """What is wrong with the page that is open."""
        images = [image for image in self.run(IMAGES) if image[4] > 0]
        faults = [f"a broken image: {image[0]}" for image in images
                  if image[2] == 0]
        faults += [f"the page says {line.strip()!r}"
                   for line in self.text().splitlines() if FAULTY.search(line)]
        faults += [f"the console says {line!r}" for line in self.complaints()]
        charts = len(self.charts())
        if charts < least_charts:
            faults.append(f"{charts} charts instead of {least_charts}")
        return faults
