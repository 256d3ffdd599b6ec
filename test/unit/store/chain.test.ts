import assert from "node:assert/strict";
import { verifyChain } from "../../../src/chain/chain.ts";
import type { StoredEvent } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { event, goalId } from "./fixtures.ts";

describe("the chain of hashes notices", () => {
	let events: readonly StoredEvent[];

	before(async () => {
		const store = createMemoryStore();
		const goal = goalId("goal-1");
		await store.claim(goal);
		await store.append(
			goal,
			0,
			1,
			["a", "b", "c", "d"].map((type, n) => event(type, { n })),
			"{}",
		);
		events = await store.read(goal, { limit: 10 });
	});

	const changed = (seq: number, change: Partial<StoredEvent>) =>
		events.map((one) => (one.seq === seq ? { ...one, ...change } : one));
	const cases: ReadonlyArray<readonly [string, () => readonly StoredEvent[], number]> = [
		["a changed body", () => changed(2, { body: '{"n":7}' }), 2],
		["a changed salt", () => changed(2, { salt: "00".repeat(16) }), 2],
		["a body with its salt taken away", () => changed(2, { salt: undefined }), 2],
		["a changed time", () => changed(3, { at: 1 }), 3],
		["a changed type", () => changed(1, { type: "z" }), 1],
		["a changed epoch", () => changed(4, { epoch: 2 }), 4],
		["a changed digest", () => changed(2, { body: undefined, digest: "00".repeat(32) }), 2],
		["a missing event", () => events.filter(({ seq }) => seq !== 3), 4],
		["a missing first event", () => events.slice(1), 2],
		["events in another order", () => [events[0]!, events[2]!, events[1]!, events[3]!], 3],
		["an event of another goal", () => changed(3, { goalId: goalId("goal-2") }), 3],
	];
	for (const [what, tampered, seq] of cases)
		it(what, () => {
			const verdict = verifyChain(tampered());
			assert.ok(!verdict.ok);
			assert.equal(verdict.seq, seq);
			assert.ok(verdict.reason.length > 0);
		});

	it("nothing when bodies are redacted", () => {
		const redacted = changed(2, { body: undefined, salt: undefined });
		assert.deepEqual(verifyChain(redacted), { ok: true, events: 4, lastHash: events[3]?.hash });
		assert.deepEqual(verifyChain([]), { ok: true, events: 0, lastHash: "00".repeat(32) });
	});
});
