import type { Folds } from "./fold.ts";

/** The folder in which the goal works: what it is known by, and that another one, or none, stands in its place. */
export const workspaceFolds: Folds<"workspace"> = {
	"workspace.identified": (goal, e) => ({ ...goal, folder: e.identity }),
	"workspace.lost": (goal, { holdId, reason, found, approvalId, at }) => ({
		...goal,
		holds: {
			...goal.holds,
			[holdId]: { holdId, cause: "folder", reason, found, approvalId, now: false, placedAt: at },
		},
	}),
};
