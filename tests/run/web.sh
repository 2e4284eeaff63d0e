# shellcheck shell=bash
# web.sh - serves ganglia-web, for ./start and the system tests: a copy of what is
# installed, in a folder of its own, by PHP's own server. Sourced after packages.sh;
# bash.
#
#   make_web FOLDER RRDS PORT [USER]      the copy, for the gmetad with that port
#   set_web_server FOLDER ADDRESS PORT [USER]
#                                         sets the array web_server: the command
#   check_web FOLDER URL PORT             asks it for pages and repairs the copy when
#                                         this PHP is too new for it

# shellcheck disable=SC2154 # top is set by those who source this
web_source=${GANGLIA_WEB:-/usr/share/ganglia-webfrontend}
web_additions=$top/conf.d/ganglia-web
# shellcheck source=tests/run/web-repairs.sh
. "$top/tests/run/web-repairs.sh"

# The text $1 as a string of PHP.
php_string() {
	local text=${1//\\/\\\\}
	printf "'%s'" "${text//\'/\\\'}"
}

# Debian's own settings say where its JavaScript is; others may be the
# administrator's, for another Ganglia.
write_web_conf() {
	local web=$1 rrds=$2 port=$3
	say "<?php // Written by ./start; it is written anew by the next one."
	grep "^\\\$conf\\['[A-Za-z0-9_-]*_path'\\] *=" "$web_source/conf.php" \
		2>/dev/null || true
	cat <<-END
	\$conf['gweb_confdir'] = $(php_string "$web");
	\$conf['views_dir'] = \$conf['conf_dir'] = $(php_string "$web/conf");
	\$conf['cachefile'] = $(php_string "$web/conf/ganglia_metrics.cache");
	\$conf['nagios_cache_file'] = $(php_string "$web/conf/nagios_ganglia.cache");
	\$conf['dwoo_compiled_dir'] = $(php_string "$web/dwoo/compiled");
	\$conf['dwoo_cache_dir'] = $(php_string "$web/dwoo/cache");
	\$conf['rrds'] = $(php_string "$rrds");
	\$conf['rrdtool'] = $(php_string "$(command -v rrdtool)");
	\$conf['ganglia_port'] = $port;
	\$conf['auth_system'] = 'readonly';
	\$conf['show_stacked_graphs'] = 0; // 3.7.5 quotes its command twice
	\$conf['max_graphs'] = 20; // of hosts of a cluster; the others by name
	\$conf['default_metric'] = 'bytes_in'; // servers and switches have it
	\$conf['metric_groups_initially_collapsed'] = true; // reports come first
	\$conf['overlay_events'] = false; // nobody can enter any
	\$conf['time_ranges'] = array('10min' => 600) + \$conf['time_ranges'];
	unset(\$conf['time_ranges']['job']); // of 0 s: it has no chart
	\$conf['default_time_range'] = '10min';
	\$conf['default_refresh'] = 30; // s; new hosts are seen soon
	\$conf['cachetime'] = 15; // s
	END
	say "include $(php_string "$web/sflow.php");"
}

# What ganglia-web's own installation has there: the charts of a host that nobody
# chose others for, and an empty view.
write_defaults() {
	say '{"included_reports":' \
		'["load_report","mem_report","cpu_report","network_report"]}' \
		>"$1/default.json"
	say '{"view_name":"default","items":[],"view_type":"standard"}' \
		>"$1/view_default.json"
}

# Our reports, views and what gives each kind of host its reports.
add_reports() {
	cp "$web_additions"/graph.d/* "$1/root/ganglia/graph.d/" &&
		cp "$web_additions"/conf/*.json "$1/conf/" &&
		cp "$web_additions"/sflow.* "$1/"
}

# Nobody can enter events (write_web_conf), so what shows and hides them goes. Pictures of
# different heights stand in rows.
add_styles() {
	cat >>"$1/root/ganglia/styles.css" <<-'END'

	input[title="Hide/Show Events"], label[title="Hide/Show Events"],
	input[title="Hide/Show Events"] + label, label[for^="show_all_events"],
	.show_event_text { display: none !important; }
	div.img_view { display: inline-block; float: none; vertical-align: top; }
	END
}

# Makes the folder $1, for the RRDs in $2 and the gmetad whose queries go to port
# $3. The user $4, where there is one, may write what ganglia-web has to.
make_web() {
	local web=$1 copy=$1/root/ganglia
	[ -e "$web_source/graph.php" ] ||
		{ say "it isn't in $web_source" >&2; return 1; }
	command -v php >/dev/null || { say "there is no php" >&2; return 1; }
	rm -rf "$web" && mkdir -p "$web/root" "$web/conf" "$web/dwoo/compiled" \
		"$web/dwoo/cache" "$web/sessions" &&
		cp -r "$web_source" "$copy" &&
		ln -s /usr/share/javascript "$web/root/javascript" || return 1
	say '<meta http-equiv="refresh" content="0; url=ganglia/">' \
		>"$web/root/index.html"
	say '<?php' >"$web/prepend.php"
	: >"$web/root/favicon.ico" # browsers ask for one
	: >"$web/php.log"
	write_defaults "$web/conf"
	add_reports "$web" && add_styles "$web" || return 1
	write_web_conf "$web" "$2" "$3" >"$copy/conf.php"
	[ -z "${4:-}" ] ||
		chown -R "$4" "$web/conf" "$web/dwoo" "$web/sessions" \
			"$web/php.log"
}

# The address $1 and the port $2 as one word, as in a URL.
with_port() {
	case $1 in
	*:*) printf '[%s]:%s' "$1" "$2" ;;
	*) printf '%s:%s' "$1" "$2" ;;
	esac
}

# The command that serves the folder $1 at address $2, port $3, as the user $4. It
# leads a process group of its own: PHP's server doesn't end its workers with itself.
# Of PHP's complaints only what is fatal is in php.log, and none on a page. What it has
# compiled it compares with the file each time: check_web may have repaired that.
set_web_server() {
	local web=$1
	web_server=(setsid)
	[ -z "${4:-}" ] || web_server+=(setpriv "--reuid=$4" "--regid=$4"
		--clear-groups --no-new-privs)
	web_server+=(env PHP_CLI_SERVER_WORKERS=4 php -q
		-d display_errors=0 -d log_errors=1 -d "error_log=$web/php.log"
		-d error_reporting=4437 # E_ERROR and its kin
		-d opcache.revalidate_freq=0
		-d "session.save_path=$web/sessions"
		-d "auto_prepend_file=$web/prepend.php"
		-S "$(with_port "$2" "$3")" -t "$web/root")
}

# ---- does it work? -----------------------------------------------------------

# Asks the web server at the URL $1 for pages, graphs and an API's answer of the first
# host that its gmetad, at port $2, knows. Says what is wrong, if anything is.
probe_web() {
	python3 - "$1" "$2" <<-'END'
	import re, socket, sys, time, urllib.parse, urllib.request
	import xml.etree.ElementTree as tree

	url, port = sys.argv[1], int(sys.argv[2])

	def first_host():
	    with socket.create_connection(("127.0.0.1", port), 10) as s:
	        s.sendall(b"/\n")
	        document = b"".join(iter(lambda: s.recv(65536), b""))
	    for cluster in tree.fromstring(document).iter("CLUSTER"):
	        for host in cluster.iter("HOST"):
	            if host.find("METRIC") is not None:
	                return cluster.get("NAME"), host.get("NAME")
	    return None

	def wait_for_host():
	    deadline = time.monotonic() + 60
	    while time.monotonic() < deadline:
	        try:
	            found = first_host()
	        except (OSError, tree.ParseError):
	            found = None
	        if found:
	            return found
	        time.sleep(0.2)
	    sys.exit(f"the gmetad at port {port} has had no host for a minute")

	def get(path, **arguments):
	    address = url + path + "?" + urllib.parse.urlencode(arguments)
	    try:
	        with urllib.request.urlopen(address, timeout=30) as answer:
	            return address, answer.read()
	    except OSError as error:
	        sys.exit(f"{address}: {error}")

	def check_page(**arguments):
	    address, page = get("", **arguments)
	    if b"</html>" not in page.lower():
	        sys.exit(f"{address}: the page has no end")
	    fault = re.search(rb"[^<>]*(Fatal error|Warning: |Deprecated: |"
	                      rb"There was an error)[^<>]*", page)
	    if fault:
	        sys.exit(f"{address}: {fault[0].decode(errors='replace').strip()}")

	cluster, host = wait_for_host()
	check_page()
	check_page(c=cluster)
	check_page(c=cluster, h=host)
	for range in ("hour", "month"):
	    address, graph = get("graph.php", c=cluster, h=host, g="load_report", r=range)
	    if not graph.startswith(b"\x89PNG"):
	        sys.exit(f"{address}: no PNG")
	address, answer = get("api/host.php", action="get", c=cluster, h=host)
	if b'"ok"' not in answer:
	    sys.exit(f"{address}: {answer[:80]!r}")
	END
}

# Sees to it that the web server at URL $2, of the folder $1, works, and says how. Its
# gmetad has port $3.
check_web() {
	local php
	php=$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
	if probe_web "$2" "$3" 2>"$1/probe.log"; then
		say "ganglia-web runs with PHP $php as it is"
	elif repair_web "$1" 2>"$1/repair.log" &&
		probe_web "$2" "$3" 2>"$1/repair.log"; then
		: >"$1/php.log" # it has what was before
		say "ganglia-web doesn't run with PHP $php as it is:" \
			"its copy in $1 is repaired"
	else
		say "ganglia-web doesn't run with PHP $php, and can't be repaired:" \
			"$(tail -n 1 "$1/repair.log")" >&2
		return 1
	fi
}
