import assert from "node:assert/strict";
import type { ApprovalId } from "../../../src/core/ids.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { stateReason } from "../../../src/core/words/stateReason.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import { createMemoryStore as memoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { failures, launchPlaybook, newWorld, person, type Simulation, simulate } from "../../support/simulation.ts";

describe("a playbook goal", () => {
	afterEach(() => assert.deepEqual(failures.splice(0), []));

	it("runs every step, its checks and the goal's, and is completed and verified", async () => {
		const world = newWorld();
		const run = await simulate({ store: memoryStore(), world });
		await run.driver.commit(() =>
			launchPlaybook(
				[
					{ id: "a", commands: ["make a"], checks: ["read a"] },
					{ id: "b", commands: ["make b"], needs: ["a"] },
				],
				{ checks: ["read all"] },
			),
		);
		await run.settled();
		const goal = run.driver.goal();
		assert.equal(goalState(goal), "completed", JSON.stringify(goal, null, 1));
		assert.equal(goal.end?.verified, true);
		assert.deepEqual(
			[...world.carriedOut],
			[
				["make a", 1],
				["read a", 2],
				["make b", 1],
				["read all", 1],
			],
		);
	});

	it("asks before each command that no grant covers, and goes on when it is approved", async () => {
		const world = newWorld();
		const run = await simulate({ store: memoryStore(), world });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }], { granted: false }));
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "awaiting_approval");
		assert.equal(world.carriedOut.size, 0);
		await answer(run, "approve");
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
	});

	it("asks what to do when a command fails, and retry goes on with that command alone", async () => {
		const world = newWorld();
		world.exits.set("flaky", 3);
		const run = await simulate({ store: memoryStore(), world });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["first", "flaky", "last"] }]));
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "awaiting_approval");
		world.exits.delete("flaky");
		await answer(run, "approve");
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
		assert.deepEqual(
			[...world.carriedOut],
			[
				["first", 1],
				["flaky", 2],
				["last", 1],
			],
		);
	});

	it("does not wait with independent steps for one approval or one failure", async () => {
		const world = newWorld();
		world.exits.set("broken", 1);
		const run = await simulate({ store: memoryStore(), world });
		await run.driver.commit(() =>
			launchPlaybook([
				{ id: "a", commands: ["broken"] },
				{ id: "b", commands: ["fine"] },
				{ id: "c", commands: ["after a"], needs: ["a"] },
			]),
		);
		await run.settled();
		assert.equal(run.driver.goal().steps["b" as never]?.state, "completed");
		await answer(run, "fail");
		await run.settled();
		const goal = run.driver.goal();
		assert.equal(goalState(goal), "failed");
		assert.match(goal.end?.reason ?? "", /“a” failed/);
		assert.equal(world.carriedOut.has("after a"), false);
	});

	it("runs a check again on the final tree when a later step changed files", async () => {
		const world = newWorld();
		const run = await simulate({ store: memoryStore(), world });
		await run.driver.commit(() =>
			launchPlaybook([
				{ id: "a", commands: ["make a"], checks: ["read a"] },
				{ id: "b", commands: ["make b"], needs: ["a"] },
			]),
		);
		await run.settled();
		assert.equal(world.carriedOut.get("read a"), 2);
		assert.equal(goalState(run.driver.goal()), "completed");
	});

	it("asks before each step when it is supervised, and runs what is approved and nothing else", async () => {
		const world = newWorld();
		const run = await simulate({ store: memoryStore(), world });
		const launched = launchPlaybook([
			{ id: "a", commands: ["make a"] },
			{ id: "b", commands: ["make b"], needs: ["a"] },
			{ id: "c", commands: ["make c"], needs: ["b"] },
		]);
		await run.driver.commit(() =>
			launched.map((event) =>
				event.type === "goal.launched" ? { ...event, settings: { ...event.settings, autonomy: "supervised" } } : event,
			),
		);
		for (const [given, done] of [
			["approve", ["make a"]],
			["deny", ["make a"]],
			["approve", ["make a", "make c"]],
		] as const) {
			await run.settled();
			assert.equal(goalState(run.driver.goal()), "awaiting_approval");
			await answer(run, given);
			await run.settled();
			assert.deepEqual([...world.carriedOut.keys()], done);
		}
		assert.equal(goalState(run.driver.goal()), "completed");
		assert.equal(run.driver.goal().steps["b" as never]?.state, "skipped");
	});

	it("says of a check that a person did not let run that it was not run, and names no exit code", async () => {
		const run = await simulate({ store: memoryStore(), world: newWorld() });
		await run.driver.commit(() => launchPlaybook([{ id: "a", checks: ["make a"] }], { granted: false }));
		await run.settled();
		await answer(run, "deny");
		await run.settled();
		const [approval] = Object.values(run.driver.goal().approvals);
		assert.deepEqual(approval?.reasons, ["The check `make a` is red: A person decided not to run it."]);
		assert.equal(Object.values(run.driver.goal().checks)[0]?.exitCode, undefined);
	});

	it("says where it was cancelled, and names no process", async () => {
		const run = await simulate({ store: memoryStore(), world: newWorld() });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make"] }], { granted: false }));
		await run.settled();
		const by = { client: "CLI", user: "root", pid: 4711 };
		await run.driver.commit((goal) => decide({ kind: "cancel" }, goal, { by, newId: (p) => `${p}-z` as never }));
		assert.equal(stateReason(run.driver.goal()), "Cancelled from the command line.");
	});

	it("runs the checks that a person asks for at once, also while it waits for something else", async () => {
		const world = newWorld();
		const run = await simulate({ store: memoryStore(), world });
		world.exits.set("make b", 1);
		await run.driver.commit(() =>
			launchPlaybook([
				{ id: "a", commands: ["make a"], checks: ["read a"] },
				{ id: "b", commands: ["make b"], needs: ["a"] },
			]),
		);
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "awaiting_approval");
		assert.equal(world.carriedOut.get("read a"), 1);
		await run.driver.commit((goal) =>
			decide({ kind: "runChecks" }, goal, { by: person, newId: (p) => `${p}-x` as never }),
		);
		await run.settled();
		assert.equal(world.carriedOut.get("read a"), 2);
		assert.equal(goalState(run.driver.goal()), "awaiting_approval");
		assert.equal(Object.values(run.driver.goal().checks)[0]?.state, "green");
	});

	it("does nothing while it is paused, and goes on when it is resumed", async () => {
		const world = newWorld();
		const run = await simulate({ store: memoryStore(), world, commandMs: () => 20 });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["one", "two"] }]));
		const context = { by: person, newId: <T extends string>(prefix: string) => `${prefix}-x` as T };
		await run.driver.commit((goal) => decide({ kind: "pause", now: false }, goal, context));
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "paused");
		assert.equal(world.carriedOut.has("two"), false);
		await run.driver.commit((goal) => decide({ kind: "resume" }, goal, context));
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
		assert.deepEqual([...world.carriedOut.values()], [1, 1]);
	});
});

async function answer(run: Simulation, given: string): Promise<void> {
	const approvalId = Object.keys(run.driver.goal().approvals)[0] as ApprovalId;
	await run.driver.commit((goal) =>
		decide({ kind: "answer", approvalId, answer: given, scope: "once" }, goal, {
			by: person,
			newId: <T extends string>(prefix: string) => `${prefix}-y` as T,
		}),
	);
}
