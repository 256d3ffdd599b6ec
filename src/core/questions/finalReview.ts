import { reviewIsStuck } from "../rules/reviews.ts";
import { reviewerOf } from "../rules/roster.ts";
import { failGoal, noReviewer, type QuestionRow, readByPlanner } from "./question.ts";
import { moreToDo } from "./redChecks.ts";

/** How a goal ends whose final review did not pass it. */
export const finalReview: QuestionRow = {
	kind: "question",
	options: [
		{ answer: "accept", label: "Accept As It Is", effect: "The goal is completed, unverified.", plain: "approve" },
		{ answer: "rerun", label: "Review Again", effect: "Another review looks at the files as they are." },
		{
			answer: "replan",
			label: "Plan Anew",
			effect: "The planner writes steps for what is missing and reads what you say.",
			reason: readByPlanner,
			asksFirst: true,
		},
		failGoal,
	],
	ends(goal) {
		const more = moreToDo(goal);
		if (more || reviewIsStuck(goal)) return more;
		return goal.review && !reviewerOf(goal)
			? noReviewer
			: "The files have changed since, so that they are reviewed again.";
	},
};
