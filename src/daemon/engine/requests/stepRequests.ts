import type { GoalEvent } from "../../../core/events.ts";
import type { Goal, Step } from "../../../core/goal.ts";
import type { StepId } from "../../../core/ids.ts";
import { Refusal, refuse } from "../../../core/refusal.ts";
import { goalRefusal } from "../../../core/rules/controls.ts";
import { reviewOf } from "../../../core/rules/reviews.ts";
import { builtOn, isNew, stepRefusal } from "../../../core/rules/stepControls.ts";
import { planSteps, stuckSteps } from "../../../core/rules/steps.ts";
import type { Actor } from "../../../core/values.ts";
import type { RequestContext } from "./request.ts";

/** What a person wants of one step: that it is tried again, worked on anew, or left out. */
export function stepRequest(
	kind: "retry" | "rerun" | "skip",
	stepId: StepId | undefined,
	goal: Goal,
	context: RequestContext,
): GoalEvent[] {
	const { by } = context;
	const reopened: GoalEvent[] = goal.end ? [{ type: "goal.reopened", by }] : [];
	if (stepId === undefined) {
		if (kind === "retry") refuse(goalRefusal("retry", goal));
		const meant = stuckSteps(goal);
		if (kind === "retry" && meant.length === 0) return reopened;
		if (meant.length !== 1) throw new Refusal("unknownStep", `Name the step to ${kind}: ${stepNames(goal)}.`);
		return stepRequest(kind, meant[0]!.stepId, goal, context);
	}
	const step = goal.steps[stepId];
	if (!step) throw new Refusal("unknownStep", `There is no step ${stepId}. The steps are: ${stepNames(goal)}.`);
	refuse(stepRefusal(kind, goal, step));
	// The goal goes on, and with it what had not begun.
	if (kind !== "skip" && isNew(step)) return reopened;
	const built = kind === "rerun" ? builtOn(goal, stepId) : [];
	const asked = Object.values(goal.approvals).filter((approval) => approval.stepId === stepId);
	return [
		...reopened,
		...asked.map(({ approvalId }) => ({
			type: "approval.superseded" as const,
			approvalId,
			reason: `The step was told to ${kind}.`,
		})),
		...stepDecision(kind, step, by),
		...built.flatMap((one) => stepDecision("rerun", one, by)),
	];
}

/** An attempt that is given up leaves to the next what is known about it, and what the person advises. */
export function stepAnswer(given: string, step: Step, by: Actor, advice: string | undefined): GoalEvent[] {
	const { stepId, attempt, reason: diagnosis = "" } = step;
	const begun = stepDecision(given, step, by).map((event) =>
		event.type === "step.retried" ? { ...event, advice } : event,
	);
	const isGivenUp =
		step.state === "in_progress" && begun.some((event) => event.type === "step.retried" && event.how === "rerun");
	return isGivenUp && !step.actions ? [{ type: "attempt.failed", stepId, attempt, diagnosis }, ...begun] : begun;
}

export function stepDecision(answer: string, step: Step, by: Actor): GoalEvent[] {
	const { stepId, attempt } = step;
	switch (answer) {
		case "retry": {
			const review = reviewOf(step);
			// The work is not in question: only a reviewer is missing.
			if (step.state === "verifying" && review && review.verdict === undefined)
				return [{ type: "review.reset", stepId, by }];
			// A playbook goes on with the command that failed; an agent begins anew, with the diagnosis.
			const open = step.state === "in_progress" || step.state === "verifying" || step.state === "failed";
			return [{ type: "step.retried", stepId, attempt, how: step.actions && open ? "continue" : "rerun", by }];
		}
		case "rerun":
			return [{ type: "step.retried", stepId, attempt, how: "rerun", by }];
		case "skip":
			return [{ type: "step.skipped", stepId, attempt, by }];
		default:
			return [{ type: "step.failed", stepId, attempt, reason: step.reason ?? "A person decided that it failed." }];
	}
}

function stepNames(goal: Goal): string {
	return (
		planSteps(goal)
			.map((step) => step.stepId)
			.join(", ") || "none yet"
	);
}
