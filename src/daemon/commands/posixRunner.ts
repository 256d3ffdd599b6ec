/**
 * The runner: the few lines of `sh` between the daemon and a command. It is the leader of its own session, so that it
 * outlives the daemon, and it says everything it knows by creating empty files in its spool folder. A name is there or
 * it is not: creating one is atomic, needs no rename and no process, and works when the disk has no block left.
 *
 *     top    writes who it is, waits for "go", passes the gate `begun` (exclusive), starts the other three, tidies up
 *     watch  blocks on the daemon's line of life (descriptor 3) and costs nothing while the daemon lives; the daemon
 *            orders "limit" or "close" through it. When the line breaks the daemon is dead, and from then on watch
 *            itself keeps the time limit
 *     left   runs the command, notes its exit status the moment its shell exits
 *     drain  copies the output into `out`; past the cap it keeps reading into two small files that take turns, so that
 *            a flood neither blocks the command nor fills the disk, and the end of the output is still known
 *
 * What a command leaves running in its group when its shell has exited is ended: 250 ms (1 s when the daemon is dead)
 * to finish by itself, for instance a `tee` that writes its last lines, then SIGTERM, then after 1 s SIGKILL. A command
 * cannot leave a server behind unless it takes it out of the session on purpose.
 *
 * Arguments: time limit in seconds (0: none), deadline in seconds since the epoch, cap in bytes, folder, shell.
 * The command's text comes in `__command`, not as an argument, so that a command's own `pkill -f` does not hit us.
 */
export const posixRunner = `
limit=$1 deadline=$2 cap=$3 folder=$4 shell=$5 form=$6
text=$__command
unset __command

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
		cd -- "$folder" || { : >noFolder; exit 1; }
		exec "$shell" $form "$text" 2>&1
	) 3>&-
	: >"exit.$?"
	if [ -e alone ]; then { sleep 1; closing; } >/dev/null & fi
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
	PATH=/usr/bin:/bin:$PATH
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
left | drain
if [ -e alone ] || [ -e timedOut ]; then closing; fi
exit 0
`;
