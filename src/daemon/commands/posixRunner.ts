/**
 * The runner: the few lines of `sh` between the daemon and a command. It leads a session of its own, so that it outlives
 * the daemon, and it says what it knows by creating empty files in its spool folder, which is its working directory. A
 * name is there or it is not: creating one is atomic, needs no second process, and works when the disk has no block left.
 *
 *     top    waits for the daemon's "go", passes the gate `begun` (an exclusive create), starts left and drain
 *     left   runs the command and notes its exit status the moment its shell exits
 *     drain  copies the output into `out`; past the cap it keeps reading, into two small files that take turns, so that
 *            a flood neither blocks the command nor fills the disk, and the end of the output is still known
 *     watch  blocks on the line of life that descriptor 3 is: a socket whose other end the daemon holds. It costs
 *            nothing while the daemon lives, which orders "limit" or "close" through it. When the line breaks the
 *            daemon is dead; from then on watch itself keeps the time limit, and everything is tidied up without help
 *
 * What a command leaves running in its group when its shell has exited is ended: it has 250 ms (1 s when no daemon
 * lives) to finish by itself, like a `tee` that writes its last lines, then comes SIGTERM, and 1 s later SIGKILL. So no
 * command leaves a server behind by accident, and none holds up its own outcome.
 *
 * Forks are what a short command pays for, so there are few and those of watch and drain run beside the command's
 * start: with real-time priority and the spool on a memory disk, `true` takes 5.2 ms from call to outcome, where a bare
 * `bash -c true` takes 2.8.
 *
 * Arguments: time limit in seconds (0: none), deadline in seconds since the epoch, cap in bytes, folder, `text` or
 * `file`, and the program that runs the command with its arguments. A text comes in `__command`, and becomes the last
 * argument: as one of ours a command's own `pkill -f` would hit us. A file is open as descriptor 4.
 */
export const posixRunner = `
limit=$1 deadline=$2 cap=$3 folder=$4 toldBy=$5
shift 5
text=$__command
unset __command
path=$PATH
PATH=/usr/bin:/bin:$PATH

closing() {
	trap '' TERM HUP INT
	kill -TERM -$$
	sleep 1
	kill -KILL -$$
}

closeIfOver() {
	for mark in exit.*; do
		if [ -e "$mark" ]; then sleep "$1"; closing; fi
	done
}

watch() {
	trap '' TERM HUP INT
	order=
	read -r order <&3
	case $order in
	limit) closeIfOver 0 ;;
	close) closing ;;
	*)
		: >alone
		closeIfOver 1
		if [ "$limit" = 0 ]; then
			while :; do sleep 86400; done
		fi
		remaining=$((deadline - $(date +%s)))
		if [ "$remaining" -gt "$limit" ]; then remaining=$limit; fi
		if [ "$remaining" -gt 0 ]; then sleep "$remaining"; fi
		closeIfOver 0
		;;
	esac
	: >timedOut
	kill -TERM -$$
	sleep 2
	: >killed
	kill -KILL -$$
}

left() {
	trap : TERM HUP INT
	(
		if [ "$toldBy" = file ]; then exec 4<command; else set -- "$@" "$text"; fi
		cd -- "$folder" || { : >noFolder; exit 1; }
		PATH=$path
		exec "$@" 2>&1
	) 3>&-
	code=$?
	exec >/dev/null
	: >"exit.$code"
	if [ -e alone ]; then { sleep 1; closing; } & fi
	echo x >&3
}

copy() {
	LC_ALL=C dd bs=16384 "count=$2" >>"$1" 2>counts
	failed=$?
	records=0 bytes=
	if [ $failed -ne 0 ]; then cat >/dev/null; return; fi
	while read -r first rest; do
		case $first in
		[0-9]*+[0-9]*) records=$(($first)) ;;
		[0-9]*) bytes=$first ;;
		esac
	done <counts
	bytes=\${bytes:-$((records * 16384))}
	total=$((total + bytes))
}

drain() {
	trap '' TERM HUP INT
	watch </dev/null &
	watcher=$!
	total=0 turn=0 kept=0
	while :; do
		count=$(((cap - total) / 16384 + 1))
		if [ $count -gt 256 ]; then count=256; fi
		copy out $count
		if [ $records -lt $count ] || [ $total -ge "$cap" ]; then break; fi
	done
	while [ $records -eq $count ]; do
		count=256
		copy tail.$turn $count
		kept=$((kept + bytes))
		if [ $kept -ge 65536 ] && [ $records -eq $count ]; then
			turn=$((1 - turn)) kept=0
			: >tail.$turn
		fi
	done
	: >"drained.$total.$turn"
	echo d >&3
	if [ ! -e alone ] && [ ! -e timedOut ]; then kill -KILL $watcher; wait $watcher; fi
}

read -r order <&3 || exit 1
set -C
: >begun || exit 1
set +C
trap : TERM HUP INT
left "$@" | drain
if [ -e alone ] || [ -e timedOut ]; then closing; fi
exit 0
`;
