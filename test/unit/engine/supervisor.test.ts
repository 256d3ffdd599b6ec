import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { GoalId, HoldId } from "../../../src/core/ids.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { openSupervisor, type Supervisor } from "../../../src/daemon/engine/supervisor.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { engineLimits } from "../../support/engineLimits.ts";
import { launchPlaybook, person } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("all goals of a daemon", () => {
	const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
	const errors: string[] = [];
	let supervisor: Supervisor | undefined;
	afterEach(async () => {
		await supervisor?.close();
		errors.length = 0;
	});

	function open(store: Store): Supervisor {
		let ids = 0;
		supervisor = openSupervisor(store, {
			clock: { now: () => Date.now() },
			newId: <T extends string>(prefix: string) => `${prefix}-${++ids}` as T,
			log: { error: (text) => errors.push(text), warn() {}, info() {}, debug() {}, trace() {} },
			limits: engineLimits,
			perform: () => new Promise(() => {}),
			closeMs: 1,
		});
		return supervisor;
	}

	const id = (name: string | number) => `g-${name}` as GoalId;
	const launch = (goalId: GoalId, ...more: GoalEvent[]): GoalEvent[] => {
		const [launched, ...rest] = launchPlaybook([{ id: "a" }]);
		return [{ ...launched, goalId } as GoalEvent, ...rest, ...more];
	};
	const hold = (cause: "person" | "provider", wakeAt?: string): GoalEvent => ({
		type: "hold.placed",
		holdId: "h-1" as HoldId,
		cause,
		reason: "x",
		wakeAt,
		now: false,
	});
	const failed: GoalEvent = { type: "goal.failed", reason: "It is over." };

	it("go on without one that cannot be read", async () => {
		const memory = createMemoryStore();
		const first = open(memory);
		await first.launch(id(1), launch(id(1), hold("person")));
		await first.launch(id(2), launch(id(2), hold("person")));
		await first.close();
		const second = open({
			...memory,
			read: (goalId, query) => (goalId === id(1) ? Promise.reject(new Error("torn")) : memory.read(goalId, query)),
			checkpoint: async () => undefined,
		});
		await second.start();
		assert.deepEqual(errors, ["g-1 cannot be taken up"]);
		assert.equal((await second.goal(id(2))).goalId, id(2));
		assert.equal(second.summaries().length, 2);
	});

	it("are listed also when a summary is of an older shape", async () => {
		const memory = createMemoryStore();
		const first = open(memory);
		await first.launch(id(1), launch(id(1), failed));
		await first.close();
		const second = open({
			...memory,
			goals: async () => (await memory.goals()).map((row) => ({ ...row, summary: '{"goalId":"g-1"}' })),
		});
		await second.start();
		assert.equal(second.summaries()[0]?.state, "failed");
	});

	it("cost no memory once they are over, and can be worked on again", async () => {
		const store = createMemoryStore();
		const all = open(store);
		for (let number = 1; number <= 50; number++) await all.launch(id(number), launch(id(number), failed));
		await sleep(20);
		await all.commit(id(1), () => [{ type: "goal.reopened", by: person }]);
		const rows = await store.goals();
		assert.equal(rows.find((row) => row.goalId === id(1))?.epoch, 2, "its driver was still there");
		assert.equal(rows.find((row) => row.goalId === id(50))?.epoch, 1);
		assert.deepEqual(errors, []);
	});

	it("keep the daemon alive while they move or wait for a clock, not while they wait for a person", async () => {
		const all = open(createMemoryStore());
		const later = new Date(Date.now() + 60_000).toISOString();
		await all.launch(id(1), launch(id(1), hold("person", later)));
		assert.equal(all.active(), 0);
		await all.launch(id(2), launch(id(2), hold("provider", later)));
		assert.equal(all.active(), 1);
		await all.launch(id(3), launch(id(3)));
		assert.equal(all.active(), 2);
	});

	it("wait for a person behind a restart where their settings say so", async () => {
		const store = createMemoryStore();
		const first = open(store);
		for (const restart of ["resume", "pause"] as const) {
			const events = launch(id(restart)).map((event) =>
				event.type === "goal.launched" ? { ...event, settings: { ...event.settings, restart } } : event,
			);
			await first.launch(id(restart), events);
		}
		await first.close();
		const second = open(store);
		await second.start();
		const states = async () => [await second.goal(id("pause")), await second.goal(id("resume"))].map(goalState).join();
		await until("one is paused and one runs", async () => (await states()) === "paused,running");
	});

	it("begin nothing any more once they are closed", async () => {
		const all = open(createMemoryStore());
		await all.close();
		await assert.rejects(all.launch(id(1), launch(id(1))), /stopping/);
	});
});
