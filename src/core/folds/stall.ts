import { stalls } from "../rules/movement.ts";
import { without, withThread } from "./change.ts";
import type { Folds } from "./fold.ts";

/** What is under way and says nothing. What has ended meanwhile is silent no more. */
export const stallFolds: Folds<"silence"> = {
	"silence.noticed": (goal, e) => {
		const { seq: _seq, epoch: _epoch, at: _at, type: _type, ...stall } = e;
		const still = Object.fromEntries(stalls(goal).map((one) => [one.subject, one]));
		return { ...goal, stalls: { ...still, [e.subject]: stall } };
	},
	"silence.nudged": (goal, e) => withThread(goal, e.threadId, (thread) => ({ ...thread, retriedAt: e.at })),
	"silence.ended": (goal, e) => ({ ...goal, stalls: without(goal.stalls ?? {}, e.subject) }),
};
