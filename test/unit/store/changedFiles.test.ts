import assert from "node:assert/strict";
import fc from "fast-check";
import { openChangedFiles } from "../../../src/daemon/store/changedFiles.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { seeded } from "../../support/seed.ts";
import { event, goalId } from "./fixtures.ts";

const goal = goalId("goal-1");
const path = fc.constantFrom("a.txt", "b.txt", "c.txt");
const change = fc.record({
	path,
	status: fc.constantFrom("added", "modified", "deleted"),
	stepId: fc.constantFrom("s1", "s2"),
	before: fc.constantFrom(undefined, "1", "2"),
	after: fc.constantFrom(undefined, "1", "2"),
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

describe("the files that a goal changed", () => {
	it("are the same whether they were asked for after each change, at once, or never before", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 }), async (rounds) => {
				const store = createMemoryStore();
				await store.claim(goal);
				const kept = openChangedFiles(store);
				let seq = 0;
				for (const round of rounds) {
					seq = await store.append(goal, seq, 1, round.map(toEvent), "{}");
					// Asked for twice at the same time: no change is taken in twice.
					const [one, other] = await Promise.all([kept.list(goal), kept.list(goal), kept.list(goal, "s1")]);
					assert.deepEqual(one, other);
				}
				for (const stepId of [undefined, "s1", "s2"])
					assert.deepEqual(await kept.list(goal, stepId), await openChangedFiles(store).list(goal, stepId));
			}),
			{ numRuns: 200, seed: seeded("changes of files").seed },
		);
	});

	it("are read once: an answer reads only what came since the one before", async () => {
		const store = createMemoryStore();
		await store.claim(goal);
		let rows = 0;
		const counted: Pick<typeof store, "read"> = {
			async read(...given) {
				const found = await store.read(...given);
				rows += found.length;
				return found;
			},
		};
		const kept = openChangedFiles(counted);
		const added: Change = { path: "a.txt", status: "added", stepId: "s1", before: undefined, after: "1" };
		const seq = await store.append(
			goal,
			0,
			1,
			Array.from({ length: 2500 }, () => toEvent(added)),
			"{}",
		);
		await kept.list(goal);
		assert.equal(rows, 2500);
		await store.append(goal, seq, 1, [toEvent({ ...added, path: "b.txt" })], "{}");
		assert.deepEqual(
			(await kept.list(goal)).map((one) => one.path),
			["a.txt", "b.txt"],
		);
		assert.equal(rows, 2501);
	});

	it("are forgotten with the goal that was erased", async () => {
		const store = createMemoryStore();
		await store.claim(goal);
		const kept = openChangedFiles(store);
		await store.append(
			goal,
			0,
			1,
			[toEvent({ path: "a.txt", status: "added", stepId: "s1", before: undefined, after: "1" })],
			"{}",
		);
		assert.equal((await kept.list(goal)).length, 1);
		await store.erase(goal);
		kept.forget(goal);
		assert.deepEqual(await kept.list(goal), []);
	});
});

function toEvent({ stepId, ...body }: Change) {
	return event("file.changed", { ...body, stepId, toolCallIds: [], by: "agent" }, { stepId });
}
