import type { EventBody } from "../events.ts";
import type { Check, Goal, Step } from "../goal.ts";
import type { CheckId, StepId } from "../ids.ts";
import type { CheckSpec, PlanStep } from "../values.ts";
import { closeThreads } from "./change.ts";
import type { Folds } from "./fold.ts";
import { withoutLastWord } from "./review.ts";

/** The plan: proposed, approved, sent back, made anew while part of it is done. */
export const planFolds: Folds<"plan"> = {
	"plan.proposed": (goal, e) => {
		const origin = e.threadId ? "planner" : "playbook";
		const asked = ({ command }: CheckSpec) => goal.settings.checks.includes(command);
		const planned = withPlan(goal, e, (check, ofGoal) => (ofGoal && asked(check) ? "person" : origin));
		return {
			...planned,
			title: goal.title || e.title || goal.prompt,
			plan: { ...planned.plan!, approved: false, ...(e.notRun && { notRun: e.notRun }) },
			planNote: undefined,
			replan: undefined,
		};
	},
	// What a person wrote needs no approval; what the planner wrote, and they left, is still the planner's.
	"plan.edited": (goal, e) => {
		const originOf: OriginOf = ({ checkId, command }) => {
			const old = goal.checks[checkId];
			return old?.command === command ? old.origin : "person";
		};
		return withPlan(withoutLastWord(goal), e, originOf, true);
	},
	"plan.approved": (goal) => (goal.plan ? { ...goal, plan: { ...goal.plan, approved: true } } : goal),
	"plan.returned": (goal, e) => {
		const hasBegun = Object.values(goal.steps).some((step) => step.attempt > 0);
		if (goal.plan && hasBegun) return { ...reopened(goal), replan: { reason: e.note }, planNote: e.note };
		return { ...goal, plan: undefined, steps: {}, checks: {}, planNote: e.note };
	},
	"plan.reopened": (goal, e) => ({
		...reopened(goal),
		replan: { reason: e.reason, stepId: e.stepId },
		replans: goal.replans + (e.by ? 0 : 1),
	}),
};

/** Failed attempts of a step before a person is asked. */
const attemptLimit = 3;

/** Nothing of it begins until there is another plan. */
function reopened(goal: Goal): Goal {
	return goal.plan ? withoutLastWord({ ...goal, plan: { ...goal.plan, approved: false } }) : goal;
}

type Plan = Pick<EventBody<"plan.proposed">, "revision" | "summary" | "steps" | "checks">;
type OriginOf = (check: CheckSpec, ofGoal: boolean) => Check["origin"];

/**
 * Steps that are done, or under way and named again, stay as they are; with `keepsSame` those too that are planned as
 * they were. What had begun and is not named any more ends.
 */
function withPlan(goal: Goal, plan: Plan, originOf: OriginOf, keepsSame = false): Goal {
	const steps: Record<StepId, Step> = {};
	const checks: Record<CheckId, Check> = {};
	const named = new Set<StepId>(plan.steps.map((step) => step.stepId));
	for (const old of Object.values(goal.steps)) {
		if (named.has(old.stepId) || old.attempt === 0) continue;
		steps[old.stepId] = ended(old);
		for (const check of checksOf(goal, old)) checks[check.checkId] = check;
	}
	for (const step of plan.steps) {
		const old = goal.steps[step.stepId];
		if (old && (staysAsItIs(goal, old) || (keepsSame && isInPlan(goal, old) && isSame(step, old)))) {
			steps[step.stepId] = old;
			for (const check of checksOf(goal, old)) checks[check.checkId] = check;
			continue;
		}
		steps[step.stepId] = begunAnew(step, old);
		for (const check of step.checks) checks[check.checkId] = newCheck(goal, check, originOf(check, false), step.stepId);
	}
	for (const check of plan.checks) {
		const old = goal.checks[check.checkId];
		const isAsBefore = keepsSame && old?.command === check.command;
		checks[check.checkId] = isAsBefore ? old : newCheck(goal, check, originOf(check, true));
	}
	// What runs is followed to its end, whatever the plan says now.
	for (const old of Object.values(goal.checks)) if (old.state === "running") checks[old.checkId] ??= old;
	const order = plan.steps.map((step) => step.stepId);
	const { revision, summary } = plan;
	const planned: Goal = {
		...goal,
		plan: { revision, summary, approved: goal.plan?.approved ?? false, order },
		planRevision: revision,
		steps,
		checks,
	};
	return closeThreads(planned, ({ stepId }) => stepId !== undefined && !(steps[stepId] && isUnderWay(steps[stepId])));
}

function staysAsItIs(goal: Goal, step: Step): boolean {
	return isInPlan(goal, step) && (step.state === "completed" || step.state === "skipped" || isUnderWay(step));
}

function isInPlan(goal: Goal, step: Step): boolean {
	return goal.plan?.order.includes(step.stepId) === true;
}

function isSame(step: PlanStep, old: Step): boolean {
	const words = ({ title, instructions, kind, role, needs, checks }: PlanStep) =>
		JSON.stringify([title, instructions, kind, role, needs, checks.map(({ checkId, command }) => [checkId, command])]);
	return words(step) === words(old);
}

function isUnderWay({ state }: Step): boolean {
	return state === "in_progress" || state === "verifying";
}

function checksOf(goal: Goal, step: Step): readonly Check[] {
	return Object.values(goal.checks).filter((check) => check.stepId === step.stepId);
}

function ended(step: Step): Step {
	if (!isUnderWay(step) && step.state !== "pending") return step;
	return { ...step, state: "skipped", reason: "The plan was changed.", attempts: closed(step) };
}

function closed({ attempts }: Step): Step["attempts"] {
	return attempts.map((one) =>
		one.state === "in_progress" || one.state === "verifying" ? { ...one, state: "skipped" } : one,
	);
}

/** Attempts are never overwritten: those of an earlier plan's step of the same name count on. */
function begunAnew(step: PlanStep, old: Step | undefined): Step {
	const attempt = old?.attempt ?? 0;
	return { ...step, state: "pending", attempt, attempts: old ? closed(old) : [], limit: attempt + attemptLimit };
}

/** Runs of a check are named after their number, so that it counts on. What runs now is of another plan when it ends. */
function newCheck(goal: Goal, spec: CheckSpec, origin: Check["origin"], stepId?: StepId): Check {
	const old = goal.checks[spec.checkId];
	const fresh: Check = { ...spec, stepId, origin, state: "pending", runs: old?.runs ?? 0 };
	return old?.state === "running" && old.run
		? { ...fresh, state: "running", run: { ...old.run, overtaken: true } }
		: fresh;
}
