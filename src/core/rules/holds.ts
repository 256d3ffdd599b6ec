import type { Goal, Hold } from "../goal.ts";
import type { ThreadId } from "../ids.ts";

/** What keeps a goal, a thread or the budget from going on: holds, each with its cause, and open questions about the budget. */

export function holds(goal: Goal): readonly Hold[] {
	return Object.values(goal.holds);
}

/** Those that keep something from going on: what held a thread that is closed holds nothing any more. */
export function standingHolds(goal: Goal): readonly Hold[] {
	return holds(goal).filter(({ threadId }) => threadId === undefined || goal.threads[threadId]?.state === "active");
}

/** Those that the key of a provider lifts; without a name, of any. */
export function holdsForKey(goal: Goal, provider?: string): readonly Hold[] {
	return holds(goal).filter(
		({ needsKey }) => needsKey !== undefined && (provider === undefined || needsKey.provider === provider),
	);
}

/** Those that a window of VS Code lifts that has the model. */
export function holdsForModel(goal: Goal): readonly Hold[] {
	return holds(goal).filter(({ needsModel }) => needsModel !== undefined);
}

export function personHold(goal: Goal): Hold | undefined {
	return holds(goal).find((hold) => hold.cause === "person");
}

/** Its time is used up: what ran was ended, and it waits for a decision. */
export function budgetHold(goal: Goal): Hold | undefined {
	return holds(goal).find((hold) => hold.cause === "budget");
}

/** A hold that stops the whole goal. */
export function goalHold(goal: Goal): Hold | undefined {
	return holds(goal).find((hold) => hold.threadId === undefined && !hold.startsOnly);
}

/** Another folder stands in the place of the goal's, or none. */
export function folderHold({ holds: all }: Pick<Goal, "holds">): Hold | undefined {
	return Object.values(all).find((hold) => hold.cause === "folder");
}

/** The goal waits for its turn among the others. The daemon places and lifts these; a person resumes none of them. */
export function turnHolds(goal: Goal): readonly Hold[] {
	return holds(goal).filter((hold) => hold.cause === "queue" || hold.cause === "workspace");
}

export function threadHold(goal: Goal, threadId: ThreadId): Hold | undefined {
	return holds(goal).find((hold) => hold.threadId === threadId);
}

/** What is used up is asked about: no model is asked before a person decides. */
export function budgetIsAsked(goal: Goal): boolean {
	return Object.values(goal.approvals).some((approval) => approval.kind === "budget");
}
