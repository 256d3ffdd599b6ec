import assert from "node:assert/strict";
import { setImmediate as soon } from "node:timers/promises";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { Goal, Hold } from "../../../src/core/goal.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { openHandedKeys } from "../../../src/daemon/keys/handedKeys.ts";

const by = { client: "test" };
const goalId = "g-1" as GoalId;
const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

describe("a turn that found no key in the moment before it came", () => {
	it("goes on when its hold is placed, and one whose key was refused waits for another", async () => {
		let holds: Record<string, Partial<Hold>> = {};
		const committed: GoalEvent[] = [];
		let tell: (summary: never) => void = () => assert.fail("nobody listens");
		const goal = () => ({ goalId, holds }) as unknown as Goal;
		const summary = { goalId, state: "running" } as never;
		const supervisor = {
			goal: async () => goal(),
			summaries: () => [summary],
			onSummary(listener: typeof tell) {
				tell = listener;
				return () => undefined;
			},
			async commit(_id: GoalId, make: (goal: Goal) => readonly GoalEvent[]) {
				committed.push(...make(goal()));
				holds = {};
				return goal();
			},
		};
		const given = new Map<string, string | undefined>();
		const keys = openHandedKeys({
			agents: {
				takesKey: (id) => id === "acme" || id === "other",
				giveKey(id, key) {
					const isNew = given.get(id) !== key;
					given.set(id, key);
					return isNew;
				},
			},
			keys: { isGiven: (id) => given.get(id) !== undefined },
			supervisor: supervisor as never,
			log,
		});
		assert.deepEqual(await keys.take("acme", "key-1234", by), []);

		const place = async (needsKey: Hold["needsKey"]) => {
			committed.length = 0;
			holds = { "h-1": { holdId: "h-1" as Hold["holdId"], needsKey } };
			tell(summary);
			for (let turn = 0; turn < 10; turn++) await soon();
			return committed.map(({ type }) => type);
		};
		assert.deepEqual(await place({ provider: "acme" }), ["hold.lifted"]);
		assert.deepEqual(await place({ provider: "other" }), []);
		assert.deepEqual(await place({ provider: "acme", refused: true }), []);
		assert.deepEqual(await keys.take("acme", "key-1234", by), []);
		assert.deepEqual(await keys.take("acme", "key-5678", by), [goalId]);
	});
});
