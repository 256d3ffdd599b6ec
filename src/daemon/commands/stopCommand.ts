import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { endRunner } from "./endRunner.ts";
import { isRunning } from "./processIdentity.ts";
import { latestSpool, type Spools } from "./spool.ts";
import { claim } from "./spoolFolders.ts";

/**
 * Ends a command and all its processes. The mark `stopped` comes first: from then on its outcome is "stopped", whoever
 * reads it, also when this daemon dies on the way. A command that has not begun never will.
 */
export async function stopCommand(spools: Spools, id: string, graceMs: number): Promise<void> {
	const { path, state } = latestSpool(spools.current, id);
	if (state === undefined || state.exitCode !== undefined || state.killed || state.gate === "claimed") return;
	const { runner } = state;
	if (state.gate === "begun" && (runner === undefined || !(await isRunning(runner)))) return;
	writeFileSync(join(path, "stopped"), "");
	if (claim(path)) return;
	if (runner === undefined) return;
	await endRunner(runner, graceMs);
}
