import type { EventOf } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import { rejectedLimit } from "../../../core/rules/reviews.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import { replanned } from "../requests/replanning.ts";
import { asking, type Consequences } from "./question.ts";

export function askAboutReview(goal: Goal, newId: NewId, now: number): EventOf<"approval.requested"> {
	const { verdict, diagnosis, summary } = goal.review ?? {};
	const said = diagnosis || summary || "It gave no reason.";
	return {
		...asking("finalReview", newId, now),
		kind: "question",
		threadId: goal.review?.threadId,
		summary: "All steps are done, but the final review did not pass.",
		reasons: [verdict ? said : `The reviewer answered ${rejectedLimit} times without a verdict that counts.`],
		digest: sha256(["review", goal.goalId, goal.review?.threadId]),
		options: ["accept", "rerun", ...(goal.playbook ? [] : ["replan"]), "fail"],
	};
}

export const finalReviewAnswered: Consequences = ({ summary, reasons }, { answer, reason }, goal, { by }) => {
	switch (answer) {
		case "fail":
			return [{ type: "goal.failed", reason: summary }];
		case "accept":
			return [{ type: "review.waived", reason, by }];
		case "replan":
			return replanned(goal, undefined, reason ?? reasons[0], by);
		default:
			return [{ type: "review.reset", by }];
	}
};
