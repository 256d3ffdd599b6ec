import type { Goal } from "../../src/core/goal.ts";
import { foldRows, type History } from "./history.ts";

/** The goal of a recorded history after each transaction: events of one time were appended together. */
export function eachMoment({ rows }: History, look: (goal: Goal) => void): void {
	let goal: Goal | undefined;
	rows.forEach((row, index) => {
		goal = foldRows([row], goal);
		if (rows[index + 1]?.at !== row.at) look(goal);
	});
}
