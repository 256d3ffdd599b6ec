import type { Background, Goal } from "../goal.ts";
import { lastLineOf } from "../words/lastLine.ts";
import type { Folds } from "./fold.ts";
import { addWriter } from "./writers.ts";

/** How many that are over a goal remembers. */
const overKept = 20;

/** Commands that run on while their agent does: they began with a call that is over. */
export const backgroundFolds: Folds<"background"> = {
	"background.started": (goal, e) => {
		const { seq: _seq, epoch: _epoch, at, type: _type, ...body } = e;
		return { ...goal, background: kept({ ...goal.background, [e.toolCallId]: { ...body, startedAt: at } }) };
	},
	"background.stopRequested": (goal, e) => {
		const known = goal.background?.[e.toolCallId];
		if (!known || known.ended) return goal;
		return { ...goal, background: { ...goal.background, [e.toolCallId]: { ...known, stopBy: e.by } } };
	},
	"background.ended": (goal, e) => {
		const known = goal.background?.[e.toolCallId];
		if (!known) return goal;
		const lastLine = lastLineOf(e.output.tail || e.output.head);
		const ended = { at: e.at, exitCode: e.exitCode, reason: e.reason, lastLine };
		const { files } = goal;
		const isLookedFor = files.untracked === undefined || files.retry === true;
		// What it wrote last has not been looked at.
		const unaccounted = isLookedFor
			? addWriter(files.unaccounted, { id: e.toolCallId, stepId: e.stepId })
			: files.unaccounted;
		return {
			...goal,
			background: kept({ ...goal.background, [e.toolCallId]: { ...known, ended } }),
			files: { ...files, unaccounted },
		};
	},
};

function kept(all: Goal["background"] & object): Goal["background"] {
	const over = Object.values(all).filter(({ ended }) => ended);
	const dropped = new Set<Background>(over.slice(0, Math.max(0, over.length - overKept)));
	return Object.fromEntries(Object.entries(all).filter(([, one]) => !dropped.has(one)));
}
