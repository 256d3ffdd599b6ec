import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { signalGroup } from "./endLeftovers.ts";
import { groupsLeftBy, isRunning, type ProcessIdentity, ticksNow } from "./processIdentity.ts";
import { claim, latestSpool, type Spools } from "./spool.ts";

/**
 * Ends a command and all its processes. The mark `stopped` comes first: from then on its outcome is "stopped", whoever
 * reads it, also when this daemon dies on the way. A command that has not begun never will. A signal is sent only to
 * the group whose leader is, at that moment, exactly the runner that the spool names.
 */
export async function stopCommand(spools: Spools, id: string, graceMs: number): Promise<void> {
	const { path, state } = latestSpool(spools.current, id);
	if (state === undefined || state.exitCode !== undefined || state.killed || state.gate === "claimed") return;
	const { runner } = state;
	if (state.gate === "begun" && (runner === undefined || !(await isRunning(runner)))) return;
	writeFileSync(join(path, "stopped"), "");
	if (claim(path)) return;
	if (runner === undefined) return;
	// On Windows the runner looks for the mark and ends the command itself.
	if (process.platform !== "win32" && (await isRunning(runner))) signalGroup(runner.pid, "SIGTERM");
	if (await isOverWithin(runner, graceMs)) return;
	if (process.platform === "win32") return;
	// A command may have put processes into groups of their own; they are still in the runner's session.
	const groups = new Set([runner.pid, ...groupsLeftBy(runner.pid, ticksNow())]);
	if (!(await isRunning(runner))) return;
	for (const group of groups) signalGroup(group, "SIGKILL");
	await isOverWithin(runner, 1000);
}

/** Over means that its runner has ended, so that nothing of it writes any more. */
async function isOverWithin(runner: ProcessIdentity, waitMs: number): Promise<boolean> {
	const until = performance.now() + waitMs;
	while (await isRunning(runner)) {
		if (performance.now() >= until) return false;
		await delay(10);
	}
	return true;
}
