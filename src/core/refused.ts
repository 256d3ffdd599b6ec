import type { Goal } from "./goal.ts";

/** Why a request cannot be carried out now, and what would work, in a sentence. */
export interface Refused {
	readonly code: string;
	readonly message: string;
}

export function refused(message: string, code = "notNow"): Refused {
	return { code, message };
}

/** There is nothing of which anything could be asked. */
export function goneRefusal(goal: Goal): Refused | undefined {
	const isGone = goal.seq === 0 || goal.deleted;
	return isGone ? refused("There is no such goal. `mission list` shows the goals.", "unknownGoal") : undefined;
}
