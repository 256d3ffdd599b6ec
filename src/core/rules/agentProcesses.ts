import type { Goal, Thread } from "../goal.ts";
import { threads } from "./threads.ts";

/** Its program runs, and nobody will ask it anything more. */
export function processIsOver(goal: Goal, thread: Thread): boolean {
	const { process, turn, state } = thread;
	if (!process || process.ended || turn) return false;
	return state === "closed" || goal.end !== undefined;
}

export function processesThatAreOver(goal: Goal): readonly Thread[] {
	return threads(goal).filter((thread) => processIsOver(goal, thread));
}
