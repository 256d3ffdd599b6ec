import type { Goal } from "../../core/goal.ts";
import { finalReviewIsDue, isAtItsEnd, reviewIsStuck } from "../../core/rules/reviews.ts";
import { planSteps } from "../../core/rules/steps.ts";
import { allWriters, isBasedOn } from "../tracking/changesSince.ts";
import type { ActivityContext } from "./parts.ts";
import { isInPlace } from "./place.ts";
import { look } from "./snapshot.ts";

/**
 * The last look before a goal is called done: every required check must be green on the tree as it is now. What was
 * changed meanwhile makes checks stale, and they run again.
 */
export async function performFinish(context: ActivityContext): Promise<void> {
	const { driver } = context;
	const seen = driver.goal().files.untracked === undefined ? await look(context) : undefined;
	if (!(await isInPlace(context))) return;
	await driver.recordFact((goal) => {
		if (goal.end || !isAtItsEnd(goal) || allWriters(goal).length > 0) return [];
		if (seen && !isBasedOn(seen, goal)) return [];
		if (seen && seen.tree !== goal.files.tree) return seen.events;
		if (finalReviewIsDue(goal) || reviewIsStuck(goal)) return [];
		return [{ type: "goal.completed", verified: isVerified(goal) }];
	});
}

function isVerified(goal: Goal): boolean {
	if (goal.review?.verdict) return goal.review.verdict === "pass";
	if (Object.values(goal.checks).some((check) => check.stepId === undefined)) return true;
	const worked = planSteps(goal).filter((step) => step.state === "completed");
	return worked.length > 0 && worked.every((step) => step.verified === true);
}
