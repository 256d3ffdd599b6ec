import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { HoldId, ThreadId, ToolCallId, TurnId } from "../../../src/core/ids.ts";
import { type DriverParts, type GoalDriver, openDriver, type Perform } from "../../../src/daemon/engine/driver.ts";
import { type Store, StoreError } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { engineLimits } from "../../support/engineLimits.ts";
import { goalId, launchPlaybook, person } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

/** The loop itself: what it does when an activity, the disk or another daemon does not do what is expected. */
describe("the driver of a goal", () => {
	const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
	let driver: GoalDriver | undefined;
	afterEach(async () => {
		await driver?.close();
		driver = undefined;
	});

	async function open(store: Store, perform: Perform, more: Partial<DriverParts> = {}): Promise<GoalDriver> {
		let ids = 0;
		driver = await openDriver(goalId, {
			store,
			clock: { now: () => Date.now() },
			newId: <T extends string>(prefix: string) => `${prefix}-${++ids}` as T,
			log: { error() {}, warn() {}, info() {}, debug() {}, trace() {} },
			limits: engineLimits,
			publish() {},
			perform,
			retryMs: 2,
			...more,
		});
		return driver;
	}

	it("does not repeat for ever what changes nothing: it gives the goal up and says why", async () => {
		let times = 0;
		const { commit, goal } = await open(createMemoryStore(), async () => void times++);
		await commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }]));
		await until("it is given up", () => goal().end !== undefined);
		assert.ok(times < 20, `${times} times`);
		assert.equal(goal().end?.state, "failed");
		assert.match(goal().end?.reason ?? "", /nothing has changed/);
	});

	it("lets what cannot be finished be, once its goal is over, until somebody takes the goal up again", async () => {
		let times = 0;
		const { commit, goal, busy } = await open(createMemoryStore(), async ({ kind }) => {
			if (kind !== "call") return;
			times++;
			throw new Error("it cannot be read");
		});
		await commit((): GoalEvent[] => [...launchPlaybook([{ id: "a" }]), ...startedCall, cancelled]);
		// An idle daemon could never end while it is busy.
		await until("it is let be", () => times > 1 && !busy());
		const before = times;
		assert.ok(before < 20, `${before} times`);
		assert.equal(goal().end?.state, "cancelled");
		await commit((): GoalEvent[] => [{ type: "goal.reopened", by: person }]);
		await until("it is taken up", () => times > before);
	});

	it("ends when it is told to, also while the disk is full", async () => {
		const disk = fillable(createMemoryStore());
		const { commit, recordFact } = await open(disk.store, async () => undefined);
		await commit(() => launchPlaybook([{ id: "a" }]));
		disk.isFull = true;
		const fact = recordFact(() => [{ type: "goal.failed", reason: "x" }]);
		fact.catch(() => undefined);
		await sleep(10);
		const began = Date.now();
		await driver?.close();
		assert.ok(Date.now() - began < 10_000);
		await assert.rejects(fact);
	});

	it("stores what happened as soon as the disk has room again, and refuses requests until then", async () => {
		const disk = fillable(createMemoryStore());
		const { commit, recordFact, goal } = await open(disk.store, async () => undefined);
		await commit((): GoalEvent[] => [...launchPlaybook([{ id: "a" }]), personHold]);
		disk.isFull = true;
		const fact = recordFact(() => [{ type: "goal.failed", reason: "It is over." }]);
		await assert.rejects(
			commit(() => [{ type: "goal.failed", reason: "y" }]),
			/disk is full/,
		);
		disk.isFull = false;
		await fact;
		assert.equal(goal().end?.reason, "It is over.");
	});

	it("lifts a hold whose time has come, also when the disk was full at that time", async () => {
		const disk = fillable(createMemoryStore());
		const { commit, goal } = await open(disk.store, async () => undefined);
		const wakeAt = new Date(Date.now() + 30).toISOString();
		await commit((): GoalEvent[] => [...launchPlaybook([{ id: "a" }]), { ...providerHold, wakeAt }]);
		disk.isFull = true;
		await sleep(60);
		assert.equal(Object.keys(goal().holds).length, 1);
		disk.isFull = false;
		await until("the hold is lifted", () => Object.keys(goal().holds).length === 0);
	});

	for (const [name, setBy] of [
		["an hour back", -3_600_000],
		["not at all", 0],
	] as const)
		it(`lifts a hold after its time and not before, when the clock is set ${name} meanwhile`, async () => {
			let offset = 0;
			const clock = { now: () => Date.now() + offset };
			const { commit, goal } = await open(createMemoryStore(), async () => undefined, { clock });
			const placedAt = performance.now();
			const wakeAt = new Date(clock.now() + 400).toISOString();
			await commit((): GoalEvent[] => [...launchPlaybook([{ id: "a" }]), { ...providerHold, wakeAt }]);
			offset = setBy;
			await until("the hold is lifted", () => Object.keys(goal().holds).length === 0);
			assert.ok(performance.now() - placedAt >= 390, `${performance.now() - placedAt} ms`);
		});

	it("lifts each hold after its own time, when the clock is set back and the goal waits for several", async () => {
		let offset = 0;
		const clock = { now: () => Date.now() + offset };
		const { commit, goal } = await open(createMemoryStore(), async () => undefined, { clock });
		const placedAt = performance.now();
		const hold = (id: string, ms: number): GoalEvent => ({
			...providerHold,
			holdId: id as HoldId,
			wakeAt: new Date(clock.now() + ms).toISOString(),
		});
		await commit((): GoalEvent[] => [...launchPlaybook([{ id: "a" }]), hold("h-1", 200), hold("h-2", 500)]);
		offset = -3_600_000;
		// By the clock as it is now, its time comes before that of the others.
		await commit(() => [hold("h-3", 60_000)]);
		const isHeld = (id: string) => goal().holds[id as HoldId] !== undefined;
		await until("the first is lifted", () => !isHeld("h-1"));
		assert.ok(performance.now() - placedAt >= 190, `${performance.now() - placedAt} ms`);
		assert.ok(isHeld("h-2") || performance.now() - placedAt >= 490);
		await until("the second is lifted", () => !isHeld("h-2"));
		assert.ok(performance.now() - placedAt >= 490, `${performance.now() - placedAt} ms`);
		assert.ok(isHeld("h-3"), "its time has not come");
		await commit(() => []);
		assert.ok(isHeld("h-3"));
	});

	it("notes once that the goal works, when the clock was set back under a limit of minutes", async () => {
		let offset = 0;
		const clock = { now: () => Date.now() + offset };
		const { commit, goal } = await open(createMemoryStore(), () => new Promise(() => {}), { clock, closeMs: 10 });
		await commit((): GoalEvent[] => {
			const [launched, ...rest] = launchPlaybook([{ id: "a" }]);
			assert.ok(launched?.type === "goal.launched");
			return [{ ...launched, settings: { ...launched.settings, budget: { minutes: 1 / 3 } } }, ...rest];
		});
		const { seq } = goal();
		offset = -3_600_000;
		await until("it is noted", () => goal().seq > seq);
		await sleep(50);
		assert.equal(goal().seq, seq + 1);
		assert.ok(goal().work.ms < 2_000, `${goal().work.ms} ms`);
	});

	it("ends when an activity does not listen", async () => {
		const { commit } = await open(createMemoryStore(), () => new Promise(() => {}), { closeMs: 30 });
		await commit(() => launchPlaybook([{ id: "a" }]));
		const began = Date.now();
		await driver?.close();
		assert.ok(Date.now() - began < 10_000);
	});

	it("says so when another daemon writes the goal", async () => {
		const store = createMemoryStore();
		const lost: string[] = [];
		const { commit } = await open(store, async () => undefined, { onLost: (cause) => lost.push(cause.code) });
		await commit((): GoalEvent[] => [...launchPlaybook([{ id: "a" }]), personHold]);
		await store.claim(goalId);
		await assert.rejects(commit(() => [cancelled]));
		assert.deepEqual(lost, ["fenced"]);
		await assert.rejects(
			commit(() => [cancelled]),
			/stopping/,
		);
	});

	it("is not harmed by those who watch it", async () => {
		const { commit, goal } = await open(createMemoryStore(), async () => undefined, {
			publish() {
				throw new Error("gone");
			},
		});
		await commit((): GoalEvent[] => [...launchPlaybook([{ id: "a" }]), personHold]);
		assert.ok(goal().seq > 0);
	});
});

const cancelled: GoalEvent = { type: "goal.cancelled", by: person };
const personHold: GoalEvent = {
	type: "hold.placed",
	holdId: "h-1" as HoldId,
	cause: "person",
	reason: "x",
	now: false,
};
const providerHold = { ...personHold, cause: "provider" as const };
const startedCall: readonly GoalEvent[] = [
	{
		type: "tool.requested",
		toolCallId: "c-x" as ToolCallId,
		threadId: "t-x" as ThreadId,
		turnId: "u-x" as TurnId,
		name: "runCommand",
		args: {},
		effect: "outside",
		summary: "x",
	},
	{ type: "tool.started", toolCallId: "c-x" as ToolCallId, run: 1 },
];

function fillable(store: Store): { isFull: boolean; readonly store: Store } {
	const disk = {
		isFull: false,
		store: {
			...store,
			append: (...given: Parameters<Store["append"]>) =>
				disk.isFull ? Promise.reject(new StoreError("full", "The disk is full.")) : store.append(...given),
		},
	};
	return disk;
}
