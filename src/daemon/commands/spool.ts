import { readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { makeDurableFolder } from "../platform/durableFolder.ts";
import { posixRunner } from "./posixRunner.ts";
import { isRunning, type ProcessIdentity } from "./processIdentity.ts";
import { dropSpool, openSpoolFolders, type SpoolFolders, spoolName, writeRunner } from "./spoolFolders.ts";

/**
 * Where a command leaves its traces:
 *
 *     FOLDER/BOOT/ID/      the spool of a command, under the id of the boot that it belongs to; ID~2, ID~3 … when the
 *                          one before was shut before its command began
 *     FOLDER/outputs/ID    output that is longer than what an outcome carries
 *     FOLDER/dropped/      spools on their way out
 *     FOLDER/runner-*.sh   the runner
 *
 * A spool's state is the names in it, so that one directory listing is one consistent look, and each fact is one atomic
 * creation. `begun` is the gate: the runner passes it by creating a file of that name, and whoever means to prevent the
 * command from ever starting creates a directory of the same name. The file system lets one of them win.
 *
 * A spool is made once, by whoever creates its folder, and never taken away before its outcome is recorded. So a path
 * always means the same spool, for every daemon, and two daemons that meet over one command cannot mistake it.
 */
export interface Spools extends SpoolFolders {
	/** The runner as a file: as an argument its text would be hit by a command's `pkill -f`. */
	readonly runnerFile: string;
}

export interface SpoolState {
	readonly gate: "open" | "begun" | "claimed";
	readonly runner?: ProcessIdentity;
	readonly exitCode?: number;
	/** The output is complete. */
	readonly drained?: { readonly bytes: number; readonly turn: number };
	readonly timedOut: boolean;
	/** The runner's time limit ended the command with SIGKILL. */
	readonly killed: boolean;
	readonly stopped: boolean;
	/** The command's folder had vanished when the runner wanted to enter it. */
	readonly noFolder: boolean;
}

export function openSpools(folder: string): Spools {
	const folders = openSpoolFolders(folder, ["outputs"]);
	makeDurableFolder(join(folder, "outputs"));
	return { ...folders, runnerFile: writeRunner(folder, "runner.sh", posixRunner) };
}

/** The state of a spool, or undefined when there is none. */
export function readSpool(path: string): SpoolState | undefined {
	let entries: ReturnType<typeof listing>;
	try {
		entries = listing(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
	const names = new Set(entries.map((entry) => entry.name));
	const begun = entries.find((entry) => entry.name === "begun");
	const numbers = (prefix: string) => {
		const name = entries.find((entry) => entry.name.startsWith(`${prefix}.`))?.name;
		return name
			?.slice(prefix.length + 1)
			.split(".")
			.map(Number);
	};
	const [pid, start] = numbers("runner") ?? [];
	const [bytes, turn] = numbers("drained") ?? [];
	return {
		gate: begun === undefined ? "open" : begun.isDirectory() ? "claimed" : "begun",
		runner: pid === undefined || start === undefined ? undefined : { pid, start },
		exitCode: numbers("exit")?.[0],
		drained: bytes === undefined || turn === undefined ? undefined : { bytes, turn },
		timedOut: names.has("timedOut"),
		killed: names.has("killed"),
		stopped: names.has("stopped"),
		noFolder: names.has("noFolder"),
	};
}

/** The spool that counts for `id` among those of a boot; without a state it is still to be made. */
export function latestSpool(boot: string, id: string): { readonly path: string; readonly state?: SpoolState } {
	for (let generation = 1; ; generation++) {
		const path = spoolPath(boot, id, generation);
		const state = readSpool(path);
		if (state?.gate !== "claimed" || state.stopped) return { path, state };
	}
}

/** Takes every spool of `id` away, each in one step, the oldest last; then removes them at leisure. */
export async function dropSpools(spools: Spools, boot: string, id: string): Promise<void> {
	let generation = 1;
	while (readSpool(spoolPath(boot, id, generation + 1)) !== undefined) generation++;
	for (; generation > 0; generation--) await dropSpool(spools, spoolPath(boot, id, generation));
}

export function outputPath(spools: Spools, id: string): string {
	return join(spools.folder, "outputs", spoolName(id));
}

export async function runningCommands(spools: Spools): Promise<readonly string[]> {
	const names = await readdir(spools.current);
	const ids: string[] = [];
	for (const name of names) {
		const state = readSpool(join(spools.current, name));
		if (state?.gate !== "begun" || state.exitCode !== undefined || state.runner === undefined) continue;
		if (await isRunning(state.runner)) ids.push(decodeURIComponent(name.replace(/~\d+$/, "")));
	}
	return ids;
}

function spoolPath(boot: string, id: string, generation: number): string {
	return join(boot, generation === 1 ? spoolName(id) : `${spoolName(id)}~${generation}`);
}

function listing(path: string) {
	return readdirSync(path, { withFileTypes: true });
}
