# check_sflow: the Nagios plugin.
