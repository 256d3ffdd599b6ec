import { setTimeout as delay } from "node:timers/promises";
import { signalGroup } from "./endLeftovers.ts";
import { groupsLeftBy, isRunning, type ProcessIdentity, ticksNow } from "./processIdentity.ts";

/**
 * Ends what runs under a runner, by group: SIGTERM, which the runner itself outlives, and SIGKILL after `graceMs`. A
 * signal is sent only to groups of the session whose leader is, at that moment, exactly this runner.
 */
export async function endRunner(runner: ProcessIdentity, graceMs: number): Promise<void> {
	// On Windows the runner looks for the mark "stopped" and ends its child itself.
	if (process.platform !== "win32" && (await isRunning(runner))) signalGroup(runner.pid, "SIGTERM");
	if (await isOverWithin(runner, graceMs)) return;
	if (process.platform === "win32") return;
	// What runs under it may have put processes into groups of their own; they are still in the runner's session.
	const groups = new Set([runner.pid, ...groupsLeftBy(runner.pid, ticksNow())]);
	if (!(await isRunning(runner))) return;
	for (const group of groups) signalGroup(group, "SIGKILL");
	await isOverWithin(runner, 1000);
}

/** Over means that the runner has ended, so that nothing of it writes any more. */
async function isOverWithin(runner: ProcessIdentity, waitMs: number): Promise<boolean> {
	const until = performance.now() + waitMs;
	while (await isRunning(runner)) {
		if (performance.now() >= until) return false;
		await delay(10);
	}
	return true;
}
