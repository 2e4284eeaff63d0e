"""Debian's Nagios as a child process, with the configuration that is installed here."""
import os
import re
import subprocess
import time
from pathlib import Path

import ganglia

CHECK = ganglia.BUILD / "tools/check_sflow/check_sflow"
SHIPPED = ganglia.BUILD / "conf.d/nagios/sflow.cfg"
STOCK = Path("/etc/nagios4/objects")
STOCK_FILES = ("commands.cfg", "timeperiods.cfg", "templates.cfg")
INTERVAL = 5  # s that are a minute for this Nagios

NOTIFY = """#!/bin/sh
echo "$(date +%s.%N) $*" >>{}
"""
CONTACTS = """define command {{
  command_name notify
  command_line {} $NOTIFICATIONTYPE$ $HOSTNAME$ $HOSTSTATE$
}}
define contact {{
  contact_name nagiosadmin
  host_notification_period 24x7
  host_notification_options d,u,r
  host_notification_commands notify
  service_notifications_enabled 0
  service_notification_period 24x7
  service_notification_options w,c,r
  service_notification_commands notify
}}
define contactgroup {{
  contactgroup_name admins
  members nagiosadmin
}}
"""

# What Debian's nagios.cfg says, but for paths and times.
SETTINGS = {
    "check_external_commands": 1, "execute_host_checks": 1,
    "execute_service_checks": 1, "accept_passive_host_checks": 1,
    "accept_passive_service_checks": 1, "enable_notifications": 1,
    "translate_passive_host_checks": 0, "passive_host_checks_are_soft": 0,
    "check_for_orphaned_hosts": 1, "allow_empty_hostgroup_assignment": 0,
    "illegal_object_name_chars": "`~!$%^&*|'\"<>?,()=",
    "illegal_macro_output_chars": "`~$&|'\"<>", "log_passive_checks": 1,
    "log_external_commands": 1, "log_notifications": 1, "use_syslog": 0,
    "enable_environment_macros": 0, "check_for_updates": 0,
    "log_rotation_method": "n", "date_format": "us",
    # of the test:
    "interval_length": INTERVAL, "enable_flap_detection": 0,
    "cached_host_check_horizon": 1,  # s; 15 where a minute is one
    "status_update_interval": 1, "retain_state_information": 0,
    "host_inter_check_delay_method": "n", "max_host_check_spread": 1,
}


class Nagios(ganglia.Program):
    """Nagios in a folder of its own.

    daemon   ADDRESS:PORT of sflow.cfg's daemon
    group    of the command file: whose members may write to it, as www-data's may
             on Debian

    start() and end() may be called again and again. Text for its configuration
    goes to `objects`, a folder.
    """

    ends = (0,)

    def __init__(self, session, daemon, group=None):
        self.root = session.path("nagios")
        self.objects, self.rw = self.root / "conf.d", self.root / "rw"
        for folder in (self.root, self.objects, self.rw, self.root / "results"):
            folder.mkdir()
            if os.geteuid() == 0:
                folder.chmod(0o755)
                subprocess.run(["chown", "nagios", str(folder)], check=True)
        if os.geteuid() == 0 and group:
            subprocess.run(["chgrp", group, str(self.rw)], check=True)
            self.rw.chmod(0o2770)
        self.commands = self.rw / "nagios.cmd"
        self.notified_file = self.root / "notified"
        self.conf = self.root / "nagios.cfg"
        self.conf.write_text(self.text())
        notify = self.root / "notify"
        notify.write_text(NOTIFY.format(self.notified_file))
        notify.chmod(0o755)
        (self.objects / "contacts.cfg").write_text(CONTACTS.format(notify))
        (self.objects / "sflow.cfg").write_text(self.shipped(daemon))
        session.programs.append(self)
        self.process = None

    def text(self):
        settings = {
            "log_file": self.root / "nagios.log", "cfg_dir": self.objects,
            "object_cache_file": self.root / "objects.cache",
            "precached_object_file": self.root / "objects.precache",
            "status_file": self.root / "status.dat",
            "state_retention_file": self.root / "retention.dat",
            "command_file": self.commands, "lock_file": self.root / "pid",
            "query_socket": self.rw / "nagios.qh",
            "temp_file": self.root / "tmp", "temp_path": self.root,
            "check_result_path": self.root / "results",
            "log_archive_path": self.root, **SETTINGS}
        if os.geteuid() == 0:
            settings.update(nagios_user="nagios", nagios_group="nagios")
        files = "".join(f"cfg_file={STOCK / name}\n" for name in STOCK_FILES)
        return files + "".join(f"{key}={value}\n"
                               for key, value in settings.items())

    @staticmethod
    def shipped(daemon):
        """sflow.cfg as it is installed, but for the daemon, and for check_sflow,
        which is not installed yet."""
        text, found = re.subn(r"\S+/check_sflow ", f"{CHECK} ",
                              SHIPPED.read_text())
        text, daemons = re.subn(r"127\.0\.0\.1:8649", daemon, text)
        if not found or daemons != 1:
            raise ValueError(f"{SHIPPED}: {found} commands, {daemons} daemons")
        return text

    def verify(self):
        """What `nagios4 -v` says."""
        return subprocess.run([ganglia.find_program("nagios4"), "-v",
                               str(self.conf)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              check=False).stdout

    def start(self):
        super().__init__("nagios4", [ganglia.find_program("nagios4"),
                                     str(self.conf)], self.root / "output")
        ganglia.wait_for("Nagios's command file", self.commands.is_fifo)
        ganglia.wait_for("Nagios's status", lambda: self.status())

    def end(self, seconds=10):
        return None if self.process is None else super().end(seconds)

    def command(self, words):
        """An external command, as any program gives it."""
        with open(self.commands, "w") as fifo:
            fifo.write(f"[{int(time.time())}] {words}\n")

    def rows(self, kind):
        """Blocks of its status file."""
        text = (self.root / "status.dat").read_text()
        for block in re.findall(rf"^{kind} \{{\n(.*?)^\t\}}", text, re.M | re.S):
            yield dict(line.strip().split("=", 1)
                       for line in block.splitlines() if "=" in line)

    def status(self):
        """What it thinks of each host: {name: {key: value}}."""
        return {row["host_name"]: row for row in self.rows("hoststatus")}

    def services(self, host):
        """The same of a host's services that it has checked."""
        return {row["service_description"]: row
                for row in self.rows("servicestatus")
                if row["host_name"] == host and row["has_been_checked"] == "1"}

    def notified(self):
        """(time, PROBLEM or RECOVERY, host, state) of each notification."""
        if not self.notified_file.exists():
            return []
        rows = [line.split() for line in
                self.notified_file.read_text().splitlines()]
        return [(float(when), *words) for when, *words in rows]

    def history(self):
        return (self.root / "nagios.log").read_text(errors="replace")
