# shellcheck shell=bash
# packages.sh - what ./start and ./check need from Debian, and its
# installation. Sourced by both; bash.

# shellcheck disable=SC2034 # the lists are used by those who source this
start_packages="build-essential autoconf automake libtool pkg-config
	libganglia1-dev libapr1-dev libconfuse-dev libtirpc-dev librrd-dev
	libsqlite3-dev zlib1g-dev libexpat1-dev
	libpcap-dev libcmocka-dev uthash-dev
	ganglia-monitor gmetad rrdtool python3"
check_packages="$start_packages clang
	libclang-rt-14-dev llvm-14 rrdcached libxml2-utils iproute2 openvswitch-switch pmacct
	collectd-core munin munin-node nagios4-core nftables man-db curl jq valgrind"

# Scripts and C files are looked at by these.
check_packages="$check_packages clang-format clang-tidy shellcheck"

# Debian's packages and the RPM are built, looked at, and tried out.
package_tools="apparmor debhelper dh-apparmor lintian rpm strace"
check_packages="$check_packages $package_tools"

say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

is_installed() {
	dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null |
		grep -qx installed
}

# ganglia-webfrontend wants a web server with PHP. PHP's own does for ./start: the
# smallest that Debian takes for one keeps Apache away. It isn't started.
web_packages="ganglia-webfrontend php-cli php-xml php-gd"
is_installed ganglia-webfrontend ||
	web_packages="$web_packages mini-httpd php-cgi"
check_packages="$check_packages $web_packages chromium chromium-driver netpbm"

# Those of the packages $@ that are not installed, in one line.
missing_of() {
	local package missing=
	for package in "$@"; do
		is_installed "$package" || missing="$missing $package"
	done
	printf '%s' "${missing# }"
}

# Runs a command as root. can_be_root asks first whether that is possible; a
# sudo that wants a password gets it from the terminal.
can_be_root() {
	[ "$(id -u)" = 0 ] || { command -v sudo >/dev/null &&
		{ sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian starts the services of what it installs: a gmond and a gmetad of the
# system, which nobody asked for here, and which would take the ports. As long
# as /usr/sbin/policy-rc.d says 101, packages start nothing. It is there only
# during the installation, and one that was there before is left alone, as are
# the services of Ganglia packages that were installed before.
policy=/usr/sbin/policy-rc.d

hold_services() {
	[ ! -e "$policy" ] || return 0
	trap 'as_root rm -f "$policy"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
	as_root chmod 755 "$policy"
}

# The services that the packages $@ bring.
services_of() {
	local package
	for package in "$@"; do
		case $package in
		ganglia-monitor | gmetad | openvswitch-switch) say "$package" ;;
		collectd-core) say collectd ;;
		mini-httpd | munin-node) say "$package" ;;
		nagios4-core) say nagios4 ;;
		pmacct) say nfacctd pmacctd sfacctd uacctd ;;
		esac
	done
}

# Services that came with this installation don't start at the next boot
# either.
disable_services() {
	local service
	for service in $(services_of "$@"); do
		if command -v systemctl >/dev/null; then
			as_root systemctl disable "$service" || true
		elif command -v update-rc.d >/dev/null; then
			as_root update-rc.d "$service" disable || true
		fi
	done
}

apt_install() (
	apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y
		-o DPkg::Lock::Timeout=120)
	hold_services || exit 1
	# Old lists will often do, so that only the installation decides.
	as_root "${apt[@]}" update || true
	as_root "${apt[@]}" install --no-install-recommends "$@" || exit 1
	disable_services "$@"
)

# Installs those of the packages $@ that are missing. Sets installed=yes when
# there were any; ends the script with one line when it can't be done.
ensure_packages() {
	local missing log
	command -v dpkg-query >/dev/null || {
		say "This isn't Debian; needed are what Debian calls: $*"
		return 0
	}
	missing=$(missing_of "$@")
	[ -n "$missing" ] || return 0
	can_be_root || die "missing packages, and neither root nor sudo to" \
		"install them: $missing"
	say "Installing $missing"
	log=$(mktemp)
	# shellcheck disable=SC2086 # a list of words
	if ! apt_install $missing >"$log" 2>&1; then
		tail -n 5 "$log" >&2
		rm -f "$log"
		die "these packages are missing and can't be installed:" \
			"$(missing_of "$@")"
	fi
	rm -f "$log"
	installed=yes
	# shellcheck disable=SC2086 # a list of words
	[ -z "$(services_of $missing)" ] ||
		say "The system services of these packages are off:" \
			"'systemctl enable --now' turns them on."
}
