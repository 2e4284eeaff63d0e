# shellcheck shell=bash
# build.sh - the builds of ./start and ./check: below the source folder $top,
# each in a folder of its own. Sourced by both, after packages.sh; bash.

# shellcheck disable=SC2154 # top is set by those who source this
jobs=${JOBS:-$(nproc)}

# Runs a command with its output in the file $1. When it fails, shows the end
# of that, and fails with it.
logged() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 && return 0
	tail -n 40 "$log" >&2
	say "failed: $* (all of it is in $log)" >&2
	return 1
}

# What root has built, others can't build again.
is_writable() {
	[ ! -e "$top/$1" ] || [ -w "$top/$1" ] ||
		{ say "can't write to $top/$1" >&2; return 1; }
}

# A configure that is older than configure.ac, or that an interrupted run left
# without its Makefile.in, is made again.
make_configure() {
	[ ! -e "$top/configure" ] || [ ! -e "$top/Makefile.in" ] ||
		[ "$top/configure.ac" -nt "$top/configure" ] || return 0
	say "Making configure"
	mkdir -p "$top/m4" "$top/build"
	(cd "$top" && logged "$top/build/autoreconf.log" autoreconf -fi)
}

# Configures the build folder $1 with the options that follow. What was built
# with other options is thrown away.
configure_build() {
	local folder=$top/$1
	is_writable "$1" || return 1
	make_configure || return 1
	shift
	say "Configuring ${folder##*/}${*:+ with $*}"
	mkdir -p "$folder"
	: >"$folder/unfinished"
	(cd "$folder" && logged "$folder/configure.log" ../configure "$@" &&
		logged "$folder/make.log" make clean) || return 1
	printf '%s\n' "$*" >"$folder/options"
	rm -f "$folder/unfinished"
}

# Was the build folder $1 configured, to its end?
is_configured() {
	[ -e "$top/$1/Makefile" ] && [ ! -e "$top/$1/unfinished" ]
}

# make, in the build folder $1, with the arguments that follow.
build() {
	local folder=$1
	shift
	is_writable "$folder" || return 1
	make_configure || return 1
	say "Building in $folder"
	logged "$top/$folder/make.log" make -C "$top/$folder" -j "$jobs" "$@"
}
