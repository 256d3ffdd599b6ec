import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { streamOutput } from "./commandOutput.ts";
import type { CommandOutcome, CommandSpec, RunOptions } from "./commands.ts";
import { endLeftovers } from "./endLeftovers.ts";
import { isRunning } from "./processIdentity.ts";
import { settle, settleStopped } from "./settle.ts";
import { claim, latestSpool, readSpool, type SpoolState, type Spools } from "./spool.ts";
import { type Runner, startRunner } from "./startRunner.ts";
import { folderVanished, whyNotStarted } from "./whyNotStarted.ts";

/**
 * One command, from wherever it stands to its outcome. With a new id that is starting it and waiting for its runner;
 * with one that has a spool it is reconciling: the table in `reconcile` is the whole of recovery.
 */
export async function runCommand(spools: Spools, spec: CommandSpec, options: RunOptions): Promise<CommandOutcome> {
	for (;;) {
		options.signal?.throwIfAborted();
		const outcome = (await fromEarlierBoot(spools, spec)) ?? (await startOrReconcile(spools, spec, options));
		if (outcome !== undefined) return outcome;
	}
}

/** Time for what outlives the shell to finish by itself before it is asked to end. */
const graceMs = 250;

/** How long an outcome waits, after the shell has exited, for output that something else still holds open. */
const patienceMs = 1000;

/** The same for a runner without a daemon: it waits in whole seconds, since not every `sleep` knows others. */
const aloneMs = 2000;

/** Longer timers fire at once. */
const maxTimerMs = 2 ** 31 - 1;

async function startOrReconcile(
	spools: Spools,
	spec: CommandSpec,
	options: RunOptions,
): Promise<CommandOutcome | undefined> {
	const { path, state } = latestSpool(spools.current, spec.id);
	if (state !== undefined) return reconcile(spools, spec, options, path);
	if (!(await isFolder(spec.cwd))) return { kind: "notStarted", reason: folderVanished(spec.cwd) };
	let runner: Runner | undefined;
	try {
		runner = await startRunner(spools, spec, path);
	} catch (error) {
		return { kind: "notStarted", reason: whyNotStarted(error as NodeJS.ErrnoException) };
	}
	// Somebody made the spool just now: look again.
	if (runner === undefined) return undefined;
	return attend(spools, spec, options, runner);
}

/** Waits for a runner of our own: it tells through its line of life, so the outcome is there at once. */
async function attend(
	spools: Spools,
	spec: CommandSpec,
	{ onOutput, signal }: RunOptions,
	runner: Runner,
): Promise<CommandOutcome | undefined> {
	const stopStreaming = onOutput && streamOutput(runner.path, spec.maxBytes, onOutput);
	try {
		await untilOver(runner, spec.timeoutMs, signal);
	} catch (error) {
		runner.release();
		stopStreaming?.(false);
		throw error;
	}
	runner.ended.then(() => {
		runner.release();
		return endLeftovers(runner.pid, graceMs);
	});
	stopStreaming?.(true);
	const state = readSpool(runner.path);
	if (state?.gate === "begun") return settle(spools, spec, runner.path, state);
	// The runner could not even create an empty file, unless the gate is shut: by another daemon or by `stop`. Look again.
	if (!claim(runner.path)) return undefined;
	return { kind: "notStarted", reason: whyNotStarted({ code: "ENOSPC" }) };
}

/** Resolves when the shell has exited and its output is complete, or what holds it open has had its time. */
function untilOver(runner: Runner, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
	const timers: NodeJS.Timeout[] = [];
	const after = (ms: number, act: () => void) => timers.push(setTimeout(act, Math.min(ms, maxTimerMs)));
	let abort = () => {};
	let stopListening = () => {};
	const over = new Promise<void>((resolve, reject) => {
		abort = () => reject(signal?.reason);
		if (signal?.aborted) return abort();
		signal?.addEventListener("abort", abort);
		if (timeoutMs > 0) after(timeoutMs, () => runner.order("limit"));
		const noticed = new Set<string>();
		stopListening = runner.onNotice((notice) => {
			noticed.add(notice);
			if (noticed.has("x") && noticed.has("d")) return resolve();
			if (notice !== "x") return;
			after(graceMs, () => runner.order("close"));
			after(patienceMs, resolve);
		});
		runner.ended.then(resolve, reject);
	});
	return over.finally(() => {
		stopListening();
		timers.forEach(clearTimeout);
		signal?.removeEventListener("abort", abort);
	});
}

/** What a spool that somebody else made says, and what follows from it. */
async function reconcile(
	spools: Spools,
	spec: CommandSpec,
	{ onOutput, signal }: RunOptions,
	path: string,
): Promise<CommandOutcome | undefined> {
	const stopStreaming = onOutput && streamOutput(path, spec.maxBytes, onOutput);
	let isComplete = false;
	try {
		for (let waitMs = 5; ; waitMs = Math.min(waitMs * 1.5, 100)) {
			signal?.throwIfAborted();
			// Whether it runs is asked before its state is read: what ends in between has then left its record.
			const runner = readSpool(path)?.runner;
			const runs = runner !== undefined && (await isRunning(runner));
			const state = readSpool(path);
			if (state === undefined) return undefined;
			if (state.gate === "claimed") return state.stopped ? settleStopped(spools, spec, path, state) : undefined;
			if (state.gate === "open") {
				if (!mayStillBegin(path, state, runs)) claim(path);
				await delay(5, undefined, { signal });
				continue;
			}
			if (isOver(state) || !runs) {
				if (runs && state.drained === undefined) await untilDrained(path);
				isComplete = true;
				return settle(spools, spec, path, readSpool(path) ?? state);
			}
			await delay(waitMs, undefined, { signal });
		}
	} finally {
		stopStreaming?.(isComplete);
	}
}

/** After a reboot nothing runs. What a spool of an earlier boot does not say, nobody knows. */
async function fromEarlierBoot(spools: Spools, spec: CommandSpec): Promise<CommandOutcome | undefined> {
	for (const boot of spools.earlier) {
		const { path, state } = latestSpool(boot, spec.id);
		if (state !== undefined) return settle(spools, spec, path, state);
	}
	return undefined;
}

/**
 * Whether the one who made the spool may be about to start the command. Its runner dies with it until it has said "go",
 * so a runner that lives says yes; before there is a runner only time tells. When this is wrong nothing is lost: the
 * gate decides, and the other one looks again. It keeps two daemons from shutting each other's gates in turn.
 */
function mayStillBegin(path: string, state: SpoolState, runs: boolean): boolean {
	const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
	return ageMs >= 0 && ageMs < (state.runner === undefined ? 500 : runs ? 5000 : 0);
}

function isOver(state: SpoolState): boolean {
	return state.exitCode !== undefined || state.killed || state.noFolder;
}

/** The shell is over; its output is in the pipe or held open by what it left behind, which the runner ends. */
async function untilDrained(path: string): Promise<void> {
	const until = performance.now() + aloneMs;
	while (performance.now() < until && readSpool(path)?.drained === undefined) await delay(5);
}

async function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		(found) => found.isDirectory(),
		() => false,
	);
}
