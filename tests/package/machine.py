"""This machine once more, for root: all that it has, what is written is in memory and
gone with the test, and its network has nobody but itself. Packages can be installed
there and removed again.
"""
import ctypes
import hashlib
import os
import stat
import subprocess
import tempfile
from pathlib import Path

import ganglia
import network

LINUX_CLONE_NEWNS = 0x00020000
SIZE = "4g"  # a limit; where less than 1 GB is free no RRDs are made
MOUNTED = "/mnt"  # there on each Debian, and only hidden in our own namespace
LISTED = ("/etc", "/opt", "/srv", "/usr", "/var")
# What dpkg, its triggers and adduser write for themselves, whichever package comes;
# and folders of apparmor that each purge of a profile removes when they are empty.
OTHERS = ("/var/lib/dpkg", "/var/log", "/var/cache", "/etc/.pwd.lock")
FLEETING = ("/etc/apparmor.d/disable", "/etc/apparmor.d/local")
MANUAL = Path("/var/lib/man-db/auto-update")  # it is indexed, for seconds
POLICY = Path("/usr/sbin/policy-rc.d")
SMALL = 1 << 20  # bytes: the contents of larger files aren't looked at


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True, timeout=20,
                   stderr=subprocess.PIPE, text=True)


def why_not():
    """Why there can't be such a machine; None when there can."""
    if os.geteuid() != 0:
        return "only root can install packages"
    probe = ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c",
             f"mount -t tmpfs none {MOUNTED} && cd {MOUNTED} && mkdir u w m && "
             "mount -t overlay -o lowerdir=/,upperdir=u,workdir=w none m && "
             "test -x m/usr/bin/dpkg"]
    done = subprocess.run(probe, stderr=subprocess.PIPE, text=True, check=False,
                          timeout=20)
    if done.returncode == 0:
        return None
    return "this machine has no namespaces with overlays: " + \
        (done.stderr.strip() or "the overlay is empty")


def enter():
    """From now on this process, and all that it starts, is there."""
    flags = LINUX_CLONE_NEWNS | network.LINUX_CLONE_NEWNET
    if network.LIBC.unshare(ctypes.c_int(flags)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    mount("--make-rprivate", "/")
    mount("-t", "tmpfs", "-o", f"size={SIZE}", "none", MOUNTED)
    root, upper, work = (Path(MOUNTED) / name for name in ("root", "upper", "work"))
    for folder in (root, upper, work):
        folder.mkdir()
    mount("-t", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}",
          "none", root)
    for path in ("/proc", "/dev", "/sys"):
        mount("--rbind", path, f"{root}{path}")
    mount("-t", "tmpfs", "none", f"{root}/run")
    for path in (tempfile.gettempdir(), ganglia.TOP, ganglia.BUILD):
        os.makedirs(f"{root}{path}", exist_ok=True)
        mount("--bind", path, f"{root}{path}")
    os.chroot(root)
    os.chdir("/")
    # It sees the processes of the real machine: no package may start or stop any. An
    # empty /run has neither systemd nor anybody's pid files.
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    MANUAL.unlink(missing_ok=True)
    network.ip("link set lo up multicast on")
    network.ip("route add 224.0.0.0/4 dev lo")  # Debian's gmond.conf has multicast


def is_others(path):
    """The copies of passwd and so on that adduser leaves are its own, too."""
    return path.startswith(OTHERS) or path in FLEETING or \
        (os.path.dirname(path) == "/etc" and path.endswith("-"))


def look(path):
    """What there is to say of a file."""
    status = os.lstat(path)
    said = [stat.filemode(status.st_mode), status.st_uid, status.st_gid]
    if stat.S_ISLNK(status.st_mode):
        said.append(os.readlink(path))
    elif stat.S_ISREG(status.st_mode):
        said.append(status.st_size)
        if status.st_size < SMALL and path.startswith(("/etc/", "/var/")):
            said.append(hashlib.sha256(Path(path).read_bytes()).hexdigest())
    return said


def listing():
    """All files and folders: {path: what there is to say of it}."""
    found = {}
    for top in LISTED:
        for folder, folders, files in os.walk(top):
            if folder in (str(ganglia.TOP), str(ganglia.BUILD)):
                folders.clear()
                continue
            for name in folders + files:
                path = os.path.join(folder, name)
                if not is_others(path):
                    found[path] = look(path)
    return found


def differences(before, after):
    """What is not as it was, a line each."""
    return [f"{path} was {before.get(path, 'not there')}, is "
            f"{after.get(path, 'gone')}"
            for path in sorted(before.keys() | after.keys())
            if before.get(path) != after.get(path)]
