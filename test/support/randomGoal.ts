import assert from "node:assert/strict";
import type { EventOf, GoalEvent, RecordedEvent } from "../../src/core/events.ts";
import { evolve, newGoal, record } from "../../src/core/folds/evolve.ts";
import type { Check, Goal, Thread, ToolCall } from "../../src/core/goal.ts";
import type { CheckId, HoldId, RunId, StepId, ThreadId, ToolCallId } from "../../src/core/ids.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import { delegateTool, isDelegation, threadDepth } from "../../src/core/rules/delegations.ts";
import { folderHold, goalHold, turnHolds } from "../../src/core/rules/holds.ts";
import { finalReviewIsDue, isAtItsEnd, reviewIsStuck } from "../../src/core/rules/reviews.ts";
import { assignmentFor, reviewerOf } from "../../src/core/rules/roster.ts";
import { decide } from "../../src/daemon/engine/decide.ts";
import { enact } from "../../src/daemon/engine/enact.ts";
import { type Activity, type AutomaticEvent, type Effect, next } from "../../src/daemon/engine/next.ts";
import { asking } from "../../src/daemon/engine/questions/question.ts";
import type { Request } from "../../src/daemon/engine/requests/request.ts";
import { childEnded } from "../../src/daemon/perform/delegation.ts";
import { writePlan } from "../../src/daemon/plan/writePlan.ts";
import { engineLimits } from "./engineLimits.ts";
import { goalId, launchPlaybook, launchPrompt, person } from "./simulation.ts";

/**
 * Random histories of a goal: people who ask for anything at any time, activities that end in any way, daemons that die in
 * between. What is decided is drawn from a stream of numbers, so that a failing history shrinks. Each moment at which
 * only activities are left is looked at.
 */
export interface Moment {
	readonly goal: Goal;
	/** The whole log until now. */
	readonly log: readonly RecordedEvent[];
	/** What next names after this moment's facts. */
	readonly effects: readonly Effect[];
	readonly wakeAt?: number;
	readonly told: readonly GoalEvent[];
}

export function tell(numbers: readonly number[], look: (moment: Moment) => void): void {
	let at = 0;
	const draw = (below: number) => (numbers[at++] ?? 0) % below;
	const more = () => at < numbers.length;
	let ids = 0;
	const newId = <T extends string>(prefix: string) => `${prefix}-${++ids}` as T;
	let now = 1_000_000;
	let epoch = 1;
	let goal = newGoal(goalId);
	const log: RecordedEvent[] = [];
	const limits = { ...engineLimits, parallelSteps: 1 + draw(3) };

	const append = (given: readonly GoalEvent[]) => {
		const told: GoalEvent[] = [];
		const place = (events: readonly GoalEvent[]) => {
			for (const event of events) {
				told.push(event);
				for (const one of record(goal, epoch, new Date(now).toISOString(), [event])) {
					log.push(one);
					goal = evolve(goal, one);
				}
			}
		};
		place(given);
		for (let round = 0; ; round++) {
			assert.ok(round < 500, `facts follow each other without end: ${JSON.stringify(told.slice(-4))}`);
			const { effects, wakeAt } = next(goal, epoch, now, limits);
			const automatic = effects.find(isAutomatic);
			if (!automatic) return look({ goal, log, effects, wakeAt, told });
			const facts = enact(goal, automatic, newId, now, limits);
			assert.ok(facts.length > 0, `${automatic.kind} gave no events`);
			place(facts);
		}
	};

	const reviewed = draw(2) === 0;
	const launched =
		draw(2) === 0
			? launchPlaybook(playbook(draw), { checks: draw(2) ? ["read all"] : [], reviewed })
			: launchPrompt("Do it", { reviewed });
	const autonomy = draw(3) === 0 ? ("supervised" as const) : ("aware" as const);
	append(
		launched.map((event) =>
			event.type === "goal.launched" ? { ...event, settings: { ...event.settings, autonomy } } : event,
		),
	);
	while (more()) {
		now += [1000, 1000, 30_000_000, 100_000_000][draw(4)]!;
		const choice = draw(11);
		if (choice === 0) epoch++;
		if (choice === 10) append(takesTurns(goal, draw, newId));
		else if (choice <= 2) append(asks(goal, draw, newId, now));
		else {
			const activities = next(goal, epoch, now, limits).effects.filter(
				(effect): effect is Activity => !isAutomatic(effect),
			);
			append(activities.length === 0 ? [] : carryOut(goal, activities[draw(activities.length)]!, draw, newId, now));
		}
	}
}

type Draw = (below: number) => number;
type NewId = <T extends string>(prefix: string) => T;

function playbook(draw: Draw) {
	return Array.from({ length: 1 + draw(3) }, (_, index) => ({
		id: `s${index}`,
		commands: Array.from({ length: draw(3) }, (__, at) => `make ${index} ${at}`),
		checks: Array.from({ length: draw(3) }, (__, at) => `read ${index} ${at}`),
		needs: index > 0 && draw(2) ? [`s${draw(index)}`] : [],
	}));
}

/** What the daemon places and lifts, so that goals take turns. */
function takesTurns(goal: Goal, draw: Draw, newId: NewId): readonly GoalEvent[] {
	const held = turnHolds(goal);
	if (goal.end) return [];
	if (held.length > 0 && draw(4) > 0) return held.map(({ holdId }) => ({ type: "hold.lifted", holdId }));
	const cause = draw(2) ? "queue" : "workspace";
	const startsOnly = draw(3) === 0 || undefined;
	return [{ type: "hold.placed", holdId: newId<HoldId>("h"), cause, reason: "x", startsOnly, now: false }];
}

/** Something that a person asks for, now and without knowing what would work. */
function asks(goal: Goal, draw: Draw, newId: NewId, now: number): readonly GoalEvent[] {
	const steps = Object.keys(goal.steps) as StepId[];
	const stepId = draw(4) === 0 ? undefined : steps[draw(Math.max(1, steps.length))];
	const [approval] = Object.values(goal.approvals).slice(draw(2));
	const requests: readonly Request[] = [
		{ kind: "pause", now: draw(2) === 0 },
		{ kind: "resume" },
		{ kind: "resume" },
		{ kind: "cancel" },
		{ kind: "retry", stepId },
		{ kind: "retry", stepId },
		{ kind: "rerun", stepId },
		{ kind: "skip", stepId },
		{ kind: "runChecks" },
		{ kind: "send", text: "Hello" },
		{ kind: "replan" },
		{ kind: "editPlan", markdown: editedPlan(goal, draw) },
		...(approval
			? Array.from({ length: 12 }, (): Request => {
					const answer = approval.options[draw(approval.options.length)] ?? "approve";
					const values =
						draw(4) === 0 ? undefined : { price: { input: draw(3), output: draw(9) }, tokens: 1 + draw(100_000) };
					return { kind: "answer", approvalId: approval.approvalId, answer, scope: "once", values };
				})
			: []),
	];
	try {
		return decide(requests[draw(requests.length)]!, goal, { by: person, newId, now });
	} catch (cause) {
		if (isRefusal(cause)) return [];
		throw cause;
	}
}

/** Some of what has not begun goes, and something else comes. */
function editedPlan(goal: Goal, draw: Draw): string {
	const [head = "", ...steps] = writePlan(goal).split(/^(?=## )/m);
	const kept = steps.filter((text) => !text.includes("state: pending") || draw(3) > 0);
	return [head, ...kept, `## New ${draw(1000)}\nneeds: none\n\n\`\`\`check\nread ${draw(9)}\n\`\`\`\n`].join("");
}

/** A piece of an activity as its performer would append it: an intent, or one of the outcomes it may have. */
function carryOut(goal: Goal, activity: Activity, draw: Draw, newId: NewId, now: number): readonly GoalEvent[] {
	switch (activity.kind) {
		case "turn": {
			const thread = goal.threads[activity.threadId];
			return thread?.turn ? turnEvents(goal, thread, draw, newId, now) : [];
		}
		case "call": {
			const call = goal.calls[activity.toolCallId];
			return call ? callEvents(goal, call, draw, newId, now) : [];
		}
		case "check": {
			const check = goal.checks[activity.checkId];
			return check ? checkEvents(goal, check, draw, newId, now) : [];
		}
		case "endAgent": {
			const process = goal.threads[activity.threadId]?.process?.number ?? 1;
			return [{ type: "agent.ended", threadId: activity.threadId, process, reason: "Its thread is done." }];
		}
		case "background": {
			const begun = goal.background?.[activity.toolCallId];
			if (!begun) return [];
			const { toolCallId, threadId, stepId, run } = begun;
			const output = { head: "", tail: "", bytes: 0, sha256: "" };
			return [{ type: "background.ended", toolCallId, threadId, stepId, run, exitCode: 0, durationMs: 1, output }];
		}
		case "snapshot":
			return snapshotEvents(goal, draw);
		case "finish": {
			if (draw(5) === 0) return [fileChanged([]), ...snapshotEvents(goal, () => 0)];
			const isDone = isAtItsEnd(goal) && !finalReviewIsDue(goal) && !reviewIsStuck(goal);
			return isDone && !goal.end && !goalHold(goal) ? [{ type: "goal.completed", verified: true }] : [];
		}
		case "review": {
			const step = activity.stepId ? goal.steps[activity.stepId] : undefined;
			const threadId = newId<ThreadId>("t");
			const about = { threadId, role: "reviewer", stepId: activity.stepId, attempt: step?.attempt };
			return [{ type: "thread.opened", ...about, assignment: reviewerOf(goal)!, purpose: "review" }];
		}
		case "undo":
			return [];
		case "folder": {
			const hold = folderHold(goal);
			return hold ? [{ type: "hold.lifted", holdId: hold.holdId }] : [];
		}
	}
}

const output = { head: "", tail: "", bytes: 0, sha256: "" };
const usage = { inputTokens: 1, outputTokens: 1, costUsd: null };

function turnEvents(goal: Goal, thread: Thread, draw: Draw, newId: NewId, now: number): readonly GoalEvent[] {
	const { threadId } = thread;
	const { turnId } = thread.turn!;
	const about = { turnId, threadId };
	const completed = {
		type: "turn.completed",
		...about,
		asked: thread.assignment,
		answered: "m",
		usage,
		finish: "x",
	} as const;
	const message = (from: string): GoalEvent => ({
		type: "message.added",
		messageId: newId("m"),
		threadId,
		from,
		text: "x",
	});
	const isBuiltIn = thread.assignment.provider === "builtin";
	const trouble = isBuiltIn ? 9 : draw(8);
	if (trouble === 0) return [{ type: "turn.interrupted", ...about, reason: "x", charged: usage }];
	if (trouble <= 2) {
		const retryAt = trouble === 1 ? new Date(now + 5000).toISOString() : undefined;
		const failed: GoalEvent = {
			type: "provider.failed",
			...about,
			provider: "l",
			code: "x",
			reason: "x",
			retryAt,
			charged: usage,
		};
		const held: GoalEvent = {
			type: "hold.placed",
			holdId: newId<HoldId>("h"),
			cause: "provider",
			reason: "x",
			wakeAt: retryAt,
			threadId,
			now: false,
		};
		return retryAt && draw(2) ? [failed] : [failed, held];
	}
	if (goal.end || thread.state === "closed") return [completed];
	if (thread.purpose === "review" || thread.purpose === "reflect") {
		if (draw(4) === 0) return [completed, message("daemon")];
		if (thread.purpose === "reflect")
			return [
				completed,
				{ type: "reflection.written", summary: "x", reflection: "x" },
				{ type: "thread.closed", threadId },
			];
		const { stepId, attempt } = thread;
		const verdict = (["pass", "pass", "soft", "hard"] as const)[draw(4)]!;
		const said = { verifier: "x", coverage: "x", gaps: "", summary: "x" };
		return [
			completed,
			{ type: "review.completed", stepId, attempt, threadId, verdict, ...said },
			{ type: "thread.closed", threadId },
		];
	}
	if (thread.parentThreadId && draw(3) === 0) return [completed, ...childEnded(thread, draw(3) > 0, "x", now)];
	if (thread.stepId === undefined) {
		if (draw(3) === 0) return [completed, message("daemon")];
		const [plan] = launchPlaybook(playbook(draw)).filter((event) => event.type === "plan.proposed") as [
			EventOf<"plan.proposed">,
		];
		const steps = plan.steps.map((step) => ({
			...step,
			actions: undefined,
			confidence: draw(3) ? ("high" as const) : ("low" as const),
		}));
		return [
			completed,
			{ ...plan, steps, revision: goal.planRevision + 1, threadId },
			{ type: "thread.closed", threadId },
		];
	}
	const step = goal.steps[thread.stepId]!;
	const isOver = thread.parentThreadId ? false : isBuiltIn ? thread.done >= (step.actions?.length ?? 0) : draw(3) === 0;
	if (isOver)
		return [completed, { type: "step.reported", stepId: step.stepId, attempt: thread.attempt ?? 1, report: "x" }];
	const calls = Array.from({ length: isBuiltIn ? 1 : 1 + draw(3) }, (): GoalEvent => {
		const isDelegated = !isBuiltIn && draw(4) === 0;
		const effect = isBuiltIn || (!isDelegated && draw(2)) ? "outside" : "none";
		return {
			type: "tool.requested",
			toolCallId: newId<ToolCallId>("c"),
			...about,
			stepId: step.stepId,
			attempt: thread.attempt,
			name: isDelegated ? delegateTool : "runCommand",
			args: {},
			effect,
			summary: "make",
		};
	});
	return [completed, ...calls];
}

function callEvents(goal: Goal, call: ToolCall, draw: Draw, newId: NewId, now: number): readonly GoalEvent[] {
	const { toolCallId } = call;
	const completed = (ok: boolean, refused?: string): GoalEvent => ({
		type: "tool.completed",
		toolCallId,
		ok,
		durationMs: 1,
		output,
		refused,
	});
	if (call.decided) return [completed(false, "decided")];
	if (call.state === "started") {
		if (goal.end || goalHold(goal)) {
			if (draw(3) === 0) return [{ type: "tool.interrupted", toolCallId, outcome: "notBegun", reason: "x" }];
		}
		const how = draw(6);
		if (how === 0) return [{ type: "tool.interrupted", toolCallId, outcome: "unknown", reason: "x" }];
		return [completed(how > 2)];
	}
	if (goal.end || goalHold(goal)) return [];
	if (isDelegation(call)) return delegationEvents(goal, call, draw, newId) ?? [completed(false, "refused")];
	if (call.effect === "none") return [completed(draw(4) > 0)];
	if (call.state === "approved" || draw(3) > 0) return [{ type: "tool.started", toolCallId, run: call.run + 1 }];
	if (draw(4) === 0) return [completed(false, "refused")];
	return [
		{ ...asking("call", newId, now), ...asked, kind: "tool", toolCallId, stepId: call.stepId, threadId: call.threadId },
	];
}

/** The call begins and its child is there; nothing, where the parent is over or deep enough. */
function delegationEvents(goal: Goal, call: ToolCall, draw: Draw, newId: NewId): readonly GoalEvent[] | undefined {
	const parent = goal.threads[call.threadId]!;
	if (parent.state !== "active" || threadDepth(goal, parent) >= 2 || draw(6) === 0) return undefined;
	const { toolCallId, threadId: parentThreadId } = call;
	const { stepId, attempt } = parent;
	const assignment = assignmentFor(goal, "researcher");
	const child = { threadId: newId<ThreadId>("t"), role: "researcher", stepId, attempt, assignment };
	return [
		{ type: "tool.started", toolCallId, run: call.run + 1 },
		{ type: "thread.opened", ...child, parentThreadId, parentCallId: toolCallId, title: "x" },
		{ type: "message.added", messageId: newId("m"), threadId: child.threadId, from: "goal", text: "x" },
	];
}

const asked = { summary: "x", command: "make", reasons: [], digest: "d", options: ["approve", "deny"] };

function checkEvents(goal: Goal, check: Check, draw: Draw, newId: NewId, now: number): readonly GoalEvent[] {
	const { checkId, command } = check;
	if (check.state === "running") {
		const runId = check.run!.runId;
		const how = draw(8);
		if (how === 0) return [{ type: "check.interrupted", checkId, runId, outcome: "unknown", reason: "x" }];
		if (how === 1 && (goal.end || goalHold(goal)))
			return [{ type: "check.interrupted", checkId, runId, outcome: "stopped", reason: "x" }];
		const ok = how > 3;
		return [{ type: "check.completed", checkId, runId, command, ok, exitCode: ok ? 0 : 1, output, durationMs: 1 }];
	}
	if (goal.end || goalHold(goal)) return [];
	if (check.approved === undefined && draw(4) === 0)
		return [
			{ ...asking("check", newId, now), ...asked, kind: "tool", checkId: checkId as CheckId, stepId: check.stepId },
		];
	return [{ type: "check.started", checkId, runId: `${checkId}.${check.runs + 1}` as RunId, command }];
}

function snapshotEvents(goal: Goal, draw: Draw): readonly GoalEvent[] {
	const toolCallIds = goal.files.unaccounted.map((writer) => writer.id);
	if (draw(6) === 1) return [{ type: "snapshot.failed", reason: "x", toolCallIds, passing: draw(2) === 0 }];
	const taken: GoalEvent = { type: "snapshot.taken", tree: `tree-${goal.seq}`, toolCallIds, skipped: [] };
	return draw(2) ? [fileChanged(toolCallIds), taken] : [taken];
}

function fileChanged(toolCallIds: string[]): GoalEvent {
	return {
		type: "file.changed",
		path: "a",
		status: "modified",
		toolCallIds,
		by: toolCallIds.length > 0 ? "agent" : "outside",
	};
}

const activities = new Set<string>(["turn", "call", "check", "snapshot", "review", "finish", "undo", "folder"]);

export function isAutomatic(effect: Effect): effect is AutomaticEvent {
	return !activities.has(effect.kind);
}
