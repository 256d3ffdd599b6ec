import { agentKind } from "../agentKinds.ts";
import type { EventOf } from "../events.ts";
import type { Goal, Thread } from "../goal.ts";
import { modelName } from "../rules/contextWindow.ts";
import { assignmentFor, instructionsOf, isSameChoice, roleInstructions } from "../rules/roster.ts";
import { actorPlace } from "../values.ts";
import { closeThreads, without, withThreads } from "./change.ts";
import type { Folds } from "./fold.ts";
import { withoutOpenEnd } from "./review.ts";
import { pricedUsage } from "./usage.ts";

/** What becomes of the goal as a whole: its launch and its end, its budget, its roster, what holds it. */
export const goalFolds: Folds<"goal" | "budget" | "price" | "work" | "hold" | "roster" | "evidence"> = {
	"goal.launched": (goal, e) => ({
		...goal,
		goalId: e.goalId,
		title: e.title,
		prompt: e.prompt,
		...(e.images && { images: e.images }),
		workspace: e.workspace,
		folder: e.folder,
		settings: e.settings,
		playbook: withoutText(e.playbook),
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
		withThreads(withoutOpenEnd({ ...goal, end: undefined }), (thread) =>
			goesOn(goal, thread) ? { ...thread, state: "active" } : thread,
		),
	"goal.deleted": (goal) => ({ ...goal, deleted: true }),
	"evidence.added": (goal) => goal,
	"roster.edited": (goal, e) => {
		const after = { ...goal, roster: { revision: e.revision, assignments: e.assignments } };
		const isNextTurn = e.apply === "next-turn";
		const told = withThreads(after, (thread) =>
			isActive(thread) ? toldAfter(goal, after, thread, isNextTurn) : thread,
		);
		if (!isNextTurn) return told;
		return withThreads(told, (thread) => {
			if (!isActive(thread)) return thread;
			const choice = assignmentFor(after, thread.role);
			if (isSameChoice(choice, thread.assignment)) return thread.next ? { ...thread, next: undefined } : thread;
			// A turn under way ends with the model that it began with.
			return thread.turn ? { ...thread, next: choice } : { ...thread, assignment: choice, next: undefined };
		});
	},
	"budget.exceeded": (goal) => goal,
	"work.noted": (goal) => goal,
	"price.set": (goal, { provider, model, price }) => {
		const name = modelName({ provider, model });
		return { ...goal, prices: { ...goal.prices, [name]: price }, usage: pricedUsage(goal.usage, name, price) };
	},
	"budget.raised": (goal, e) => ({ ...goal, budget: e.limits }),
	"hold.placed": (goal, e) => {
		// What was under way when the goal ended may still fail: nothing is held any more.
		if (goal.end) return goal;
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
};

function withoutText(playbook: EventOf<"goal.launched">["playbook"]): Goal["playbook"] {
	if (!playbook) return undefined;
	const { text: _text, ...rest } = playbook;
	return rest;
}

function isActive(thread: Thread): boolean {
	return thread.state === "active" && agentKind(thread.assignment).takesRoles;
}

/** Instructions that were edited for later threads leave a thread at work with those it began with. */
function toldAfter(before: Goal, after: Goal, thread: Thread, isNextTurn: boolean): Thread {
	const instructions = isNextTurn ? undefined : instructionsOf(before, thread);
	const isKept = instructions !== undefined && instructions !== roleInstructions(after, thread.role);
	if (!isKept && thread.instructions === undefined) return thread;
	return { ...thread, instructions: isKept ? instructions : undefined };
}

function goesOn(goal: Goal, thread: Thread): boolean {
	const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
	if (step?.attempt !== thread.attempt || (step?.state !== "in_progress" && step?.state !== "verifying")) return false;
	if (thread.purpose !== "review") return thread.parentThreadId === undefined || !thread.ended;
	const review = step.attempts.at(-1)?.review;
	return review?.threadId === thread.threadId && review.verdict === undefined;
}

function over(goal: Goal, end: NonNullable<Goal["end"]>): Goal {
	return closeThreads({ ...goal, end, holds: {} }, () => true);
}
