import type { Goal } from "../goal.ts";
import { actorPlace } from "../values.ts";
import { closeThreads, without, withThreads } from "./change.ts";
import type { Folds } from "./fold.ts";

/** What becomes of the goal as a whole: its launch and its end, its budget, its roster, what holds it. */
export const goalFolds: Folds<"goal" | "budget" | "hold" | "roster" | "reflection" | "evidence" | "review"> = {
	"goal.launched": (goal, e) => ({
		...goal,
		goalId: e.goalId,
		title: e.title,
		prompt: e.prompt,
		workspace: e.workspace,
		settings: e.settings,
		playbook: e.playbook ? { path: e.playbook.path, sha256: e.playbook.sha256 } : undefined,
		launchedAt: e.at,
		budget: e.settings.budget,
		roster: { revision: 1, assignments: e.settings.assignments },
	}),
	"goal.completed": (goal, e) => over(goal, { state: "completed", verified: e.verified, reason: e.reason }),
	"goal.failed": (goal, e) => over(goal, { state: "failed", reason: e.reason }),
	"goal.cancelled": (goal, e) =>
		over(goal, { state: "cancelled", reason: e.reason ?? `Cancelled ${actorPlace(e.by)}.` }),
	// What was under way when the goal ended goes on where it was.
	"goal.reopened": (goal) =>
		withThreads({ ...goal, end: undefined }, (thread) => {
			const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
			const goesOn = (step?.state === "in_progress" || step?.state === "verifying") && step.attempt === thread.attempt;
			return goesOn ? { ...thread, state: "active" } : thread;
		}),
	"goal.deleted": (goal) => ({ ...goal, deleted: true }),
	"evidence.added": (goal) => goal,
	"review.completed": (goal) => goal,
	"roster.edited": (goal, e) => ({ ...goal, roster: { revision: e.revision, assignments: e.assignments } }),
	"budget.exceeded": (goal) => goal,
	"budget.raised": (goal, e) => ({ ...goal, budget: e.limits }),
	"hold.placed": (goal, e) => {
		const { seq: _seq, epoch: _epoch, at, type: _type, ...body } = e;
		// Placed again, it says anew what it waits for, and stands where it stood.
		const placedAt = goal.holds[e.holdId]?.placedAt ?? at;
		return { ...goal, holds: { ...goal.holds, [e.holdId]: { ...body, placedAt } } };
	},
	"hold.lifted": (goal, e) => {
		const hold = goal.holds[e.holdId];
		const lifted = { ...goal, holds: without(goal.holds, e.holdId) };
		if (hold?.cause !== "provider" && hold?.cause !== "quota") return lifted;
		return withThreads(lifted, (thread) =>
			hold.threadId === undefined || thread.threadId === hold.threadId ? { ...thread, retryAt: undefined } : thread,
		);
	},
	"reflection.written": (goal) => goal,
};

function over(goal: Goal, end: NonNullable<Goal["end"]>): Goal {
	return closeThreads({ ...goal, end, holds: {} }, () => true);
}
