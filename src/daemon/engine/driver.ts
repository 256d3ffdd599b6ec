import { setTimeout as sleep } from "node:timers/promises";
import { agentKind } from "../../core/agentKinds.ts";
import type { EventType, GoalEvent, RecordedEvent } from "../../core/events.ts";
import { evolve, evolveAll, foldVersion, newGoal } from "../../core/folds/evolve.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId, StepId, ThreadId } from "../../core/ids.ts";
import { isToEnd } from "../../core/rules/background.ts";
import { readEvent } from "../../core/upcast.ts";
import { summarize } from "../../protocol/view.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import type { Clock, Log, NewId } from "../platform/ports.ts";
import { type Checkpoints, type EventReader, type EventStore, type NewEvent, StoreError } from "../store/eventStore.ts";
import { enact } from "./enact.ts";
import { type Activity, type AutomaticEvent, type Effect, type Limits, next, type Time } from "./next.ts";
import { takesTurn } from "./turnNeeds.ts";
import type { Turns } from "./turns.ts";

/**
 * One goal, driven: fold the log, ask `next`, append, perform, append the outcome, again. The driver is the goal's one
 * writer: everything that happens to it passes through `commit`, one at a time, in the order of arrival. Long, because all of
 * it is one state: the folded goal, what is in hand, and when to wake.
 */
export interface GoalDriver {
	readonly goalId: GoalId;
	readonly epoch: number;
	goal(): Goal;
	/** Appends what `make` finds right for the goal as it stands, and everything that follows of itself. Rejects when `make` throws or the store refuses; then nothing has happened. */
	commit(make: (goal: Goal) => readonly GoalEvent[]): Promise<Goal>;
	/** Like commit, for what has already happened: tried again until the store takes it, or the driver is closed. */
	recordFact(make: (goal: Goal) => readonly GoalEvent[]): Promise<Goal>;
	/** The first value that `find` has for the goal, now or after a commit; undefined once the signal aborts or the driver is closed. */
	until<T>(find: (goal: Goal) => T | undefined, signal: AbortSignal): Promise<T | undefined>;
	/** The events of a thread, oldest first. */
	transcript(threadId: ThreadId): Promise<readonly RecordedEvent[]>;
	/** The events of some types that belong to a step, oldest first. */
	stepEvents(stepId: StepId, types: readonly EventType[]): Promise<readonly RecordedEvent[]>;
	/** Something is under way, or about to be stored. */
	busy(): boolean;
	/** Looks again for what is ready. */
	wake(): void;
	/**
	 * Begins nothing new, interrupts what can be told again, leaves commands to their runner. Turns under way get `turnsMs`
	 * (default 0) to end by themselves: an answer that was paid for is not asked for again.
	 */
	close(turnsMs?: number): Promise<void>;
}

/** Carries out one activity. It appends its own intent and outcome. */
export type Perform = (activity: Activity, driver: GoalDriver, signal: AbortSignal) => Promise<void>;

export interface DriverParts {
	readonly store: EventStore & Checkpoints;
	readonly clock: Clock;
	readonly newId: NewId;
	readonly log: Log;
	readonly limits: Limits;
	readonly perform: Perform;
	/** What was appended, in order; called once a commit. */
	publish(goal: Goal, events: readonly RecordedEvent[]): void;
	/** Its turn among the daemon's goals; without it nothing keeps the goal. */
	readonly turns?: Turns;
	/** The goal can no longer be written from here, because another daemon writes it. Nothing more happens to it. */
	onLost?(cause: StoreError): void;
	/** Before what failed is tried again; an activity waits longer with each failure. Default 1,000. */
	readonly retryMs?: number;
	/** How long closing waits for activities. Default 10,000. */
	readonly closeMs?: number;
}

/** Why an activity is asked to end: the daemon goes, or a person stops the goal. */
export type StopReason = "drain" | "stop";

const pageSize = 1000;
const checkpointEvery = 500;
const longestRetryMs = 30_000;
/** A clock that is set ahead, or a machine that slept, is noticed after this. */
const longestSleepMs = 30_000;
/** Facts that follow of themselves after one commit; more would be a loop. */
const maxFollowing = 2000;
/** Times an activity may throw before the goal is given up. */
const maxFailures = 5;

/** Folds a stored goal: its newest checkpoint and what came after. */
export async function loadGoal(store: EventReader & Checkpoints, goalId: GoalId): Promise<Goal> {
	return (await foldGoal(store, goalId)).goal;
}

/** With whether a checkpoint was of use. */
async function foldGoal(
	store: EventReader & Checkpoints,
	goalId: GoalId,
): Promise<{ goal: Goal; isCheckpointed: boolean }> {
	const checkpoint = await store.checkpoint(goalId);
	const isCheckpointed = checkpoint?.foldVersion === foldVersion;
	let goal = isCheckpointed ? (JSON.parse(checkpoint.goal) as Goal) : newGoal(goalId);
	for (;;) {
		const page = await store.read(goalId, { afterSeq: goal.seq, limit: pageSize });
		goal = evolveAll(goal, page.map(readEvent));
		if (page.length < pageSize) return { goal, isCheckpointed };
	}
}

export async function openDriver(goalId: GoalId, parts: DriverParts): Promise<GoalDriver> {
	const { store, clock, newId, log, limits, retryMs = 1000, closeMs = 10_000 } = parts;
	const { epoch } = await store.claim(goalId);
	const found = await foldGoal(store, goalId);
	let { goal } = found;
	// What was folded now, because no checkpoint had it, is not folded again at the next start.
	let checkpointed = found.isCheckpointed ? goal.seq : 0;
	let queue: Promise<unknown> = Promise.resolve();
	let queued = 0;
	let closed = false;
	let draining = false;
	const drain = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	/** When each time for which the goal waits has come by a clock that cannot be set. */
	let comesAfter: ReadonlyMap<number, number> = new Map();
	const inHand = new Map<
		string,
		{ readonly activity: Activity; readonly abort: AbortController; readonly done: Promise<void> }
	>();
	const failures = new Map<string, number>();
	/** Activities that failed too often, until a person takes the goal up again. */
	const givenUp = new Set<string>();
	const transcripts = new Map<ThreadId, RecordedEvent[]>();
	/** Who waits for the goal to change. */
	const waiting = new Set<() => void>();

	const driver: GoalDriver = {
		goalId,
		epoch,
		goal: () => goal,
		commit,
		recordFact,
		until,
		transcript,
		stepEvents,
		busy: () => inHand.size > 0 || queued > 0,
		wake: () =>
			void recordFact(() => []).catch((cause) => {
				if (!closed) log.error(`${goalId}: could not go on`, cause);
			}),
		close,
	};
	return driver;

	function commit(make: (goal: Goal) => readonly GoalEvent[]): Promise<Goal> {
		const turn = queue.then(async () => {
			if (closed) throw new StoreError("closed", "The daemon is stopping. Try again when it runs again.");
			const given = make(goal);
			try {
				const batch = follow(given);
				if (batch.events.length > 0) {
					crashPoint("before", batch.events);
					await store.append(goalId, goal.seq, epoch, batch.rows, JSON.stringify(summarize(batch.goal))).catch(refused);
					crashPoint("after", batch.events);
					adopt(batch.goal, batch.events);
				}
			} finally {
				parts.turns?.settled(goal);
			}
			return goal;
		});
		queued++;
		queue = turn.catch(() => undefined).finally(() => queued--);
		return turn.then((result) => {
			pump();
			return result;
		});
	}

	/** What no second try could change ends the driver: another daemon writes the goal. */
	function refused(cause: unknown): never {
		if (!closed && cause instanceof StoreError && lostCodes.has(cause.code)) {
			closed = true;
			parts.onLost?.(cause);
		}
		throw cause;
	}

	/** Places the events behind the log, and with them every automatic event that follows, until only activities are left. */
	function follow(given: readonly GoalEvent[]): { goal: Goal; events: RecordedEvent[]; rows: NewEvent[] } {
		const due = time();
		const { now } = due;
		const at = new Date(now).toISOString();
		const events: RecordedEvent[] = [];
		const rows: NewEvent[] = [];
		let folded = goal;
		const place = (event: GoalEvent) => {
			const { type, ...body } = event;
			rows.push({ at: now, type, body: JSON.stringify(body), ...subjectOf(folded, event) });
			const recorded = { ...event, seq: folded.seq + 1, epoch, at } as RecordedEvent;
			events.push(recorded);
			folded = evolve(folded, recorded);
		};
		for (const event of given) place(event);
		for (let round = 0; round < maxFollowing && !draining; round++) {
			const { effects } = next(folded, epoch, due, limits);
			const held = parts.turns?.gate(folded, effects) ?? [];
			// A question to a person takes no goal's turn, so it is asked before the goal waits for its own.
			const automatic = effects.find(
				(effect): effect is AutomaticEvent => isAutomatic(effect) && (held.length === 0 || !takesTurn(effect)),
			);
			if (!automatic && held.length === 0) return { goal: folded, events, rows };
			if (!automatic) {
				for (const event of held) place(event);
				continue;
			}
			const facts = enact(folded, automatic, newId, now, limits);
			if (facts.length === 0) throw new Error(`${automatic.kind} gave no events`);
			for (const event of facts) place(event);
		}
		if (draining) return { goal: folded, events, rows };
		throw new Error(`facts followed each other without end in ${goalId}`);
	}

	function adopt(folded: Goal, events: readonly RecordedEvent[]): void {
		const before = goal;
		goal = folded;
		for (const event of events) {
			const threadId = threadOf(before, folded, event);
			if (threadId) transcripts.get(threadId)?.push(event);
			if (event.type === "thread.opened") transcripts.set(event.threadId, [event]);
		}
		for (const threadId of transcripts.keys())
			if (goal.threads[threadId]?.state !== "active") transcripts.delete(threadId);
		tell(events);
		for (const look of waiting) look();
		if (events.some((event) => event.type === "goal.reopened")) {
			failures.clear();
			givenUp.clear();
		}
		const stops = events.some(endsWork);
		for (const { activity, abort } of inHand.values())
			if (stops || isPointless(goal, activity)) abort.abort("stop" satisfies StopReason);
		if (goal.seq - checkpointed >= checkpointEvery) void checkpoint();
	}

	/** Those who watch cannot undo what is stored: what they throw is theirs. */
	function tell(events: readonly RecordedEvent[]): void {
		try {
			parts.publish(goal, events);
		} catch (cause) {
			log.error(`${goalId}: a watcher failed`, cause);
		}
	}

	async function recordFact(make: (goal: Goal) => readonly GoalEvent[]): Promise<Goal> {
		for (;;) {
			try {
				return await commit(make);
			} catch (cause) {
				const passing = cause instanceof StoreError && (cause.code === "full" || cause.code === "unavailable");
				if (!passing || closed || draining) throw cause;
				log.warn(`${goalId}: an outcome could not be stored; trying again. ${cause.message}`);
				await patience(retryMs);
			}
		}
	}

	/** Shorter when the driver is told to close. */
	function patience(ms: number): Promise<void> {
		return sleep(ms, undefined, { signal: drain.signal }).catch(() => undefined);
	}

	function until<T>(find: (goal: Goal) => T | undefined, signal: AbortSignal): Promise<T | undefined> {
		return new Promise((resolve) => {
			const end = (found?: T) => {
				waiting.delete(look);
				signal.removeEventListener("abort", over);
				drain.signal.removeEventListener("abort", over);
				resolve(found);
			};
			const look = () => {
				const found = find(goal);
				if (found !== undefined) end(found);
			};
			const over = () => end();
			waiting.add(look);
			signal.addEventListener("abort", over);
			drain.signal.addEventListener("abort", over);
			if (signal.aborted || drain.signal.aborted) over();
			else look();
		});
	}

	function pump(): void {
		if (closed || draining) return;
		const due = time();
		const { effects, times } = next(goal, epoch, due, limits);
		const passed = performance.now();
		comesAfter = new Map(times.map((at) => [at, comesAfter.get(at) ?? passed + at - due.now]));
		const waitsMs = times.filter((at) => !due.hasCome(at)).map((at) => comesAfter.get(at)! - passed);
		// An automatic event may have come due since the last commit looked for it: a millisecond is enough.
		if (effects.some(isAutomatic)) waitsMs.push(0);
		clearTimeout(timer);
		if (waitsMs.length > 0)
			timer = setTimeout(driver.wake, Math.min(Math.max(0, Math.min(...waitsMs)), longestSleepMs));
		for (const effect of effects) if (!isAutomatic(effect)) begin(effect);
	}

	/** A wait ends when its time has passed, though the clock was set back meanwhile; no other ends with it. */
	function time(): Time {
		const now = clock.now();
		const passed = performance.now();
		return { now, hasCome: (at) => at <= now || (comesAfter.get(at) ?? Number.POSITIVE_INFINITY) <= passed };
	}

	function begin(activity: Activity): void {
		const key = keyOf(activity);
		if (inHand.has(key) || givenUp.has(key)) return;
		const abort = new AbortController();
		const { seq } = goal;
		const done = parts
			.perform(activity, driver, abort.signal)
			.then(() => {
				if (goal.seq === seq && !abort.signal.aborted && isNamed(key))
					throw new Error("it ended, and nothing has changed");
				failures.delete(key);
			})
			.catch((cause) => failed(key, cause))
			.finally(() => {
				inHand.delete(key);
				pump();
			});
		inHand.set(key, { activity, abort, done });
	}

	/** It is still to be done: begun at once again, it would go on like that for ever. */
	function isNamed(key: string): boolean {
		return next(goal, epoch, time(), limits).effects.some((effect) => !isAutomatic(effect) && keyOf(effect) === key);
	}

	/** An activity threw: the store refused, or there is a bug. It is tried again a few times, ever later. */
	async function failed(key: string, cause: unknown): Promise<void> {
		if (closed || draining) return;
		const count = (failures.get(key) ?? 0) + 1;
		failures.set(key, count);
		log.error(`${goalId}: ${key} failed (${count})`, cause);
		if (count >= maxFailures && !(cause instanceof StoreError)) {
			const reason = `Something went wrong inside (${key}: ${cause instanceof Error ? cause.message : String(cause)}). The daemon's log has the details.`;
			givenUp.add(key);
			await recordFact((now) => (now.end ? [] : [{ type: "goal.failed", reason }])).catch(() => undefined);
			return;
		}
		await patience(Math.min(retryMs * count, longestRetryMs));
	}

	async function transcript(threadId: ThreadId): Promise<readonly RecordedEvent[]> {
		const known = transcripts.get(threadId);
		if (known) return known;
		const events: RecordedEvent[] = [];
		for (;;) {
			const upTo = goal.seq;
			const page = await store.read(goalId, { threadId, afterSeq: events.at(-1)?.seq ?? 0, limit: pageSize });
			events.push(...page.map(readEvent));
			// Whole once nothing was committed while the last page was read; from then on `adopt` adds to it.
			if (page.length < pageSize && goal.seq === upTo) break;
		}
		transcripts.set(threadId, events);
		return events;
	}

	async function stepEvents(stepId: StepId, types: readonly EventType[]): Promise<readonly RecordedEvent[]> {
		const events: RecordedEvent[] = [];
		for (;;) {
			const query = { stepId, types, afterSeq: events.at(-1)?.seq ?? 0, limit: pageSize };
			const page = await store.read(goalId, query);
			events.push(...page.map(readEvent));
			if (page.length < pageSize) return events;
		}
	}

	async function checkpoint(): Promise<void> {
		const { seq } = goal;
		checkpointed = seq;
		try {
			await store.saveCheckpoint(goalId, { seq, foldVersion, goal: JSON.stringify(goal) });
		} catch (cause) {
			log.debug(`${goalId}: no checkpoint at ${seq}: ${String(cause)}`);
		}
	}

	async function close(turnsMs = 0): Promise<void> {
		draining = true;
		clearTimeout(timer);
		const turns = [...inHand.values()].filter(({ activity }) => endsWithUs(goal, activity)).map(({ done }) => done);
		if (turnsMs > 0 && turns.length > 0) {
			const inTime = new AbortController();
			const late = sleep(turnsMs, undefined, { signal: inTime.signal }).catch(() => undefined);
			await Promise.race([Promise.all(turns), late]);
			inTime.abort();
		}
		drain.abort();
		for (const { abort } of inHand.values()) abort.abort("drain" satisfies StopReason);
		const ended = new AbortController();
		const late = sleep(closeMs, undefined, { signal: ended.signal }).then(
			() => log.warn(`${goalId}: closed without waiting any longer for ${[...inHand.keys()].join(", ")}`),
			() => undefined,
		);
		await Promise.race([late, Promise.all([...inHand.values()].map(({ done }) => done.catch(() => undefined)))]);
		ended.abort();
		await queue;
		closed = true;
		clearTimeout(timer);
		if (goal.seq > checkpointed) await checkpoint();
	}
}

/** Of what a store refuses: another daemon took the goal or the folder over, or the log is not what we believe. */
const lostCodes: ReadonlySet<string> = new Set(["fenced", "conflict"]);

const automaticKinds: Readonly<Record<Effect["kind"], boolean>> = {
	openPlanner: true,
	approvePlan: true,
	askPlan: true,
	startStep: true,
	askStart: true,
	askStep: true,
	settleStep: true,
	tellRepeats: true,
	verifyAgain: true,
	startTurn: true,
	interruptTurn: true,
	askRecovery: true,
	askAboutChecks: true,
	replan: true,
	askAboutReview: true,
	reflect: true,
	skipReflection: true,
	askBudget: true,
	endAtLimit: true,
	noteWork: true,
	liftHold: true,
	expire: true,
	overdue: true,
	supersede: true,
	dropCall: true,
	loseCall: true,
	failGoal: true,
	turn: false,
	call: false,
	check: false,
	snapshot: false,
	undo: false,
	folder: false,
	endAgent: false,
	background: false,
	review: false,
	finish: false,
};

function isAutomatic(effect: Effect): effect is AutomaticEvent {
	return automaticKinds[effect.kind];
}

function keyOf(activity: Activity): string {
	switch (activity.kind) {
		case "turn":
		case "endAgent":
			return `${activity.kind} ${activity.threadId}`;
		case "call":
		case "background":
			return `${activity.kind} ${activity.toolCallId}`;
		case "check":
			return `check ${activity.checkId}`;
		case "review":
			return `review ${activity.stepId ?? "of the goal"}`;
		default:
			return activity.kind;
	}
}

/** Its thread has ended, so nothing waits for its outcome. */
function isPointless(goal: Goal, activity: Activity): boolean {
	if (activity.kind === "background") {
		const background = goal.background?.[activity.toolCallId];
		return background !== undefined && isToEnd(goal, background);
	}
	const threadId =
		activity.kind === "turn"
			? activity.threadId
			: activity.kind === "call"
				? goal.calls[activity.toolCallId]?.threadId
				: undefined;
	return threadId !== undefined && goal.threads[threadId]?.state === "closed";
}

/** A turn that is worth waiting for: it would be lost, and goes not on without this daemon. */
function endsWithUs(goal: Goal, activity: Activity): boolean {
	if (activity.kind !== "turn") return false;
	const thread = goal.threads[activity.threadId];
	return thread !== undefined && !agentKind(thread.assignment).outlivesDaemon;
}

function endsWork(event: RecordedEvent): boolean {
	return event.type === "goal.cancelled" || event.type === "goal.failed" || (event.type === "hold.placed" && event.now);
}

/** The columns by which the store finds an event again. */
function subjectOf(goal: Goal, event: GoalEvent): { threadId?: string; stepId?: string } {
	const call = "toolCallId" in event && event.toolCallId ? goal.calls[event.toolCallId] : undefined;
	const threadId = "threadId" in event ? event.threadId : call?.threadId;
	const check = "checkId" in event && event.checkId ? goal.checks[event.checkId] : undefined;
	const stepId =
		"stepId" in event
			? event.stepId
			: (call?.stepId ?? check?.stepId ?? (threadId ? goal.threads[threadId]?.stepId : undefined));
	return { threadId, stepId };
}

function threadOf(before: Goal, after: Goal, event: RecordedEvent): ThreadId | undefined {
	return (subjectOf(before, event).threadId ?? subjectOf(after, event).threadId) as ThreadId | undefined;
}
