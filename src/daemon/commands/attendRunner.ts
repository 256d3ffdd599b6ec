import type { CommandOutcome, CommandSpec, RunOptions } from "./command.ts";
import { streamOutput } from "./commandOutput.ts";
import { endLeftovers } from "./endLeftovers.ts";
import { settle } from "./settle.ts";
import { readSpool, type Spools } from "./spool.ts";
import type { Runner } from "./startRunner.ts";
import { runnerFailed } from "./whyNotStarted.ts";

/** Waits for a runner of our own: it tells through its line of life, so the outcome is there at once. */
export async function attendRunner(
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
	// Its runner has ended before the gate, so it never began; unless another daemon or `stop` shut the gate: look again.
	if (state?.gate !== "open") return undefined;
	return { kind: "notStarted", reason: runnerFailed };
}

/** Time for what outlives the shell to finish by itself before it is asked to end. */
const graceMs = 250;

/** How long an outcome waits, after the shell has exited, for output that something else still holds open. */
const patienceMs = 1000;

/** Longer timers fire at once. */
const maxTimerMs = 2 ** 31 - 1;

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
