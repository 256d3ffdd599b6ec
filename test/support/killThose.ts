/** Ends each of these processes with SIGKILL. One that ended by itself meanwhile is what was wanted. */
export function killThose(pids: Iterable<number>): void {
	for (const pid of pids) {
		try {
			process.kill(pid, "SIGKILL");
		} catch (cause) {
			if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
		}
	}
}
