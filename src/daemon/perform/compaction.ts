import type { GoalEvent, RecordedEvent } from "../../core/events.ts";
import type { Goal, Thread } from "../../core/goal.ts";
import { charsPerToken, fitsAgain, imageChars, promptTokens } from "../../core/rules/budget.ts";
import { windowOf } from "../../core/rules/contextWindow.ts";
import type { ThreadSummary } from "../../core/threadSummary.ts";
import type { Usage } from "../../core/values.ts";
import type { Turn, TurnOutcome } from "../agents/agent.ts";
import { keptImages } from "../agents/promptMessages.ts";
import { threadAccount } from "../agents/threadAccount.ts";
import { compactedText, readSummary } from "../agents/threadSummary.ts";
import { whyEnded } from "../agents/whyEnded.ts";
import type { ActivityContext } from "./parts.ts";

/**
 * A thread that has become too long for its model is summed up: by the model itself, in one answer without tools, and by
 * the daemon, which knows what was carried out. What comes of it is an event from which prompts begin, so that it is made
 * once and survives a restart. Whatever the model answers, the thread goes on: the daemon's own account is enough.
 */
export interface Compacted {
	/** Undefined when it was told to stop: then the thread is compacted when it goes on. */
	readonly event: GoalEvent | undefined;
	/** Of the model's answers, usable or not. */
	readonly answer: (TurnOutcome & { kind: "answered" }) | undefined;
	readonly failure: (TurnOutcome & { kind: "failed" }) | undefined;
	/** By a call that was told to stop; absent where there was an answer, which counts it too. */
	readonly used?: Usage;
}

export async function compact({ parts, driver, signal }: ActivityContext, turn: Turn): Promise<Compacted> {
	const { goal, thread, transcript, step } = turn;
	const ofStep = step ? await driver.stepEvents(step.stepId, ["file.changed", "check.completed"]) : [];
	const share = partChars(turn.contextWindow);
	const account = threadAccount(transcript, ofStep, share);
	let answer: Compacted["answer"];
	let failure: Compacted["failure"];
	let summary: ThreadSummary | undefined;
	let problem: string | undefined;
	for (let tries = 0; tries < 2 && !summary && !failure; tries++) {
		const outcome = await parts
			.agentFor(thread.assignment)
			.takeTurn({ ...turn, compaction: { account, problem } }, signal);
		if (outcome.kind === "left") throw new Error("a summary was asked of an agent that keeps its own thread");
		if (outcome.kind === "unsent") throw new Error("a summary was asked for with a reservation of a turn");
		if (outcome.kind === "aborted") {
			const { used } = outcome;
			return { event: undefined, answer: answer && used ? withUsage(answer, used) : answer, failure: undefined, used };
		}
		if (outcome.kind === "failed") {
			if (answer && outcome.used) answer = withUsage(answer, outcome.used);
			failure = outcome;
			problem = outcome.reason;
			break;
		}
		answer = answer ? withUsage(outcome, answer.usage) : outcome;
		const ended = whyEnded(outcome.finish);
		const read = ended === undefined ? readSummary(outcome.text, share) : { problem: ended };
		if (!("problem" in read)) summary = read;
		else problem = read.problem;
		// What was reserved is for one answer.
		if (!fitsAgain(driver.goal(), thread)) break;
	}
	const upTo = lastTurnBegan(transcript) - 1;
	const event: GoalEvent = {
		type: "thread.compacted",
		threadId: thread.threadId,
		upTo,
		summary,
		account,
		problem: summary ? undefined : (problem ?? "The model gave no summary."),
		chars:
			compactedText({ summary, account }).length +
			charsLeft(transcript, upTo) +
			goal.prompt.length +
			imageChars(keptImages(transcript, upTo)),
	};
	return { event, answer, failure };
}

/** What a model reads of the thread, with what refusals have taught. */
export function contextWindow(goal: Goal, thread: Thread, parts: ActivityContext["parts"]): number | undefined {
	return windowOf(goal, thread.assignment, parts.windowOf(thread.assignment));
}

/** When a provider refuses a prompt for its length and does not say what would do: less than this. */
export function seemingWindow(thread: Thread): number {
	return Math.max(1000, Math.floor(promptTokens(thread) * 0.75));
}

/** The summary and the daemon's account may each have this share of the window. */
const partShare = 0.15;
const longestPartChars = 12_000;

function partChars(window: number | undefined): number {
	return window === undefined ? longestPartChars : Math.min(longestPartChars, window * partShare * charsPerToken);
}

/** The newest turn of the work stays as it was said. */
function lastTurnBegan(transcript: readonly RecordedEvent[]): number {
	const begun = new Map(
		transcript.flatMap((event) =>
			event.type === "turn.started" && event.purpose === undefined ? [[event.turnId, event.seq] as const] : [],
		),
	);
	const last = transcript.findLast((event) => event.type === "turn.completed" && begun.has(event.turnId));
	return last?.type === "turn.completed" ? begun.get(last.turnId)! : (transcript.at(-1)?.seq ?? 0) + 1;
}

function charsLeft(transcript: readonly RecordedEvent[], upTo: number): number {
	let chars = 0;
	for (const event of transcript) {
		if (event.seq <= upTo) continue;
		if (event.type === "message.added" || event.type === "tool.completed") chars += imageChars(event.images);
		if (event.type === "message.added") chars += event.text.length;
		else if (event.type === "tool.requested") chars += JSON.stringify(event.args).length;
		else if (event.type === "tool.completed") chars += event.output.head.length + event.output.tail.length;
	}
	return chars;
}

function withUsage(answer: TurnOutcome & { kind: "answered" }, more: Usage): TurnOutcome & { kind: "answered" } {
	return { ...answer, usage: sum(answer.usage, more) };
}

function sum(one: Usage, other: Usage): Usage {
	return {
		inputTokens: one.inputTokens + other.inputTokens,
		outputTokens: one.outputTokens + other.outputTokens,
		costUsd: one.costUsd === null || other.costUsd === null ? null : one.costUsd + other.costUsd,
		cachedInputTokens: plus(one.cachedInputTokens, other.cachedInputTokens),
		cacheWriteTokens: plus(one.cacheWriteTokens, other.cacheWriteTokens),
		reasoningTokens: plus(one.reasoningTokens, other.reasoningTokens),
		estimated: one.estimated || other.estimated,
	};
}

function plus(one: number | undefined, other: number | undefined): number | undefined {
	return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}
