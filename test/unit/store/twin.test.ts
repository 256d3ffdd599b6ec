import assert from "node:assert/strict";
import fc from "fast-check";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { seeded } from "../../support/seed.ts";
import { event, goalId } from "./fixtures.ts";
import { newFolder, openHere, removeFolders } from "./openStores.ts";

/**
 * Group commit must not be noticeable: whatever is under way at once, each request is answered as if the requests had
 * come one after the other. The memory store, which does just that, says what is right.
 */
const goals = ["goal-a", "goal-b", "goal-c"].map(goalId);
const goal = fc.constantFrom(...goals);

const request = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			op: fc.constant("append" as const),
			goal,
			/** Off from the seq that the writer believes in. */
			drift: fc.constantFrom(0, 0, 0, 0, 1, -1),
			staleEpoch: fc.constantFrom(false, false, false, false, true),
			events: fc.array(
				fc.record({
					type: fc.constantFrom("a", "b", "c"),
					text: fc.string({ maxLength: 200 }),
					at: fc.integer({ min: 0, max: 2 ** 42 }),
					threadId: fc.option(fc.constantFrom("t1", "t2"), { nil: undefined }),
				}),
				{ maxLength: 4 },
			),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ op: fc.constant("claim" as const), goal }) },
	{ weight: 1, arbitrary: fc.record({ op: fc.constant("checkpoint" as const), goal, seq: fc.nat(9) }) },
	{
		weight: 1,
		arbitrary: fc.record({ op: fc.constant("request" as const), goal, id: fc.constantFrom("r1", "r2", "r3") }),
	},
);
type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

describe("group commit", () => {
	after(removeFolders);

	it("answers requests that are under way at once as if they had come one after the other", async function () {
		this.timeout(120_000);
		const { seed } = seeded("histories");
		let accepted = 0;
		let refused = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(fc.array(request, { maxLength: 12 }), { maxLength: 8 }), async (rounds) => {
				const [memory, sqlite] = [createMemoryStore(), await openHere({ folder: newFolder() })];
				try {
					const believed = new Map(goals.map((id) => [id, { epoch: 0, seq: 0 }]));
					const claims = goals.slice(1).map((id) => toCall({ op: "claim", goal: id }, believed));
					await Promise.all([outcomes(memory, claims), outcomes(sqlite, claims)]);
					for (const round of rounds) {
						const calls = round.map((item) => toCall(item, believed));
						const [expected, actual] = await Promise.all([outcomes(memory, calls), outcomes(sqlite, calls)]);
						assert.deepEqual(actual, expected);
						accepted += expected.filter((outcome) => typeof outcome === "number").length;
						refused += expected.filter((outcome) => Array.isArray(outcome)).length;
						for (const id of goals) assert.deepEqual(await contents(sqlite, id), await contents(memory, id));
						assert.deepEqual(await sqlite.goals(), await memory.goals());
					}
				} finally {
					await sqlite.close();
					removeFolders();
				}
			}),
			{ seed, numRuns: 60 },
		);
		assert.ok(accepted > 100 && refused > 50, `${accepted} appends were accepted and ${refused} refused`);
	});
});

type Call = (store: Store) => Promise<unknown>;

/** The writer believes in what would be true if all its requests so far had been accepted. */
function toCall(item: Request, believed: Map<string, { epoch: number; seq: number }>): Call {
	const belief = believed.get(item.goal)!;
	if (item.op === "claim") {
		belief.epoch++;
		return (store) => store.claim(item.goal);
	}
	if (item.op === "checkpoint")
		return (store) => store.saveCheckpoint(item.goal, { seq: item.seq, foldVersion: 1, goal: `{"seq":${item.seq}}` });
	if (item.op === "request") return (store) => store.requestOnce(item.id, item.goal);
	const expectedSeq = belief.seq + item.drift;
	const epoch = belief.epoch - (item.staleEpoch ? 1 : 0);
	const events = item.events.map(({ type, text, at, threadId }) => event(type, { text }, { at, threadId }));
	if (item.drift === 0 && !item.staleEpoch && epoch > 0) belief.seq += events.length;
	return (store) => store.append(item.goal, expectedSeq, epoch, events, `{"events":${events.length}}`);
}

async function outcomes(store: Store, calls: readonly Call[]): Promise<readonly unknown[]> {
	const settled = await Promise.allSettled(calls.map((call) => call(store)));
	return settled.map((outcome) =>
		outcome.status === "fulfilled" ? (outcome.value ?? null) : [outcome.reason.code, outcome.reason.message],
	);
}

/** Everything but salts and what follows from them. */
async function contents(store: Store, id: (typeof goals)[number]): Promise<unknown> {
	const pages = await Promise.all([
		store.read(id, { limit: 1_000 }),
		store.read(id, { limit: 5, types: ["a", "c"], descending: true }),
		store.read(id, { limit: 5, threadId: "t1", afterSeq: 2 }),
	]);
	return {
		pages: pages.map((page) => page.map(({ seq, epoch, at, type, body }) => ({ seq, epoch, at, type, body }))),
		checkpoint: await store.checkpoint(id),
	};
}
