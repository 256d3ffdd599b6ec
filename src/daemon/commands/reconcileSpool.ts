import { statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { CommandOutcome, CommandSpec, RunOptions } from "./command.ts";
import { streamOutput } from "./commandOutput.ts";
import { isRunning } from "./processIdentity.ts";
import { settle, settleStopped } from "./settle.ts";
import { readSpool, type SpoolState, type Spools } from "./spool.ts";
import { claim } from "./spoolFolders.ts";

/**
 * The whole of recovery: what the spool of a command says that another daemon started, and what follows from it. One
 * that never began is shut, so that it may be started anew; one that has ended is read; one that runs is followed; one
 * that began, runs no more and left no record is unknown.
 */
export async function reconcileSpool(
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

/** A runner without a daemon gives what holds the output open a second or two, since not every `sleep` knows less. */
const aloneMs = 2000;

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
