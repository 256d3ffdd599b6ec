import type { EventOf } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import { inputWords } from "../../../core/inputs.ts";
import { planSteps } from "../../../core/rules/steps.ts";
import type { PlanStep } from "../../../core/values.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import { asking, type Consequences } from "./question.ts";

export function askPlan(goal: Goal, newId: NewId, now: number): EventOf<"approval.requested"> {
	const inputs = goal.playbook?.inputs ?? [];
	return {
		...asking(goal.playbook ? "playbook" : "plan", newId, now),
		kind: "plan",
		summary: `Approve the plan for “${goal.title}”: ${goal.plan?.order.length ?? 0} steps.`,
		reasons: [goal.plan?.summary ?? "", inputs.map(inputWords).join(", ")].filter(Boolean),
		digest: sha256(["plan", goal.goalId, goal.plan?.revision, planSteps(goal).map(planned), ...inputs]),
		options: ["approve", "return"],
	};
}

/** What a person approves of a step. */
export function planned({ stepId, title, instructions, role, needs, checks, actions }: PlanStep): unknown {
	return [stepId, title, instructions, role, needs, checks, actions];
}

export const planAnswered: Consequences = (_approval, { answer, reason }, goal, { by }) => {
	const revision = goal.plan?.revision ?? 1;
	if (answer === "approve") return [{ type: "plan.approved", revision, by }];
	return [{ type: "plan.returned", revision, note: reason ?? "The person wants another plan.", by }];
};

export const playbookAnswered: Consequences = (approval, given, goal, context) =>
	given.answer === "approve"
		? planAnswered(approval, given, goal, context)
		: [{ type: "goal.failed", reason: "Its playbook was not approved. Edit the playbook and launch it again." }];
