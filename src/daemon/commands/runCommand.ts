import { stat } from "node:fs/promises";
import type { Sandbox } from "../policy/sandbox/sandbox.ts";
import { attendRunner } from "./attendRunner.ts";
import type { CommandOutcome, CommandSpec, RunOptions } from "./command.ts";
import { reconcileSpool } from "./reconcileSpool.ts";
import { settle } from "./settle.ts";
import { latestSpool, type Spools } from "./spool.ts";
import { type Runner, startRunner } from "./startRunner.ts";
import { folderVanished, notEnclosed, whyNotStarted } from "./whyNotStarted.ts";

/**
 * One command, from wherever it stands to its outcome: with a new id it is started, with one that has a spool it is
 * reconciled. Undefined from a part means that another daemon changed what it looked at, so all of it is looked at again.
 */
export async function runCommand(
	spools: Spools,
	sandbox: Sandbox,
	spec: CommandSpec,
	options: RunOptions,
): Promise<CommandOutcome> {
	for (;;) {
		options.signal?.throwIfAborted();
		const outcome = (await fromEarlierBoot(spools, spec)) ?? (await startOrReconcile(spools, sandbox, spec, options));
		if (outcome !== undefined) return outcome;
	}
}

async function startOrReconcile(
	spools: Spools,
	sandbox: Sandbox,
	spec: CommandSpec,
	options: RunOptions,
): Promise<CommandOutcome | undefined> {
	const { path, state } = latestSpool(spools.current, spec.id);
	if (state !== undefined) return reconcileSpool(spools, spec, options, path);
	if (options.begin === false) return { kind: "notBegun" };
	if (!(await isFolder(spec.cwd))) return { kind: "notStarted", reason: folderVanished(spec.cwd) };
	const inside = spec.sandbox && (await sandbox.enclose({ ...spec.sandbox, cwd: spec.cwd, env: spec.env }));
	if (inside && "unavailable" in inside) return { kind: "notStarted", reason: notEnclosed(inside.unavailable) };
	let runner: Runner | undefined;
	try {
		runner = await startRunner(spools, { ...spec, ...inside }, path);
	} catch (error) {
		return { kind: "notStarted", reason: whyNotStarted(error as NodeJS.ErrnoException) };
	}
	// Another daemon made the spool just now: look again.
	if (runner === undefined) return undefined;
	return attendRunner(spools, spec, options, runner);
}

/** After a reboot nothing runs. What a spool of an earlier boot does not say, is unknown. */
async function fromEarlierBoot(spools: Spools, spec: CommandSpec): Promise<CommandOutcome | undefined> {
	for (const boot of spools.earlier) {
		const { path, state } = latestSpool(boot, spec.id);
		// Also when no "begun" is to be seen: it may not have reached the disk before the power went.
		if (state !== undefined) return settle(spools, spec, path, state);
	}
	return undefined;
}

async function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
}
