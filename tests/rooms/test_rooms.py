#!/usr/bin/env python3
"""Which file calls which: the symbols of the built objects say it. No files call each
other in a circle, but for those of one room; and what an agent or a data source is made of is
seen by few files.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ.get("abs_top_srcdir", Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get("abs_top_builddir", SOURCE / "build"))

sys.path.insert(0, str(SOURCE / "tests" / "golden"))
from tap import Tap  # noqa: E402

ROOMS = ("sflow", "common", "gmetad-bridge")

# The writers of RRDs are one thing in several files.
ONE_ROOM = "gmetad-bridge/rrd/"

# What a room may include of sflow/ and others, where that is less than all.
MAY_KNOW = {"sflow/traffic": {"sflow/wire", "sflow/address", "sflow/hash"},
            "sflow/wire": {"sflow/address", "sflow/text", "sflow/hash", "sflow/names"}}

# Only these open `struct agent` and `struct source`.
OPENED = {"sflow/collector/agents_internal.h": 3}


def objects():
    """The object of each source file, as the libraries have it."""
    found = {}
    for room in ROOMS:
        for path in sorted((BUILD / room).rglob(".libs/*.o")):
            name = re.sub(r"^.*_la-", "", path.name).replace(".o", ".c")
            source = path.relative_to(BUILD).parent.parent / name
            if (SOURCE / source).exists():
                found[str(source)] = path
    return found


def symbols(path):
    """Those that the object defines for others, and those that it wants of others."""
    defined, wanted = set(), set()
    for line in subprocess.run(["nm", "-g", path], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.splitlines():
        kind, name = line.split()[-2:]
        (wanted if kind in "Uvw" else defined).add(name)
    return defined, wanted


def arrows(files):
    """{file: {other file: {symbols of it that the file uses}}}"""
    tables = {file: symbols(path) for file, path in files.items()}
    owner = {name: file for file, (defined, _) in tables.items() for name in defined}
    graph = {file: {} for file in files}
    for file, (_, wanted) in tables.items():
        for name in wanted:
            if name in owner and owner[name] != file:
                graph[file].setdefault(owner[name], set()).add(name)
    return graph


def circles(graph):
    """Sets of files of which each is reached from each other (Tarjan, SIAM J. Comput. 1,
    1972)."""
    order, low, stack, found = {}, {}, [], []

    def visit(file):
        order[file] = low[file] = len(order)
        stack.append(file)
        for other in graph[file]:
            if other not in order:
                visit(other)
                low[file] = min(low[file], low[other])
            elif other in stack:
                low[file] = min(low[file], order[other])
        if low[file] == order[file]:
            members = set(stack[stack.index(file):])
            del stack[stack.index(file):]
            if len(members) > 1:
                found.append(members)

    for file in graph:
        if file not in order:
            visit(file)
    return found


def is_allowed(members):
    return all(f.startswith(ONE_ROOM) for f in members)


def describe(members, graph):
    calls = [f"{a} -> {b}: {', '.join(sorted(graph[a][b])[:4])}"
             for a in sorted(members) for b in sorted(graph[a]) if b in members]
    return "; ".join(calls)


def check_circles(tap):
    files = objects()
    graph = arrows(files)
    faults = [describe(members, graph) for members in circles(graph)
              if not is_allowed(members)]
    tap.point("no files call each other in a circle", faults, len(files))


def check_itself(tap):
    """A circle of three that was put in is seen, and a way through is none."""
    graph = {"a": {"b": {"x"}}, "b": {"c": {"y"}}, "c": {}}
    faults = [] if circles(graph) == [] else ["a way was taken for a circle"]
    graph["c"]["a"] = {"z"}
    if circles(graph) != [{"a", "b", "c"}]:
        faults.append("a circle was not seen")
    tap.point("a circle is seen", faults)


def check_opened(tap):
    for header, most in OPENED.items():
        text = f'#include "{header}"'
        users = [str(path.relative_to(SOURCE)) for room in ("sflow", "gmetad-bridge",
                                                            "gmond-module", "tools")
                 for path in sorted((SOURCE / room).rglob("*.c"))
                 if text in path.read_text()]
        tap.point(f"{header} is for few files",
                  users if len(users) > most else [], len(users))


def room_of(path):
    """The folder of a file; what stands on top of sflow/ is a room each."""
    folder = str(Path(path).parent)
    return path.rpartition(".")[0] if folder == "sflow" else folder


def room_arrows():
    """{room: {other room: {files that include one of it}}}"""
    graph = {}
    for top in ROOMS + ("gmond-module", "tools"):
        for path in sorted((SOURCE / top).rglob("*.[ch]")):
            file = str(path.relative_to(SOURCE))
            arrows_of = graph.setdefault(room_of(file), {})
            for name in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
                if room_of(name) != room_of(file):
                    arrows_of.setdefault(room_of(name), set()).add(file)
    for others in list(graph.values()):
        for name in others:
            graph.setdefault(name, {})
    return graph


def check_rooms(tap):
    """What the bridge counts, in its top folder, is for all of its rooms, and main.c
    there starts them all: that folder calls everybody, and is called by all."""
    graph = room_arrows()
    top = graph.pop("gmetad-bridge")
    for others in graph.values():
        others.pop("gmetad-bridge", None)
    tap.point("no rooms call each other in a circle",
              [describe(members, graph) for members in circles(graph)], len(top))


def check_arrows(tap):
    """And no object of the module needs one of the traffic's."""
    graph = room_arrows()
    for room, known in MAY_KNOW.items():
        faults = [f"{room} includes {other}: {sorted(files)}" for other, files in
                  graph[room].items() if other not in known]
        tap.point(f"{room} knows {', '.join(sorted(known))} only", faults,
                  len(graph[room]))
    module = BUILD / "gmond-module/.libs/modsflow.so"
    named = subprocess.run(["nm", module], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    tap.point("the module does without the traffic", [
        name for name in ("flow_read", "flow_field_get") if f" {name}\n" in named],
        len(named))


def main():
    tap = Tap()
    check_arrows(tap)
    check_circles(tap)
    check_rooms(tap)
    check_itself(tap)
    check_opened(tap)
    return tap.done()


sys.exit(main())
