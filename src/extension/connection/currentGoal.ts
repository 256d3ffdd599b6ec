import type { GoalId } from "../../core/ids.ts";

/** The goal that a person looks at: the feed follows it, and commands without an argument mean it. Kept over reloads. */
export interface CurrentGoal {
	readonly goalId: GoalId | undefined;
	set(goalId: GoalId): void;
	onChange(listener: (goalId: GoalId) => void): () => void;
}

export interface Memento {
	get(key: string): unknown;
	update(key: string, value: unknown): PromiseLike<void>;
}

const key = "currentGoal";

export function createCurrentGoal(memento: Memento): CurrentGoal {
	const listeners = new Set<(goalId: GoalId) => void>();
	const kept = memento.get(key);
	let goalId = typeof kept === "string" ? (kept as GoalId) : undefined;
	return {
		get goalId() {
			return goalId;
		},
		set(next) {
			if (next === goalId) return;
			goalId = next;
			void memento.update(key, next);
			for (const listener of [...listeners]) listener(next);
		},
		onChange(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
	};
}
