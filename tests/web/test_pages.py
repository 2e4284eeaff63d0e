#!/usr/bin/env python3
"""The reports and the script that sflow.php gives pages, and what it never does.
"""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import charts  # noqa: E402
from charts import ADDITIONS, SUMMARY, short  # noqa: E402
from ganglia import find_program  # noqa: E402

# The hosts, with their metrics; "full" has those of all reports.
HOSTS = {"few": ["mc_get_hits"], "web": ["80.http_meth_get"], "plain": ["cpu_idle"],
         "switch": ["swp1.bytes_in", "bytes_in"], "vm": ["a.b.vcpu_util"],
         "empty": []}

ASK = r"""
$conf = json_decode($argv[1], true);
$_SERVER['SCRIPT_NAME'] = $argv[2];
parse_str($argv[3], $_GET);
include $argv[4];
echo $argv[5];
"""


class Pages:
    """sflow.php as conf.php includes it, and what it has written."""

    def __init__(self, root, reports):
        self.folder, self.rrds = root / "conf", root / "rrds"
        self.folder.mkdir()
        self.script = shutil.copy(ADDITIONS / "sflow.php", root)
        shutil.copy(ADDITIONS / "sflow.js", root)
        self.graphs = root / "graph.d"
        shutil.copytree(ADDITIONS / "graph.d", self.graphs)
        self.conf = {"rrds": str(self.rrds), "conf_dir": str(self.folder),
                     "graphdir": str(self.graphs),
                     "case_sensitive_hostnames": True}
        full = set().union(*map(charts.metrics_of, reports.values()))
        prefixed = [f"x.{metric}" for metric in full]
        for host, metrics in {**HOSTS, "full": [*full, *prefixed]}.items():
            (self.rrds / "c" / host).mkdir(parents=True)
            for metric in metrics:
                self.rrd(host, metric).touch()
        (self.rrds / "c" / SUMMARY).mkdir()

    def rrd(self, host, metric):
        return self.rrds / "c" / host / f"{metric}.rrd"

    def run(self, query, script, text, user=None, **conf):
        """PHP, when the script has printed the text."""
        become = [] if user is None else [
            find_program("setpriv"), f"--reuid={user}", f"--regid={user}",
            "--clear-groups"]
        return subprocess.run(
            [*become, find_program("php"), "-d", "error_reporting=-1", "-d",
             "display_errors=stderr", "-r", ASK,
             json.dumps({**self.conf, **conf}), script, query,
             self.script, text],
            cwd=self.folder, capture_output=True, text=True, timeout=60)

    def ask(self, query, script="/ganglia/index.php", **more):
        """A fault, or nothing."""
        run = self.run(query, script, "", **more)
        said = run.stdout + run.stderr
        return [] if run.returncode == 0 and not said else [f"{query}: {said}"]

    def files(self):
        return {path.name for path in self.folder.iterdir()}

    def path(self, host):
        return self.folder / f"host_{host}.json"

    def reports(self, host, which="included_reports"):
        path = self.path(host)
        if not path.exists():
            return None
        return [short(name) for name in json.loads(path.read_text())[which]]


def check_kinds(tap, pages, reports):
    kinds = {
        "few": ["memcache_hits", "memcache_operations"],
        "web": ["http_methods"],
        "switch": ["ports_in"],
        "vm": ["vm_cpu"],
        "full": [short(name) for name, report in reports.items()
                 if report["instances"] != "hosts"]}
    with tap.point("the page of a host gets the reports of what it has") as faults:
        # Others may have reports there, too.
        (pages.graphs / "sflow_mine_report.json").write_text(
            '{"report_type": "standard", "series": [{"metric": "load_one"}]}')
        (pages.graphs / "sflow_broken_report.json").write_text("{")
        for host, wanted in kinds.items():
            faults += pages.ask(f"c=c&h={host}")
            if pages.reports(host) != wanted:
                faults.append(f"{host}: {pages.reports(host)}")
        faults += pages.ask("c=c&h=empty")
        if pages.reports("empty") is not None:
            faults.append("a file without reports")
    with tap.point("it loses those of ganglia-web's own that would be "
                   "empty") as faults:
        for host, wanted in (("few", ["load", "cpu", "mem", "network"]),
                             ("switch", ["load", "cpu", "mem"]),
                             ("full", ["cpu", "mem"])):
            if pages.reports(host, "excluded_reports") != wanted:
                faults.append(f"{host}: "
                              f"{pages.reports(host, 'excluded_reports')}")
        faults += pages.ask("c=c&h=plain")
        if pages.reports("plain") is not None:
            faults.append("a host without reports of ours has a file")
    with tap.point("it is written anew when the set has changed, only "
                   "then") as faults:
        path = pages.path("few")
        before = path.stat().st_ino
        faults += pages.ask("c=c&h=few")
        if path.stat().st_ino != before:
            faults.append("written without a change")
        extra = pages.rrd("few", "jvm_gc_cpu")
        extra.touch()
        faults += pages.ask("c=c&h=few")
        if pages.reports("few") != ["jvm_gc", *kinds["few"]]:
            faults.append(f"a JVM more: {pages.reports('few')}")
        extra.unlink()
        faults += pages.ask("c=c&h=few")
        if pages.reports("few") != kinds["few"]:
            faults.append(f"a JVM less: {pages.reports('few')}")


def check_left_alone(tap, pages):
    with tap.point("a file of somebody else stays as it is") as faults:
        for text in ('{"included_reports": ["x_report"]}', "no JSON", "",
                     '{"written_by": "me"}', '"ganglia-sflow"', "[1]"):
            pages.path("web").write_text(text)
            faults += pages.ask("c=c&h=web")
            if pages.path("web").read_text() != text:
                faults.append(f"{text} is overwritten")
        pages.path("web").unlink()
    with tap.point("what is no page of a host writes nothing") as faults:
        before = pages.files()
        names = ("..", "../c/few", "../../c/few", "few/", "/c/few", ".", "",
                 "../rrds/c", "c/../c", SUMMARY, "nobody", "x" * 5000, "few%00", "few%0A", "-x", "~",
                 "few;id", "$(id)", "%252e%252e")
        for name in names:
            faults += pages.ask(f"c=c&h={name}")
            faults += pages.ask(f"c={name}&h=web")
        for query in ("c=c", "h=web", "", "c[]=c&h[]=web",
                      "c=c&h[x]=web"):
            faults += pages.ask(query)
        faults += pages.ask("c=c&h=web", script="/ganglia/graph.php")
        if pages.files() != before:
            faults.append(pages.files() ^ before)
    with tap.point("hosts go by small letters where gmetad's do") as faults:
        faults += pages.ask("c=c&h=Web")
        if pages.reports("Web") or pages.reports("web"):
            faults.append("Web is taken for web")
        faults += pages.ask("c=c&h=Web", case_sensitive_hostnames=False)
        if not pages.reports("web"):
            faults.append("Web is not web")


def check_folder(tap, pages):
    with tap.point("a folder that can't be written is no fault") as faults:
        pages.path("few").unlink()
        before = pages.files()
        faults += pages.ask("c=c&h=few", conf_dir="/nonexistent")
        pages.folder.chmod(0o555)
        faults += pages.ask("c=c&h=few",
                            user=65534 if os.getuid() == 0 else None)
        pages.folder.chmod(0o755)
        if pages.files() != before:
            faults.append(pages.files() ^ before)
    with tap.point("nothing else is left in the folder") as faults:
        faults += pages.ask("c=c&h=few")
        faults += [name for name in pages.files()
                   if not re.fullmatch(r"host_\w+\.json", name)]
        mode = pages.path("few").stat().st_mode & 0o777
        if mode != 0o644:
            faults.append(f"mode {mode:o}")


def check_script(tap, pages):
    page, end = "<html><body>a</body> is no end<p>b", "</BODY></html>"
    with tap.point("pages get the script before their end, answers to scripts do not"
                   ) as faults:
        for script in ("index.php", "graph_all_periods.php"):
            got = pages.run("c=c&h=few", f"/g/{script}", page + end).stdout
            if not (got.startswith(f"{page}<script>\n/* sflow.js") and
                    got.endswith(f"</script>\n{end}") and got.count("<script>") == 1):
                faults.append(f"{script}: {got}")
        for script, text in (("graph.php", page + end), ("index.php", "no page"),
                             ("api/host.php", page + end)):
            got = pages.run("c=c&h=few", f"/g/{script}", text).stdout
            if got != text:
                faults.append(f"{script}: {got}")
    with tap.point("without the script, pages are as they were") as faults:
        (Path(pages.script).parent / "sflow.js").unlink()
        got = pages.run("c=c", "/g/index.php", page + end)
        if got.stdout != page + end or got.stderr:
            faults.append(f"{got}")


def test(tap, folder):
    reports = charts.definitions()
    pages = Pages(folder, reports)
    check_kinds(tap, pages, reports)
    check_left_alone(tap, pages)
    check_folder(tap, pages)
    check_script(tap, pages)


charts.run(test)
