#!/usr/bin/env python3
"""What the README and docs/*.md say, against the programs: links, options, manual
pages, lines of logs; and whether each command is run by some test, or is on the list
of those that are run elsewhere.
"""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../system"))

import documents  # noqa: E402
import ganglia  # noqa: E402
from runnable import is_run_here  # noqa: E402

PROGRAMS = {"sflowget": ganglia.BUILD / "tools/sflowget/sflowget",
            "check_sflow": ganglia.BUILD / "tools/check_sflow/check_sflow",
            "gmetad-bridge": ganglia.BUILD / "gmetad-bridge/gmetad-bridge",
            "./start": ganglia.TOP / "start",
            "../configure": ganglia.TOP / "configure"}
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
PAGE = re.compile(r"\b((?:gmond-)?sflow[\w.-]*|gmetad-bridge[\w.]*|check_sflow)"
                  r"\((\d)\)")
SOURCES = ("gmond-module", "gmetad-bridge", "common", "sflow")


# Packages ---------------------------------------------------------------------


def listed(name, pattern):
    """The files that a list names, with its wildcards."""
    found = re.findall(pattern, (ganglia.TOP / name).read_text(encoding="utf-8"))
    return {str(path.relative_to(ganglia.TOP)) for each in found
            for path in ganglia.TOP.glob(each)}


def check_packages(tap):
    there = {str(path.relative_to(ganglia.TOP))
             for path in (ganglia.TOP / "docs").iterdir()}
    texts = {path for path in there if path.endswith(".md")}
    with tap.point("each document is in the tarball, and in each package") as faults:
        lists = {path.name: listed(f"debian/{path.name}", r"(?m)^\S+")
                 for path in (ganglia.TOP / "debian").glob("*.docs")}
        spec = (ganglia.TOP / "rpm/ganglia-sflow.spec").read_text(encoding="utf-8")
        if len(lists) != 4 or spec.count("docs/*.md") != spec.count("\n%files"):
            faults.append(f"{sorted(lists)}, {spec.count('docs/*.md')} in the spec")
        faults += [f"{name}: no {path}" for name, paths in lists.items()
                   for path in sorted(texts - paths)]
        faults += [f"Makefile.am: no {path}" for path in
                   sorted(there - listed("Makefile.am", r"docs/\S+"))]


# Links and pages --------------------------------------------------------------


def link_fault(document, link, anchors):
    if re.match(r"https?://", link):
        return None
    path, _, anchor = link.partition("#")
    target = (document.path.parent / path).resolve() if path else document.path
    if not target.exists():
        return f"{document.name}: no {link}"
    if anchor and target in anchors and anchor not in anchors[target]:
        return f"{document.name}: no heading for {link}"
    return None


def check_links(tap, all_documents):
    anchors = {each.path.resolve(): each.anchors() for each in all_documents}
    with tap.point("links lead to files and headings that are there") as faults:
        for document in all_documents:
            faults += filter(None, (link_fault(document, link, anchors)
                                    for link in document.links()))


def check_pages(tap, all_documents):
    with tap.point("manual pages that are named are there") as faults:
        there = {path.name.removesuffix(".in") for path in
                 (ganglia.TOP / "man").iterdir()}
        for document in all_documents:
            faults += [f"{document.name}: no {name}({section})" for name, section
                       in sorted(set(PAGE.findall(document.prose)))
                       if f"{name}.{section}" not in there]


# Options ----------------------------------------------------------------------


def options_of(program):
    done = subprocess.run([program, "--help"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return set(OPTION.findall(done.stdout))


def check_options(tap, all_documents):
    known = {name: options_of(path) for name, path in PROGRAMS.items()}
    known["../configure"] |= {"--with-gmondconfdir"}
    anywhere = set().union(*known.values())
    with tap.point("options that are named exist") as faults:
        faults += [f"{name} --help names no option" for name, options in
                   known.items() if not options]
        for document in all_documents:
            for line in document.commands() + document.code():
                program = re.sub(r"^(sudo )?(\S*/nagios/plugins/)?", "",
                                 line).split(" ")[0]
                may = known.get(program, anywhere if line.startswith("--")
                                else None)
                faults += [f"{document.name}: {program} has no {option}"
                           for option in OPTION.findall(line)
                           if may is not None and option not in may]


# Logs -------------------------------------------------------------------------


LITERAL = r'"(?:[^"\\\n]|\\.)*"'
WORDS = 12  # characters


def formats():
    """The strings of our sources, as expressions for what is printed by them."""
    found = set()
    for folder in SOURCES:
        for path in (ganglia.TOP / folder).rglob("*.c"):
            text = path.read_text(encoding="utf-8")
            for run in re.findall(rf"{LITERAL}(?:\s*(?:PRI\w+\s*)?{LITERAL})*",
                                  text):
                parts = re.findall(rf"({LITERAL})|PRI\w+", run)
                found.add("".join(part[1:-1] if part else "u"  # of %PRIu64
                                  for part in parts))
    return [format_expression(text) for text in found]


def format_expression(text):
    """Nothing, where it has too few words to tell one line from others."""
    pieces = re.split(r"%(?:%|[-+ 0#]*[\d.*]*[hlzj]*[a-zA-Z])",
                      text.replace('\\"', '"'))
    if sum(map(len, pieces)) < WORDS:
        return re.compile("(?!)")
    return re.compile(".+?".join(map(re.escape, pieces)))


def is_printed(line, all_formats):
    return any(each.fullmatch(line) for each in all_formats)


def check_logs(tap, all_documents):
    all_formats = formats()
    with tap.point("log lines are what the programs print") as faults:
        lines = [(document.name, line) for document in all_documents
                 for block in document.blocks if block.kind == "log"
                 for line in block.text.splitlines()]
        if len(lines) < 10:
            faults.append(f"only {len(lines)} lines")
        for name, line in lines:
            said = re.fullmatch(r"(?:sflow|gmetad-bridge): (.*)", line)
            if not said or not is_printed(said[1], all_formats):
                faults.append(f"{name}: nobody prints: {line}")
    with tap.point("a line that nobody prints is found") as faults:
        if is_printed("can't hear on UDP port 6343: no reason", all_formats):
            faults.append("it isn't")


# Blocks and commands ----------------------------------------------------------


def check_blocks(tap, all_documents):
    with tap.point("each block says what it is") as faults:
        for document in all_documents:
            faults += [f"{document.name}:{block.line}: a block of {block.kind!r}"
                       for block in document.blocks
                       if block.kind not in documents.KINDS]
            faults += [f"{document.name}: an indented block: {line.strip()}"
                       for line in re.findall(r"(?m)^\n {4,}\S.*$",
                                              document.prose)]


def check_list(tap, all_documents):
    commands = {command: document.name for document in all_documents
                for command in document.commands()}
    elsewhere = documents.read_list()
    with tap.point("each command is run here, or on the list") as faults:
        faults += [f"{name}: {command}" for command, name in commands.items()
                   if not is_run_here(command) and command not in elsewhere]
    with tap.point("the list has nothing else") as faults:
        faults += [f"in no document: {command}" for command in elsewhere
                   if command not in commands]
        faults += [f"run here: {command}" for command in elsewhere
                   if is_run_here(command)]


def test(tap, _):
    all_documents = documents.read_all()
    check_packages(tap)
    check_links(tap, all_documents)
    check_pages(tap, all_documents)
    check_options(tap, all_documents)
    check_logs(tap, all_documents)
    check_blocks(tap, all_documents)
    check_list(tap, all_documents)


if __name__ == "__main__":
    ganglia.run(test)
