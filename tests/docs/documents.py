"""The README and docs/*.md as data: their blocks, commands, links and words.

A block is fenced and says what it is: `sh` is commands, one a line; the name of a
file is a piece of that file; `log` is lines that our programs print; `text` is what
no test looks at.
"""
import re
from dataclasses import dataclass
from pathlib import Path

from ganglia import TOP

FENCE = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.M | re.S)
KINDS = ("sh", "log", "text", "sflow.conf", "gmond.conf", "gmetad.conf",
         "gmetad-bridge.conf", "hsflowd.conf", "nftables", "nagios")


@dataclass
class Block:
    kind: str
    text: str
    line: int  # of the fence

    def commands(self):
        """Without comments, and what goes on behind a backslash or a pipe in one
        line."""
        joined = re.sub(r"\\\n\s*|(?<=\|)\n\s*", " ", self.text)
        joined = re.sub(r" {2,}", " ", joined)
        lines = (re.sub(r"(^|\s+)#\s.*$", "", line).strip()
                 for line in joined.splitlines())
        return [line for line in lines if line]


class Document:
    def __init__(self, path):
        self.path, self.name = path, str(path.relative_to(TOP))
        self.text = path.read_text(encoding="utf-8")
        self.blocks = [self.block(match) for match in FENCE.finditer(self.text)]
        self.prose = FENCE.sub("", self.text)

    def block(self, match):
        text = re.sub(rf"(?m)^{match[1]}", "", match[3])
        return Block(match[2], text, self.text.count("\n", 0, match.start()) + 1)

    def commands(self):
        return [command for block in self.blocks if block.kind == "sh"
                for command in block.commands()]

    def links(self):
        return re.findall(r"\]\(([^)\s]+)\)", self.prose)

    def code(self):
        """What stands between backquotes in the prose."""
        return [re.sub(r"\s+", " ", text)
                for text in re.findall(r"`([^`]+)`", self.prose)]

    def anchors(self):
        """Of its headings, as in the links that lead there."""
        found = re.findall(r"(?m)^#+ (.*)$", self.prose)
        return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
                for title in found}


def read_all():
    paths = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
    return [Document(path) for path in paths]


def read_list(path=Path(__file__).with_name("elsewhere.txt")):
    """Commands that are run elsewhere: {command: where}."""
    found, where = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            where = line.strip("[]")
        elif line and not line.startswith("# "):
            found[line] = where
    return found
