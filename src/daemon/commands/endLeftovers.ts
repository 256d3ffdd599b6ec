import { setTimeout as delay } from "node:timers/promises";
import { groupsLeftBy, isThere, ticksNow } from "./processIdentity.ts";

/**
 * Ends what a command left running in its group after the runner itself has ended: time to finish by itself, SIGTERM,
 * and after a second SIGKILL. The common case, nothing left, costs one system call. Does not keep the daemon alive.
 */
export async function endLeftovers(leader: number, graceMs: number): Promise<void> {
	if (process.platform === "win32" || !isThere(-leader)) return;
	const endedTicks = ticksNow();
	for (const [signal, waitMs] of [
		["SIGTERM", graceMs],
		["SIGKILL", 1000],
	] as const) {
		await delay(waitMs, undefined, { ref: false });
		for (const group of groupsLeftBy(leader, endedTicks)) signalGroup(group, signal);
	}
}

/** A group that is gone already is what was wanted; one that has become another user's (sudo) is out of reach. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-group, signal);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code !== "ESRCH" && code !== "EPERM") throw error;
	}
}
