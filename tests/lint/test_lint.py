#!/usr/bin/env python3
"""shellcheck has nothing to say of the scripts, clang-format would change nothing in the
C files, nor has clang-tidy anything to say of them, with the flags that this build
compiles them with. Each would see a fault. The versions are Debian 12's: what another one
says is not asked for.
"""
import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ.get("abs_top_srcdir", Path(__file__).parents[2])).resolve()
BUILD = Path(os.environ.get("abs_top_builddir", SOURCE / "build")).resolve()

sys.path.insert(0, str(SOURCE / "tests" / "golden"))
from tap import Tap  # noqa: E402

ROOMS = ("common", "gmetad-bridge", "gmond-module", "man", "sflow", "tests", "tools")
OTHERS = (".ci", "conf.d", "debian", "rpm")
VERSION = "14"  # of clang's tools
HEADERS = SOURCE / "tests/lint/include"
COMPILES = re.compile(r" -c -o \S+ .*?([\w./-]+\.c)(?: &&\\)?$", re.M)
SHELL = re.compile(r"#!\s*/bin/(ba|da)?sh|# shellcheck shell=")
ENVIRONMENT = {key: value for key, value in os.environ.items()
               if not key.startswith(("MAKE", "MFLAGS", "TESTS"))}

BAD_SCRIPT = "#!/bin/sh\nrm $1\n"
BAD_CODE = """#include <stdlib.h>

int fault(void);

int
fault(void)
{
	int *number = malloc(sizeof(*number));

	if (number == NULL)
		return 0;
	*number = 1;
	free(number);
	return *number;
}
"""
BAD_FORM = "int\nfault( void )\n{\n  return 0;\n}\n"


def run(*command, **more):
    """Its status, and all that it says."""
    done = subprocess.run([str(word) for word in command], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          cwd=SOURCE, env=ENVIRONMENT, **more)
    return done.returncode, done.stdout


def files(folders, *endings):
    return sorted(path for folder in folders for path in (SOURCE / folder).rglob("*")
                  if path.is_file() and (not endings or path.suffix in endings))


def why_not(tool, version=None):
    """Why it can't be asked; None when it can."""
    if shutil.which(tool) is None:
        return f"{tool} is not installed"
    if version and f"version {version}." not in run(tool, "--version")[1]:
        return f"this is not {tool} {version}"
    return None


# Scripts ------------------------------------------------------------------------


def is_shell(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return SHELL.match(file.readline()) is not None


def scripts():
    return [path for path in [SOURCE / "check", SOURCE / "start",
                              *files((*ROOMS, *OTHERS))] if is_shell(path)]


def shell_faults(paths):
    status, said = run("shellcheck", "-x", "-f", "gcc", *paths)
    return said.splitlines() or ([f"status {status}"] if status else [])


# C ------------------------------------------------------------------------------


def form_faults(paths):
    """A line for each file that clang-format would change: the first of its reasons."""
    _, said = run("clang-format", "--dry-run", "-Werror",
                  f"--style=file:{SOURCE / '.clang-format'}", *paths)
    places = re.findall(r"(?m)^(.+?):(\d+):\d+: error: .*clang-format", said)
    first = {}
    for path, line in places:
        first.setdefault(path, line)
    return [f"{path}:{line}: clang-format -i would change it"
            for path, line in first.items()] or said.splitlines()


def make(rules, *options):
    """What make says of a rule besides those of the Makefile."""
    return subprocess.run(["make", "-s", "--no-print-directory", *options, "-C",
                           str(BUILD), "-f", "-"], input=f"include Makefile\n{rules}\n",
                          check=True, text=True, stdout=subprocess.PIPE,
                          env=ENVIRONMENT).stdout


def compile_commands(sources):
    """{source: words of the compiler that say where headers are and what is defined},
    of all that this build would compile, were the sources new."""
    srcdir = make(".DEFAULT_GOAL = where\nwhere:\n\t@echo $(srcdir)").split()[-1]
    names = [str(path.relative_to(SOURCE)) for path in sources]
    new = [word for name in names for word in ("-W", name, "-W", f"{srcdir}/{name}")]
    said = make(".DEFAULT_GOAL = all-of-it\n"
                "all-of-it: all-am $(check_PROGRAMS) $(check_LTLIBRARIES)",
                "-n", "V=1", *new)
    found = {}
    for match in COMPILES.finditer(said):
        line = said[said.rfind("\n", 0, match.start()) + 1:match.start()]
        found[os.path.normpath(BUILD / srcdir / match[1].removeprefix(f"{srcdir}/"))] = [
            word for word in shlex.split(line) if word.startswith(("-D", "-I", "-std"))]
    return found


def tidy(path, folder):
    """What clang-tidy says of a file; `folder` has its command."""
    status, said = run("clang-tidy", "--quiet", "-p", folder,
                       f"--config-file={SOURCE / '.clang-tidy'}",
                       f"--extra-arg-before=-I{HEADERS}", path)
    faults = [line for line in said.splitlines() if ": error:" in line]
    return faults or ([said] if status else [])


def tidy_faults(paths, commands, folder):
    """Of all files at once, a process for each."""
    missing = [f"{path}: this build doesn't compile it" for path in paths
               if str(path) not in commands]
    (folder / "compile_commands.json").write_text(json.dumps([
        {"directory": str(BUILD), "file": path, "arguments": ["cc", *words, "-c", path]}
        for path, words in commands.items()]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return missing + sorted({fault for faults in pool.map(
            lambda path: tidy(path, folder), paths) for fault in faults})


# The points ---------------------------------------------------------------------


def check_shell(tap, folder):
    if reason := why_not("shellcheck"):
        tap.skip("shellcheck", reason)
        return
    paths = scripts()
    tap.point("shellcheck finds no fault in a script", shell_faults(paths), len(paths))
    bad = folder / "bad"
    bad.write_text(BAD_SCRIPT)
    tap.point("a script with a fault is seen as such",
              [] if is_shell(bad) and shell_faults([bad]) else ["it is not"])
    tap.point("check, start and what they read are among the scripts", [
        name for name in ("check", "start", "tests/run/build.sh", "tests/run/driver",
                          ".ci/run", "debian/gmetad-bridge.postinst")
        if SOURCE / name not in paths])


def check_form(tap, folder):
    if reason := why_not("clang-format", VERSION):
        tap.skip("clang-format", reason)
        return
    paths = files(ROOMS, ".c", ".h")
    tap.point("clang-format would change no C file", form_faults(paths), len(paths))
    bad = folder / "form.c"
    bad.write_text(BAD_FORM)
    tap.point("C of another form is seen as such",
              [] if form_faults([bad]) else ["it is not"])


def check_tidy(tap, folder):
    if reason := why_not("clang-tidy", VERSION):
        tap.skip("clang-tidy", reason)
        return
    paths = files(ROOMS, ".c")
    commands = compile_commands(paths)
    tap.point("clang-tidy finds no fault in a C file",
              tidy_faults(paths, commands, folder), len(paths))
    bad = folder / "bad.c"
    bad.write_text(BAD_CODE)
    seen = tidy_faults([bad], {str(bad): ["-std=gnu11"]}, folder)
    tap.point("C with a fault is seen as such", [] if len(seen) == 1 and
              "clang-analyzer-unix.Malloc" in seen[0] else seen or ["it is not"])


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        check_shell(tap, Path(folder))
        check_form(tap, Path(folder))
        check_tidy(tap, Path(folder))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
