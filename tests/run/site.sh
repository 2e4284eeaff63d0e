# shellcheck shell=bash
# site.sh - the configuration of ./start's Ganglia, written to the run folder $run:
# gmond.conf, sflow.conf, gmetad.conf, that of its parent, and gmetad-bridge.conf.
# Sourced after packages.sh; bash.

# shellcheck disable=SC2154 # the ports, run, top and module are set in start
# shellcheck disable=SC2034 # web_user and rrd_size are used there
# As root, gmond and gmetad run as Debian's user for them, if that one can get
# at the run folder: not if it is in root's home, for example. The web server gets
# Debian's user for those, who can't write RRDs.
choose_user() {
	user='' web_user=''
	[ "$(id -u)" = 0 ] || return 0
	if getent passwd ganglia >/dev/null; then
		chown -R ganglia "$run/rrds" "$run/parent-rrds" "$run/bridge"
		if runuser -u ganglia -- test -w "$run/rrds"; then
			user=ganglia web_user=www-data
			return 0
		fi
	fi
	[[ $web = no || $web_address =~ ^(127\.|::1$) ]] ||
		die "the user ganglia can't reach $run, and as root ganglia-web" \
			"isn't shown to others: --run-dir chooses another folder"
	say "All run as root: the user ganglia can't reach $run"
	chown -R root "$run/rrds" "$run/parent-rrds" "$run/bridge"
}

# Where Debian's gmond keeps its modules.
gmond_modules() {
	local folder
	for folder in /usr/lib/*/ganglia /usr/lib/ganglia /usr/lib64/ganglia; do
		[ ! -e "$folder/modcpu.so" ] || break
	done
	[ -e "$folder/modcpu.so" ] || die "gmond's own modules aren't in /usr/lib"
	printf '%s' "$folder"
}

write_gmond_conf() {
	local modules
	modules=$(gmond_modules)
	cat >"$run/gmond.conf" <<-END
	/* Written by ./start; it is written anew by the next one. */
	globals {
	  daemonize = no
	  setuid = $([ -n "$user" ] && echo yes || echo no)
	  user = ${user:-nobody}
	  host_dmax = 86400
	  send_metadata_interval = 30
	}
	cluster { name = "sflow" }
	udp_send_channel { host = 127.0.0.1 port = $xml_port }
	udp_recv_channel { bind = 127.0.0.1 port = $xml_port }
	tcp_accept_channel { bind = 127.0.0.1 port = $xml_port timeout = 5000000 }
	modules {
	  module { name = "core_metrics" }
	  module { name = "cpu_module" path = "$modules/modcpu.so" }
	  module { name = "load_module" path = "$modules/modload.so" }
	  module { name = "mem_module" path = "$modules/modmem.so" }
	  module { name = "net_module" path = "$modules/modnet.so" }
	  module { name = "proc_module" path = "$modules/modproc.so" }
	}
	collection_group {
	  collect_once = yes
	  time_threshold = 20
	  metric { name = "heartbeat" }
	}
	collection_group {
	  collect_every = 15
	  time_threshold = 60
	  metric { name_match = "cpu_(num|user|nice|system|idle|wio)" value_threshold = 1 }
	  metric { name_match = "load_(one|five|fifteen)" value_threshold = 0.1 }
	  metric { name_match = "mem_(total|free|shared|cached|buffers)" value_threshold = 1024 }
	  metric { name_match = "swap_(total|free)" value_threshold = 1024 }
	  metric { name_match = "bytes_(in|out)" value_threshold = 1024 }
	  metric { name_match = "pkts_(in|out)" value_threshold = 16 }
	  metric { name = "proc_run" value_threshold = 1 }
	}
	include ("$run/sflow.conf")
	END
}

# gmetad's own archives take 0.6 MB a metric, which a demo doesn't need.
set_archives() {
	archives='' rrd_size='0.6 MB each'
	[ "$demo" = no ] || archives='RRAs "RRA:AVERAGE:0.5:1:5856"' \
		rrd_size='47 KB each, of a day'
}

write_gmetad_conf() {
	set_archives
	cat >"$run/gmetad.conf" <<-END
	# Written by ./start; it is written anew by the next one.
	data_source "sflow" 15 127.0.0.1:$xml_port
	data_source "bridge" 15 127.0.0.1:$bridge_tcp
	gridname "ganglia-sflow"
	rrd_rootdir "$run/rrds"
	$archives
	case_sensitive_hostnames 0
	trusted_hosts 127.0.0.1
	xml_port $gmetad_port
	interactive_port $interactive_port
	$([ -n "$user" ] && echo "setuid_username \"$user\"" || echo "setuid off")
	END
	cat >"$run/parent.conf" <<-END
	# Written by ./start; it is written anew by the next one.
	data_source "bridge-grid" 15 127.0.0.1:$((bridge_tcp + 1))
	gridname "parent"
	rrd_rootdir "$run/parent-rrds"
	$archives
	case_sensitive_hostnames 0
	trusted_hosts 127.0.0.1
	xml_port $((bridge_tcp + 3))
	interactive_port $((bridge_tcp + 4))
	$([ -n "$user" ] && echo "setuid_username \"$user\"" || echo "setuid off")
	END
}

# The switch of the recordings sends no name.
write_bridge_conf() {
	local demo_names=
	[ "$demo" = no ] || demo_names=' names = "10.79.2.1 = switch1.example.net"'
	cat >"$run/gmetad-bridge.conf" <<-END
	# Written by ./start; it is written anew by the next one. All keys, with their
	# meaning: $top/conf.d/gmetad-bridge.conf
	sflow { port = $bridge_port$demo_names }
	grid { name = "bridge-grid" authority = "http://localhost/ganglia/" }
	cluster "bridge" { gmond_port = $bridge_tcp }
	xml_port = $((bridge_tcp + 1))
	interactive_port = $((bridge_tcp + 2))
	state = "$run/bridge/state.db"
	user = "$user"
	END
}

# conf.d/sflow.conf as users get it, but with the module of the build and the
# chosen port.
write_sflow_conf() {
	local from=$top/build/conf.d/sflow.conf
	[ -e "$from" ] || from=$top/conf.d/sflow.conf
	python3 - "$from" "$run/sflow.conf" "$module" "$port" <<-'END'
	import re, sys

	source, target, module, port = sys.argv[1:]
	text = open(source, encoding="utf-8").read()
	for what, pattern, value in (
	        ("the module's path",
	         r'^([^#\n]*\bpath\s*=\s*)"[^"\n]*modsflow[^"\n]*"',
	         '"' + module + '"'),
	        ("param port", r"^(\s*)/\* param port \{ value = \d+ \} \*/$",
	         "param port { value = " + port + " }")):
	    text, count = re.subn(pattern, lambda m: m[1] + value, text, flags=re.M)
	    if count != 1:
	        sys.exit(f"start: {source} has {what} {count} times, not once")
	open(target, "w", encoding="utf-8").write(text)
	END
}
