import type { EventBody } from "../events.ts";
import type { Goal } from "../goal.ts";
import { type Question, questionNames } from "../values.ts";

/** Which question an approval asks; undefined where a later version asks what this one does not know. */
export function questionOf(goal: Goal, approval: EventBody<"approval.requested">): Question | undefined {
	const { question } = approval;
	return question === undefined ? ofEarlierVersion(goal, approval) : questionNames.find((name) => name === question);
}

/** Approvals did not always say it. */
function ofEarlierVersion(
	{ playbook }: Goal,
	{ kind, checkId, stepId, options }: EventBody<"approval.requested">,
): Question | undefined {
	switch (kind) {
		case "tool":
			return checkId ? "check" : "call";
		case "plan":
			return playbook ? "playbook" : "plan";
		case "recovery":
			return checkId ? "checkRecovery" : "callRecovery";
		case "step":
			return "stuckStep";
		case "budget":
			return "budget";
		case "question":
			if (options.includes("wait")) return "folder";
			if (stepId) return "startStep";
			if (options.includes("accept")) return "finalReview";
			return options.includes("fail") ? "redChecks" : undefined;
	}
}
