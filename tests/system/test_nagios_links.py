#!/usr/bin/env python3
"""The links from Nagios's hosts and services to ganglia-web, as Nagios makes them of the
configuration that is installed and of the hosts that check_sflow writes.
"""
import subprocess
import sys

sys.dont_write_bytecode = True

import ganglia  # noqa: E402
import nagios  # noqa: E402
import site_xml  # noqa: E402

HANDLERS = """define command {{
  command_name host_links
  command_line /bin/echo '$HOSTNAME$ $HOSTACTIONURL$ $HOSTNOTESURL$' >>{0}
}}
define command {{
  command_name service_links
  command_line /bin/echo '$HOSTNAME$/$SERVICEDESC$ $SERVICEACTIONURL$' >>{0}
}}
define host {{
  use           sflow-host
  host_name     elsewhere
  address       192.0.2.9
  event_handler host_links
  _SFLOW_CLUSTER c
  _SFLOW_NAME   elsewhere.example.net
  action_url    http://monitor.example.net/ganglia/?c=$_HOSTSFLOW_CLUSTER$&h=$_HOSTSFLOW_NAME$
}}
"""


def links(tap, session, site):
    daemon = f"{ganglia.LOCAL}:{site.port}"
    here = nagios.Nagios(session, daemon)
    told = here.rw / "links"
    (here.objects / "handlers.cfg").write_text(HANDLERS.format(told))
    subprocess.run([str(nagios.CHECK), "-H", daemon, "--generate-hosts", "--output",
                    str(here.objects / "hosts.cfg")], check=True,
                   stdout=subprocess.PIPE, timeout=ganglia.PATIENCE)
    here.conf.write_text(here.conf.read_text() + "enable_event_handlers=1\n"
                         "global_host_event_handler=host_links\n"
                         "global_service_event_handler=service_links\n")
    with tap.point("Nagios takes the configuration") as faults:
        said = here.verify()
        if "Total Errors:   0" not in said or "Total Warnings: 0" not in said:
            faults.append(said)
    here.start()
    for host in ("web1", "elsewhere"):
        here.command(f"PROCESS_HOST_CHECK_RESULT;{host};1;down")
    here.command("PROCESS_SERVICE_CHECK_RESULT;web1;sFlow load;2;high")
    want = {"web1 /ganglia/?c=c&h=web1 /ganglia/?c=c",
            "elsewhere http://monitor.example.net/ganglia/?c=c&h=elsewhere.example.net "
            "/ganglia/?c=c",
            "web1/sFlow load /ganglia/?c=c&h=web1"}
    with tap.point("links to the charts of hosts and services") as faults:
        try:
            ganglia.wait_for("links", lambda: want <= lines_of(told), 30)
        except TimeoutError:
            faults += [f"{want - lines_of(told)} is not among", lines_of(told),
                       here.history()]


def lines_of(told):
    return set(told.read_text().splitlines()) if told.exists() else set()


def test(tap, session):
    site = site_xml.Site([site_xml.host("web1", {"load_one": 1, "load_five": 1,
                                                 "cpu_idle": 99.0})])
    links(tap, session, site)


if __name__ == "__main__":
    ganglia.run(test)
