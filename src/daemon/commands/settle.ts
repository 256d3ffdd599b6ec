import { readdirSync, statSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { CommandOutcome, CommandSpec } from "./command.ts";
import { readOutput } from "./commandOutput.ts";
import type { SpoolState, Spools } from "./spool.ts";
import { folderVanished } from "./whyNotStarted.ts";

/** The outcome that the spool of a command tells which is over or runs no more. The same spool tells the same for ever. */
export async function settle(
	spools: Spools,
	spec: CommandSpec,
	path: string,
	state: SpoolState,
): Promise<CommandOutcome> {
	if (state.noFolder) return { kind: "notStarted", reason: folderVanished(spec.cwd) };
	if (state.stopped) return settleStopped(spools, spec, path, state);
	const output = await readOutput(spools, spec, path, state);
	const exitCode = state.exitCode ?? (state.killed ? 128 + constants.signals.SIGKILL : undefined);
	if (exitCode === undefined) return { kind: "unknown", output };
	const { timedOut } = state;
	return { kind: "exited", exitCode, signal: signalName(exitCode), timedOut, durationMs: durationMs(path), output };
}

/** The outcome of a command that `stop` ended, perhaps before it began. */
export async function settleStopped(
	spools: Spools,
	spec: CommandSpec,
	path: string,
	state: SpoolState,
): Promise<CommandOutcome> {
	return { kind: "stopped", durationMs: durationMs(path), output: await readOutput(spools, spec, path, state) };
}

function signalName(exitCode: number): string | undefined {
	return Object.entries(constants.signals).find(([, number]) => 128 + number === exitCode)?.[0];
}

/** By the clock of the file system, which a restart of the daemon does not change. */
function durationMs(path: string): number {
	const names = readdirSync(path);
	const end =
		names.find((name) => name.startsWith("exit.")) ?? ["killed", "stopped"].find((name) => names.includes(name));
	if (end === undefined || !names.includes("begun")) return 0;
	return Math.max(0, Math.round(statSync(join(path, end)).mtimeMs - statSync(join(path, "begun")).mtimeMs));
}
