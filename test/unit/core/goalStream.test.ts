import assert from "node:assert/strict";
import fc from "fast-check";
import type { GoalEvent, RecordedEvent } from "../../../src/core/events.ts";
import { evolveAll, newGoal, record } from "../../../src/core/folds/evolve.ts";
import { MissingEvent, openGoalStream } from "../../../src/core/folds/goalStream.ts";
import type { Goal } from "../../../src/core/goal.ts";
import type { GoalId, ThreadId } from "../../../src/core/ids.ts";
import { launched } from "../../support/fakeDaemon.ts";
import { seeded } from "../../support/seed.ts";

const goalId = "g1" as GoalId;

/** What happens between a daemon and one that follows a goal. */
type Happening =
	/** The daemon records events and tells of them. */
	| { readonly kind: "events"; readonly count: number }
	/** It records events, but the notice is lost. */
	| { readonly kind: "lost"; readonly count: number }
	/** Notices come a second time, some with older ones before them. */
	| { readonly kind: "again"; readonly from: number; readonly count: number }
	/** The connection broke and is there again. */
	| { readonly kind: "reconnect" }
	/** The next answer of the daemon is a failure. */
	| { readonly kind: "failure" }
	/** Everything that waits to be answered is answered. */
	| { readonly kind: "settle" };

const count = fc.integer({ min: 1, max: 5 });
const happenings: fc.Arbitrary<Happening[]> = fc.array(
	fc.oneof(
		{ weight: 5, arbitrary: fc.record({ kind: fc.constant("events" as const), count }) },
		{ weight: 1, arbitrary: fc.record({ kind: fc.constant("lost" as const), count }) },
		{ weight: 2, arbitrary: fc.record({ kind: fc.constant("again" as const), from: fc.nat(40), count }) },
		{ weight: 2, arbitrary: fc.record({ kind: fc.constant("reconnect" as const) }) },
		{ weight: 1, arbitrary: fc.record({ kind: fc.constant("failure" as const) }) },
		{ weight: 3, arbitrary: fc.record({ kind: fc.constant("settle" as const) }) },
	),
	{ maxLength: 40 },
);

describe("the stream of a goal", () => {
	for (const reads of [true, false]) {
		const how = reads ? "fills gaps from the record, so that each event is told once" : "closes gaps by a snapshot";
		it(`whatever is lost, repeated, late or cut off, it ends at the daemon's goal and ${how}`, async () => {
			await fc.assert(
				fc.asyncProperty(happenings, async (script) => {
					const { told, resets, daemon } = await play(script, reads);
					assert.deepEqual(told.goal, evolveAll(newGoal(goalId), daemon.log));
					assert.deepEqual(
						told.seqs,
						told.seqs.toSorted((a, b) => a - b),
					);
					assert.equal(new Set(told.seqs).size, told.seqs.length);
					if (!reads) return;
					assert.equal(resets, 1);
					const first = told.seqs[0] ?? 0;
					assert.deepEqual(
						told.seqs,
						told.seqs.map((_, index) => first + index),
					);
				}),
				{ numRuns: 500, seed: seeded("happenings between daemon and follower").seed },
			);
		});
	}

	it("begins anew where the daemon's record is shorter than what was told", async () => {
		const daemon = fakeDaemon();
		daemon.append(4);
		const { stream, told } = follow(daemon, true);
		await stream.start();
		daemon.log.length = 2;
		await stream.start();
		assert.equal(told.goal?.seq, 2);
		assert.equal(told.resets, 2);
	});

	it("says which event the record lacks", async () => {
		const daemon = fakeDaemon();
		const { stream, told } = follow(daemon, true);
		await stream.start();
		daemon.append(3);
		daemon.log.splice(1, 1);
		await stream.start();
		assert.ok(told.failures[0] instanceof MissingEvent);
		assert.match(String(told.failures[0]), /no event 2/);
	});

	it("tells nothing after it was closed, not even what was asked for before", async () => {
		const daemon = fakeDaemon();
		const { stream, told } = follow(daemon, true);
		const starting = stream.start();
		stream.close();
		await starting;
		stream.receive(daemon.append(1));
		assert.deepEqual([told.resets, told.seqs, told.failures], [0, [], []]);
	});
});

async function play(script: readonly Happening[], reads: boolean) {
	const daemon = fakeDaemon();
	const { stream, told } = follow(daemon, reads);
	let starting = stream.start();
	for (const happening of script) {
		switch (happening.kind) {
			case "events":
				stream.receive(daemon.append(happening.count));
				break;
			case "lost":
				daemon.append(happening.count);
				break;
			case "again":
				stream.receive(daemon.log.slice(happening.from, happening.from + happening.count));
				break;
			case "reconnect":
				starting = stream.start();
				break;
			case "failure":
				daemon.failNext();
				break;
			case "settle":
				await starting;
				break;
		}
	}
	daemon.heal();
	await starting;
	await stream.start();
	return { told, resets: told.resets, daemon };
}

function fakeDaemon() {
	const log: RecordedEvent[] = [];
	let goal: Goal = newGoal(goalId);
	let fails = 0;
	const answer = async <Value>(value: () => Value): Promise<Value> => {
		await Promise.resolve();
		if (fails-- > 0) throw new Error("The connection broke.");
		fails = Math.max(0, fails);
		return value();
	};
	function take(events: readonly GoalEvent[]): readonly RecordedEvent[] {
		const recorded = record(goal, 1, "2026-11-28T10:00:00.000Z", events);
		goal = evolveAll(goal, recorded);
		log.push(...recorded);
		return recorded;
	}
	take([launched(goalId)]);
	return {
		log,
		append: (count: number) => take(Array.from({ length: count }, (_, at) => todo(at))),
		failNext: () => {
			fails = 1;
		},
		heal: () => {
			fails = 0;
		},
		snapshot: () => answer(() => evolveAll(newGoal(goalId), log)),
		/** In pages of three. */
		eventsAfter: (seq: number) => answer(() => log.filter((event) => event.seq > seq).slice(0, 3)),
	};
}

function follow(daemon: ReturnType<typeof fakeDaemon>, reads: boolean) {
	const told = { goal: undefined as Goal | undefined, seqs: [] as number[], resets: 0, failures: [] as unknown[] };
	const stream = openGoalStream({
		snapshot: daemon.snapshot,
		eventsAfter: reads ? daemon.eventsAfter : undefined,
		onChange(goal, events) {
			if (!events) told.resets++;
			told.goal = goal;
			told.seqs.push(...(events ?? []).map(({ seq }) => seq));
		},
		onFailed: (cause) => told.failures.push(cause),
	});
	return { stream, told };
}

function todo(at: number): GoalEvent {
	return { type: "todo.updated", threadId: "t1" as ThreadId, todos: [{ content: `${at}`, state: "pending" }] };
}
