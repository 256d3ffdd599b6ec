import assert from "node:assert/strict";
import type { GoalId } from "../../../src/core/ids.ts";
import { untilState } from "../../support/daemonProcess.ts";
import { openYard, type Yard } from "../../support/mcpYard.ts";
import { until } from "../../support/until.ts";

/** Longer than any of this takes, and shorter than a server is waited for. */
const soonMs = 30_000;

describe("while an MCP server starts slowly", function () {
	this.timeout(60_000);
	let yard: Yard;
	afterEach(() => yard.close());

	const begins = (times: number) =>
		until("the server is begun", () => yard.calls().filter((line) => line === "initialize").length === times);
	async function interrupted(goalId: GoalId): Promise<void> {
		await until("the turn has ended", async () => (await yard.events(goalId, "turn.interrupted")).length === 1, soonMs);
		const [ended] = await yard.events(goalId, "turn.interrupted");
		assert.deepEqual([ended?.charged.inputTokens, ended?.charged.outputTokens], [0, 0]);
	}

	it("a pause takes effect at once, and the goal goes on with it later", async () => {
		yard = await openYard({ manner: "slow-start", server: { allow: ["stack"] } });
		const goalId = await yard.launch();
		await begins(1);
		await yard.daemon.client.request("goal/control", { goalId, action: "pause", now: true });
		await interrupted(goalId);
		await yard.daemon.client.request("goal/control", { goalId, action: "resume" });
		yard.go();
		await untilState(yard.daemon.client, goalId, ["completed"]);
		assert.deepEqual(yard.calls(), ["initialize", 'stack {"bricks":3}']);
	});

	it("a cancel takes effect at once", async () => {
		yard = await openYard({ manner: "slow-start" });
		const goalId = await yard.launch();
		await begins(1);
		await yard.daemon.client.request("goal/control", { goalId, action: "cancel" });
		await interrupted(goalId);
	});

	it("a limit of minutes takes effect at once", async () => {
		yard = await openYard({ manner: "slow-start" });
		const goalId = await yard.launch({ budget: { minutes: 0.2 } });
		await begins(1);
		await interrupted(goalId);
		assert.match((await yard.asked(goalId)).summary, /minutes of working time are used/);
	});

	it("the daemon ends at once when it is told to", async () => {
		yard = await openYard({ manner: "slow-start" });
		await yard.launch();
		await begins(1);
		const told = Date.now();
		yard.daemon.process.kill("SIGTERM");
		await yard.daemon.ended();
		assert.ok(Date.now() - told < soonMs, `${Date.now() - told} ms`);
	});

	it("in the middle of a call a pause takes effect at once, and the call is made later", async () => {
		yard = await openYard({ manner: "falls-asleep" });
		const goalId = await yard.launch();
		assert.match((await yard.asked(goalId)).summary, /^Call yard/);
		yard.fall();
		// Only then is the call no longer sent to it.
		await until("the daemon sees that the first has ended", () => yard.running().length === 0);
		await yard.answer(goalId, "approve");
		await begins(2);
		await yard.daemon.client.request("goal/control", { goalId, action: "pause", now: true });
		await untilState(yard.daemon.client, goalId, ["paused"]);
		await until("nothing is under way", async () => {
			const { goals } = await yard.daemon.client.request("goal/list", {});
			return goals.every(({ goalId: id, state }) => id !== goalId || state === "paused");
		});
		await yard.daemon.client.request("goal/control", { goalId, action: "resume" });
		yard.go();
		await untilState(yard.daemon.client, goalId, ["completed"]);
		assert.deepEqual(
			yard.calls().filter((line) => line.startsWith("stack")),
			['stack {"bricks":3}'],
		);
	});
});
