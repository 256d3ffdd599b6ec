import type { GoalId } from "../core/ids.ts";
import type { GoalSummary } from "../protocol/view.ts";
import type { DaemonClient } from "./daemonClient.ts";

/** Told with all goals, the one launched last first, and with the one that changed; first when the list is known. */
export type GoalsListener = (goals: readonly GoalSummary[], changed?: GoalSummary) => void;

/** Follows the list of goals over every break of the connection. User interfaces of one client share one subscription. */
export function watchGoals(client: DaemonClient, listener: GoalsListener): () => void {
	const watch = watches.get(client) ?? startWatch(client);
	watches.set(client, watch);
	return watch.add(listener);
}

interface SharedWatch {
	add(listener: GoalsListener): () => void;
}

/** Goes on for as long as its client: the list is small, and nearly every user interface shows it. */
const watches = new WeakMap<DaemonClient, SharedWatch>();

function startWatch(client: DaemonClient): SharedWatch {
	const listeners = new Set<{ readonly tell: GoalsListener }>();
	let goals = new Map<GoalId, GoalSummary>();
	let isKnown = false;
	let generation = 0;
	/** Changes that arrive while the list is being read. */
	let early: GoalSummary[] | undefined;

	client.onNotice("goal/summary", ({ goal }) => {
		if (early) early.push(goal);
		else if (put(goal)) tell(goal);
	});
	client.onState((state) => {
		if (state === "connected") void read();
	});
	if (client.state === "connected") void read();

	async function read(): Promise<void> {
		const mine = ++generation;
		early = [];
		const answer = await client.request("goal/list", { watch: true }, { once: true }).catch(() => undefined);
		// A broken connection is followed by a new one, which reads again.
		if (!answer || mine !== generation) return;
		goals = new Map();
		for (const goal of [...answer.goals, ...early]) put(goal);
		early = undefined;
		isKnown = true;
		tell();
	}

	/** False when it says nothing new. */
	function put(goal: GoalSummary): boolean {
		const known = goals.get(goal.goalId);
		if (known && known.lastSeq > goal.lastSeq) return false;
		if (goal.deleted) return goals.delete(goal.goalId);
		goals.set(goal.goalId, goal);
		return true;
	}

	function tell(changed?: GoalSummary): void {
		const all = list();
		for (const listener of [...listeners]) if (listeners.has(listener)) call(listener, all, changed);
	}

	function call(listener: { readonly tell: GoalsListener }, all: readonly GoalSummary[], changed?: GoalSummary): void {
		try {
			listener.tell(all, changed);
		} catch (cause) {
			client.report(cause);
		}
	}

	function list(): readonly GoalSummary[] {
		return [...goals.values()].sort((a, b) => (a.launchedAt < b.launchedAt ? 1 : a.launchedAt > b.launchedAt ? -1 : 0));
	}

	return {
		add(listener) {
			const own = { tell: listener };
			listeners.add(own);
			queueMicrotask(() => {
				if (isKnown && listeners.has(own)) call(own, list());
			});
			return () => void listeners.delete(own);
		},
	};
}
