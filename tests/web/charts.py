"""ganglia-web as the tests of its reports have it: a copy with our additions, RRDs
with known values, and graph.php, run as a web server would run it.
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

from ganglia import TOP, Tap, find_program  # noqa: E402

ADDITIONS = TOP / "conf.d/ganglia-web"
STEP, ROWS = 15, 40
SUMMARY = "__SummaryInfo__"

MAKE_WEB = r"""
set -eu
top=$1
. "$top/tests/run/packages.sh"
. "$top/tests/run/web.sh"
make_web "$2" "$3" 1
php -r 'exit(PHP_MAJOR_VERSION < 8 ? 0 : 1);' || repair_web "$2"
"""

# A page of ganglia-web with the arguments of its query.
RUN_PAGE = r"""
require $argv[3];
parse_str($argv[2], $_GET);
$_REQUEST = $_GET;
$_SERVER['SCRIPT_NAME'] = '/ganglia/' . $argv[1];
include $argv[1];
"""


def run(test):
    """Runs test(tap, folder) with a folder of its own, and exits."""
    tap = Tap()
    folder = Path(tempfile.mkdtemp(prefix="ganglia-sflow-"))
    try:
        folder.chmod(0o755)  # others read in it
        with tap.point("all points were tried"):
            test(tap, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed else 0)


def short(name):
    return name.removeprefix("sflow_").removesuffix("_report")


def definitions():
    """What each report's file says, by the report's name."""
    return {path.stem: json.loads(path.read_text())
            for path in sorted(ADDITIONS.glob("graph.d/*.json"))}


def metrics_of(report):
    return {token for series in report["series"]
            for token in series["value"].split(",") if token[0].islower()}


class Rrds:
    """Files with one value for the last ten minutes; all are made at once."""

    def __init__(self, root):
        self.root, self.commands = root, []
        self.now = int(time.time()) // STEP * STEP

    def add(self, path, value, number=None, ago=0):
        """`ago`: so many seconds ago it ended."""
        file = self.root / f"{path}.rrd"
        file.parent.mkdir(parents=True, exist_ok=True)
        end = self.now - ago
        begin = end - ROWS * STEP
        sources = [f"DS:{name}:GAUGE:120:U:U" for name in
                   (("sum",) if number is None else ("sum", "num"))]
        values = f"{value}" if number is None else f"{value}:{number}"
        self.commands += [
            ["create", file, "--start", begin - STEP, "--step", STEP, *sources,
             "RRA:AVERAGE:0.5:1:5856"],
            ["update", file, *(f"{at}:{values}"
                               for at in range(begin, end + 1, STEP))]]

    def make(self):
        """rrdtool's pipe takes names in single quotes, without escapes."""
        lines = (" ".join(f"'{word}'" for word in command)
                 for command in self.commands)
        out = subprocess.run([find_program("rrdtool"), "-"], text=True,
                             input="\n".join(lines) + "\n", timeout=60,
                             capture_output=True, check=True).stdout
        errors = [line for line in out.splitlines() if line.startswith("ERROR")]
        if errors or out.count("OK ") != len(self.commands):
            raise AssertionError("\n".join(errors or [out]))
        self.commands = []


class Web:
    """The copy, and how its pages are asked for."""

    def __init__(self, folder, rrds):
        self.folder, self.copy = folder, folder / "root/ganglia"
        self.rrds = rrds
        subprocess.run(["bash", "-c", MAKE_WEB, "make_web", TOP, folder, rrds],
                       check=True, timeout=60)
        self.complaints = []

    def page(self, script, query):
        """The page as bytes. What PHP or rrdtool say of ours is kept."""
        run = subprocess.run(
            [find_program("php"), "-d", "error_reporting=-1", "-d",
             "display_errors=stderr", "-d", "log_errors=0", "-d",
             f"session.save_path={self.folder}/sessions", "-r", RUN_PAGE,
             script, query, self.folder / "prepend.php"],
            cwd=self.copy, capture_output=True, timeout=60)
        errors = run.stderr.decode(errors="replace")
        self.complaints += [line for line in errors.splitlines()
                            if re.search(r"sflow(_\w+)?\.php|^ERROR", line)]
        if run.returncode != 0:
            self.complaints.append(f"{script}?{query}: {errors[-300:]}")
        return run.stdout

    def picture(self, query):
        return self.page("graph.php", f"r=hour&z=medium&{query}")

    def command(self, query):
        """The command that makes the picture."""
        page = self.page("graph.php", f"r=hour&z=medium&debug=3&{query}")
        return page.decode(errors="replace")

    def series(self, query):
        """What the picture shows: (label, colour, last value) of each series."""
        found = []
        for series in json.loads(self.page("graph.php",
                                           f"r=hour&json=1&{query}")):
            values = [v for v, _ in series["datapoints"] if v != "NaN"]
            found.append((series["metric_name"].strip(),
                          series["color"].lstrip("#"),
                          values[-1] if values else None))
        return found
