import type { EventOf } from "../events.ts";
import { type Goal, outputTail, type Thread, type ToolCall } from "../goal.ts";
import { imageChars } from "../rules/budget.ts";
import { likeness } from "../rules/stagnation.ts";
import { readsMessages } from "../rules/threads.ts";
import { latinLength } from "../textTokens.ts";
import { without, withThread, withUse } from "./change.ts";
import type { Folds } from "./fold.ts";
import { account, addWriter, overtakeChecks } from "./writers.ts";

/** Tool calls: asked for, begun, over, or cut off in the middle. */
export const callFolds: Folds<"tool"> = {
	"tool.requested": (goal, e) => ({
		...goal,
		calls: {
			...goal.calls,
			[e.toolCallId]: {
				toolCallId: e.toolCallId,
				threadId: e.threadId,
				stepId: e.stepId,
				attempt: e.attempt,
				name: e.name,
				args: e.args,
				effect: e.effect,
				summary: e.summary,
				state: "requested",
				epoch: 0,
				run: 0,
				...(e.owner === "agent" && { owner: e.owner, agentCallId: e.agentCallId }),
				...(e.unasked && { unasked: e.unasked }),
			},
		},
		usage: { ...goal.usage, toolCalls: goal.usage.toolCalls + 1 },
	}),
	"tool.started": (goal, e) => {
		const call = goal.calls[e.toolCallId];
		if (!call) return goal;
		const started: ToolCall = {
			...call,
			state: "started",
			epoch: e.epoch,
			run: e.run,
			edit: e.edit,
			sandbox: e.sandbox,
		};
		const files =
			call.effect === "none"
				? goal.files
				: { ...goal.files, writers: addWriter(goal.files.writers, { id: e.toolCallId, stepId: call.stepId }) };
		return withUse({ ...goal, calls: { ...goal.calls, [e.toolCallId]: started }, files }, e);
	},
	"tool.writeStarted": (goal) => goal,
	"tool.completed": (goal, e) => {
		const call = goal.calls[e.toolCallId];
		if (!call) return goal;
		const passed = e.ok || call.decided?.answer === "skip" || call.decided?.answer === "verify";
		// A call whose thread ended before it began has not failed: it was never tried.
		const tried = call.state === "started" || goal.threads[call.threadId]?.state === "active";
		const next = withThread(
			{
				...goal,
				calls: without(goal.calls, e.toolCallId),
				files: account(goal, e.toolCallId),
				counts: e.ok || !tried ? goal.counts : { ...goal.counts, errors: goal.counts.errors + 1 },
			},
			call.threadId,
			(earlier) => {
				const before = isAct(call, e) ? { ...earlier, acts: (earlier.acts ?? 0) + 1, rejected: 0 } : earlier;
				const thread =
					!readsMessages(before) || call.name === "updateTodos" ? before : { ...before, same: sameAs(before, call, e) };
				const said = latinLength(e.output.head) + latinLength(e.output.tail);
				const newChars = thread.newChars + said + imageChars(e.images);
				if (passed) return { ...thread, newChars, done: thread.done + 1 };
				if (!tried) return thread;
				return { ...thread, newChars, failed: { toolCallId: e.toolCallId, reason: e.refused ?? failureOf(call, e) } };
			},
		);
		return withUse(untrackedCall(next, call), e);
	},
	"tool.interrupted": (goal, e) => {
		const call = goal.calls[e.toolCallId];
		if (!call) return goal;
		if (e.outcome === "notBegun") {
			const again: ToolCall = { ...call, state: call.approved ? "approved" : "requested", edit: undefined };
			return { ...goal, calls: { ...goal.calls, [e.toolCallId]: again }, files: account(goal, e.toolCallId) };
		}
		const interrupted: Goal = {
			...goal,
			calls: { ...goal.calls, [e.toolCallId]: { ...call, state: "unknown" } },
			files: account(goal, e.toolCallId),
			counts: { ...goal.counts, errors: goal.counts.errors + 1 },
		};
		return untrackedCall(interrupted, call);
	},
};

/**
 * Something was carried out, or a person or the policy decided about it. A list of what is to do is no act, nor is an
 * edit that does not fit, or what names no tool.
 */
function isAct(call: ToolCall, { ok, refused, invalid }: EventOf<"tool.completed">): boolean {
	if (invalid || call.name === "updateTodos") return false;
	return ok || refused !== undefined || call.state === "started" || call.effect === "none";
}

/** A call that goes as the one before it went counts on. */
function sameAs({ same }: Thread, call: ToolCall, e: EventOf<"tool.completed">): Thread["same"] {
	const result = `${e.output.head}\n${e.output.tail}`;
	const seen = e.images?.map(({ sha256 }) => sha256) ?? [];
	const known = likeness([call.name, call.args, ...seen], [e.ok, e.exitCode ?? "", result]);
	if (same?.likeness === known) return { ...same, times: same.times + 1 };
	const named = call.name === "runCommand" ? call : { ...call, summary: `${call.name} ${call.summary}` };
	const summary = e.ok ? `\`${named.summary}\`` : failureOf(named, e);
	return { likeness: known, times: 1, summary, told: false };
}

function failureOf(call: ToolCall, event: EventOf<"tool.completed">): string {
	const code = event.exitCode === undefined ? "failed" : `ended with exit code ${event.exitCode}`;
	const tail = outputTail(event.output, 400).trim();
	return `\`${call.summary}\` ${code}${tail ? `: ${tail}` : "."}`;
}

/** Where nothing is looked at, every call that ends may have changed what a check stands for. */
function untrackedCall(goal: Goal, call: ToolCall): Goal {
	const isUntracked = goal.files.untracked !== undefined && !goal.files.retry;
	return isUntracked && call.effect !== "none" && call.state === "started" ? overtakeChecks(goal) : goal;
}
