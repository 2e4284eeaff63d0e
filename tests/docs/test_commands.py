#!/usr/bin/env python3
"""The commands and pieces of configuration of the README and docs/*.md, as they are
written, on the machines that they speak of.
"""
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../system"))

import documents  # noqa: E402
import ganglia  # noqa: E402
import network  # noqa: E402
import snippets  # noqa: E402
import traffic  # noqa: E402
import world  # noqa: E402
from runnable import is_run_here, program_of  # noqa: E402

# They may be missing, or be for root only.
OTHERS = ("man", "curl", "nagios4")
ENDLESS = "--watch"
SETTLED = 60  # s after which all is there: sums are made each 15 s


def is_fine(command, status, output):
    """CRITICAL is an answer, too; UNKNOWN is none."""
    if "check_sflow" in program_of(command):
        return status in (0, 1, 2) and "UNKNOWN" not in output and output != ""
    return status == 0


def fault_of(command, folder, environment, deadline):
    """What is wrong with it, also at the deadline."""
    if ENDLESS in command.split():
        return endless_fault(command, folder, environment)
    while True:
        try:
            done = world.run(command, folder, environment)
        except subprocess.TimeoutExpired:
            return f"{command}: it does not end"
        if is_fine(command, done.returncode, done.stdout):
            return None
        if time.monotonic() > deadline:
            return f"{command}: {done.returncode}: {done.stdout.strip()}"
        time.sleep(0.5)


def endless_fault(command, folder, environment):
    done = world.run(f"timeout 6 {command}", folder, environment)
    return None if done.returncode == 124 and done.stdout else \
        f"{command}: {done.returncode}: {done.stdout}"


def run_commands(tap, document, folder, environment, deadline):
    commands = [command for command in document.commands()
                if is_run_here(command)]
    if not commands:
        return
    with tap.point(f"{document.name}: {len(commands)} commands") as faults:
        for command in commands:
            program = program_of(command)
            reason = world.why_not(program) if program in OTHERS else None
            if reason:
                print(f"# not run, {reason}: {command}")
                continue
            fault = fault_of(command, folder, environment, deadline)
            if fault:
                faults.append(fault)


def test(tap, session):
    everything = documents.read_all()
    covered = world.cover(session)
    configuration = covered["/etc/ganglia"]
    world.write_configuration(configuration, everything)
    (covered["/etc/nagios4/conf.d"] / "sflow.cfg").write_text(
        (ganglia.BUILD / "conf.d/nagios/sflow.cfg").read_text())
    machine = network.Machine("cable", f"{world.BRIDGE}/24")
    network.Here("cable", f"{world.MONITOR}/24")
    folder, environment = world.working_folder(session), world.environment(session)
    site = world.Site()
    world.start_programs(session, machine, configuration)
    with traffic.in_background(site.send, world.POLLING):
        with tap.point("the site of the documents is up") as faults:
            faults += world.faults_until_ready(session)
        deadline = time.monotonic() + (0 if faults else SETTLED)
        for document in everything:
            run_commands(tap, document, folder, environment, deadline)
    snippets.check_all(tap, session, everything)


if __name__ == "__main__":
    network.isolate("--mount")
    ganglia.run(test)
