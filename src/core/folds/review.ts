import type { Goal, Review } from "../goal.ts";
import { closeThreads, withStep } from "./change.ts";
import type { Folds } from "./fold.ts";

/** Independent reviews, of a step's attempt and at last of the whole goal, and the reflection on it. */
export const reviewFolds: Folds<"review" | "reflection"> = {
	"review.completed": (goal, e) => {
		const { threadId, verdict, verifier, coverage, gaps, summary, diagnosis } = e;
		const review: Review = { threadId, verdict, verifier, coverage, gaps, summary, diagnosis };
		if (e.stepId === undefined) return { ...goal, review };
		return withStep(goal, e.stepId, (step) => ({
			...step,
			attempts: step.attempts.map((one) => (one.attempt === (e.attempt ?? step.attempt) ? { ...one, review } : one)),
		}));
	},
	"review.reset": (goal, e) => {
		if (e.stepId === undefined) return withoutFinalReview(goal);
		const { stepId } = e;
		const reset = withStep(goal, stepId, (step) => ({
			...step,
			attempts: step.attempts.map((one) => (one.attempt === step.attempt ? { ...one, review: undefined } : one)),
		}));
		return closeThreads(reset, (thread) => thread.stepId === stepId && thread.purpose === "review");
	},
	"review.waived": (goal) => (goal.review ? { ...goal, review: { ...goal.review, waived: true } } : goal),
	"reflection.written": (goal) => reflected(goal, "written"),
	"reflection.skipped": (goal) => reflected(goal, "skipped"),
};

function reflected(goal: Goal, state: "written" | "skipped"): Goal {
	return goal.reflection ? { ...goal, reflection: { ...goal.reflection, state } } : goal;
}

/** Files changed, or work begins again: what was said of the whole goal is about another one. */
export function withoutFinalReview(goal: Goal): Goal {
	const { review } = goal;
	if (!review) return goal;
	return closeThreads({ ...goal, review: undefined }, (thread) => thread.threadId === review.threadId);
}

/** There is more to do: neither the review of the whole nor the looking back on it stands. */
export function withoutLastWord(goal: Goal): Goal {
	return withoutReflection(withoutFinalReview(goal));
}

function withoutReflection(goal: Goal): Goal {
	const { reflection } = goal;
	if (!reflection) return goal;
	return closeThreads({ ...goal, reflection: undefined }, (thread) => thread.threadId === reflection.threadId);
}

/** What was under way at the end of the goal is begun anew when it goes on. */
export function withoutOpenEnd(goal: Goal): Goal {
	const reviewed = goal.review?.verdict === undefined && !goal.review?.waived ? withoutFinalReview(goal) : goal;
	return reviewed.reflection?.state === "asked" ? withoutReflection(reviewed) : reviewed;
}
