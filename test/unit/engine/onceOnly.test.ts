import assert from "node:assert/strict";
import { goalState } from "../../../src/core/rules/goalState.ts";
import type { CommandOutcome } from "../../../src/daemon/commands/command.ts";
import type { Commands } from "../../../src/daemon/commands/commands.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import type { Request } from "../../../src/daemon/engine/requests/request.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { failures, launchPlaybook, newWorld, person, type Simulation, simulate } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

/** Commands and checks whose goal is stopped, or whose daemon stumbles, at the worst moment. */
describe("a command", () => {
	afterEach(() => failures.splice(0));

	const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
	let asked = 0;
	const ask = (run: Simulation, request: Request) =>
		run.driver.commit((goal) =>
			decide(request, goal, { by: person, newId: <T extends string>(prefix: string) => `${prefix}-s${++asked}` as T }),
		);

	it("is not begun a second time when following it fails", async () => {
		const ids: string[] = [];
		const commands = fakeCommands({
			async run({ id }) {
				ids.push(id);
				if (ids.length === 1) throw new Error("too many open files");
				return exited(0);
			},
		});
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), commands });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }]));
		await until("the goal is over", () => run.driver.goal().end !== undefined);
		assert.equal(goalState(run.driver.goal()), "completed");
		assert.equal(new Set(ids).size, 1, `runs: ${ids.join(", ")}`);
	});

	it("is stopped when its goal is cancelled in the moment before it has begun", async () => {
		let hasBegun = false;
		let stop = () => {};
		const commands = fakeCommands({
			async run() {
				await sleep(30);
				hasBegun = true;
				return new Promise((resolve) => {
					stop = () => resolve({ kind: "stopped", durationMs: 1, output });
				});
			},
			async stop() {
				if (hasBegun) stop();
			},
		});
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), commands });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["sleep 1000"] }]));
		while (!run.events.some((event) => event.type === "tool.started")) await sleep(1);
		await ask(run, { kind: "cancel" });
		await until("nothing runs on", () => !run.driver.busy());
		assert.deepEqual(Object.keys(run.driver.goal().calls), []);
	});

	for (const [how, request] of [
		["cancelled", { kind: "cancel" }],
		["paused", { kind: "pause", now: false }],
	] as const) {
		it(`that had not begun when the daemon died does not begin while its goal is ${how}`, async () => {
			const store = createMemoryStore();
			const begun: string[] = [];
			const dies = fakeCommands({ run: () => new Promise(() => {}) });
			const first = await simulate({ store, world: newWorld(), commands: dies });
			await first.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }]));
			while (!first.events.some((event) => event.type === "tool.started")) await sleep(1);
			await ask(first, request);
			const commands = fakeCommands({
				async run({ id }, options) {
					if (options?.begin === false) return { kind: "notBegun" };
					begun.push(id);
					return exited(0);
				},
			});
			const second = await simulate({ store, world: newWorld(), commands });
			second.driver.wake();
			await second.settled();
			assert.deepEqual(begun, []);
			assert.equal(goalState(second.driver.goal()), how);
			assert.ok(second.events.some((event) => event.type === "tool.interrupted" && event.outcome === "notBegun"));
			if (how !== "paused") return assert.deepEqual(Object.keys(second.driver.goal().calls), []);
			await ask(second, { kind: "resume" });
			await second.settled();
			assert.equal(goalState(second.driver.goal()), "completed");
			assert.equal(begun.length, 1);
		});
	}

	it("that still runs when a daemon starts is stopped if its goal was cancelled meanwhile", async () => {
		const store = createMemoryStore();
		const first = await simulate({
			store,
			world: newWorld(),
			commands: fakeCommands({ run: () => new Promise(() => {}) }),
		});
		await first.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }]));
		while (!first.events.some((event) => event.type === "tool.started")) await sleep(1);
		await ask(first, { kind: "cancel" });
		let stop = () => {};
		const second = await simulate({
			store,
			world: newWorld(),
			commands: fakeCommands({
				run: () =>
					new Promise((resolve) => {
						stop = () => resolve({ kind: "stopped", durationMs: 1, output });
					}),
				stop: async () => stop(),
			}),
		});
		second.driver.wake();
		await until("it is stopped", () => second.events.some(({ type }) => type === "tool.completed"));
		await until("nothing runs on", () => !second.driver.busy());
		assert.match(second.events.find((event) => event.type === "tool.completed")?.output.head ?? "", /Stopped/);
	});

	it("of a check that a person stopped gives no verdict, and runs again when the goal goes on", async () => {
		let stop: (() => void) | undefined;
		const commands = fakeCommands({
			run: ({ command }) =>
				new Promise((resolve) => {
					if (command !== "read a" || stop) return resolve(exited(0));
					stop = () => resolve({ kind: "stopped", durationMs: 1, output });
				}),
			stop: async () => stop?.(),
		});
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), commands });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"], checks: ["read a"] }]));
		while (!stop) await sleep(1);
		await ask(run, { kind: "pause", now: true });
		await run.settled();
		assert.equal(run.driver.goal().checks["a.1" as never]?.state, "pending");
		await ask(run, { kind: "resume" });
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
	});

	it("that a person stopped is asked about when the goal goes on, and it is said who stopped it", async () => {
		let stop: (() => void) | undefined;
		const commands = fakeCommands({
			run: () =>
				new Promise((resolve) => {
					stop = () => resolve({ kind: "stopped", durationMs: 1, output });
				}),
			stop: async () => stop?.(),
		});
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), commands });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }]));
		while (!stop) await sleep(1);
		await ask(run, { kind: "pause", now: true });
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "paused");
		await ask(run, { kind: "resume" });
		await run.settled();
		assert.match(Object.values(run.driver.goal().approvals)[0]?.reasons.join() ?? "", /Stopped by the person/);
	});
});

const output = { head: "", tail: "", bytes: 0, sha256: "", path: "" };

function exited(exitCode: number): CommandOutcome {
	return { kind: "exited", exitCode, timedOut: false, durationMs: 1, output };
}

function fakeCommands(parts: Partial<Commands>): Commands {
	return {
		run: async () => exited(0),
		stop: async () => undefined,
		running: async () => [],
		forget: async () => undefined,
		...parts,
	};
}
