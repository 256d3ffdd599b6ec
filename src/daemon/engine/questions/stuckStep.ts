import type { EventOf } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import type { StepId, ThreadId } from "../../../core/ids.ts";
import { attemptsInCommon } from "../../../core/rules/stagnation.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import { replanned } from "../requests/replanning.ts";
import { stepAnswer } from "../requests/stepRequests.ts";
import { asking, type Consequences } from "./question.ts";

export function askStep(
	goal: Goal,
	{ stepId, threadId, reason }: { readonly stepId: StepId; readonly threadId?: ThreadId; readonly reason: string },
	newId: NewId,
	now: number,
): EventOf<"approval.requested"> {
	const step = goal.steps[stepId];
	return {
		...asking("stuckStep", newId, now),
		kind: "step",
		stepId,
		threadId: threadId ?? step?.attempts.at(-1)?.threadId,
		summary: `Step “${step?.title ?? stepId}” cannot go on by itself.`,
		reasons: [reason, ...(step ? attemptsInCommon(step) : [])],
		digest: sha256(["step", goal.goalId, stepId, step?.attempt, reason]),
		options: ["retry", "rerun", "skip", "fail", ...(goal.playbook ? [] : ["replan"])],
	};
}

export const stuckAnswered: Consequences = ({ stepId, reasons }, { answer, reason }, goal, { by }) => {
	const step = stepId ? goal.steps[stepId] : undefined;
	if (!step) return [];
	if (answer === "replan") return replanned(goal, step, reason ?? reasons[0], by);
	return stepAnswer(answer, { ...step, reason: reasons[0] }, by, reason);
};
