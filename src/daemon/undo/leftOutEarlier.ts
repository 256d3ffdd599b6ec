import type { LeftOut } from "../../core/values.ts";
import type { Changes } from "../changes/changes.ts";
import type { StepChange, StepChanges } from "./stepChanges.ts";

/**
 * A file that was there and was left out can go and come back by several steps, and be recorded only then: moved away,
 * the rule that ignored it taken out, moved back. The look just before it came back knows nothing of it. So a path counts
 * as made by the steps only where no look since they began had left it out.
 */
export async function markLeftOutEarlier(history: StepChanges, changes: Changes): Promise<StepChanges> {
	const paths = [...new Set(history.changes.filter(isNewThere).map(({ path }) => path))];
	if (paths.length === 0) return history;
	/** By path, the first look that had left it out. */
	const earlier = new Map<string, { readonly seq: number; readonly reason: LeftOut }>();
	for (const { seq, coverage } of history.looks) {
		const left = await changes.leftOut(
			coverage,
			paths.filter((path) => !earlier.has(path)),
		);
		for (const [path, [reason]] of left) if (reason) earlier.set(path, { seq, reason });
	}
	if (earlier.size === 0) return history;
	return { ...history, changes: history.changes.flatMap((change) => marked(change, earlier.get(change.path))) };
}

/** Nothing of that name was recorded before it. */
function isNewThere({ before, from, leftOut }: StepChange): boolean {
	return leftOut === undefined && (before === undefined || from !== undefined);
}

function marked(change: StepChange, earlier: { seq: number; reason: LeftOut } | undefined): readonly StepChange[] {
	if (!earlier || earlier.seq >= change.seq || !isNewThere(change)) return [change];
	if (change.from === undefined) return [{ ...change, leftOut: earlier.reason }];
	// Not one file that moved, as far as is known.
	const { from, before, after, ...common } = change;
	return [
		{ ...common, path: from, before },
		{ ...common, after, leftOut: earlier.reason },
	];
}
