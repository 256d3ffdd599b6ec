import type { Step } from "../goal.ts";
import { withStep } from "./change.ts";
import type { Folds } from "./fold.ts";
import { account, addWriter, overtakeChecks } from "./writers.ts";

/** What is known of the workspace's files, and what undo does to them. */
export const filesFolds: Folds<"snapshot" | "file" | "undo"> = {
	"undo.started": (goal, e) => {
		const { undoId, stepIds, files, notCovered, again, by } = e;
		const writers = addWriter(goal.files.writers, { id: undoId, undo: true });
		return { ...goal, undo: { undoId, stepIds, files, notCovered, again, by }, files: { ...goal.files, writers } };
	},
	"undo.completed": (goal, e) => ({ ...goal, undo: undefined, files: account(goal, e.undoId) }),
	"snapshot.taken": (goal, e) => ({
		...goal,
		files: {
			...goal.files,
			tree: e.tree,
			coverage: e.coverage,
			at: e.at,
			unaccounted: goal.files.unaccounted.filter((writer) => !e.toolCallIds.includes(writer.id)),
			skipped: e.skipped,
			untracked: undefined,
			retry: undefined,
		},
	}),
	"snapshot.failed": (goal, e) => {
		const unknown = goal.files.unaccounted.filter((writer) => e.toolCallIds.includes(writer.id));
		const unaccounted = goal.files.unaccounted.filter((writer) => !unknown.includes(writer));
		const files = { ...goal.files, untracked: e.reason, retry: e.passing || undefined, unaccounted };
		return unknown.some((writer) => !writer.check) ? overtakeChecks({ ...goal, files }) : { ...goal, files };
	},
	"file.changed": (goal, e) => {
		const counted = { ...goal, counts: { ...goal.counts, changes: goal.counts.changes + 1 } };
		const changed = e.stepId && e.by === "agent" ? withStep(counted, e.stepId, oneChangeMore) : counted;
		// What a check writes (a build, a report) makes no check stale: two checks that write would chase each other.
		return e.by === "check" ? changed : overtakeChecks(changed);
	},
};

function oneChangeMore(step: Step): Step {
	const attempts = step.attempts.map((attempt) =>
		attempt.attempt === step.attempt && attempt.changes !== undefined
			? { ...attempt, changes: attempt.changes + 1 }
			: attempt,
	);
	return { ...step, attempts };
}
