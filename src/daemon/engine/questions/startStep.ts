import type { GoalEvent } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import type { StepId } from "../../../core/ids.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import { stepDecision } from "../requests/stepRequests.ts";
import { planned } from "./plan.ts";
import { asking, type Consequences } from "./question.ts";

export function askStart(goal: Goal, stepId: StepId, newId: NewId, now: number): GoalEvent[] {
	const step = goal.steps[stepId];
	if (!step) return [];
	return [
		{
			...asking("startStep", newId, now),
			kind: "question",
			stepId,
			summary: `Begin step “${step.title}”?`,
			reasons: ["This goal is supervised: it asks before each step."],
			digest: sha256(["begin", goal.goalId, planned(step)]),
			options: ["approve", "skip"],
		},
	];
}

export const startAnswered: Consequences = ({ stepId }, { answer }, goal, { by }) => {
	const step = stepId ? goal.steps[stepId] : undefined;
	return step && answer === "skip" ? stepDecision("skip", step, by) : [];
};
