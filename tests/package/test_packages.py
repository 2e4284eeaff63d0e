#!/usr/bin/env python3
"""The Debian packages: built from what `make dist` has, looked at by lintian, and, on
a machine that is a copy of this one in memory, installed, used as they are shipped,
upgraded, removed and purged, without a trace.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

import ganglia  # noqa: E402
import machine  # noqa: E402
from ganglia import BUILD, CAPTURES, TOP, wait_for  # noqa: E402

PACKAGES = ("ganglia-module-sflow", "gmetad-bridge", "ganglia-sflow-tools",
            "ganglia-web-sflow")
CONFFILES = {
    "ganglia-module-sflow": {"/etc/ganglia/conf.d/sflow.conf"},
    "gmetad-bridge": {"/etc/ganglia/gmetad-bridge.conf",
                      "/etc/apparmor.d/usr.sbin.gmetad-bridge"},
    "ganglia-sflow-tools": set(),
    "ganglia-web-sflow": set(),
}
PROGRAM_FOLDERS = ("usr/bin", "usr/sbin", "usr/lib/nagios/plugins")
PROFILE = "etc/apparmor.d/usr.sbin.gmetad-bridge"
UNITS_OF_BRIDGE = ("/lib/systemd/system/gmetad-bridge.service",
                   "/lib/systemd/system/gmetad-bridge.socket")
UNITS = Path("/etc/systemd/system")  # those that start with the machine
CHECK = "/usr/lib/nagios/plugins/check_sflow"
BRIDGE_CONF = Path("/etc/ganglia/gmetad-bridge.conf")
STATE = Path("/var/lib/ganglia/gmetad-bridge.db")
RRDS = Path("/var/lib/ganglia/rrds")
WEB_CONF = Path("/var/lib/ganglia-web/conf")
# A host's page, as far as it concerns what is included in ganglia-web's conf.php.
PAGE = """
$conf = ['rrds' => '/var/lib/ganglia/rrds', 'conf_dir' => '/var/lib/ganglia-web/conf',
         'graphdir' => '/usr/share/ganglia-webfrontend/graph.d'];
$_GET = ['c' => 'sflow', 'h' => '%s'];
$_SERVER['SCRIPT_NAME'] = '/ganglia/index.php';
include '/usr/share/ganglia-sflow/ganglia-web/sflow.php';
"""
HOSTS = {f"node{number}.example.net" for number in range(1, 6)}
SPEED = 10  # times as fast as recorded
BUILD_TIME, TIME = 1200, 300  # s, of a machine that is slow and busy
# As shipped; nobody else is on that machine's network.
GMOND_PORT, XML_PORT, INTERACTIVE_PORT = 8649, 8651, 8652


def run(*arguments, seconds=TIME, **more):
    """What a program printed; it must not fail."""
    done = subprocess.run([str(each) for each in arguments], check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=seconds,
                          **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, arguments))} ended with status "
                             f"{done.returncode}:\n{done.stdout[-1500:]}")
    return done.stdout


# The packages -----------------------------------------------------------------


def build(folder):
    """The .changes file and the packages by their names."""
    outer = ganglia.outer_environment()
    source = folder / "source"
    run("make", "-s", "-C", BUILD, "distdir", f"distdir={source}", env=outer)
    run("dpkg-buildpackage", "-b", "-us", "-uc", seconds=BUILD_TIME, cwd=source,
        env={**outer, "DEB_BUILD_OPTIONS": "nocheck noautodbgsym parallel=2"})
    found = {path.name.split("_")[0]: path for path in folder.glob("*.deb")}
    return next(folder.glob("*.changes")), {name: found[name] for name in PACKAGES}


def unpack(folder, packages):
    """Each package's files, in a folder of its own."""
    trees = {}
    for name, package in packages.items():
        trees[name] = folder / name
        run("dpkg-deb", "-R", package, trees[name])
    return trees


def conffiles(tree):
    path = tree / "DEBIAN/conffiles"
    return set(path.read_text().split()) if path.exists() else set()


def without_manual(trees):
    """Programs whose manual page is in no package."""
    pages = {page.name.split(".")[0] for tree in trees.values()
             for page in tree.glob("usr/share/man/man[18]/*.gz")}
    return [f"{program.name} has no manual page" for tree in trees.values()
            for folder in PROGRAM_FOLDERS for program in (tree / folder).glob("*")
            if program.name not in pages]


def naming(trees, text):
    """Files that have this text in them."""
    return [f"{path.relative_to(tree)} names {text}" for tree in trees.values()
            for path in tree.rglob("*")
            if path.is_file() and not path.is_symlink() and
            text.encode() in path.read_bytes()]


def versions():
    """Of the project, by the file that says it."""
    patterns = {"configure.ac": r"AC_INIT\(\[ganglia-sflow\],\[(.+?)\]",
                "debian/changelog": r"^ganglia-sflow \((.+?)\)",
                "rpm/ganglia-sflow.spec": r"^Version:\s+(\S+)"}
    return {name: re.search(pattern, (TOP / name).read_text(), re.M)[1]
            for name, pattern in patterns.items()}


def test_contents(tap, folder, changes, trees):
    with tap.point("lintian has no warning") as faults:
        told = subprocess.run(["lintian", "--fail-on", "error,warning",
                               str(changes)], check=False, text=True,
                              stdout=subprocess.PIPE, timeout=TIME)
        if told.returncode != 0:
            faults.append(told.stdout)
    with tap.point("each program has its manual page") as faults:
        faults += without_manual(trees)
    with tap.point("what administrators edit, they keep") as faults:
        for name, tree in trees.items():
            if conffiles(tree) != CONFFILES[name]:
                faults.append(f"{name}: {conffiles(tree)}")
    with tap.point("an upgrade restarts the bridge, and leaves its socket open") as \
            faults:
        scripts = [(trees["gmetad-bridge"] / "DEBIAN" / name).read_text()
                   for name in ("postinst", "prerm")]
        if not any("gmetad-bridge.service" in text for text in scripts):
            faults.append("no script names the service")
        if any("gmetad-bridge.socket" in text for text in scripts):
            faults.append("a script names the socket")
    with tap.point("no file names the folder of the build") as faults:
        faults += naming(trees, str(folder))
    with tap.point("configure.ac, Debian and the RPM have the same version") as \
            faults:
        if len(set(versions().values())) != 1:
            faults.append(versions())
    with tap.point("AppArmor understands the profile") as faults:
        said = run("apparmor_parser", "-Q", "-K",
                   trees["gmetad-bridge"] / PROFILE)
        faults += [line for line in said.splitlines() if PROFILE in line]


# The machine ------------------------------------------------------------------


def start(session, name, *arguments):
    program = ganglia.Program(name, [ganglia.find_program(name), *arguments],
                              session.path(f"{name}.log"))
    session.programs.append(program)
    return program


def replay(session, capture):
    """A recording, to the port of sFlow."""
    session.programs.append(ganglia.Program(
        "sflow-send", [str(BUILD / "tests/tools/sflow-send"), "--loop", "--speed",
                       str(SPEED), str(CAPTURES / f"{capture}.pcap")],
        session.path("sflow-send.log")))


def measured(port):
    """The names of hosts that have a load and CPU, in the XML of that port."""
    return {host.get("NAME") for host in ganglia.read_xml(port).iter("HOST")
            if {"load_one", "cpu_idle"} <= ganglia.metrics_of(host).keys()}


def ask(daemon, host):
    """The tools, as they are installed."""
    run(CHECK, "-H", daemon, "--host", host, "--metric", "load_one", "-w", "1e6",
        "-c", "1e6")
    float(run("sflowget", "--daemon", daemon, "--value", host, "load_one"))


def install(*packages):
    run("dpkg", "-i", *packages)


def purge(*names):
    run("dpkg", "--purge", *names)


def test_gmond(tap, session):
    with tap.point("after a restart, gmond as Debian has it shows the hosts, and "
                   "the tools find them") as faults:
        gmond = start(session, "gmond", "-f")
        gmond.ends = ganglia.Gmond.ends
        replay(session, "cluster")
        wait_for("hosts in gmond", lambda: HOSTS <= measured(GMOND_PORT), TIME)
        ask(f"{ganglia.LOCAL}:{GMOND_PORT}", min(HOSTS))
        faults += session.end()
        faults += [line for line in gmond.log().splitlines() if "Cannot" in line]


def test_bridge(tap, session):
    with tap.point("the bridge as it is shipped shows the host, writes RRDs and its "
                   "state, and the tools find it") as faults:
        bridge = start(session, "gmetad-bridge", "-f")
        replay(session, "hsflowd-1.22.2-old")
        wait_for("hosts in the bridge", lambda: "vm" in measured(XML_PORT), TIME)
        ask(f"{ganglia.LOCAL}:{INTERACTIVE_PORT}", "vm")
        wait_for("RRDs", (RRDS / "sflow/vm/load_one.rrd").exists, TIME)
        wait_for("its state", lambda: STATE.stat().st_size)
        if STATE.owner() != "ganglia":
            faults.append(f"the state is {STATE.owner()}'s")
        faults += session.end()
        if "can't" in bridge.log():
            faults.append(bridge.log())


def prepare():
    """What others have made: RRDs of two hosts, and an administrator's choice of
    reports for one of them."""
    for host in ("web1", "web2"):
        (RRDS / "sflow" / host).mkdir(parents=True)
        (RRDS / "sflow" / host / "http_meth_get.rrd").write_text("its data")
    (WEB_CONF / "host_web2.json").write_text("{}\n")


def test_web(tap):
    with tap.point("ganglia-web's page of a host has its reports, or those that an "
                   "administrator chose") as faults:
        for host in ("web1", "web2"):
            run("php", "-r", PAGE % host)
        if "sflow_http" not in (WEB_CONF / "host_web1.json").read_text():
            faults.append("it has none")
        if (WEB_CONF / "host_web2.json").read_text() != "{}\n":
            faults.append("an administrator's file was written")


def newer(folder, tree):
    """The bridge's package in its next version, with another configuration."""
    tree = shutil.copytree(tree, folder / "newer", symlinks=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^(Version: .*)", r"\1+newer", control.read_text(),
                              flags=re.M))
    with open(f"{tree}{BRIDGE_CONF}", "a", encoding="utf-8") as conf:
        conf.write("# newer\n")
    package = folder / "newer.deb"
    run("dpkg-deb", "-b", "--root-owner-group", tree, package)
    return package


def test_upgrade(tap, folder, tree):
    with tap.point("an upgrade keeps a configuration that was edited") as faults:
        edited = BRIDGE_CONF.read_text() + "# edited\n"
        BRIDGE_CONF.write_text(edited)
        run("dpkg", "-i", "--force-confdef", "--force-confold",
            newer(folder, tree))
        if BRIDGE_CONF.read_text() != edited:
            faults.append("it is another one")


def test_removal(tap, session, before):
    with tap.point("without the module, but with its configuration, gmond "
                   "runs") as faults:
        run("dpkg", "--remove", "ganglia-module-sflow")
        start(session, "gmond", "-f").ends = ganglia.Gmond.ends
        wait_for("gmond answers", lambda: ganglia.read_xml(GMOND_PORT) is not None)
        faults += session.end()
    with tap.point("purge leaves nothing, and takes nothing of others") as faults:
        purge(*PACKAGES)
        faults += machine.differences(before, machine.listing())


def test_beside_others(tap, session, folder, packages, trees):
    """Where gmond and gmetad are."""
    prepare()
    before = machine.listing()
    with tap.point("the packages can be installed") as faults:
        install(*packages.values())
    if faults:
        return
    if shutil.which("systemd-analyze"):
        with tap.point("systemd finds no fault in the units") as faults:
            faults += run("systemd-analyze", "verify", "--man=no",
                          *UNITS_OF_BRIDGE).splitlines()
    test_gmond(tap, session)
    test_web(tap)
    test_upgrade(tap, folder, trees["gmetad-bridge"])
    test_removal(tap, session, before)


def test_alone(tap, session, packages):
    """Where no other program of Ganglia is: user, folders and RRDs are its own."""
    run("dpkg", "--purge", "--force-depends", "gmetad", "ganglia-monitor")
    before = machine.listing()
    with tap.point("the bridge can be installed where no Ganglia is") as faults:
        if RRDS.exists():
            faults.append("Debian's own packages left their RRDs")
        install(packages["gmetad-bridge"], packages["ganglia-sflow-tools"])
        faults += [f"{link} is enabled" for link in UNITS.rglob("gmetad-bridge*")]
    test_bridge(tap, session)
    with tap.point("its purge leaves nothing, when it was enabled as well") as faults:
        if shutil.which("systemctl"):
            run("systemctl", "enable", "gmetad-bridge")
        purge("gmetad-bridge", "ganglia-sflow-tools")
        faults += machine.differences(before, machine.listing())


def test(tap, session):
    folder, built = session.root, None
    with tap.point("the packages are built from what `make dist` has"):
        built = build(folder)
    if built is None:
        return
    changes, packages = built
    trees = unpack(folder, packages)
    test_contents(tap, folder, changes, trees)
    refused = machine.why_not()
    if refused:
        tap.skip("the packages are installed and purged", refused)
    else:
        machine.enter()
        test_beside_others(tap, session, folder, packages, trees)
        test_alone(tap, session, packages)


ganglia.run(test)
