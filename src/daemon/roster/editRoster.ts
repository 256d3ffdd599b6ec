import { agentKind } from "../../core/agentKinds.ts";
import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Hold, Step, Thread } from "../../core/goal.ts";
import type { StepId, ThreadId } from "../../core/ids.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { Refusal, refuse } from "../../core/refusal.ts";
import { calls } from "../../core/rules/calls.ts";
import { goalRefusal } from "../../core/rules/controls.ts";
import { holds } from "../../core/rules/holds.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import {
	assignmentFor,
	instructionsOf,
	isSameChoice,
	reviewerOf,
	roleInstructions,
	rosterOf,
} from "../../core/rules/roster.ts";
import { undoUnderWay } from "../../core/rules/stepControls.ts";
import { planSteps } from "../../core/rules/steps.ts";
import { threads } from "../../core/rules/threads.ts";
import type { Actor, Assignment, RosterEdit, RosterReach } from "../../core/values.ts";
import { reviewerOnMeans, roleOffMeans } from "../../core/words/roleOff.ts";
import { requireWorkers } from "./requireProviders.ts";

/**
 * Who works from now on. An edit never touches a call in flight, nor what past attempts ran with; the person says how far
 * it reaches, and is told beforehand what that means. Pure.
 */
export interface RosterRequest {
	readonly edits: readonly RosterEdit[];
	/** Without it: the steps to come, and at once what a provider keeps waiting. */
	readonly apply?: RosterReach;
	/** The revision that the person saw; another one is refused, because the answer would be to something else. */
	readonly revision?: number;
	/** What steps that begin again changed so far is taken back first. */
	readonly undo?: boolean;
}

export function editRoster(request: RosterRequest, goal: Goal, by: Actor): GoalEvent[] {
	refuse(goalRefusal("editRoster", goal));
	if (request.revision !== undefined && request.revision !== goal.roster.revision) {
		throw new Refusal(
			"changedMeanwhile",
			`The roster was edited meanwhile; it is at revision ${goal.roster.revision}. Look at it again.`,
		);
	}
	if (goal.undo && request.apply === "restart-step") throw new Refusal("notNow", undoUnderWay);
	if (request.undo && request.apply !== "restart-step")
		throw new Refusal(
			"notRestarted",
			"Only what begins again has its changes taken back: choose restart-step with it.",
		);
	const roles = request.edits.map(({ role }) => role);
	const twice = roles.find((role, index) => roles.indexOf(role) !== index);
	if (twice) throw new Refusal("twice", `The role ${twice} is named twice. Say once who works in it.`);
	requireWorkers(request.edits);
	for (const { role, enabled } of request.edits)
		if (enabled === false && !rolesOf(goal).has(role))
			throw new Refusal(
				"unknownRole",
				`The goal has no ${role} to turn off. Its roles: ${[...rolesOf(goal)].join(", ")}.`,
			);
	const after = edited(goal, request.edits);
	if (JSON.stringify(after.roster.assignments) === JSON.stringify(goal.roster.assignments))
		throw new Refusal("empty", "The roster is already like that.");
	const { assignments, revision } = after.roster;
	const apply = reachOf(request, goal, after);
	const affected = apply === "future" ? [] : affectedThreads(goal, after);
	return [
		{ type: "roster.edited", revision, assignments: [...assignments], apply, by },
		...affected.flatMap((thread) =>
			apply === "restart-step" ? restart(goal, thread, by, request.undo) : freed(goal, thread, by),
		),
	];
}

/** Those that the roster names, those that steps are for, and those that are there without either. */
function rolesOf(goal: Goal): ReadonlySet<string> {
	const named = rosterOf(goal).map(({ role }) => role);
	return new Set([...named, ...planSteps(goal).map(({ role }) => role), "reviewer", "researcher"]);
}

/** Who waits for a provider need not wait any more when another one is named. */
function reachOf({ apply }: RosterRequest, goal: Goal, after: Goal): RosterReach {
	if (apply) return apply;
	return affectedThreads(goal, after).some((thread) => providerHolds(goal, thread).length > 0) ? "next-turn" : "future";
}

/** Steps that the edit begins again, in the order of the plan. */
export function restartedSteps({ edits, apply }: RosterRequest, goal: Goal): readonly StepId[] {
	if (apply !== "restart-step") return [];
	const steps = new Set(affectedThreads(goal, edited(goal, edits)).map(({ stepId }) => stepId));
	return planSteps(goal).flatMap(({ stepId }) => (steps.has(stepId) ? [stepId] : []));
}

/** What becomes of what the steps changed that begin again. */
export interface RestartUndo {
	readonly files: number;
	/** Of these, those that were changed since: they stay. */
	readonly left: number;
}

/** What the edit would do, in a sentence or a few: shown before it is confirmed, and with it. */
export function rosterEffect(request: RosterRequest, goal: Goal, undo?: RestartUndo): string {
	const after = edited(goal, request.edits);
	const apply = reachOf(request, goal, after);
	const roles = new Set(rosterOf(after).flatMap(({ role }) => (isSame(goal, after, role) ? [] : [role])));
	if (roles.size === 0) return "Nothing changes.";
	const off = [...roles].filter((role) => isOff(after, role) && !isOff(goal, role));
	const turned = off.map(roleOffMeans);
	if (reviewerOf(after) && !reviewerOf(goal)) turned.push(reviewerOnMeans);
	const later = planSteps(goal).filter(
		(step) => step.state === "pending" && !step.actions && roles.has(step.role) && !off.includes(step.role),
	);
	const active = affectedThreads(goal, after);
	const sentences = [...turned, ...active.map((thread) => activeEffect(goal, after, thread, apply, undo))];
	if (turned.length === roles.size) return sentences.join(" ");
	if (later.length > 0) sentences.push(`${stepsText(goal, later)} will use it.`);
	else if (!goal.plan) sentences.push("The steps of the plan to come will use it.");
	if (sentences.length > 0) return sentences.join(" ");
	return "No step that has not begun asks a model in that role; retries and later plans will use it.";
}

function activeEffect(goal: Goal, after: Goal, thread: Thread, apply: RosterReach, undo?: RestartUndo): string {
	const where = threadPlace(goal, thread);
	const old = formatModelRef(thread.assignment);
	if (apply === "future") return `${where} goes on with ${old} until its attempt ends.`;
	if (apply === "restart-step") {
		const again = thread.stepId ? `begins again as attempt ${(thread.attempt ?? 1) + 1}` : "begins again";
		return `${where} ${again} with ${formatModelRef(assignmentFor(after, thread.role))}; ${keptText(thread, undo)}`;
	}
	const turn = thread.turn ? `; the answer under way is still ${old}’s` : "";
	return `${where} uses it from its next turn${turn}.`;
}

function keptText({ stepId }: Thread, undo: RestartUndo | undefined): string {
	if (!undo || !stepId) return "what it changed so far is kept.";
	if (undo.files === 0) return "it has changed nothing that is recorded.";
	const stays = undo.left === 0 ? "" : `, except ${undo.left} changed since`;
	return `what was changed so far is taken back: ${undo.files === 1 ? "1 file" : `${undo.files} files`}${stays}.`;
}

/** The roster names it, and it is turned off. */
function isOff(goal: Goal, role: string): boolean {
	return rosterOf(goal).some((entry) => entry.role === role && !entry.enabled);
}

/** The goal as the edit leaves its roster. */
function edited(goal: Goal, edits: readonly RosterEdit[]): Goal {
	const assignments = new Map(goal.roster.assignments.map((one) => [one.role, one]));
	for (const edit of edits) assignments.set(edit.role, merge(assignments.get(edit.role), edit));
	return { ...goal, roster: { revision: goal.roster.revision + 1, assignments: [...assignments.values()] } };
}

function merge(before: Assignment | undefined, { inherits, ...edit }: RosterEdit): Assignment {
	const {
		provider,
		model,
		effort,
		from: _from,
		...rest
	} = before ?? { role: edit.role, enabled: true, source: "edit" };
	if (inherits) {
		const { instructions = rest.instructions, enabled = rest.enabled } = edit;
		return { ...rest, instructions, enabled, inherits: true, source: "edit", from: fromAfter(before, edit) };
	}
	const kept = edit.model === undefined ? { provider, model, effort } : {};
	const from = fromAfter(before, edit);
	return { ...rest, ...kept, inherits: undefined, ...withoutAbsent(edit), role: edit.role, source: "edit", from };
}

/** Of what was there before, only the role file whose instructions stay. */
function fromAfter(before: Assignment | undefined, edit: Pick<RosterEdit, "instructions">): string | undefined {
	return edit.instructions === undefined && before?.instructions !== undefined ? before.from : undefined;
}

function withoutAbsent<T extends object>(value: T): T {
	return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

function isSame(before: Goal, after: Goal, role: string): boolean {
	const of = (goal: Goal) => rosterOf(goal).find((entry) => entry.role === role);
	const [was, is] = [of(before), of(after)];
	const same = isSameChoice(assignmentFor(before, role), assignmentFor(after, role));
	return same && was?.enabled === is?.enabled && was?.instructions === is?.instructions;
}

/** Threads at work whose next turn would be another model's. */
function affectedThreads(goal: Goal, after: Goal): readonly Thread[] {
	return threads(goal).filter(
		(thread) =>
			thread.state === "active" &&
			agentKind(thread.assignment).takesRoles &&
			(!isSameChoice(thread.next ?? thread.assignment, assignmentFor(after, thread.role)) ||
				instructionsOf(goal, thread) !== roleInstructions(after, thread.role)),
	);
}

/** A thread that its provider kept waiting need not wait for it any more. */
function freed(goal: Goal, thread: Thread, by: Actor): GoalEvent[] {
	return providerHolds(goal, thread).map(({ holdId }) => ({ type: "hold.lifted", holdId, by }));
}

function providerHolds(goal: Goal, { threadId }: Thread): readonly Hold[] {
	return holds(goal).filter(
		(hold) => hold.threadId === threadId && (hold.cause === "provider" || hold.cause === "quota"),
	);
}

/** With `undo` the step is begun again when its changes have been taken back. */
function restart(goal: Goal, thread: Thread, by: Actor, undo?: boolean): GoalEvent[] {
	const { threadId, stepId } = thread;
	const step = stepId ? goal.steps[stepId] : undefined;
	const running = calls(goal).find(
		(call) => call.threadId === threadId && call.state === "started" && call.effect !== "none",
	);
	if (running) {
		throw new Refusal(
			"notNow",
			`${threadPlace(goal, thread)} runs \`${running.summary}\` right now, and that is never cut off by an edit. Try again when it has ended, or pause the goal with “now” first.`,
		);
	}
	const asked = Object.values(goal.approvals).filter(
		(approval) => approval.threadId === threadId || (stepId !== undefined && approval.stepId === stepId),
	);
	return [
		...freed(goal, thread, by),
		...asked.map(({ approvalId }) => ({
			type: "approval.superseded" as const,
			approvalId,
			reason: "Its step begins again with another agent.",
		})),
		...(step && undo ? [] : [begunAgain(step, threadId, by)]),
	];
}

function begunAgain(step: Step | undefined, threadId: ThreadId, by: Actor): GoalEvent {
	if (!step) return { type: "thread.closed", threadId };
	return { type: "step.retried", stepId: step.stepId, attempt: step.attempt, how: "rerun", by };
}

function threadPlace(goal: Goal, { stepId, role }: Thread): string {
	const step = stepId ? goal.steps[stepId] : undefined;
	if (!step) return `The ${role}`;
	return role === step.role ? `Step ${stepPosition(goal, step)}` : `The ${role} of step ${stepPosition(goal, step)}`;
}

function stepsText(goal: Goal, steps: readonly Step[]): string {
	if (steps.length > 3) return `${steps.length} steps that have not begun`;
	const positions = steps.map((step) => stepPosition(goal, step));
	if (positions.length === 1) return `Step ${positions[0]}`;
	return `Steps ${positions.slice(0, -1).join(", ")} and ${positions.at(-1)}`;
}
