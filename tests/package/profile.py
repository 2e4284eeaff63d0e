"""AppArmor's profile, as far as a test has to understand it: which rights its rules
give to a path, which sockets and capabilities it allows; and what a program did, of
strace's record.
"""
import os
import re
import subprocess

RULE = re.compile(r"(?:owner )?(/\S*|@\{\S*)\s+([a-zA-Z]+),$")
VARIABLE = re.compile(r"@\{(\w+)\}")


class Profile:
    """One that has no rules but those that allow."""

    def __init__(self, path):
        text = subprocess.run(["apparmor_parser", "-p", str(path)], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, timeout=20).stdout
        self.variables, self.files, self.others = {}, [], set()
        for line in text.splitlines():
            self.take(" ".join(line.split("#")[0].split()))

    def take(self, line):
        if match := re.match(r"@\{(\w+)\} ?= ?(.*)", line):
            self.variables[match[1]] = [value.strip('"').rstrip("/")
                                        for value in match[2].split()]
        elif match := RULE.match(line):
            self.files.append((re.compile(self.pattern(match[1])), match[2]))
        else:
            self.others.add(line.rstrip(","))

    def pattern(self, glob):
        """As a regular expression."""
        while match := VARIABLE.search(glob):
            values = "{" + ",".join(self.variables[match[1]]) + "}"
            glob = glob[:match.start()] + values + glob[match.end():]
        parts = re.split(r"(\*\*|\*|\?|\{|\}|,|\[[^]]*\])", glob)
        words = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")",
                 ",": "|"}
        return "".join(words.get(part) or
                       (part if part.startswith("[") else re.escape(part))
                       for part in parts) + r"\Z"

    def rights(self, path):
        """All letters that its rules give to a path."""
        return {letter for pattern, letters in self.files if pattern.match(path)
                for letter in letters}

    def lacks(self, kind, what):
        """Of ("path", "PATH rw"), ("network", "inet dgram") and ("capability",
        "setuid"): is it not allowed?"""
        if kind != "path":
            return f"{kind} {what}" not in self.others
        path, _, letters = what.rpartition(" ")
        return not set(letters) <= self.rights(path)


# What a program did -----------------------------------------------------------

CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
OPENED = re.compile(r"<(/[^>]*)>")  # what strace -y says of a descriptor
TRACED = ("openat,open,creat,execve,mkdir,mkdirat,rename,renameat,renameat2,unlink,"
          "unlinkat,link,linkat,symlink,chmod,fchmod,fchmodat,chown,fchown,truncate,"
          "mknod,mmap,fcntl,flock,connect,sendto,sendmsg,bind,socket,setuid,setgid")


def recorded(log, program):
    """The command that becomes another one, and has written down what that does."""
    return ["strace", "-D", "-f", "-y", "-q", "-s", "4096", "-e", f"trace={TRACED}", "-e",
            "signal=none", "-o", str(log), *program]


def of_open(rest):
    """AppArmor isn't asked about O_PATH, and has a slash behind a folder."""
    match = PATH.search(rest)
    path, flags = match[1], rest[match.end():]
    if not path.startswith("/"):
        path = os.path.join(OPENED.search(rest)[1], path)
    if "O_PATH" in flags:
        return []
    if os.path.isdir(path):
        path = path.rstrip("/") + "/"
    letters = ("r" if re.search("O_RDONLY|O_RDWR", flags) else "") + \
        ("w" if re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", flags) else "")
    return [("path", f"{path} {letters}")]


IN_FOLDER = re.compile(r'(?:<(/[^>]*)>, )?"((?:[^"\\]|\\.)*)"')


def paths(rest):
    """Those of a call; a name behind an open folder is in that."""
    return [os.path.join(folder or "", path) for folder, path in IN_FOLDER.findall(rest)]


def of_paths(letters, end=""):
    return lambda rest: [("path", f"{path}{end} {letters}")
                         for path in paths(rest) if path.startswith("/")]


def of_rename(rest):
    old, new = paths(rest)[:2]
    return [("path", f"{old} rw"), ("path", f"{new} w")]


def of_descriptor(letters, word):
    """A call on a descriptor counts when it has this word."""
    return lambda rest: [("path", f"{path} {letters}")
                         for path in OPENED.findall(rest)[:1]
                         if re.search(word, rest)]


def of_address(rest):
    return [("path", f"{path} w") for path in
            re.findall(r'sun_path="([^"]+)"', rest)]


def of_socket(rest):
    family, kind = re.match(r"AF_(\w+), SOCK_(\w+)", rest).groups()
    return [] if family == "UNIX" else \
        [("network", f"{family.lower()} {kind.lower()}")]


def of_execve(rest):
    path = PATH.match(rest)[1]
    return [("path", f"{path} x"), ("path", f"{path} r")]


CALLS = {
    "open": of_open, "openat": of_open, "creat": of_paths("w"),
    "execve": of_execve, "rename": of_rename, "renameat": of_rename,
    "renameat2": of_rename, "mkdir": of_paths("w", "/"),
    "mkdirat": of_paths("w", "/"), "mmap": of_descriptor("m", "PROT_EXEC"),
    "fcntl": of_descriptor("k", "F_(OFD_)?SETLK"), "flock": of_descriptor("k", ""),
    "fchmod": of_descriptor("w", ""), "fchown": of_descriptor("w", ""),
    "connect": of_address, "sendto": of_address, "sendmsg": of_address,
    "bind": of_address, "socket": of_socket,
    "setuid": lambda rest: [("capability", "setuid")],
    "setgid": lambda rest: [("capability", "setgid")],
    **{name: of_paths("w") for name in (
        "unlink", "unlinkat", "link", "linkat", "symlink", "chmod", "fchmodat",
        "chown", "truncate", "mknod")},
}


def done_by(log):
    """What it did, as pairs that Profile.lacks() understands."""
    found = set()
    for line in log.read_text(errors="replace").splitlines():
        match = CALL.match(line)
        if match and match[1] in CALLS:
            found.update(CALLS[match[1]](match[2]))
    return found
