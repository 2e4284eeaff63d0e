#!/usr/bin/env python3
"""./check's command line: what its names mean, and what is made and run then; on a
project that is a stand-in, whose build only writes down what it is asked for. And the
driver that measures each test.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(os.environ.get("abs_top_srcdir", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("abs_top_builddir", TOP / "build"))

sys.path.insert(0, str(TOP / "tests" / "golden"))
from tap import Tap  # noqa: E402

BUILDS = {"build", "build-asan", "build-tsan"}
# The group `sflow` is in all builds, `golden` not in build-tsan, `tools` only in build;
# `system` is of those that wait.
FRAGMENTS = {
    "": "WHOLE_TESTS =\nif !SANITIZED\nTESTS += $(WHOLE_TESTS)\nendif\n",
    "sflow": "UNIT = tests/sflow/test_one \\\n\ttests/sflow/test_two\nTESTS += $(UNIT)\n",
    "golden": "TESTS += tests/golden/check-golden.py\n",
    "tools": "TESTS += tests/tools/test_tool\n",
    "system": "WHOLE_TESTS += tests/system/test_gmetad.py tests/system/test_hosts.py\n",
}
PACKAGES = """say() { printf '%s\\n' "$*"; }
check_packages=none
ensure_packages() { say "packages: $*" >>"$top/calls"; }
"""
CONFIGURE = """#!/bin/sh
echo "configure ${PWD##*/} $*" >>../calls
sed "s,BUILD,${PWD##*/},g" ../Makefile.in >Makefile
"""
MAKEFILE = """all check:
	@echo "make BUILD" >>../calls; ! [ -e ../broken-BUILD ]
clean:
check-TESTS: $(TESTS:.py=.trs)
$(TESTS:.py=.trs): FORCE
	@../run-test BUILD $@
FORCE:
"""
RUN_TEST = """#!/bin/sh
test=${2%.trs}
mkdir -p "${test%/*}"
echo "run $1 $test" >>../calls
echo "$(nice)" >"../${test##*/}.nice"
result=PASS
[ ! -e "../fails-${test##*/}" ] || result=FAIL
echo "what $test says" >"$test.log"
printf ':test-result: %s\\n:test-result: SKIP\\n:seconds: 1.500\\n' $result >"$test.trs"
[ $result = PASS ]
"""


class Project:
    """What ./check needs of one."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copy(TOP / "check", folder)
        self.write("tests/run/packages.sh", PACKAGES)
        for name in ("build.sh", "names.sh"):
            shutil.copy(TOP / "tests/run" / name, folder / "tests/run")
        for name, text in FRAGMENTS.items():
            self.write(f"tests/{name}/local.mk", text)
        self.write("configure.ac", "")
        self.write("Makefile.in", MAKEFILE)
        for name, text in (("configure", CONFIGURE), ("run-test", RUN_TEST)):
            self.write(name, text)
            (folder / name).chmod(0o755)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self, *words):
        (self.folder / "calls").unlink(missing_ok=True)
        return subprocess.run([str(self.folder / "check"), *words], check=False,
                              capture_output=True, text=True, timeout=600,
                              env={**os.environ, "JOBS": "2", "MAKEFLAGS": "",
                                   "TESTS": "tests/of/another"})

    def calls(self, verb):
        """What has been made or run, in the order of the alphabet."""
        path = self.folder / "calls"
        return sorted(line.split(" ", 1)[1] for line in
                      (path.read_text().splitlines() if path.exists() else ())
                      if line.startswith(f"{verb} "))

    def niceness(self, test):
        return int((self.folder / f"{test}.nice").read_text())


EVERYTHING = ["build tests/golden/check-golden", "build tests/sflow/test_one",
              "build tests/sflow/test_two", "build tests/system/test_gmetad",
              "build tests/system/test_hosts", "build tests/tools/test_tool",
              "build-asan tests/golden/check-golden", "build-asan tests/sflow/test_one",
              "build-asan tests/sflow/test_two", "build-tsan tests/sflow/test_one",
              "build-tsan tests/sflow/test_two"]


def refused(tap, project):
    for what, words, wanted in (
            ("an unknown name", ["test_one", "nonesuch"],
             "nonesuch.*groups are golden sflow system tools$"),
            ("a part of a name", ["test_"], "test_.*groups are"),
            ("an option that there isn't", ["--nonesuch"], "--nonesuch.*--help")):
        done, faults = project.check(*words), []
        if done.returncode != 2 or done.stdout or done.stderr.count("\n") != 1 or \
                not re.search(wanted, done.stderr):
            faults.append(done)
        faults += [*project.folder.glob("calls"), *project.folder.glob("build*")]
        tap.point(f"{what}: one line, status 2, and nothing is done", faults)


def helped(tap, project):
    done, faults = project.check("--help"), []
    if done.returncode != 0 or done.stderr or \
            not re.search(r"\AUsage: ./check .*NAME", done.stdout) or \
            not done.stdout.endswith("\nGroups: golden sflow system tools\n"):
        faults.append(done)
    tap.point("--help has the groups", faults)


def listed(tap, project):
    faults = []
    for names, wanted in (
            ([], EVERYTHING), (["sflow", "tests/golden", "tools/", "./tests/system/"],
                               EVERYTHING),
            (["test_gmetad"], ["build tests/system/test_gmetad"]),
            (["test_gmetad.py", "system/test_gmetad"], ["build tests/system/test_gmetad"]),
            (["tests/system/test_hosts.py"], ["build tests/system/test_hosts"]),
            (["tests/sflow/test_one.c"], [f"{build} tests/sflow/test_one"
                                          for build in sorted(BUILDS)]),
            (["check-golden"], ["build tests/golden/check-golden",
                                "build-asan tests/golden/check-golden"])):
        done = project.check("--list", *names)
        found = sorted(line.replace(".py", "") for line in done.stdout.splitlines())
        if found != wanted or done.returncode != 0:
            faults.append(f"{names}: {done}")
    tap.point("a group or a test, by itself, by its path, or with what is behind its "
              "dot", faults)


def selected(tap, project):
    faults = []
    for names, builds in ((["tools"], ["build"]), (["golden"], ["build", "build-asan"]),
                          (["test_two"], sorted(BUILDS))):
        listing = project.check("--list", *names).stdout.splitlines()
        done = project.check(*names)
        if project.calls("make") != builds or done.returncode != 0 or \
                project.calls("run") != sorted(each.replace(".py", "")
                                               for each in listing):
            faults.append(f"{names}: {project.calls('make')} {project.calls('run')} "
                          f"{done}")
        if not done.stdout.endswith(f"\n{len(listing)} skipped\n"
                                    f"{len(listing)} passed, 0 failed\n"):
            faults.append(f"{names}: what was run before is counted: {done.stdout}")
    tap.point("with names, their tests alone are run, in the builds that have them",
              faults)


def whole(tap, project):
    done, faults = project.check(), []
    if project.calls("make") != sorted(BUILDS) or project.calls("run") != EVERYTHING:
        faults.append(f"{project.calls('make')} {project.calls('run')}")
    if done.returncode != 0 or not done.stdout.endswith(
            "\n11 skipped\n11 passed, 0 failed\n"):
        faults.append(done)
    tap.point("without names all builds are made, and all tests run", faults)
    rows = dict(re.findall(r"(?m)^(build\S* +[a-z()]+) +([0-9.]+) s$", done.stdout))
    found = {" ".join(name.split()): float(value) for name, value in rows.items()
             if "(make)" not in name}
    wanted = {"build golden": 1.5, "build sflow": 3.0, "build system": 3.0,
              "build tools": 1.5, "build-asan golden": 1.5, "build-asan sflow": 3.0,
              "build-tsan sflow": 3.0}
    faults = [] if found == wanted and list(found) == list(wanted) and \
        len(rows) == len(wanted) + len(BUILDS) else [done.stdout]
    tap.point("the seconds of each group of each build are added up", faults)
    faults = [f"{test} has {project.niceness(test)}" for test in
              ("test_gmetad", "test_hosts") if project.niceness(test) != os.nice(0)]
    faults += [f"{test} has {project.niceness(test)}" for test in
               ("test_one", "test_tool") if project.niceness(test) != 19]
    tap.point("tests that wait come before all that works beside them", faults)


def failing(tap, project):
    (project.folder / "fails-test_hosts").touch()
    done, faults = project.check("test_one", "system"), []
    if done.returncode != 1 or "\n4 passed, 1 failed\n" not in done.stdout or \
            "==== build/tests/system/test_hosts.trs\nwhat tests/system/test_hosts says" \
            not in done.stdout or "test_gmetad says" in done.stdout:
        faults.append(done)
    tap.point("of tests that fail, what they say is shown", faults)
    (project.folder / "broken-build-asan").touch()
    done, faults = project.check("test_one"), []
    if done.returncode != 1 or not done.stdout.endswith("\n2 passed, 1 failed\n"):
        faults.append(done)
    tap.point("a build that fails is a failure", faults)


def real(tap):
    """What there is without make, and what make has."""
    ask = "include Makefile\nwhat:\n\t@printf '%s\\n' $(TESTS)\n"
    wanted = subprocess.run(["make", "-s", "--no-print-directory", "-C", str(BUILD),
                             "-f", "-", "what"], input=ask, check=True, text=True,
                            stdout=subprocess.PIPE,
                            env={"PATH": os.environ["PATH"]}).stdout.split()
    wanted = [word for word in wanted if word.startswith("tests/")]
    found = subprocess.run([str(TOP / "check"), "--list"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    found = {line.split()[1] for line in found if line.startswith("build ")}
    tap.point("--list has all tests that make has", sorted(found ^ set(wanted)),
              len(wanted))


def drive(folder, seconds, *test):
    """What the driver leaves of a test: its results."""
    results = folder / "test.trs"
    subprocess.run(["sh", str(TOP / "tests/run/driver"), "sh",
                    str(TOP / "build-aux/tap-driver.sh"), "--test-name", "it",
                    "--log-file", str(folder / "test.log"), "--trs-file", str(results),
                    "--color-tests", "no", "--enable-hard-errors", "yes",
                    "--expect-failure", "no", "--", *test], check=False, timeout=600,
                   stdout=subprocess.DEVNULL,
                   env={**os.environ, "TEST_SECONDS": seconds})
    return results.read_text()


def driven(tap, folder):
    said = drive(folder, "60", "printf", "%s\n", "1..1", "ok 1 - a b")
    tap.point("the driver writes a test's seconds behind its results", [] if re.search(
        r"(?m)^:test-result: PASS.*\n:seconds: \d+\.\d{3}\n\Z", said) else [said])
    said = drive(folder, "0.1", "sh", "-c", "echo 1..1; echo ok 1; exec sleep 500")
    tap.point("and ends one that doesn't", [] if ":test-result: ERROR" in said and
              ":seconds: " in said else [said])


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        refused(tap, project)
        helped(tap, project)
        listed(tap, project)
        selected(tap, project)
        whole(tap, project)
        failing(tap, project)
        driven(tap, Path(folder))
    real(tap)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
