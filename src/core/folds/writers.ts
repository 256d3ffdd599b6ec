import type { Goal, Writer } from "../goal.ts";
import { withChecks } from "./change.ts";
import { withoutFinalReview } from "./review.ts";

export function addWriter(writers: readonly Writer[], writer: Writer): readonly Writer[] {
	return writers.some((one) => one.id === writer.id) ? writers : [...writers, writer];
}

/** The call writes no more; what it wrote is not looked at yet. Without an effect, or when it never began, nothing is owed. */
export function account(goal: Goal, id: string): Goal["files"] {
	const writer = goal.files.writers.find((one) => one.id === id);
	if (!writer) return goal.files;
	const isLookedFor = goal.files.untracked === undefined || goal.files.retry === true;
	return {
		...goal.files,
		writers: goal.files.writers.filter((one) => one.id !== id),
		unaccounted: isLookedFor ? addWriter(goal.files.unaccounted, writer) : goal.files.unaccounted,
	};
}

/** Files changed, or may have: what was green before says nothing about them. */
export function overtakeChecks(goal: Goal): Goal {
	return withChecks(withoutFinalReview(goal), (check) => {
		if (check.state === "green") return { ...check, state: "stale" };
		return check.state === "running" && check.run ? { ...check, run: { ...check.run, overtaken: true } } : check;
	});
}
