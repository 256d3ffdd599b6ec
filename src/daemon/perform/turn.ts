import type { GoalEvent } from "../../protocol/events.ts";
import type { Goal, Thread } from "../../protocol/goal.ts";
import type { HoldId, MessageId, ThreadId, ToolCallId } from "../../protocol/ids.ts";
import { formatModelRef } from "../../protocol/modelRef.ts";
import { rejectedLimit } from "../../protocol/readiness.ts";
import type { ToolEffect, Usage } from "../../protocol/values.ts";
import type { ProposedCall, TurnOutcome } from "../agents/agent.ts";
import { parsePlan } from "../agents/parsePlan.ts";
import type { Tool } from "../tools/tool.ts";
import { isToStop } from "./command.ts";
import type { Performing } from "./parts.ts";
import { watchSilence } from "./silence.ts";

/**
 * One turn of a thread: its intent, `turn.started`, is in the log already. The agent answers; what it said and asked for
 * is appended in one transaction with the turn's outcome, so that no answer is half there.
 */
export async function performTurn({ parts, driver, signal }: Performing, threadId: ThreadId): Promise<void> {
	const goal = driver.goal();
	const thread = goal.threads[threadId];
	const turn = thread?.turn;
	if (!thread || !turn) return;
	const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
	const model = formatModelRef(thread.assignment);
	const watch = watchSilence({ parts, driver }, { subject: turn.turnId, what: model, stepId: thread.stepId, threadId });
	const outcome: TurnOutcome = isToStop(goal)
		? { kind: "aborted" }
		: await parts
				.agentFor(thread.assignment)
				.takeTurn(
					{
						goal,
						thread,
						step,
						transcript: await driver.transcript(threadId),
						tools: step ? parts.tools : [],
						onDelta(text, reasoning) {
							watch.sign();
							parts.onDelta(goal, threadId, turn.turnId, text, reasoning);
						},
					},
					signal,
				)
				.finally(watch.stop);
	watch.stop();
	await driver.recordFact((now) => {
		const current = now.threads[threadId];
		if (current?.turn?.turnId !== turn.turnId) return [];
		return outcomeEvents(now, current, outcome, parts);
	});
}

type Parts = Performing["parts"];

function outcomeEvents(goal: Goal, thread: Thread, outcome: TurnOutcome, parts: Parts): GoalEvent[] {
	const { threadId } = thread;
	const turn = thread.turn!;
	const reserved: Usage = { inputTokens: turn.reserved.tokens, outputTokens: 0, costUsd: turn.reserved.usd };
	if (outcome.kind === "aborted") {
		return [
			{ type: "turn.interrupted", turnId: turn.turnId, threadId, reason: "It was told to stop.", charged: reserved },
		];
	}
	if (outcome.kind === "failed") return failureEvents(goal, thread, outcome, parts);
	const events: GoalEvent[] = [
		{
			type: "turn.completed",
			turnId: turn.turnId,
			threadId,
			asked: thread.assignment,
			answered: outcome.answered,
			usage: outcome.usage,
			price: outcome.price,
			finish: outcome.finish,
		},
	];
	const isBuiltIn = thread.assignment.provider === "builtin";
	if (outcome.text !== "" && !(isBuiltIn && outcome.calls.length > 0)) {
		events.push({
			type: "message.added",
			messageId: parts.newId<MessageId>("m"),
			threadId,
			from: thread.role,
			text: outcome.text,
			reasoning: outcome.reasoning,
		});
	}
	if (goal.end || thread.state === "closed") return events;
	if (thread.stepId === undefined) return [...events, ...planEvents(goal, thread, outcome.text, parts)];
	if (outcome.calls.length > 0) {
		return [...events, ...outcome.calls.map((call) => requested(call, thread, turn.turnId, parts))];
	}
	if (outcome.finish === "length" && thread.rejected + 1 < rejectedLimit) {
		return [
			...events,
			correction(thread, "Your answer was cut off at its length limit. Go on, in smaller parts.", parts),
		];
	}
	// Something was said to the agent while it answered: it gets a turn to read it before its word counts.
	if (thread.unread > 0) return events;
	const report = outcome.text.trim() || "The agent ended its work without a report.";
	const { stepId } = thread;
	return [
		...events,
		{ type: "step.reported", stepId, attempt: thread.attempt ?? 1, report },
		{ type: "evidence.added", kind: "report", text: report, stepId, threadId },
	];
}

function planEvents(goal: Goal, thread: Thread, text: string, parts: Parts): GoalEvent[] {
	const plan = parsePlan(text);
	if ("problem" in plan) {
		return [correction(thread, `${plan.problem} Answer again with the whole plan.`, parts)];
	}
	const asked = goal.settings.checks.map((command, index) => ({
		checkId: checkId(`goal.asked.${index + 1}`),
		command,
	}));
	return [
		{
			type: "plan.proposed",
			revision: goal.planRevision + 1,
			summary: plan.summary,
			title: plan.title,
			steps: plan.steps,
			checks: [...asked, ...plan.checks],
			threadId: thread.threadId,
		},
		{ type: "thread.closed", threadId: thread.threadId },
	];
}

/** What the daemon tells an agent whose answer could not be used. */
function correction({ threadId }: Thread, text: string, parts: Parts): GoalEvent {
	return { type: "message.added", messageId: parts.newId<MessageId>("m"), threadId, from: "daemon", text };
}

function checkId(id: string): Goal["checks"][keyof Goal["checks"]]["checkId"] {
	return id as Goal["checks"][keyof Goal["checks"]]["checkId"];
}

const effects: Readonly<Record<Tool["kind"], ToolEffect>> = {
	read: "none",
	todo: "none",
	edit: "workspace",
	command: "outside",
};

function requested(
	call: ProposedCall,
	thread: Thread,
	turnId: NonNullable<Thread["turn"]>["turnId"],
	parts: Parts,
): GoalEvent {
	const tool = parts.tools.find((candidate) => candidate.name === call.name);
	const args = isRecord(call.args) && !call.malformed ? call.args : {};
	return {
		type: "tool.requested",
		toolCallId: parts.newId<ToolCallId>("c"),
		threadId: thread.threadId,
		turnId,
		stepId: thread.stepId,
		attempt: thread.attempt,
		name: call.name,
		args: call.malformed ? { malformed: call.malformed } : args,
		effect: tool ? effects[tool.kind] : "none",
		summary: summarize(tool, args) ?? call.name,
	};
}

/** A summary is for people; arguments that do not fit are answered when the call is carried out. */
function summarize(tool: Tool | undefined, args: Record<string, unknown>): string | undefined {
	try {
		return (tool?.summarize as ((args: unknown) => string) | undefined)?.(args);
	} catch {
		return undefined;
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Failures in a row that a turn bears with short waits; from then on the thread is held, ever longer. */
const shortRetries = 3;
const longestWaitMs = 15 * 60_000;

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
	const holds = !outcome.retryable || failures > shortRetries;
	const failed: GoalEvent = {
		type: "provider.failed",
		turnId: thread.turn!.turnId,
		threadId: thread.threadId,
		provider: thread.assignment.provider,
		code: outcome.code,
		reason: outcome.reason,
		status: outcome.status,
		retryAt: outcome.retryable ? at : undefined,
		// The provider refused or never answered: nothing was used. A stream that broke off may have been paid for.
		charged:
			outcome.code === "cutOff"
				? { inputTokens: thread.turn!.reserved.tokens, outputTokens: 0, costUsd: thread.turn!.reserved.usd }
				: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
	};
	if (!holds) return [failed];
	return [
		failed,
		{
			type: "hold.placed",
			holdId: parts.newId<HoldId>("h"),
			cause: outcome.code === "rateLimited" ? "quota" : "provider",
			reason: `${formatModelRef(thread.assignment)}: ${outcome.reason}`,
			wakeAt: outcome.retryable ? at : undefined,
			threadId: thread.threadId,
			now: false,
		},
	];
}
