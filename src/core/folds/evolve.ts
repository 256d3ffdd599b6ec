import type { EventType, GoalEvent, RecordedEvent } from "../events.ts";
import type { Goal } from "../goal.ts";
import type { GoalId } from "../ids.ts";
import { countWork } from "../rules/workingTime.ts";
import { defaultSettings } from "../settings.ts";
import { agentFolds } from "./agent.ts";
import { approvalFolds } from "./approval.ts";
import { backgroundFolds } from "./background.ts";
import { callFolds } from "./call.ts";
import { checkFolds } from "./check.ts";
import { filesFolds } from "./files.ts";
import type { Fold } from "./fold.ts";
import { goalFolds } from "./goal.ts";
import { planFolds } from "./plan.ts";
import { reviewFolds } from "./review.ts";
import { serverFolds } from "./server.ts";
import { stallFolds } from "./stall.ts";
import { stepFolds } from "./step.ts";
import { threadFolds } from "./thread.ts";
import { workspaceFolds } from "./workspace.ts";

/** Grows with every change of the fold that makes an older checkpoint wrong. */
export const foldVersion = 17;

/** A goal of which nothing has happened yet. */
export function newGoal(goalId: GoalId): Goal {
	return {
		goalId,
		seq: 0,
		title: "",
		prompt: "",
		workspace: "",
		settings: defaultSettings,
		launchedAt: "",
		updatedAt: "",
		deleted: false,
		planRevision: 0,
		replans: 0,
		steps: {},
		checks: {},
		threads: {},
		calls: {},
		approvals: {},
		settled: [],
		grants: {},
		holds: {},
		todos: {},
		roster: { revision: 0, assignments: [] },
		budget: {},
		work: { ms: 0, epoch: 0 },
		usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, turns: 0, toolCalls: 0, byRole: {}, byModel: {} },
		files: { unaccounted: [], writers: [], skipped: [] },
		counts: { changes: 0, errors: 0 },
	};
}

/**
 * The only way a goal's state changes, in the daemon and in every view of it. Pure: no clock, no ids, no I/O.
 * An event whose subject is gone, or of a type unknown here, only moves the position.
 */
export function evolve(goal: Goal, event: RecordedEvent): Goal {
	const fold = folds[event.type] as Fold<EventType> | undefined;
	const next = fold ? fold(goal, event) : goal;
	return { ...next, seq: event.seq, updatedAt: event.at, work: countWork(goal, event) };
}

const folds: { readonly [T in EventType]: Fold<T> } = {
	...goalFolds,
	...planFolds,
	...stepFolds,
	...reviewFolds,
	...threadFolds,
	...agentFolds,
	...workspaceFolds,
	...callFolds,
	...backgroundFolds,
	...approvalFolds,
	...filesFolds,
	...checkFolds,
	...stallFolds,
	...serverFolds,
};

/** Folds a run of events. */
export function evolveAll(goal: Goal, events: Iterable<RecordedEvent>): Goal {
	let folded = goal;
	for (const event of events) folded = evolve(folded, event);
	return folded;
}

/** Gives facts their place behind the goal's last event, as the log will. */
export function record(goal: Goal, epoch: number, at: string, events: readonly GoalEvent[]): readonly RecordedEvent[] {
	return events.map((event, index) => ({ ...event, seq: goal.seq + index + 1, epoch, at }) as RecordedEvent);
}
