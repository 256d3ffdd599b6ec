import path from "node:path";
import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Hold } from "../../core/goal.ts";
import type { GoalId, HoldId } from "../../core/ids.ts";
import { goalHold, personHold, turnHolds } from "../../core/rules/holds.ts";
import type { Priority } from "../../core/values.ts";
import type { Clock, NewId } from "../platform/ports.ts";
import { type Effect, type Limits, next } from "./next.ts";
import { type Need, needsOf, yieldsTo } from "./turnNeeds.ts";

/**
 * Whose turn it is among the goals of a daemon. So many may be at work at once, and of goals whose folders are the same
 * or lie in each other one at a time works on a step. A goal whose turn it is not gets a hold, in the transaction that
 * would have begun something, so that its log says that it waits and for whom; no goal at work is interrupted.
 *
 * Who holds a place or a folder is known in memory alone: after a restart it is taken anew, first by what was under way.
 * A goal that only waits for a person, a clock or a provider lets go of both, also in the middle of a step, and must wait
 * for its turn before it goes on. Place and folder are granted together, so no two goals wait for each other. A goal that
 * ends a step lets another go first that waits for its folder, the most urgent or the one that has waited longest, and
 * lends it its place if no other is free.
 */
export interface Turns {
	/** Takes up what an earlier daemon left, before any of it moves. */
	adopt(goals: readonly Goal[]): void;
	/** The holds that keep the goal from these effects; none where it may go on. */
	gate(goal: Goal, effects: readonly Effect[]): readonly GoalEvent[];
	/** What a commit left of a goal: whether it goes on, and if not, who may. */
	settled(goal: Goal): void;
	/** The goal is gone. */
	forget(goalId: GoalId): void;
	/** Gives free places to those that wait, to `first` before all others. */
	grant(first?: GoalId): void;
}

export interface TurnParts {
	readonly clock: Clock;
	readonly newId: NewId;
	readonly limits: Limits;
	parallelGoals(): number;
	/** Appends to a goal what `make` finds right. Resolves with the goal as it is then; with nothing when it is written here no more. */
	tell(goalId: GoalId, make: (goal: Goal) => readonly GoalEvent[]): Promise<Goal | undefined>;
}

/** What a goal has of the daemon's turns. */
interface Turn {
	readonly goal: Goal;
	readonly place: boolean;
	readonly folder: boolean;
	/** It has not begun anything with it yet. */
	readonly fresh: boolean;
}

export function openTurns({ clock, newId, limits, parallelGoals, tell }: TurnParts): Turns {
	const turns = new Map<GoalId, Turn>();
	const waiting = new Map<GoalId, Goal>();
	/** Goals that are being told. */
	const told = new Set<GoalId>();
	return { adopt, gate, settled, forget, grant };

	function adopt(goals: readonly Goal[]): void {
		for (const goal of goals) if (isWaiting(goal)) waiting.set(goal.goalId, goal);
		const needs = new Map(goals.map((goal) => [goal.goalId, needsNow(goal)]));
		const order = (goal: Goal) => (needs.get(goal.goalId)!.begun ? 0 : 1);
		for (const goal of [...goals].sort((a, b) => order(a) - order(b) || byUrgency(a, b))) {
			const need = needs.get(goal.goalId)!;
			if (need.begun || (!isWaiting(goal) && !refusal(goal, need))) take(goal, need);
		}
	}

	function gate(goal: Goal, effects: readonly Effect[]): readonly GoalEvent[] {
		if (goal.end || goal.undo || goalHold(goal)) return [];
		const need = needsOf(goal, effects, clock.now());
		const why = refusal(goal, need);
		if (!why) take(goal, need);
		return why ? [placed(newId<HoldId>("h"), why)] : [];
	}

	function settled(goal: Goal): void {
		const { goalId } = goal;
		const waits = isWaiting(goal);
		let changed = waits || waiting.has(goalId);
		let lentTo: GoalId | undefined;
		if (waits) waiting.set(goalId, goal);
		else waiting.delete(goalId);
		const turn = turns.get(goalId);
		if (turn && !told.has(goalId)) {
			const need = needsNow(goal);
			const kept = { goal, place: turn.place && need.place, folder: turn.folder && need.folder, fresh: false };
			changed ||= kept.place !== turn.place || kept.folder !== turn.folder;
			// A place that is lent for a step is not free: it goes to whom it is lent.
			if (turn.folder && !kept.folder && !kept.place) lentTo = yieldsTo(goal);
			if (kept.place || kept.folder) turns.set(goalId, kept);
			else turns.delete(goalId);
		}
		if (changed) grant(lentTo);
	}

	function forget(goalId: GoalId): void {
		waiting.delete(goalId);
		turns.delete(goalId);
		grant();
	}

	function grant(first?: GoalId): void {
		const order = (goal: Goal) => (goal.goalId === first ? 0 : 1);
		for (const goal of [...waiting.values()].sort((a, b) => order(a) - order(b) || byUrgency(a, b))) {
			if (told.has(goal.goalId)) continue;
			const need = needsNow(withoutTurnHolds(goal));
			const why = refusal(goal, need);
			if (why) explain(goal, why);
			else {
				take(goal, need);
				append(goal.goalId, (now) => turnHolds(now).map(({ holdId }) => ({ type: "hold.lifted", holdId })));
			}
		}
	}

	/** Whom a goal waits for changes with time; what people read of it changes too. */
	function explain(goal: Goal, why: Refusal): void {
		const held = turnHolds(goal).at(-1);
		if (!held || (held.cause === why.cause && (why.cause === "queue" || isSame(held, why)))) return;
		append(goal.goalId, (now) =>
			now.holds[held.holdId] ? [placed(held.holdId, { ...why, startsOnly: held.startsOnly })] : [],
		);
	}

	function append(goalId: GoalId, make: (goal: Goal) => readonly GoalEvent[]): void {
		told.add(goalId);
		void tell(goalId, make).then((goal) => {
			told.delete(goalId);
			if (goal) return settled(goal);
			waiting.delete(goalId);
			turns.delete(goalId);
		});
	}

	function take(goal: Goal, need: Need): void {
		if (!need.place && !need.folder) return;
		const had = turns.get(goal.goalId);
		const place = had?.place || need.place;
		const folder = had?.folder || need.folder;
		const fresh = had?.fresh || (folder && !had?.folder);
		turns.set(goal.goalId, { goal, place, folder, fresh });
	}

	/** Why it is not the goal's turn, if it is not. What has begun is not interrupted. */
	function refusal(goal: Goal, need: Need): Refusal | undefined {
		const had = turns.get(goal.goalId);
		const place = () => (need.place && !need.begun && !had?.place ? placeRefusal() : undefined);
		const folder = () => (need.folder ? folderRefusal(goal, need, had) : undefined);
		// Who has come as far as the folder's line stays in it: the goal before it lends it the place.
		return waitsForFolder(goal) ? (folder() ?? place()) : (place() ?? folder());
	}

	function placeRefusal(): Refusal | undefined {
		const working = [...turns.values()].filter((turn) => turn.place);
		return working.length >= parallelGoals() ? queued(working.map((turn) => turn.goal)) : undefined;
	}

	function folderRefusal(goal: Goal, need: Need, had: Turn | undefined): Refusal | undefined {
		if (!had?.folder && !need.begunInFolder) {
			const owner = [...turns.values()].find((turn) => turn.folder && isOther(goal, turn.goal))?.goal;
			if (owner) return inFolder(goal, owner);
		}
		if (!need.starts || had?.fresh) return undefined;
		// Who ends a step does not begin the next before those that waited for the folder.
		// It is asked to join the line only where it would have to wait in it: else it would be let go at once, for ever.
		const { placedAt: since } = waitsForFolder(goal) ?? { placedAt: new Date(clock.now()).toISOString() };
		const first = [...waiting.values()]
			.filter((other) => isOther(goal, other) && needsNow(withoutTurnHolds(other)).folder)
			.find((other) => {
				const held = waitsForFolder(other);
				return held && isBefore(other, held.placedAt, goal, since);
			});
		return first && { ...inFolder(goal, first), startsOnly: true };
	}

	function needsNow(goal: Goal): Need {
		const now = clock.now();
		return needsOf(goal, next(goal, 0, now, limits).effects, now);
	}
}

function isWaiting(goal: Goal): boolean {
	return !goal.end && !goal.deleted && !personHold(goal) && turnHolds(goal).length > 0;
}

function waitsForFolder(goal: Goal): Hold | undefined {
	return turnHolds(goal).find((hold) => hold.cause === "workspace");
}

function withoutTurnHolds(goal: Goal): Goal {
	const kept = Object.entries(goal.holds).filter(([, hold]) => !turnHolds(goal).includes(hold));
	return { ...goal, holds: Object.fromEntries(kept) };
}

const ranks: Readonly<Record<Priority, number>> = { urgent: 0, high: 1, normal: 2, low: 3 };

/** In the line for a folder. */
function isBefore(a: Goal, sinceA: string, b: Goal, sinceB: string): boolean {
	const order =
		ranks[a.settings.priority] - ranks[b.settings.priority] ||
		sinceA.localeCompare(sinceB) ||
		a.goalId.localeCompare(b.goalId);
	return order < 0;
}

function byUrgency(a: Goal, b: Goal): number {
	return (
		ranks[a.settings.priority] - ranks[b.settings.priority] ||
		a.launchedAt.localeCompare(b.launchedAt) ||
		a.goalId.localeCompare(b.goalId)
	);
}

/** Another goal, in the same folder or in one that holds the other. Folders are known by their real paths. */
function isOther(a: Goal, b: Goal): boolean {
	const holdsIt = (outer: string, inner: string) =>
		`${inner}${path.sep}`.startsWith(outer + (outer.endsWith(path.sep) ? "" : path.sep));
	return a.goalId !== b.goalId && (holdsIt(a.workspace, b.workspace) || holdsIt(b.workspace, a.workspace));
}

interface Refusal {
	readonly cause: "queue" | "workspace";
	readonly reason: string;
	readonly waitsFor: readonly GoalId[];
	readonly startsOnly?: boolean;
}

function queued(working: readonly Goal[]): Refusal {
	const [one] = working;
	const who =
		working.length === 1
			? `${named(one!)} is at work, and one goal`
			: `${working.length} goals are at work, and no more`;
	return {
		cause: "queue",
		reason: `Waits for its turn: ${who} may work at once.`,
		waitsFor: working.map(({ goalId }) => goalId),
	};
}

function inFolder(goal: Goal, other: Goal): Refusal {
	const where = goal.workspace === other.workspace ? "in the same folder" : `in ${other.workspace}`;
	return {
		cause: "workspace",
		reason: `Waits for ${named(other)}, which works ${where}.`,
		waitsFor: [other.goalId],
	};
}

const maxTitle = 60;

function named({ title }: Goal): string {
	const line = title.split("\n", 1)[0] ?? "";
	return `“${line.length > maxTitle ? `${line.slice(0, maxTitle - 1).trimEnd()}…` : line}”`;
}

function isSame(held: Hold, why: Refusal): boolean {
	return held.waitsFor?.join() === why.waitsFor.join();
}

function placed(holdId: HoldId, { waitsFor, ...why }: Refusal): GoalEvent {
	return { type: "hold.placed", holdId, ...why, waitsFor: [...waitsFor], now: false };
}
