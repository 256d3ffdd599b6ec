import type { GoalId, StepId } from "../../core/ids.ts";
import type { ChangeView } from "../../protocol/view.ts";
import type { Daemon } from "./daemon.ts";
import type { Goals } from "./goals.ts";

/**
 * Files that goals changed, which a goal itself does not hold: read when a view needs them, and again when the goal says
 * that there are more.
 */
export interface ChangedFiles {
	/** What is known now; asks for what is newer. */
	of(goalId: GoalId): readonly ChangeView[];
	/** Asked for now. */
	read(goalId: GoalId, stepId?: StepId): Promise<readonly ChangeView[]>;
	onChange(listener: (goalId: GoalId) => void): () => void;
}

export function createChangedFiles(daemon: Daemon, goals: Goals): ChangedFiles {
	const known = new Map<GoalId, { count: number; changes: readonly ChangeView[]; reading: boolean }>();
	const listeners = new Set<(goalId: GoalId) => void>();

	async function refresh(goalId: GoalId): Promise<void> {
		const entry = known.get(goalId) ?? { count: 0, changes: [], reading: false };
		known.set(goalId, entry);
		const count = goals.goal(goalId)?.counts.changes ?? 0;
		if (entry.reading || entry.count === count) return;
		entry.reading = true;
		try {
			const { changes } = await daemon.read("change/list", { goalId });
			entry.changes = changes;
			entry.count = count;
			for (const listener of [...listeners]) listener(goalId);
		} catch {
			// What is known stays; the next look asks again.
		} finally {
			entry.reading = false;
		}
	}

	return {
		of(goalId) {
			void refresh(goalId);
			return known.get(goalId)?.changes ?? [];
		},
		async read(goalId, stepId) {
			return (await daemon.read("change/list", { goalId, stepId })).changes;
		},
		onChange(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
	};
}
