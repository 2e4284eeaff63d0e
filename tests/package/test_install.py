#!/usr/bin/env python3
"""`make install` and `make uninstall`: what is installed goes again, with the folders
that are for it, and what an administrator has edited stays. And the RPM's lists have
what is installed, no more and no less.
"""
import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

import ganglia  # noqa: E402
from ganglia import BUILD, TOP  # noqa: E402

TIME = 120  # s
OURS = re.compile("ganglia|sflow|nagios|collectd|munin|cacti")
CONFS = ("ganglia/conf.d/sflow.conf", "ganglia/gmetad-bridge.conf",
         "nagios4/conf.d/sflow.cfg")
SPEC = TOP / "rpm/ganglia-sflow.spec"
# Fedora's macros, which Debian's rpm doesn't have; where it matters, with the folders
# of this build.
MACROS = {
    "_prefix": "{prefix}", "_libdir": "{prefix}/lib", "_sysconfdir": "{prefix}/etc",
    "_sharedstatedir": "{prefix}/var/lib", "_unitdir": "{prefix}/lib/systemd/system",
    "_mandir": "{prefix}/share/man", "_datadir": "{prefix}/share",
    "_bindir": "{prefix}/bin", "_sbindir": "{prefix}/sbin",
    "systemd_post()": "true", "systemd_preun()": "true",
    "systemd_postun_with_restart()": "true",
}


def make(*arguments):
    """make, as if nobody had called it from make."""
    done = subprocess.run(["make", "-s", "-C", str(BUILD), *arguments],
                          env=ganglia.outer_environment(), check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=TIME)
    if done.returncode != 0:
        raise AssertionError(f"make {' '.join(arguments)}: {done.stdout[-1000:]}")
    return done.stdout


def prefix():
    return re.search(r"^prefix = (.*)", (BUILD / "Makefile").read_text(), re.M)[1]


def files(folder):
    """All that are below, by the paths that they are for."""
    return {"/" + str(path.relative_to(folder)) for path in folder.rglob("*")
            if not path.is_dir()}


def left(folder):
    """Files, and folders that nobody else has."""
    return sorted(files(folder)) + sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*")
        if path.is_dir() and OURS.search(path.name))


def test_uninstall(tap, folder):
    for name, where in (("DESTDIR", [f"DESTDIR={folder}"]),
                        ("another prefix", [f"prefix={folder}{prefix()}"])):
        with tap.point(f"make uninstall leaves nothing ({name})") as faults:
            make("install", *where)
            if len(files(folder)) < 15:
                faults.append(f"installed was only {files(folder)}")
            make("uninstall", *where)
            faults += left(folder)
            shutil.rmtree(folder)


def test_edited(tap, folder):
    confs = [folder / f"{prefix()[1:]}/etc" / name for name in CONFS]
    with tap.point("what was edited stays, and ours is beside it") as faults:
        make("install", f"DESTDIR={folder}")
        for conf in confs:
            conf.write_text("edited\n")
        make("install", f"DESTDIR={folder}")
        faults += [f"{conf} was overwritten" for conf in confs
                   if conf.read_text() != "edited\n"]
        faults += [f"{conf}.dist is missing" for conf in confs
                   if not Path(f"{conf}.dist").exists()]
    written = folder / f"{prefix()[1:]}/var/lib/ganglia-web/conf/host_web1.json"
    written.write_text('{"written_by": "ganglia-sflow"}\n')
    with tap.point("make uninstall leaves what was edited, and only that") as faults:
        make("uninstall", f"DESTDIR={folder}")
        faults += files(folder) ^ {"/" + str(conf.relative_to(folder))
                                   for conf in confs}
        shutil.rmtree(folder)


def test_readme(tap, folder):
    """The line that the README tells people to configure by."""
    with tap.point("README's way: ganglia-web's views are where Debian has them") as faults:
        readme = (TOP / "README.md").read_text()
        line = re.search(r"^\.\./configure (.*)$", readme, re.M)[1]
        folder.mkdir()
        subprocess.run(f"{TOP}/configure --quiet {line}", shell=True, cwd=folder,
                       check=True, capture_output=True, timeout=TIME)
        said = dict(re.findall(r"^(\w+) = (.*)$", (folder / "Makefile").read_text(), re.M))
        got = said["gwebconfdir"].replace("${localstatedir}", said["localstatedir"])
        if got != "/var/lib/ganglia-web/conf":
            faults.append(got)
        shutil.rmtree(folder)


# The RPM ----------------------------------------------------------------------


def listed():
    """Patterns of the files that are in the RPM's packages."""
    defines = [word for name, value in MACROS.items() for word in
               ("--define", f"{name} {value.format(prefix=prefix())}")]
    text = subprocess.run(["rpmspec", "-P", *defines, str(SPEC)], check=True,
                          text=True, stdout=subprocess.PIPE, timeout=TIME).stdout
    if "%{" in text:
        raise ValueError(f"unknown macros: {re.findall(r'%{[^}]*}', text)}")
    lines = [line for section in re.findall(r"^%files.*\n((?:[^%\n].*\n|%[a-z]+"
                                            r"[ (].*\n)*)", text, re.M)
             for line in section.splitlines()
             if not line.startswith(("%license", "%doc", "%dir", "%ghost"))]
    return {line.split()[-1] for line in lines}


def test_rpm(tap, folder):
    with tap.point("the RPM's packages have what is installed, and nothing "
                   "else") as faults:
        make("install", f"DESTDIR={folder}",
             "nagiosconfdir=$(datadir)/ganglia-sflow/nagios",
             "gwebdir=$(datadir)/ganglia",
             "gwebconfdir=$(localstatedir)/lib/ganglia/conf")
        there, wanted = files(folder), listed()
        patterns = {f"{each}*" if each.endswith("/") else each for each in wanted}
        faults += [f"{path} is in no package" for path in sorted(there)
                   if not any(fnmatch.fnmatch(path, each) for each in patterns)]
        faults += [f"{each} is not there" for each in sorted(patterns)
                   if not fnmatch.filter(there, each)]


def test(tap, session):
    folder = session.root / "installed"
    test_uninstall(tap, folder)
    test_edited(tap, folder)
    test_rpm(tap, folder)
    test_readme(tap, session.root / "configured")


ganglia.run(test)
