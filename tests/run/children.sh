# shellcheck shell=bash
# children.sh - the processes of ./start: each with a log and a .pid in the run folder
# $run, watched until a signal comes, and ended together. Sourced after packages.sh;
# bash.

# shellcheck disable=SC2154 # run is set by the one who sources this
declare -A children # name of each process, by its id
lister=             # that of list_hosts, which may end
stopping=

# Sleeps $1 seconds. What bash itself would say about a child that is killed
# meanwhile is left out: check_child says it. A start that is killed leaves no
# sleep that holds its lock.
nap() {
	{ sleep "$1" 9>&- || true; } 2>/dev/null
}

# Sends signal $1 to process $2, and to its group where it leads one, as the web
# server does. Fails when there is none.
send() {
	kill "-$1" -- "-$2" 2>/dev/null || kill "-$1" "$2" 2>/dev/null
}

# Ends process $1 and waits for it, 10 s at the most before it is killed.
end_process() {
	local i
	send TERM "$1" || return 0
	for ((i = 0; i < 100; i++)); do
		send 0 "$1" || return 0
		nap 0.1
	done
	send KILL "$1" || true
}

# Starts the command $2... as child $1, with its output in a log of that name.
spawn() {
	local name=$1
	shift
	(cd "$run" && exec "$@") >"$run/$name.log" 2>&1 </dev/null 9>&- &
	children[$!]=$name
	printf '%s\n' $! >"$run/$name.pid"
}

end_child() {
	end_process "$1"
	wait "$1" 2>/dev/null || true
	rm -f "$run/${children[$1]}.pid"
	unset "children[$1]"
}

# Ends all children; all are told to before the first is waited for. To be
# stopped by a signal is no failure. What bash would say about how they end is left out:
# gmond 3.7.2 destroys its memory pools while its other threads still run, and dies of
# SIGSEGV now and then.
end_children() {
	local pid
	trap '' INT TERM HUP PIPE
	[ -z "$stopping" ] || say "Ending all" || true
	exec 2>/dev/null
	[ -z "$lister" ] || kill -TERM "$lister" 2>/dev/null || true
	for pid in "${!children[@]}"; do
		send TERM "$pid" || true
	done
	for pid in "${!children[@]}"; do
		end_child "$pid"
	done
	[ -z "$stopping" ] || exit 0
}

# If child $1 has ended, says how, and ends all others.
check_child() {
	local name=${children[$1]} status=0 how
	kill -0 "$1" 2>/dev/null && return 0
	wait "$1" 2>/dev/null || status=$?
	how="with status $status"
	[ "$status" -le 128 ] || how="by signal $((status - 128))"
	{
		printf '\nstart: %s has ended, %s. The end of %s:\n' \
			"$name" "$how" "$run/$name.log"
		tail -n 20 "$run/$name.log"
	} >&2
	exit 1
}

# Is a socket of kind $1, tcp or udp, open for all on port $2? A connection
# would leave its trace in gmetad's log, so /proc tells: local address, remote
# address; both with the port in hexadecimal.
is_open() {
	cat "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null | grep -q \
		"^ *[0-9]*: [0-9A-F]*:$(printf %04X "$2") [0-9A-F]*:0000 "
}

# Waits until the command $2... succeeds, while child $1 lives; 15 s at most.
await() {
	local pid=$1 i
	shift
	for ((i = 0; i < 150; i++)); do
		[ -z "$stopping" ] || exit 0
		"$@" && return 0
		check_child "$pid"
		nap 0.1
	done
	tail -n 20 "$run/${children[$pid]}.log" >&2
	die "${children[$pid]} isn't ready after 15 s; $run/${children[$pid]}.log"
}

# Until a signal comes, or a child ends that shouldn't. (wait -n would not tell
# of one that ended before it was called.)
supervise() {
	local pid
	while [ -z "$stopping" ]; do
		for pid in "${!children[@]}"; do
			check_child "$pid"
		done
		nap 1
	done
}
