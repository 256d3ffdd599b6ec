import type { GoalId } from "../../core/ids.ts";
import type { Goals } from "../goals.ts";
import type { Parts } from "../parts.ts";

/** The goal is where the person looks: selected in the tree, followed by the feed. */
export async function showLaunched({ goals, current, tree }: Parts, goalId: GoalId | undefined): Promise<void> {
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
