import type { GoalListener } from "../../client/goalWatch.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import type { GoalSummary } from "../../protocol/view.ts";
import type { Daemon, OpenClient } from "./daemon.ts";

/**
 * What the extension knows of the goals: the summary of each, and the whole of those that are looked at or that wait
 * for a decision. Every native view draws from here, so that they cannot disagree.
 */
export interface Goals {
	readonly all: readonly GoalSummary[];
	/** False until the daemon has said what there is. */
	readonly areKnown: boolean;
	summary(goalId: GoalId): GoalSummary | undefined;
	/** Present while it is followed. */
	goal(goalId: GoalId): Goal | undefined;
	/** Goals that are known whole. */
	readonly whole: readonly Goal[];
	/** Keeps a goal known, over reconnections too, until what it returns is called. */
	follow(goalId: GoalId, listener?: Partial<GoalListener>): () => void;
	/** Told with the goal that changed, or with none when the list did. */
	onChange(listener: (goalId?: GoalId) => void): () => void;
}

interface Followed {
	readonly listeners: Set<Partial<GoalListener>>;
	goal?: Goal;
	stop?: () => void;
}

export function createGoals(daemon: Daemon): Goals {
	let all: readonly GoalSummary[] = [];
	let areKnown = false;
	let open: OpenClient | undefined;
	const followed = new Map<GoalId, Followed>();
	/** Goals that are followed because they wait for a person. */
	const attended = new Map<GoalId, () => void>();
	const listeners = new Set<(goalId?: GoalId) => void>();

	const tell = (goalId?: GoalId) => {
		for (const listener of [...listeners]) listener(goalId);
	};

	function watch(goalId: GoalId, entry: Followed): void {
		if (!open || entry.stop) return;
		entry.stop = open.watchGoal(open.client, goalId, {
			onChange(goal, events) {
				entry.goal = goal;
				for (const listener of [...entry.listeners]) listener.onChange?.(goal, events);
				tell(goalId);
			},
			onDelta(delta) {
				for (const listener of [...entry.listeners]) listener.onDelta?.(delta);
			},
			onRefused(cause) {
				entry.goal = undefined;
				for (const listener of [...entry.listeners]) listener.onRefused?.(cause);
			},
		});
	}

	function follow(goalId: GoalId, listener: Partial<GoalListener> = {}): () => void {
		const entry = followed.get(goalId) ?? { listeners: new Set() };
		followed.set(goalId, entry);
		const own = { ...listener };
		entry.listeners.add(own);
		watch(goalId, entry);
		const known = entry.goal;
		if (known) queueMicrotask(() => entry.listeners.has(own) && own.onChange?.(known, []));
		return () => {
			entry.listeners.delete(own);
			if (entry.listeners.size > 0 || followed.get(goalId) !== entry) return;
			entry.stop?.();
			followed.delete(goalId);
		};
	}

	function attend(): void {
		for (const { goalId, pendingApprovals } of all) {
			if (pendingApprovals > 0 && !attended.has(goalId)) attended.set(goalId, follow(goalId));
		}
		for (const [goalId, stop] of attended) {
			if (all.some((goal) => goal.goalId === goalId && goal.pendingApprovals > 0)) continue;
			attended.delete(goalId);
			stop();
		}
	}

	daemon.whileOpen((opened) => {
		open = opened;
		for (const [goalId, entry] of followed) watch(goalId, entry);
		const stop = opened.watchGoals(opened.client, (goals, changed) => {
			all = goals;
			areKnown = true;
			attend();
			tell(changed?.goalId);
		});
		return () => {
			stop();
			open = undefined;
			areKnown = false;
			all = [];
			for (const entry of followed.values()) {
				entry.stop?.();
				entry.stop = undefined;
				entry.goal = undefined;
			}
			attend();
			tell();
		};
	});

	return {
		get all() {
			return all;
		},
		get areKnown() {
			return areKnown;
		},
		get whole() {
			return [...followed.values()].flatMap((entry) => entry.goal ?? []);
		},
		summary: (goalId) => all.find((goal) => goal.goalId === goalId),
		goal: (goalId) => followed.get(goalId)?.goal,
		follow,
		onChange(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
	};
}
