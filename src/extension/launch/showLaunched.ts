import type { GoalId } from "../../core/ids.ts";
import type { CurrentGoal } from "../connection/currentGoal.ts";
import type { Goals } from "../connection/goals.ts";

interface ShowParts {
	readonly goals: Goals;
	readonly current: CurrentGoal;
	readonly tree: { reveal(goalId: GoalId): Promise<void> };
}

/** The goal is where the person looks: selected in the tree, followed by the feed. */
export async function showLaunched({ goals, current, tree }: ShowParts, goalId: GoalId | undefined): Promise<void> {
	if (!goalId) return;
	current.set(goalId);
	await untilListed(goals, goalId);
	await tree.reveal(goalId);
}

function untilListed(goals: Goals, goalId: GoalId): Promise<void> {
	if (goals.summary(goalId)) return Promise.resolve();
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(late);
			stop();
			resolve();
		};
		const late = setTimeout(done, listedTimeoutMs);
		const stop = goals.onChange(() => goals.summary(goalId) && done());
	});
}

const listedTimeoutMs = 3_000;
