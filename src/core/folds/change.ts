import type { Check, Goal, Step, Thread } from "../goal.ts";
import type { CheckId, GrantId, StepId, ThreadId } from "../ids.ts";

export function withStep(goal: Goal, stepId: StepId, change: (step: Step) => Step): Goal {
	const step = goal.steps[stepId];
	return step ? { ...goal, steps: { ...goal.steps, [stepId]: change(step) } } : goal;
}

export function withThread(goal: Goal, threadId: ThreadId, change: (thread: Thread) => Thread): Goal {
	const thread = goal.threads[threadId];
	return thread ? { ...goal, threads: { ...goal.threads, [threadId]: change(thread) } } : goal;
}

export function withThreads(goal: Goal, change: (thread: Thread) => Thread): Goal {
	return { ...goal, threads: mapValues(goal.threads, change) };
}

export function closeThreads(goal: Goal, which: (thread: Thread) => boolean): Goal {
	return withThreads(goal, (thread) =>
		thread.state === "active" && which(thread) ? { ...thread, state: "closed" } : thread,
	);
}

export function withCheck(goal: Goal, checkId: CheckId, change: (check: Check) => Check): Goal {
	const check = goal.checks[checkId];
	return check ? { ...goal, checks: { ...goal.checks, [checkId]: change(check) } } : goal;
}

export function withChecks(goal: Goal, change: (check: Check) => Check): Goal {
	return { ...goal, checks: mapValues(goal.checks, change) };
}

/** Counts that a grant let it happen, where one did. */
export function withUse(
	goal: Goal,
	{ grant, seq, at }: { readonly grant?: GrantId; readonly seq: number; readonly at: string },
): Goal {
	if (grant === undefined) return goal;
	const times = (goal.grantUses?.[grant]?.times ?? 0) + 1;
	return { ...goal, grantUses: { ...goal.grantUses, [grant]: { times, seq, at } } };
}

export function without<K extends string, V>(record: Readonly<Record<K, V>>, key: K): Readonly<Record<K, V>> {
	if (!(key in record)) return record;
	const { [key]: _gone, ...rest } = record;
	return rest as Record<K, V>;
}

export function mapValues<K extends string, V>(
	record: Readonly<Record<K, V>>,
	change: (value: V) => V,
): Readonly<Record<K, V>> {
	let changed = false;
	const next: Record<string, V> = {};
	for (const key in record) {
		next[key] = change(record[key]);
		changed ||= next[key] !== record[key];
	}
	return changed ? (next as Record<K, V>) : record;
}
