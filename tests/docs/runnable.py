"""Which commands of the documents test_commands.py runs: those that only look, or
write where the test has put a folder of its own.
"""
import re

PROGRAMS = ("sflowget", "check_sflow", "/usr/lib/nagios/plugins/check_sflow",
            "gmetad-bridge", "gmond", "gmond-sflow-check", "nagios4", "grep", "find",
            "ls", "du", "date", "export", "man", "curl")
OF_HSFLOWD = "/etc/hsflowd"  # Debian doesn't have it


def program_of(command):
    return re.sub(r"^sudo ", "", command).split()[0]


def is_run_here(command):
    return program_of(command) in PROGRAMS and OF_HSFLOWD not in command
