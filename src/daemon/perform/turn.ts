import { adaptedKey } from "../../core/adapted.ts";
import { agentKind, agentsOwnModel } from "../../core/agentKinds.ts";
import type { EventOf, GoalEvent } from "../../core/events.ts";
import type { Goal, Thread } from "../../core/goal.ts";
import type { MessageId, ThreadId } from "../../core/ids.ts";
import { formatModelRef, isSameModel } from "../../core/modelRef.ts";
import { readsMessages } from "../../core/rules/threads.ts";
import type { Usage } from "../../core/values.ts";
import type { Turn, TurnOutcome } from "../agents/agent.ts";
import { partArriving } from "../agents/reasoningInText.ts";
import type { StopReason } from "../engine/driver.ts";
import { skipReflection } from "../engine/enact.ts";
import { nothingUsed, reservedUsage } from "../engine/turnUsage.ts";
import { knowsSkills } from "../guidance/guidance.ts";
import { readSkillName } from "../guidance/readSkill.ts";
import { imagesFolder, readKeptImage } from "../images/imageFiles.ts";
import type { Tool } from "../tools/tool.ts";
import { toolsOf } from "../tools/toolsOf.ts";
import { answered } from "./answered.ts";
import { isToStop, stopReason } from "./command.ts";
import { type Compacted, compact, contextWindow } from "./compaction.ts";
import { giveGuidance } from "./guidance.ts";
import { type Silent, watchHeartbeat } from "./heartbeat.ts";
import type { ActivityContext } from "./parts.ts";
import { requested } from "./requestedCall.ts";
import { retryStalledTurn } from "./retryStalledTurn.ts";
import { correction, roleAnswers } from "./roleAnswers.ts";
import { askedFirst, isRunning, noServers, serversOf } from "./servers.ts";
import { type SpokenTurn, spokenIn, unspoken } from "./spokenTurn.ts";
import { chargedFor, failureEvents, isWorthWaiting } from "./turnFailure.ts";
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
	const agent = parts.agentFor(thread.assignment);
	// Before anybody listens for a sign of life: reading files and starting servers is none of the agent's silence.
	// One that is taken up from an earlier daemon was told and asked before.
	const isTakenUp = turn.epoch !== driver.epoch;
	const isTold = isTakenUp || turn.purpose === "compaction" || isToStop(goal) || thread.state === "closed";
	if (!isTold) await giveGuidance(context, thread, agent);
	const isOver = isToStop(driver.goal()) || thread.state === "closed";
	const { outlivesDaemon } = agentKind(thread.assignment);
	const servers = !parts.mcp || turn.purpose === "compaction" || isOver ? noServers : await serversOf(context, thread);
	const isLookedAt = !isTakenUp && (outlivesDaemon || !signal.aborted);
	if (isLookedAt && (servers.asks.length > 0 || servers.facts.length > 0)) {
		await driver.recordFact((now) => askedFirst(now, threadId, turn.turnId, servers));
		if (servers.asks.length > 0) return;
	}
	const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
	const model = formatModelRef(thread.assignment);
	const retried = new AbortController();
	const over = new AbortController();
	const ends = AbortSignal.any([signal, retried.signal, over.signal]);
	const about: Silent = { subject: turn.turnId, what: model, stepId: thread.stepId, threadId };
	const watch = watchHeartbeat({ parts, driver }, about, {
		events: (now, since) => retryStalledTurn(now, about, since, parts.silenceMs!, parts.newId, used()),
		after: () => retried.abort(),
	});
	const show = (text: string, reasoning: boolean) => parts.onDelta(goal, threadId, turn.turnId, text, reasoning);
	const arriving = partArriving(show);
	const onDelta = (text: string, reasoning: boolean) => {
		watch.sign();
		if (reasoning) show(text, true);
		else arriving(text);
	};
	const { session, used, rest } = openSession({ ...context, signal: ends }, thread, turn.turnId, {
		onText: onDelta,
		onSign: watch.sign,
	});
	// An agent whose turn went on without a daemon is told itself that it is over.
	const isStopped = isOver && !outlivesDaemon;
	if (isOver) over.abort("stop" satisfies StopReason);
	const transcript = await driver.transcript(threadId);
	const tools = toolsOf(goal, thread, [...parts.tools, ...servers.tools], parts.delegateDepth);
	const asked: Turn = {
		goal,
		thread,
		step,
		transcript,
		readImage: (image) => readKeptImage(imagesFolder(parts.dataFolder, goal.goalId), image),
		contextWindow: contextWindow(goal, thread, parts),
		tools: knowsSkills(transcript) ? tools : tools.filter(({ name }) => name !== readSkillName),
		servers: servers.reaches,
		async serversToStart() {
			const isAsRunning = servers !== noServers && isRunning(thread);
			const toStart = isAsRunning ? await serversOf(context, thread, true) : servers;
			if (toStart.asks.length === 0) return toStart.reaches;
			await driver.recordFact((now) => askedFirst(now, threadId, turn.turnId, toStart));
			return undefined;
		},
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
	const cannotBegin = isStopped || (ends.aborted && !outlivesDaemon);
	const outcome: TurnOutcome = cannotBegin
		? { kind: "aborted" }
		: await agent.takeTurn(asked, ends).finally(watch.stop);
	watch.stop();
	if (outcome.kind === "left") return;
	const left = rest();
	const ended = outcome.kind === "aborted" ? { ...outcome, used: outcome.used ?? used() } : withRest(outcome, left);
	const messageId = parts.newId<MessageId>("m");
	const speaks = agentKind(thread.assignment).runsTools === "agent";
	const spoken = speaks ? spokenIn(await driver.transcript(threadId), thread, turn.turnId) : unspoken;
	await driver.recordFact((now) => {
		const current = now.threads[threadId];
		if (current?.turn?.turnId !== turn.turnId) return [];
		const { text, reasoning } = left;
		const unsaid = ended.kind === "answered" || (text === "" && reasoning === "");
		const message: GoalEvent[] = unsaid
			? []
			: [{ type: "message.added", messageId, threadId, from: thread.role, text, reasoning: reasoning || undefined }];
		return [...left.events, ...message, ...outcomeEvents(now, current, ended, asked.tools, parts, spoken)];
	});
	// What the agent asked and did not wait for, it is told.
	over.abort("stop" satisfies StopReason);
}

/** What an agent that speaks within its turn said last belongs to its answer. */
function withRest<T extends TurnOutcome>(outcome: T, { text, reasoning }: { text: string; reasoning: string }): T {
	if (outcome.kind !== "answered") return outcome;
	const before = [outcome.reasoning, reasoning].filter(Boolean).join("\n\n");
	return { ...outcome, text: [text, outcome.text].filter(Boolean).join("\n\n"), reasoning: before || undefined };
}

type Parts = ActivityContext["parts"];

function outcomeEvents(
	goal: Goal,
	thread: Thread,
	outcome: Exclude<TurnOutcome, { kind: "left" }>,
	tools: readonly Tool[],
	parts: Parts,
	spoken: SpokenTurn,
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
	const isAsAsked =
		thread.assignment.model === agentsOwnModel || isSameModel(thread.assignment.model, outcome.answered);
	if (outcome.answered !== thread.substitute && !isAsAsked) {
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
	if (thread.purpose !== "work") {
		const whole = { ...answer, text: [...spoken.texts, text].join("\n\n") };
		return [...events, ...roleAnswers[thread.purpose](goal, thread, whole, parts)];
	}
	if (calls.length > maxCalls) events.push(correction(thread, tooMany(calls.length), parts));
	if (calls.length > 0)
		return [...events, ...calls.slice(0, maxCalls).map((call) => requested(call, thread, turn.turnId, tools, parts))];
	const isSaid = text.trim() !== "";
	const last = { ...answer, ...(isSaid ? {} : { text: spoken.texts.at(-1) ?? "", refused: spoken.refused }) };
	return [...events, ...withoutCall(goal, thread, last, parts)];
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

/** The turn ends before its model was asked. */
export async function neverAsked({ driver }: ActivityContext, threadId: ThreadId): Promise<void> {
	await driver.recordFact((goal) => {
		const thread = goal.threads[threadId];
		return thread?.turn ? [interrupted(thread, "The goal's folder is not in its place.", nothingUsed)] : [];
	});
}

/** Calls of one answer that are taken. */
const maxCalls = 100;

function tooMany(count: number): string {
	return `Your answer asked for ${count} calls. The first ${maxCalls} are carried out, in order; the others were not looked at. Ask for them again once you have read the results.`;
}
