import * as v from "valibot";
import type { GoalEvent, RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId, HoldId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import { endStates } from "../../core/rules/goalState.ts";
import { holds, personHold } from "../../core/rules/holds.ts";
import { threads } from "../../core/rules/threads.ts";
import { bothWays, ways } from "../../core/ways.ts";
import { GoalSummary, summarize } from "../../protocol/view.ts";
import type { NewId } from "../platform/ports.ts";
import { type Store, StoreError } from "../store/eventStore.ts";
import { type DriverParts, type GoalDriver, loadGoal, openDriver } from "./driver.ts";
import { openTurns } from "./turns.ts";

/**
 * All goals of the daemon. Those that are not over have a driver; the others are read when a client asks and driven
 * again when a person reopens them.
 */
export interface Supervisor {
	/** Takes up every goal that is not over. Resolves when all have been claimed. */
	start(): Promise<void>;
	summaries(): readonly GoalSummary[];
	goal(goalId: GoalId): Promise<Goal>;
	/** Appends to a goal what `make` finds right, driving it if need be. */
	commit(goalId: GoalId, make: (goal: Goal) => readonly GoalEvent[]): Promise<Goal>;
	/** Creates a goal with its first events. */
	launch(goalId: GoalId, events: readonly GoalEvent[]): Promise<Goal>;
	/** Follows a goal: `listener` gets what is appended after the goal that is returned, in order and without a gap. */
	watch(goalId: GoalId, listener: Listener): Promise<{ readonly goal: Goal; stop(): void }>;
	onSummary(listener: (summary: GoalSummary) => void): () => void;
	/** Goals that move, or will move by themselves; not those that wait for a person. */
	active(): number;
	/** Goals that were deleted: their erasure is to be repeated after a crash. */
	deleted(): readonly GoalId[];
	/** Erases what a deleted goal said and did. */
	erase(goalId: GoalId): Promise<void>;
	/** Turns under way get `turnsMs` to end by themselves. */
	close(turnsMs?: number): Promise<void>;
}

export type Listener = (goal: Goal, events: readonly RecordedEvent[]) => void;

/** Goals that are over and were read lately. */
const restingKept = 20;

export interface SupervisorParts extends Omit<DriverParts, "publish" | "store" | "turns"> {
	/** Goals at work at once. Without it as many as there are. */
	parallelGoals?(): number;
}

export function openSupervisor(
	store: Omit<Store, "requestOnce" | "search" | "close">,
	parts: SupervisorParts,
): Supervisor {
	const drivers = new Map<GoalId, Promise<GoalDriver>>();
	const open = new Map<GoalId, GoalDriver>();
	const resting = new Map<GoalId, Goal>();
	const summaries = new Map<GoalId, GoalSummary>();
	const listeners = new Map<GoalId, Set<Listener>>();
	const summaryListeners = new Set<(summary: GoalSummary) => void>();
	let closed = false;
	const turns = openTurns({ ...parts, parallelGoals: parts.parallelGoals ?? (() => Number.POSITIVE_INFINITY), tell });

	return {
		async start() {
			const rows = await store.goals();
			for (const { goalId, summary } of rows) {
				const known = await knownSummary(goalId, summary).catch((cause) =>
					parts.log.error(`${goalId} cannot be read`, cause),
				);
				if (known) summaries.set(goalId, known);
			}
			const unfinished = [...summaries.values()].filter((summary) => !isAtRest(summary));
			// A goal that cannot be read must not keep the others from going on.
			const taking = ({ goalId }: GoalSummary) =>
				drive(goalId).catch((cause) => void parts.log.error(`${goalId} cannot be taken up`, cause));
			const taken = (await Promise.all(unfinished.map(taking))).filter((driver) => driver !== undefined);
			turns.adopt(taken.map((driver) => driver.goal()));
			const woken = taken.map((driver) =>
				driver.recordFact((goal) => restartHold(goal, parts.newId)).catch(() => undefined),
			);
			void Promise.all(woken).then(() => turns.grant());
		},
		summaries: () => [...summaries.values()].filter((summary) => !summary.deleted).sort(byLaunch),
		goal,
		async commit(goalId, make) {
			await goal(goalId);
			return (await driving(goalId)).commit(make);
		},
		async launch(goalId, events) {
			return (await driving(goalId)).commit((current) => (current.seq === 0 ? events : []));
		},
		async watch(goalId, listener) {
			await goal(goalId);
			const set = listeners.get(goalId) ?? new Set();
			listeners.set(goalId, set);
			set.add(listener);
			// No await between adding the listener and reading the goal: what comes after is told.
			const now = open.get(goalId)?.goal() ?? (await goal(goalId));
			return {
				goal: now,
				stop() {
					set.delete(listener);
					if (set.size === 0) listeners.delete(goalId);
				},
			};
		},
		onSummary(listener) {
			summaryListeners.add(listener);
			return () => summaryListeners.delete(listener);
		},
		active: () => [...open.values()].filter((driver) => driver.busy() || resumes(driver.goal())).length,
		deleted: () => [...summaries.values()].filter((summary) => summary.deleted).map((summary) => summary.goalId),
		async erase(goalId) {
			const driver = open.get(goalId);
			open.delete(goalId);
			drivers.delete(goalId);
			resting.delete(goalId);
			turns.forget(goalId);
			await driver?.close();
			await store.erase(goalId);
		},
		async close(turnsMs) {
			closed = true;
			await Promise.all(
				[...drivers.values()].map((opening) =>
					opening.then(
						(driver) => driver.close(turnsMs),
						() => undefined,
					),
				),
			);
		},
	};

	/** What becomes of turns: the goal's driver may be gone, or going. */
	async function tell(goalId: GoalId, make: (goal: Goal) => readonly GoalEvent[]): Promise<Goal | undefined> {
		const driver = open.get(goalId);
		if (!driver || closed) return undefined;
		const isTold = await driver.recordFact(make).then(
			() => true,
			() => false,
		);
		return isTold ? driver.goal() : undefined;
	}

	/** One that an earlier version wrote may lack what is asked of it today: then the goal itself says it. */
	async function knownSummary(goalId: GoalId, text: string): Promise<GoalSummary> {
		const summary = v.safeParse(GoalSummary, JSON.parse(text));
		return summary.success ? summary.output : summarize(await loadGoal(store, goalId));
	}

	/** The driver of the goal as of now: one that was put to rest while it was waited for is opened anew. */
	async function driving(goalId: GoalId): Promise<GoalDriver> {
		for (;;) {
			const driver = await drive(goalId);
			if (open.get(goalId) === driver) return driver;
		}
	}

	function drive(goalId: GoalId): Promise<GoalDriver> {
		const known = drivers.get(goalId);
		if (known) return known;
		if (closed)
			return Promise.reject(new StoreError("closed", "The daemon is stopping. Try again when it runs again."));
		const opening = openDriver(goalId, { ...parts, store, publish, turns }).then((driver) => {
			open.set(goalId, driver);
			resting.delete(goalId);
			return driver;
		});
		drivers.set(goalId, opening);
		opening.catch((cause) => {
			drivers.delete(goalId);
			if (cause instanceof StoreError && cause.code === "fenced") parts.onLost?.(cause);
		});
		return opening;
	}

	async function goal(goalId: GoalId): Promise<Goal> {
		const driven = open.get(goalId) ?? (await drivers.get(goalId));
		if (driven && driven.goal().seq > 0) return driven.goal();
		const summary = summaries.get(goalId);
		if (!summary || summary.deleted) {
			throw new Refusal("unknownGoal", `There is no goal ${goalId}. ${bothWays(ways.goals)} show the goals.`);
		}
		const read = resting.get(goalId) ?? (await loadGoal(store, goalId));
		rest(goalId, read);
		return read;
	}

	function rest(goalId: GoalId, read: Goal): void {
		resting.delete(goalId);
		resting.set(goalId, read);
		for (const oldest of [...resting.keys()].slice(0, -restingKept)) resting.delete(oldest);
	}

	/** Goals that are over need no driver. A few keep theirs: they were looked at just now. */
	function retire(): void {
		const over = [...open].filter(([, driver]) => isAtRest(summarize(driver.goal())) && !driver.busy());
		for (const [goalId, driver] of over.slice(0, -restingKept)) {
			open.delete(goalId);
			drivers.delete(goalId);
			rest(goalId, driver.goal());
			void driver.close();
		}
	}

	function publish(current: Goal, events: readonly RecordedEvent[]): void {
		const summary = summarize(current);
		summaries.set(current.goalId, summary);
		for (const listener of listeners.get(current.goalId) ?? []) listener(current, events);
		for (const listener of summaryListeners) listener(summary);
		if (isAtRest(summary) && open.size > restingKept) setImmediate(retire);
	}
}

function isAtRest(summary: GoalSummary): boolean {
	return summary.deleted === true || (endStates.includes(summary.state) && !summary.unsettled);
}

/** Where the goal's settings say so, a daemon that starts again waits for a person. */
function restartHold(goal: Goal, newId: NewId): GoalEvent[] {
	if (goal.settings.restart !== "pause" || goal.end || personHold(goal)) return [];
	const reason = "Paused because the daemon started again, as the goal's settings want it.";
	return [{ type: "hold.placed", holdId: newId<HoldId>("h"), cause: "person", reason, now: false }];
}

/** It waits for a clock, so the daemon must be there when the time has come. */
function resumes(goal: Goal): boolean {
	if (goal.end || personHold(goal)) return false;
	const waits = threads(goal).some((thread) => thread.state === "active" && thread.retryAt !== undefined);
	return waits || holds(goal).some((hold) => hold.wakeAt !== undefined);
}

function byLaunch(a: GoalSummary, b: GoalSummary): number {
	return b.launchedAt.localeCompare(a.launchedAt);
}
