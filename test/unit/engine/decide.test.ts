import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import { evolveAll, newGoal, record } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import type { ApprovalId, CheckId, HoldId, RunId, StepId, ThreadId, ToolCallId } from "../../../src/core/ids.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import { type GoalState, goalState, goalStates } from "../../../src/core/rules/goalState.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import { enact } from "../../../src/daemon/engine/enact.ts";
import { next } from "../../../src/daemon/engine/next.ts";
import { askToRun } from "../../../src/daemon/engine/questions/tool.ts";
import type { Request } from "../../../src/daemon/engine/requests/request.ts";
import { engineLimits } from "../../support/engineLimits.ts";
import { goalId, launchPlaybook, launchPrompt, person } from "../../support/simulation.ts";

/** One goal a state: a step that is done and one under way, unless the state says otherwise. */
const begun: readonly GoalEvent[] = [
	...launchPlaybook(
		[
			{ id: "a", commands: ["make a"], checks: ["read a"] },
			{ id: "b", commands: ["make b"], needs: ["a"] },
		],
		{ checks: ["read all"] },
	),
	{ type: "plan.approved", revision: 1 },
	...attempt("a", "t-a"),
	{ type: "step.reported", stepId: id("a"), attempt: 1, report: "Done." },
	{
		type: "check.completed",
		checkId: "a.1" as CheckId,
		runId: "r" as RunId,
		command: "read a",
		ok: true,
		exitCode: 0,
		output: { head: "", tail: "", bytes: 0, sha256: "" },
		durationMs: 1,
	},
	{ type: "step.completed", stepId: id("a"), attempt: 1, verified: true },
	{ type: "thread.closed", threadId: "t-a" as ThreadId },
	...attempt("b", "t-b"),
];
const waiting: GoalEvent = {
	type: "approval.requested",
	approvalId: "a-1" as ApprovalId,
	kind: "tool",
	summary: "Run it",
	command: "make b",
	risk: "write",
	reasons: [],
	digest: "d",
	options: ["approve", "deny"],
	toolCallId: "c-1" as ToolCallId,
	stepId: id("b"),
	files: {},
	goalScope: "this",
};
const asked: readonly GoalEvent[] = [
	{
		type: "tool.requested",
		toolCallId: "c-1" as ToolCallId,
		threadId: "t-b" as ThreadId,
		turnId: "u-1" as never,
		stepId: id("b"),
		attempt: 1,
		name: "runCommand",
		args: {},
		effect: "outside",
		summary: "make b",
	},
	waiting,
];
const hold = (cause: "person" | "provider"): GoalEvent => ({
	type: "hold.placed",
	holdId: "h-1" as HoldId,
	cause,
	reason: "Held.",
	now: false,
});
const states: Readonly<Record<GoalState, readonly GoalEvent[]>> = {
	queued: launchPrompt(),
	planning: [
		...launchPrompt(),
		{ type: "thread.opened", threadId: "t-p" as ThreadId, role: "planner", assignment: { provider: "l", model: "m" } },
	],
	running: begun,
	awaiting_approval: [...begun, ...asked],
	paused: [...begun, hold("person")],
	blocked: [...begun, hold("provider")],
	completed: [...begun, { type: "goal.completed", verified: true }],
	failed: [...begun, { type: "goal.failed", reason: "It failed." }],
	cancelled: [...begun, { type: "goal.cancelled", by: person }],
};

const answer = { kind: "answer", approvalId: "a-1" as ApprovalId, answer: "approve", scope: "once" } as const;

/** A row a request; a column a state, in the order of `goalStates`: `+` is carried out, `-` is refused with a sentence. */
const table: readonly (readonly [string, Request, string])[] = [
	["pause", { kind: "pause", now: false }, "++++-+---"],
	["pause now", { kind: "pause", now: true }, "++++++---"],
	["resume", { kind: "resume" }, "----++---"],
	["cancel", { kind: "cancel" }, "++++++---"],
	["delete", { kind: "delete" }, "------+++"],
	["retry a step that is done", { kind: "retry", stepId: id("a") }, "---------"],
	["retry a step that is open", { kind: "retry", stepId: id("b") }, "---++++++"],
	["retry what is stuck", { kind: "retry" }, "------+++"],
	["rerun a step that is done", { kind: "rerun", stepId: id("a") }, "---++++++"],
	["rerun a step that is open", { kind: "rerun", stepId: id("b") }, "---++++++"],
	["skip a step that is done", { kind: "skip", stepId: id("a") }, "---------"],
	["skip a step that is open", { kind: "skip", stepId: id("b") }, "--++++-++"],
	["skip a step that is not there", { kind: "skip", stepId: id("nine") }, "---------"],
	["answer", answer, "---+-----"],
	["answer with what is no option", { ...answer, answer: "perhaps" }, "---------"],
	["answer what has changed", { ...answer, digest: "other" }, "---------"],
	["send a message", { kind: "send", text: "Hello" }, "-+-------"],
	["send nothing", { kind: "send", text: " " }, "---------"],
	["send to a thread that is not there", { kind: "send", text: "x", threadId: "t-x" as ThreadId }, "---------"],
	["run the checks", { kind: "runChecks" }, "--+++++--"],
	["run a check that is not there", { kind: "runChecks", checkId: "none" as CheckId }, "---------"],
	["raise a limit", { kind: "raise", by: { turns: 1 } }, "++++++---"],
	["raise a limit that there is not", { kind: "raise", by: { usd: 1 } }, "---------"],
];

describe("what a person may do", () => {
	for (const state of goalStates) {
		it(`a goal that is ${state} is one`, () => assert.equal(goalState(goalIn(state)), state));
	}

	for (const [name, request, columns] of table) {
		for (const [at, state] of goalStates.entries()) {
			const isAllowed = columns[at] === "+";
			it(`${isAllowed ? "may" : "may not"} ${name} while the goal is ${state}`, () => {
				const goal = goalIn(state);
				if (!isAllowed) return assert.throws(() => decide(request, goal, context), isSentence);
				const events = decide(request, goal, context);
				assert.ok(events.length > 0, "nothing would happen");
				const after = evolveAll(goal, record(goal, 1, goal.updatedAt, events));
				assert.doesNotThrow(() => next(after, 1, 0, engineLimits));
			});
		}
	}

	it("learns of the first answer when it answers again", () => {
		const goal = goalIn("awaiting_approval");
		const answered = evolveAll(
			goal,
			record(goal, 1, goal.updatedAt, decide({ ...answer, answer: "deny" }, goal, context)),
		);
		assert.throws(() => decide(answer, answered, context), /^Refusal: Already answered: deny, by test, at 1970-.*\.$/);
	});

	it("cannot answer what has expired, nor what no longer counts", () => {
		const goal = goalIn("awaiting_approval");
		const [approval] = Object.values(goal.approvals);
		const old: Goal = { ...goal, approvals: { ["a-1" as ApprovalId]: { ...approval!, expiresAt: goal.launchedAt } } };
		assert.throws(() => decide(answer, old, { ...context, now: Date.parse(goal.launchedAt) }), /expired.*anew/);
		const superseded: GoalEvent = { type: "approval.superseded", approvalId: answer.approvalId, reason: "x" };
		const gone = evolveAll(goal, record(goal, 1, goal.updatedAt, [superseded]));
		assert.throws(() => decide(answer, gone, context), /no longer counts/);
	});

	it("sets aside what waits, and takes it up again, without deciding anything; what was answered cannot be", () => {
		const goal = goalIn("awaiting_approval");
		const { approvalId } = answer;
		const put = (from: Goal, aside: boolean) =>
			evolveAll(from, record(from, 1, from.updatedAt, decide({ kind: "setAside", approvalId, aside }, from, context)));
		const later = put(goal, true);
		assert.equal(later.approvals[approvalId]?.setAside?.by, "test");
		assert.equal(goalState(later), "awaiting_approval");
		assert.deepEqual(decide({ kind: "setAside", approvalId, aside: true }, later, context), []);
		assert.equal(put(later, false).approvals[approvalId]?.setAside, undefined);
		const answered = evolveAll(later, record(later, 1, later.updatedAt, decide(answer, later, context)));
		assert.throws(() => decide({ kind: "setAside", approvalId, aside: true }, answered, context), /Already answered/);
	});

	for (const [act, ends] of [
		["deny", ["approval.answered"]],
		["skip", ["approval.superseded", "step.skipped"]],
	] as const)
		it(`is not waited for beyond a deadline whose act is ${act}; nothing happens before it`, () => {
			const goal = goalIn("awaiting_approval");
			const [approval] = Object.values(goal.approvals);
			const at = new Date(60_000).toISOString();
			const due: Goal = { ...goal, approvals: { [answer.approvalId]: { ...approval!, deadline: { at, act } } } };
			assert.deepEqual(next(due, 1, 59_999, engineLimits).wakeAt, 60_000);
			const [effect] = next(due, 1, 60_000, engineLimits).effects.filter(({ kind }) => kind === "overdue");
			const events = enact(due, effect as never, context.newId, 60_000, engineLimits);
			assert.deepEqual(
				events.map(({ type }) => type),
				ends,
			);
			const [first] = events;
			if (first?.type === "approval.answered")
				assert.deepEqual(
					[first.answer, first.by.client, first.reason],
					["deny", "the deadline", "Nobody answered in time."],
				);
		});

	it("asks with the deadline of the risk that is asked about, and without one where none is set", () => {
		const ask = (risk: "write" | "network") =>
			askToRun(
				{},
				{ risk, kind: "command", tool: "t", summary: "s", reasons: [], files: {} } as never,
				{ kind: "ask", reasons: [] },
				context.newId,
				0,
				{
					network: { minutes: 2, act: "skip" },
				},
			).deadline;
		assert.deepEqual(ask("network"), { at: "1970-01-01T00:02:00.000Z", act: "skip" });
		assert.equal(ask("write"), undefined);
	});

	it("waits until what ran in a step has ended before it begins the step again", () => {
		const started: GoalEvent = { type: "tool.started", toolCallId: "c-1" as ToolCallId, run: 1 };
		const events = [...begun, asked[0]!, started, { type: "goal.cancelled", by: person } as const];
		const goal = evolveAll(newGoal(goalId), record(newGoal(goalId), 1, new Date(0).toISOString(), events));
		assert.throws(() => decide({ kind: "retry", stepId: id("b") }, goal, context), /still ending/);
	});

	it("finds nothing in a goal that was deleted or never was", () => {
		assert.throws(() => decide({ kind: "pause", now: false }, newGoal(goalId), context), isSentence);
		assert.throws(
			() => decide({ kind: "pause", now: false }, { ...goalIn("failed"), deleted: true }, context),
			isSentence,
		);
	});
});

const context = { by: person, newId: <T extends string>(prefix: string) => `${prefix}-new` as T };

/** One sentence that a person can read: it begins like one, ends like one, and holds nothing of the machine. */
function isSentence(cause: unknown): boolean {
	assert.ok(isRefusal(cause), String(cause));
	assert.match(cause.message, /^[A-Z“][^\n]*\.$/);
	assert.doesNotMatch(cause.message, /undefined|null|\[object/);
	return true;
}

function goalIn(state: GoalState): Goal {
	const start = newGoal(goalId);
	const goal = evolveAll(start, record(start, 1, new Date(0).toISOString(), states[state]));
	return { ...goal, budget: { turns: 9 } };
}
function id(name: string): StepId {
	return name as StepId;
}
function attempt(step: string, threadId: string): GoalEvent[] {
	return [
		{ type: "step.started", stepId: id(step), attempt: 1, threadId: threadId as ThreadId },
		{
			type: "thread.opened",
			threadId: threadId as ThreadId,
			role: "implementer",
			stepId: id(step),
			attempt: 1,
			assignment: { provider: "builtin", model: "playbook" },
		},
	];
}
