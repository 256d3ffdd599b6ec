import { setTimeout as sleep } from "node:timers/promises";
import type { Goal } from "../../core/goal.ts";
import type { StepId, ThreadId } from "../../core/ids.ts";
import { inputVariables } from "../../core/inputs.ts";
import { budgetHold, goalHold, holds } from "../../core/rules/holds.ts";
import type { RanInside } from "../../core/sandbox.ts";
import type { Output } from "../../core/values.ts";
import type { CommandOutput } from "../commands/command.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import { watchHeartbeat } from "./heartbeat.ts";
import type { ActivityContext, PerformParts } from "./parts.ts";

/**
 * A command under the runner that outlives the daemon: begun, followed after a restart, or read when it ended meanwhile.
 * Its name is its spool, so the same command is never run twice.
 */
export type CommandResult = { forget(): Promise<void> } & (
	| {
			readonly kind: "ended";
			readonly exitCode: number;
			readonly durationMs: number;
			readonly output: Output;
			/** A person ended it. */
			readonly stopped: boolean;
	  }
	| { readonly kind: "unknown" }
	/** The goal was stopped before it began. */
	| { readonly kind: "notBegun" }
	| { readonly kind: "notStarted"; readonly reason: string }
	/** The daemon is going; the command goes on without it. */
	| { readonly kind: "detached" }
);

/** Output that an event carries, in bytes; the rest is in the spool's file. */
const maxStoredBytes = 32 * 1024 * 1024;
/** How a shell names the end by a signal that we sent. */
const stoppedExit = 143;

export async function runCommand(
	{ parts, driver, signal }: ActivityContext,
	{
		subject,
		onOutput,
		isSilent,
		whyStopped = stopReason,
		inside,
		...spec
	}: {
		readonly id: string;
		readonly command: string;
		readonly timeoutMs: number;
		/** The walls in which it runs, and nowhere else. */
		readonly inside: RanInside | undefined;
		/** Whose command it is: the call, or the run of a check. */
		readonly subject: { readonly subject: string; readonly stepId?: StepId; readonly threadId?: ThreadId };
		onOutput?(text: string): void;
		/** Nobody is told when it says nothing for long. */
		readonly isSilent?: boolean;
		/** What is said at the end of the output when it was stopped. */
		readonly whyStopped?: (goal: Goal) => string | undefined;
	},
): Promise<CommandResult> {
	const goal = driver.goal();
	const env = { ...parts.environment, ...inputVariables(goal.playbook?.inputs) };
	const follow = new AbortController();
	const over = new AbortController();
	const onAbort = () => {
		if (signal.reason === "stop") void stopUntil(over.signal, parts, spec.id);
		else follow.abort();
	};
	signal.addEventListener("abort", onAbort, { once: true });
	if (signal.aborted) onAbort();
	else if (isToStop(goal)) void stopUntil(over.signal, parts, spec.id);
	const heard = isSilent ? { ...parts, silenceMs: undefined } : parts;
	const watch = watchHeartbeat({ parts: heard, driver }, { ...subject, what: spec.command });
	const hear = (text: string) => {
		watch.sign();
		onOutput?.(text);
	};
	try {
		const outcome = await parts.commands.run(
			{ ...spec, cwd: goal.workspace, env, maxBytes: maxStoredBytes, sandbox: inside && wallsOf(goal, inside) },
			{ signal: follow.signal, begin: !isStopped(goal), onOutput: hear },
		);
		crashPoint("command.ended");
		const forget = () =>
			parts.commands.forget(spec.id).catch((cause: unknown) => parts.log.debug(`spool ${spec.id}: ${String(cause)}`));
		switch (outcome.kind) {
			case "exited":
				return {
					kind: "ended",
					exitCode: outcome.exitCode,
					durationMs: outcome.durationMs,
					stopped: false,
					output: withNote(
						outcome.output,
						outcome.timedOut ? `Ended after its time limit of ${spec.timeoutMs} ms.` : undefined,
					),
					forget,
				};
			case "stopped":
				return {
					kind: "ended",
					exitCode: stoppedExit,
					durationMs: outcome.durationMs,
					stopped: true,
					output: withNote(outcome.output, whyStopped(driver.goal())),
					forget,
				};
			case "unknown":
			case "notBegun":
				return { kind: outcome.kind, forget };
			case "notStarted":
				return { kind: "notStarted", reason: outcome.reason, forget };
		}
	} catch (cause) {
		if (follow.signal.aborted) return { kind: "detached", forget: async () => undefined };
		throw cause;
	} finally {
		watch.stop();
		over.abort();
		signal.removeEventListener("abort", onAbort);
	}
}

function wallsOf({ workspace }: Goal, { network }: RanInside) {
	return { workspace, network };
}

/** Why what runs is ended. */
export function stopReason(goal: Goal): string {
	return budgetHold(goal)
		? `Ended by the goal's limit of minutes: ${goal.budget.minutes} of working time were used.`
		: "Stopped by the person.";
}

/** Nothing new begins in it. */
export function isStopped(goal: Goal): boolean {
	return goal.end !== undefined || goalHold(goal) !== undefined;
}

/** What had begun is to end, too: also what an earlier daemon was told to stop and could not any more. */
export function isToStop(goal: Goal): boolean {
	return goal.end !== undefined || holds(goal).some((hold) => hold.now);
}

const stopAgainMs = 50;

/** A command that is about to begin has nothing yet that could be stopped, so it is told until it is over. */
async function stopUntil(over: AbortSignal, { commands, log }: PerformParts, id: string): Promise<void> {
	while (!over.aborted) {
		await commands.stop(id).catch((cause) => log.warn(`${id} could not be stopped`, cause));
		await sleep(stopAgainMs);
	}
}

function withNote({ path, ...kept }: CommandOutput, note: string | undefined): Output {
	const output: Output = path === "" ? kept : { ...kept, path };
	const key = output.tail ? "tail" : "head";
	const lines = [output[key], ...[encodingNote(kept.encoding), note].flatMap((one) => (one ? `[${one}]` : []))];
	return lines.length === 1 ? output : { ...output, [key]: lines.join("\n") };
}

function encodingNote(encoding: string | undefined): string | undefined {
	if (encoding === undefined) return undefined;
	if (encoding === "binary") return "The bytes are kept as they came; a person can open them as this output's file.";
	return `This is not UTF-8. It was read as ${encoding}; the bytes are kept as they came.`;
}
