#!/usr/bin/env python3
"""What bash completes on the command lines of our programs: each option that the tables in
the sources have, and no other.
"""
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

import ganglia  # noqa: E402

# The sources with the table of options; those of sflowget's outputs add their names.
TABLES = {"sflowget": ["tools/sflowget/options_table.c",
                       *(str(path.relative_to(ganglia.TOP)) for path in
                         (ganglia.TOP / "tools/sflowget").glob("output_*.c"))],
          "check_sflow": ["tools/check_sflow/options.c"],
          "gmetad-bridge": ["gmetad-bridge/config/options.c"]}
FORMER = {"--age"}  # is still taken, and told nobody

# Completes the words behind the program's name; the last one may be empty.
COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
"_${1//-/_}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def file_of(program):
    return ganglia.BUILD / "tools/completion" / program


def completed(program, *words, **more):
    done = subprocess.run(["bash", "-euc", COMPLETE, "bash", str(file_of(program)),
                           program, *words], check=False, capture_output=True,
                          text=True, timeout=20, **more)
    if done.stderr or done.returncode:
        raise ValueError(f"{program} {words}: {done.returncode} {done.stderr}")
    return {line for line in done.stdout.splitlines() if line}


def options_of(program):
    text = "".join((ganglia.TOP / name).read_text() for name in TABLES[program])
    return {f"--{name}" for name in re.findall(
        r'\{"([a-z-]+)", [a-z]+_argument,|\.option = "([a-z-]+)"', text)
        for name in name if name} - FORMER


def values(tap, session):
    folder = session.path("folder")
    folder.mkdir()
    (folder / "my traffic.pcap").touch()
    (folder / "other").touch()
    with tap.point("values: files, where a FILE is wanted") as faults:
        for words in (("--read", "my"), ("-r", "my"), ("--read", "=", "my"),
                      ("node1", "--rrd-create", "my")):
            found = completed("sflowget", *words, cwd=folder)
            if found != {"my traffic.pcap"}:
                faults.append(f"{words}: {found}")
        found = completed("sflowget", "--read", "=", cwd=folder)
        if len(found) != 2:
            faults.append(f"--read=: {found}")
        for program, words in (("check_sflow", ("--output", "o")),
                               ("gmetad-bridge", ("-c", "o"))):
            if completed(program, *words, cwd=folder) != {"other"}:
                faults.append(program)
    with tap.point("values: nothing is offered for others") as faults:
        for program, words in (("sflowget", ("--daemon", "-")),
                               ("sflowget", ("--count", "=", "-")),
                               ("check_sflow", ("-w", "-")), ("sflowget", ("m",)),
                               ("gmetad-bridge", ("--rename", "-"))):
            if completed(program, *words, cwd=folder):
                faults.append(f"{program} {words}")


def test(tap, session):
    for program in TABLES:
        with tap.point(f"{program}: each option, and no other") as faults:
            known, found = options_of(program), completed(program, "-")
            if found != known or len(known) < 10:
                faults.append(f"missing {known - found}, unknown {found - known}")
            if completed(program, "x", "--hel") != {"--help"}:
                faults.append("--hel")
        if shutil.which("shellcheck"):
            with tap.point(f"{program}: shellcheck has no objection") as faults:
                done = subprocess.run(["shellcheck", "--shell=bash",
                                       str(file_of(program))], check=False,
                                      capture_output=True, text=True, timeout=60)
                faults += done.stdout.splitlines()
    values(tap, session)


if __name__ == "__main__":
    ganglia.run(test)
