import type { Goal } from "../../core/goal.ts";
import type { GoalId, ThreadId, TurnId } from "../../core/ids.ts";

/** Text as a model writes it: passed on in small pieces to whoever watches, and kept nowhere. */
export type DeltaListener = (threadId: ThreadId, turnId: TurnId, text: string, reasoning: boolean) => void;

export interface Deltas {
	push(goal: Goal, threadId: ThreadId, turnId: TurnId, text: string, reasoning: boolean): void;
	/** Until the returned function is called. */
	listen(goalId: GoalId, listener: DeltaListener): () => void;
}

/** Tokens are gathered this long, so that a fast model does not become a thousand messages a second. */
const rhythmMs = 30;

export function openDeltas(): Deltas {
	const listeners = new Map<GoalId, Set<DeltaListener>>();
	const waiting = new Map<string, { goalId: GoalId; tell: (listener: DeltaListener) => void; text: string }>();
	let projection = false;

	const flush = () => {
		projection = false;
		for (const { goalId, tell } of waiting.values()) for (const listener of listeners.get(goalId) ?? []) tell(listener);
		waiting.clear();
	};
	return {
		push({ goalId }, threadId, turnId, text, reasoning) {
			if (!listeners.has(goalId)) return;
			const key = `${turnId} ${reasoning}`;
			const gathered = (waiting.get(key)?.text ?? "") + text;
			waiting.set(key, { goalId, text: gathered, tell: (listener) => listener(threadId, turnId, gathered, reasoning) });
			if (projection) return;
			projection = true;
			setTimeout(flush, rhythmMs);
		},
		listen(goalId, listener) {
			const set = listeners.get(goalId) ?? new Set();
			listeners.set(goalId, set);
			set.add(listener);
			return () => {
				set.delete(listener);
				if (set.size === 0) listeners.delete(goalId);
			};
		},
	};
}
