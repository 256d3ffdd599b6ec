import { adaptedKey } from "../../core/adapted.ts";
import type { EventOf, GoalEvent } from "../../core/events.ts";
import type { Goal, Thread } from "../../core/goal.ts";
import type { HoldId, MessageId, ThreadId } from "../../core/ids.ts";
import { formatModelRef, isSameModel } from "../../core/modelRef.ts";
import { mayCompact } from "../../core/rules/contextWindow.ts";
import { readsMessages } from "../../core/rules/threads.ts";
import type { Usage } from "../../core/values.ts";
import type { Turn, TurnOutcome } from "../agents/agent.ts";
import { partArriving } from "../agents/reasoningInText.ts";
import { consentNeeded, windowNeeded } from "../editor/editorFailure.ts";
import { skipReflection } from "../engine/enact.ts";
import { nothingUsed, reservedUsage } from "../engine/turnUsage.ts";
import { knowsSkills } from "../guidance/guidance.ts";
import { readSkillName } from "../guidance/readSkill.ts";
import type { Tool } from "../tools/tool.ts";
import { toolsOf } from "../tools/toolsOf.ts";
import { answered } from "./answered.ts";
import { isToStop, stopReason } from "./command.ts";
import { type Compacted, compact, contextWindow, seemingWindow } from "./compaction.ts";
import { childEnded } from "./delegation.ts";
import { giveGuidance } from "./guidance.ts";
import { type Silent, watchHeartbeat } from "./heartbeat.ts";
import { liftOf } from "./lift.ts";
import type { ActivityContext } from "./parts.ts";
import { requested } from "./requestedCall.ts";
import { retryStalledTurn } from "./retryStalledTurn.ts";
import { correction, roleAnswers } from "./roleAnswers.ts";
import { askedFirst, noServers, serversOf } from "./servers.ts";
import { openSession } from "./turnSession.ts";
import { withoutCall } from "./workAnswer.ts";

/**
 * One turn of a thread: its intent, `turn.started`, is in the log already. The agent answers; what it said and asked for
 * is appended in one transaction with the turn's outcome, so that no answer is half there.
 */
export async function performTurn(context: ActivityContext, threadId: ThreadId): Promise<void> {
	const { parts, driver, signal } = context;
	const goal = driver.goal();
	const thread = goal.threads[threadId];
	const turn = thread?.turn;
	if (!thread || !turn) return;
	const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
	const model = formatModelRef(thread.assignment);
	const retried = new AbortController();
	const ends = AbortSignal.any([signal, retried.signal]);
	const about: Silent = { subject: turn.turnId, what: model, stepId: thread.stepId, threadId };
	const watch = watchHeartbeat({ parts, driver }, about, {
		events: (now, since) => retryStalledTurn(now, about, since, parts.silenceMs!, parts.newId),
		after: () => retried.abort(),
	});
	const show = (text: string, reasoning: boolean) => parts.onDelta(goal, threadId, turn.turnId, text, reasoning);
	const arriving = partArriving(show);
	const onDelta = (text: string, reasoning: boolean) => {
		watch.sign();
		if (reasoning) show(text, true);
		else arriving(text);
	};
	const { session, used } = openSession({ ...context, signal: ends }, thread, turn.turnId, {
		onText: onDelta,
		onSign: watch.sign,
	});
	const isStopped = isToStop(goal);
	const servers =
		!parts.mcp || turn.purpose === "compaction" || isStopped ? noServers : await serversOf(context, thread);
	if (servers.asks.length > 0 || servers.facts.length > 0) {
		await driver.recordFact((now) => askedFirst(now, threadId, turn.turnId, servers));
		if (servers.asks.length > 0) return watch.stop();
	}
	const agent = parts.agentFor(thread.assignment);
	if (turn.purpose !== "compaction" && !isStopped) await giveGuidance(context, thread, agent);
	const transcript = await driver.transcript(threadId);
	const tools = toolsOf(goal, thread, [...parts.tools, ...servers.tools], parts.delegateDepth);
	const asked: Turn = {
		goal,
		thread,
		step,
		transcript,
		contextWindow: contextWindow(goal, thread, parts),
		tools: knowsSkills(transcript) ? tools : tools.filter(({ name }) => name !== readSkillName),
		servers: servers.reaches,
		onSign: watch.sign,
		async onAdapted(adapted) {
			const told = { turnId: turn.turnId, threadId, asked: thread.assignment, ...adapted };
			await driver.recordFact(({ adapted: known = [] }) =>
				known.includes(adaptedKey(told)) ? [] : [{ type: "provider.adapted", ...told }],
			);
		},
		onDelta,
		session,
	};
	if (turn.purpose === "compaction" && !isStopped) {
		const compacted = await compact({ ...context, signal: ends }, asked).finally(watch.stop);
		await driver.recordFact((now) => {
			const current = now.threads[threadId];
			return current?.turn?.turnId === turn.turnId ? compactionEvents(now, current, compacted) : [];
		});
		return;
	}
	const outcome: TurnOutcome =
		isStopped || ends.aborted ? { kind: "aborted" } : await agent.takeTurn(asked, ends).finally(watch.stop);
	watch.stop();
	const ended = outcome.kind === "aborted" ? { ...outcome, used: outcome.used ?? used() } : outcome;
	await driver.recordFact((now) => {
		const current = now.threads[threadId];
		if (current?.turn?.turnId !== turn.turnId) return [];
		return outcomeEvents(now, current, ended, asked.tools, parts);
	});
}

type Parts = ActivityContext["parts"];

function outcomeEvents(
	goal: Goal,
	thread: Thread,
	outcome: TurnOutcome,
	tools: readonly Tool[],
	parts: Parts,
): GoalEvent[] {
	const { threadId } = thread;
	const turn = thread.turn!;
	if (outcome.kind === "aborted") {
		const charged = outcome.used ? reservedUsage(turn, outcome.used) : nothingUsed;
		return [interrupted(thread, stopReason(goal), charged)];
	}
	if (outcome.kind === "unsent") {
		const reason =
			"Its prompt is longer than was reserved for it, so it was not sent. What it needs is reserved again.";
		return [{ ...interrupted(thread, reason, nothingUsed), promptTokens: outcome.promptTokens }];
	}
	if (outcome.kind === "failed") {
		const passes = thread.purpose === "reflect" && !isWorthWaiting(thread, outcome);
		const failed = failureEvents(goal, thread, outcome, parts);
		if (!passes) return failed;
		const reason = `The model could not be asked: ${outcome.reason}`;
		return [...failed.filter((event) => event.type === "provider.failed"), ...skipReflection(goal, reason)];
	}
	const events: GoalEvent[] = [completed(thread, outcome)];
	if (outcome.answered !== thread.substitute && !isSameModel(thread.assignment.model, outcome.answered)) {
		const { answered: by } = outcome;
		events.push({ type: "model.substituted", turnId: turn.turnId, threadId, asked: thread.assignment, answered: by });
	}
	const answer = answered(outcome, thread, tools);
	const { text, reasoning, calls } = answer;
	if (text !== "" ? !(!readsMessages(thread) && calls.length > 0) : reasoning !== undefined && calls.length === 0) {
		const messageId = parts.newId<MessageId>("m");
		events.push({ type: "message.added", messageId, threadId, from: thread.role, text, reasoning });
	}
	if (goal.end || thread.state === "closed") return events;
	if (thread.purpose !== "work") return [...events, ...roleAnswers[thread.purpose](goal, thread, answer, parts)];
	if (calls.length > maxCalls) events.push(correction(thread, tooMany(calls.length), parts));
	if (calls.length > 0)
		return [...events, ...calls.slice(0, maxCalls).map((call) => requested(call, thread, turn.turnId, tools, parts))];
	return [...events, ...withoutCall(goal, thread, answer, parts)];
}

/** What the thread's summary cost, and what it says. A call that failed costs the summary, not the thread. */
function compactionEvents(goal: Goal, thread: Thread, { event, answer, failure, used }: Compacted): GoalEvent[] {
	const reason = failure?.reason ?? stopReason(goal);
	const turn = answer
		? completed(thread, answer)
		: interrupted(
				thread,
				reason,
				failure ? chargedFor(thread, failure) : used ? reservedUsage(thread.turn!, used) : nothingUsed,
			);
	return event && !goal.end && thread.state === "active" ? [turn, event] : [turn];
}

function completed(thread: Thread, outcome: TurnOutcome & { kind: "answered" }): GoalEvent {
	return {
		type: "turn.completed",
		turnId: thread.turn!.turnId,
		threadId: thread.threadId,
		asked: thread.assignment,
		answered: outcome.answered,
		usage: outcome.usage,
		price: outcome.price,
		finish: outcome.finish,
		// A summary stands in no conversation.
		signed: thread.turn?.purpose === "compaction" ? undefined : outcome.signed,
	};
}

function interrupted(thread: Thread, reason: string, charged: Usage): EventOf<"turn.interrupted"> {
	return { type: "turn.interrupted", turnId: thread.turn!.turnId, threadId: thread.threadId, reason, charged };
}

/** The provider refused, or was never reached: nothing was used. An answer that broke off may have been paid for whole. */
function chargedFor(thread: Thread, { code, used }: TurnOutcome & { kind: "failed" }): Usage {
	return code === "cutOff" ? reservedUsage(thread.turn!, used) : (used ?? nothingUsed);
}

/** The turn ends before its model was asked. */
export async function neverAsked({ driver }: ActivityContext, threadId: ThreadId): Promise<void> {
	await driver.recordFact((goal) => {
		const thread = goal.threads[threadId];
		return thread?.turn ? [interrupted(thread, "The goal's folder is not in its place.", nothingUsed)] : [];
	});
}

/** A short wait, once. */
function isWorthWaiting(thread: Thread, outcome: TurnOutcome & { kind: "failed" }): boolean {
	const isShort = (outcome.retryAfterMs ?? 0) <= reflectionWaitMs;
	return outcome.retryable && outcome.code !== "unreachable" && thread.failures === 0 && isShort;
}

const reflectionWaitMs = 5000;

/** Calls of one answer that are taken. */
const maxCalls = 100;

function tooMany(count: number): string {
	return `Your answer asked for ${count} calls. The first ${maxCalls} are carried out, in order; the others were not looked at. Ask for them again once you have read the results.`;
}

/** Failures in a row that a turn bears with short waits; from then on the thread is held, ever longer. */
const shortRetries = 3;
/** A wait of this length that the provider asks for is shown from the first on, and can be cut short. */
const shownWaitMs = 2000;
const longestWaitMs = 15 * 60_000;

function neededKey(provider: string, code: string): { provider: string; refused?: boolean } | undefined {
	if (code === "keyNeeded") return { provider };
	return code === "unauthorized" ? { provider, refused: true } : undefined;
}

/** A window of VS Code that has it, and may use it, lets the thread go on. */
function neededModel({ assignment }: Thread, code: string): { model: string } | undefined {
	const { provider, model } = assignment;
	return code === windowNeeded || code === consentNeeded ? { model: formatModelRef({ provider, model }) } : undefined;
}

function failureEvents(
	_goal: Goal,
	thread: Thread,
	outcome: TurnOutcome & { kind: "failed" },
	parts: Parts,
): GoalEvent[] {
	const now = parts.clock.now();
	const failures = thread.failures + 1;
	const backoff = Math.min(longestWaitMs, 1000 * 2 ** (failures - 1));
	const waitMs = Math.max(outcome.retryAfterMs ?? 0, backoff);
	const at = new Date(now + waitMs).toISOString();
	const isTooLong = outcome.code === "contextLength";
	// A prompt that is refused for its length is met with a compaction, once.
	const isAskedToWait = (outcome.retryAfterMs ?? 0) >= shownWaitMs;
	const holds = isTooLong ? !mayCompact(thread) : !outcome.retryable || isAskedToWait || failures > shortRetries;
	const failed: GoalEvent = {
		type: "provider.failed",
		turnId: thread.turn!.turnId,
		threadId: thread.threadId,
		provider: thread.assignment.provider,
		code: outcome.code,
		reason: outcome.reason,
		status: outcome.status,
		retryAt: outcome.retryable ? at : undefined,
		contextWindow: isTooLong ? (outcome.contextWindow ?? seemingWindow(thread)) : undefined,
		charged: chargedFor(thread, outcome),
	};
	if (!holds) return [failed];
	// Whoever asked for a sub-agent learns why there is no report, and decides what to do without it.
	const needsModel = neededModel(thread, outcome.code);
	if (thread.parentCallId && !outcome.retryable && !needsModel)
		return [failed, ...childEnded(thread, false, outcome.reason, now)];
	return [
		failed,
		{
			type: "hold.placed",
			holdId: parts.newId<HoldId>("h"),
			cause: outcome.code === "rateLimited" ? "quota" : "provider",
			reason: `${formatModelRef(thread.assignment)}: ${outcome.reason} ${liftOf(outcome.code, outcome.retryable, thread.role)}`,
			wakeAt: outcome.retryable ? at : undefined,
			threadId: thread.threadId,
			needsKey: neededKey(thread.assignment.provider, outcome.code),
			needsModel,
			now: false,
		},
	];
}
