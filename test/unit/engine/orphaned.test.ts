import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { StepId } from "../../../src/core/ids.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import type { Agent } from "../../../src/daemon/agents/agent.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import type { Request } from "../../../src/daemon/engine/requests/request.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import {
	answered,
	failures,
	launchPlaybook,
	launchPrompt,
	newWorld,
	person,
	type Simulation,
	simulate,
} from "../../support/simulation.ts";

/** What waited for a person or for its turn when its step or goal went away: it waits no longer, and never runs. */
describe("what a step or a goal leaves behind", () => {
	afterEach(() => assert.deepEqual(failures.splice(0), []));

	const step = (id: string) => id as StepId;
	let asked = 0;
	const ask = (run: Simulation, request: Request) =>
		run.driver.commit((goal) =>
			decide(request, goal, {
				by: person,
				newId: <T extends string>(prefix: string) => `${prefix}-asked-${++asked}` as T,
			}),
		);

	it("is asked about no more when its step is skipped, and the goal goes on", async () => {
		const run = await simulate({ store: createMemoryStore(), world: newWorld() });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }], { granted: false }));
		await run.settled();
		await ask(run, { kind: "skip", stepId: step("a") });
		await run.settled();
		const goal = run.driver.goal();
		assert.deepEqual([Object.keys(goal.approvals), Object.keys(goal.calls)], [[], []]);
		assert.equal(goalState(goal), "completed");
	});

	it("has an outcome that says why, so that no call stays open in the log", async () => {
		const run = await simulate({ store: createMemoryStore(), world: newWorld() });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }], { granted: false }));
		await run.settled();
		await ask(run, { kind: "cancel" });
		await run.settled();
		const goal = run.driver.goal();
		assert.deepEqual([Object.keys(goal.approvals), Object.keys(goal.calls)], [[], []]);
		const outcome = run.events.find((event) => event.type === "tool.completed");
		assert.match(outcome?.refused ?? "", /cancelled/);
	});

	it("is not asked about anew when a model's step begins a new attempt", async () => {
		const world = newWorld();
		let stubborn = true;
		const agent: Agent = {
			takeTurn: async ({ step, transcript }) => {
				if (!step) return answered('{"title":"T","summary":"","steps":[{"id":"a","title":"A"}]}');
				if (transcript.some((event) => event.type === "tool.completed")) return answered("done");
				return answered("", [{ name: "runCommand", args: { command: stubborn ? "first idea" : "second idea" } }]);
			},
		};
		const run = await simulate({ store: createMemoryStore(), world, agent });
		await run.driver.commit(() => launchPrompt());
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "awaiting_approval");
		await ask(run, { kind: "cancel" });
		await run.settled();
		stubborn = false;
		await ask(run, { kind: "retry", stepId: step("a") });
		await run.settled();
		assert.deepEqual(
			Object.values(run.driver.goal().approvals).map((approval) => approval.command),
			["second idea"],
		);
	});

	it("is taken up where it was when a cancelled goal is retried, and what was done is not done again", async () => {
		const world = newWorld();
		world.exits.set("broken", 1);
		const run = await simulate({ store: createMemoryStore(), world, commandMs: () => 15 });
		await run.driver.commit(() =>
			launchPlaybook([
				{ id: "a", commands: ["one", "two"] },
				{ id: "b", commands: ["uno", "due"] },
			]),
		);
		while (world.carriedOut.size < 4) await new Promise((resolve) => setTimeout(resolve, 1));
		await ask(run, { kind: "cancel" });
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "cancelled");
		await ask(run, { kind: "retry", stepId: step("a") });
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed", JSON.stringify(run.driver.goal(), null, 1));
		assert.deepEqual([...world.carriedOut.values()], [1, 1, 1, 1]);
	});

	it("can be taken up when the goal was cancelled before anything had begun", async () => {
		const run = await simulate({ store: createMemoryStore(), world: newWorld() });
		await run.driver.commit((): GoalEvent[] => [
			...launchPlaybook([{ id: "a", commands: ["make a"] }]),
			{ type: "goal.cancelled", by: person },
		]);
		await ask(run, { kind: "retry" });
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
	});

	it("waits for no decision when the goal failed", async () => {
		const run = await simulate({ store: createMemoryStore(), world: newWorld() });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }], { granted: false }));
		await run.settled();
		await run.driver.commit((): GoalEvent[] => [{ type: "goal.failed", reason: "Something went wrong." }]);
		assert.deepEqual(Object.keys(run.driver.goal().approvals), []);
	});

	it("asks about red checks no more when a step is begun again, and runs them on what the step made", async () => {
		const world = newWorld();
		world.exits.set("read all", 1);
		const run = await simulate({ store: createMemoryStore(), world });
		await run.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make a"] }], { checks: ["read all"] }));
		await run.settled();
		assert.match(Object.values(run.driver.goal().approvals)[0]?.summary ?? "", /check is red/);
		world.exits.delete("read all");
		await ask(run, { kind: "rerun", stepId: step("a") });
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed", JSON.stringify(run.driver.goal(), null, 1));
		assert.equal(world.carriedOut.get("read all"), 2);
	});

	it("begins again with a step what was built on it", async () => {
		const world = newWorld();
		const run = await simulate({ store: createMemoryStore(), world });
		await run.driver.commit(() =>
			launchPlaybook([
				{ id: "a", commands: ["make a"] },
				{ id: "b", commands: ["make b"], needs: ["a"] },
				{ id: "c", commands: ["make c"], needs: ["b"] },
				{ id: "d", commands: ["make d"] },
			]),
		);
		await run.settled();
		await ask(run, { kind: "rerun", stepId: step("b") });
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
		assert.deepEqual(Object.fromEntries(world.carriedOut), { "make a": 1, "make b": 2, "make c": 2, "make d": 1 });
	});

	it("counts the plans that were sent back", async () => {
		const agent: Agent = {
			takeTurn: async ({ step }) =>
				answered(step ? "done" : '{"title":"T","summary":"","steps":[{"id":"a","title":"A","confidence":"low"}]}'),
		};
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), agent });
		await run.driver.commit(() => launchPrompt());
		await run.settled();
		const [first] = Object.values(run.driver.goal().approvals);
		await ask(run, {
			kind: "answer",
			approvalId: first!.approvalId,
			answer: "return",
			scope: "once",
			reason: "Smaller.",
		});
		await run.settled();
		assert.equal(run.driver.goal().plan?.revision, 2);
	});

	it("may still be ending while the goal has nothing else to do: then the goal waits for it", async () => {
		const world = newWorld();
		const run = await simulate({ store: createMemoryStore(), world, commandMs: () => 30 });
		await run.driver.commit(() => launchPlaybook([{ id: "a", checks: ["read a"] }]));
		while (!world.carriedOut.has("read a")) await new Promise((resolve) => setTimeout(resolve, 1));
		await ask(run, { kind: "skip", stepId: step("a") });
		assert.equal(run.driver.goal().end, undefined);
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
	});

	it("thinks no longer when its step is skipped", async () => {
		let stopped = 0;
		let isThinking = false;
		const agent: Agent = {
			takeTurn: ({ step }, signal) =>
				step
					? new Promise((resolve) => {
							isThinking = true;
							signal.addEventListener("abort", () => {
								stopped++;
								resolve({ kind: "aborted" });
							});
						})
					: Promise.resolve(answered('{"title":"T","summary":"","steps":[{"id":"a","title":"A"}]}')),
		};
		const run = await simulate({ store: createMemoryStore(), world: newWorld(), agent });
		await run.driver.commit(() => launchPrompt());
		while (!isThinking) await new Promise((r) => setTimeout(r, 1));
		await ask(run, { kind: "skip", stepId: step("a") });
		await run.settled();
		assert.equal(stopped, 1);
		assert.equal(goalState(run.driver.goal()), "completed");
	});
});
