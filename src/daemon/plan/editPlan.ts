import type { EventOf } from "../../core/events.ts";
import type { Goal, Step } from "../../core/goal.ts";
import type { CheckId, StepId } from "../../core/ids.ts";
import { Refusal, refuse } from "../../core/refusal.ts";
import { goalRefusal } from "../../core/rules/controls.ts";
import { stepIsBusy } from "../../core/rules/movement.ts";
import { isDone, planSteps } from "../../core/rules/steps.ts";
import type { Actor, CheckSpec, PlanStep } from "../../core/values.ts";
import { type PlanText, readPlan, type StepText } from "./readPlan.ts";
import { writePlan } from "./writePlan.ts";

/**
 * A person's plan in place of the one that holds. What is done is history, and what is under way is an agent's work:
 * both stay as they are. Everything else may be changed, added, taken away and put in another order. Undefined when the
 * text says what the plan says already.
 */
export function editPlan(goal: Goal, text: string, by: Actor): EventOf<"plan.edited"> | undefined {
	refuse(goalRefusal("editPlan", goal));
	const wanted = parsed(text);
	const { revision } = goal.plan!;
	if (wanted.revision !== undefined && wanted.revision !== revision) {
		const sentence = `The plan was changed meanwhile: it is revision ${revision} now, and this is revision ${wanted.revision}.`;
		throw new Refusal("changed", `${sentence} Open it again, and make your changes there.`);
	}
	const before = parsed(writePlan(goal));
	const written = new Map(before.steps.map((step) => [step.id, step]));
	const changed: StepId[] = [];
	const added: StepId[] = [];
	const steps = wanted.steps.map((step): PlanStep => {
		const old = planSteps(goal).find((one) => one.stepId === step.id);
		const was = written.get(step.id);
		if (old && was && isSame(step, was)) return specOf(old);
		if (old && stays(goal, old)) throw cannot(step.line, `Step “${step.id}” ${whyItStays(old)}, so it stays as it is.`);
		(old ? changed : added).push(step.id as StepId);
		return planned(step, old);
	});
	const kept = new Set(steps.map((step) => step.stepId));
	const removed = planSteps(goal).filter((step) => !kept.has(step.stepId));
	const missed = removed.find((step) => stays(goal, step));
	if (missed) throw cannot(1, `Step “${missed.stepId}” ${whyItStays(missed)}, so it cannot be taken away.`);
	const checks = checkSpecs("goal", wanted.checks, goalChecks(goal));
	const isAsBefore =
		changed.length + added.length + removed.length === 0 &&
		isEqual(before.checks, wanted.checks) &&
		before.summary === wanted.summary &&
		isEqual(
			before.steps.map(({ id }) => id),
			wanted.steps.map(({ id }) => id),
		);
	if (isAsBefore) return undefined;
	return {
		type: "plan.edited",
		revision: goal.planRevision + 1,
		summary: wanted.summary,
		steps,
		checks,
		added,
		changed,
		removed: removed.map((step) => step.stepId),
		by,
	};
}

function parsed(text: string): PlanText {
	const read = readPlan(text);
	if ("message" in read) throw cannot(read.line, read.message);
	return read;
}

function cannot(line: number, message: string): Refusal {
	return new Refusal("badPlan", `Line ${line}: ${message}`);
}

/** It is done, or an agent works on it. */
function stays(goal: Goal, step: Step): boolean {
	return isDone(step) || step.state === "in_progress" || step.state === "verifying" || stepIsBusy(goal, step.stepId);
}

function whyItStays({ state }: Step): string {
	return state === "completed" || state === "skipped" ? `is ${state}` : "is under way";
}

function isSame(step: StepText, was: StepText): boolean {
	return (
		step.title === was.title &&
		(step.role ?? was.role) === was.role &&
		(step.kind ?? was.kind) === was.kind &&
		step.instructions === was.instructions &&
		isEqual(step.needs, was.needs) &&
		isEqual(step.checks, was.checks)
	);
}

function isEqual(some: readonly string[], others: readonly string[]): boolean {
	return some.length === others.length && some.every((one, at) => one === others[at]);
}

function specOf({ stepId, title, instructions, kind, role, needs, checks, confidence, actions }: Step): PlanStep {
	return { stepId, title, instructions, kind, role, needs, checks, confidence, actions };
}

function planned(step: StepText, old: Step | undefined): PlanStep {
	return {
		stepId: step.id as StepId,
		title: step.title,
		instructions: step.instructions,
		kind: step.kind ?? old?.kind ?? "work",
		role: step.role ?? old?.role ?? "implementer",
		needs: [...step.needs] as StepId[],
		checks: checkSpecs(step.id, step.checks, old?.checks ?? []),
		confidence: old?.confidence ?? "high",
	};
}

function goalChecks(goal: Goal): readonly CheckSpec[] {
	return Object.values(goal.checks).filter((check) => check.stepId === undefined);
}

/** A command that was there keeps its id, and with it what it came to; a new one gets the next that is free. */
function checkSpecs(owner: string, commands: readonly string[], old: readonly CheckSpec[]): CheckSpec[] {
	const taken = new Set<string>(old.map((check) => check.checkId));
	return commands.map((command) => {
		const same = old.find((check) => check.command === command);
		if (same) return { checkId: same.checkId, command };
		let number = 1;
		while (taken.has(`${owner}.${number}`)) number++;
		const checkId = `${owner}.${number}` as CheckId;
		taken.add(checkId);
		return { checkId, command };
	});
}
