import assert from "node:assert/strict";
import { untilState } from "../../support/daemonProcess.ts";
import { openYard, type Yard } from "../../support/mcpYard.ts";
import { until } from "../../support/until.ts";

describe("an MCP server that asks the person in the middle of a call", function () {
	this.timeout(60_000);
	let yard: Yard;
	afterEach(() => yard.close());
	const begin = async (manner: string, config: object = {}) => {
		yard = await openYard({ manner, server: { allow: ["stack"] }, config });
		return yard.launch();
	};

	it("has its question in the inbox, with its choices, and is told the answer", async () => {
		const goalId = await begin("asks");
		const question = await yard.asked(goalId);
		assert.equal(question.kind, "question");
		assert.equal(question.summary, "Which bricks?");
		assert.match(question.reasons[0]!, /^The MCP server yard asks, and is told what you answer/);
		assert.deepEqual(
			question.asked?.options.map(({ label }) => label),
			["red", "yellow"],
		);
		assert.ok(question.options.includes("decline") && !question.options.includes("text"));
		await yard.answer(goalId, "yellow");
		await untilState(yard.daemon.client, goalId, ["completed"]);
		const [done] = await yard.events(goalId, "tool.completed");
		assert.equal(done?.output.head, '{"action":"accept","content":{"color":"yellow"}}');
	});

	it("is told that the person declines", async () => {
		const goalId = await begin("asks");
		await yard.answer(goalId, "decline");
		await untilState(yard.daemon.client, goalId, ["completed"]);
		const [done] = await yard.events(goalId, "tool.completed");
		assert.equal(done?.output.head, '{"action":"decline"}');
	});

	it("has an address shown with its question, for the person to open", async () => {
		const goalId = await begin("asks-url");
		const question = await yard.asked(goalId);
		assert.equal(question.summary, "Sign in.\nhttps://yard.example/in");
		assert.equal(question.asked?.url, "https://yard.example/in");
		assert.ok(question.reasons.some((reason) => reason.startsWith("Nothing opens the address but you.")));
		await yard.answer(goalId, "I have done it");
		await untilState(yard.daemon.client, goalId, ["completed"]);
		const [done] = await yard.events(goalId, "tool.completed");
		assert.equal(done?.output.head, '{"action":"accept"}');
	});

	it("is waited for without being silent and without using up the goal's minutes or the call's time", async () => {
		yard = await openYard({
			manner: "asks",
			server: { allow: ["stack"], timeoutMs: 3000 },
			config: { limits: { silenceMs: 3000 } },
		});
		const goalId = await yard.launch({ budget: { minutes: 0.5 } });
		await yard.asked(goalId);
		const { budget } = await yard.daemon.client.request("goal/get", { goalId });
		await new Promise((resolve) => setTimeout(resolve, 4500));
		const later = await yard.daemon.client.request("goal/get", { goalId });
		assert.equal(later.budget.minutes.used, budget.minutes.used);
		assert.deepEqual(await yard.events(goalId, "silence.noticed"), []);
		await yard.answer(goalId, "red");
		await untilState(yard.daemon.client, goalId, ["completed"]);
	});

	it("and whose daemon is killed meanwhile asks no more: whether the call had its effect is asked, and it is not repeated", async () => {
		const goalId = await begin("asks");
		const { approvalId } = await yard.asked(goalId);
		await yard.restart();
		const unknown = await yard.asked(goalId);
		assert.equal(unknown.kind, "recovery");
		assert.match(unknown.summary, /It is unknown whether `yard: stack \{"bricks":3\}` had its effect/);
		const [gone] = await yard.events(goalId, "approval.superseded");
		assert.equal(gone?.approvalId, approvalId);
		assert.equal(gone?.reason, "The call in which it was asked was cut off.");
		await yard.answer(goalId, "verify");
		await untilState(yard.daemon.client, goalId, ["completed"]);
		assert.deepEqual(yard.calls(), ['stack {"bricks":3}']);
	});

	for (const action of ["cancel", "pause"] as const)
		it(`has its question taken back when the person decides to ${action} instead`, async () => {
			const goalId = await begin("asks");
			const { approvalId } = await yard.asked(goalId);
			await yard.daemon.client.request("goal/control", { goalId, action, now: action === "pause" });
			await until("it is taken back", async () => (await yard.events(goalId, "approval.superseded")).length >= 1);
			const [gone] = await yard.events(goalId, "approval.superseded");
			assert.equal(gone?.approvalId, approvalId);
			const [done] = await yard.events(goalId, "tool.completed");
			assert.match(done!.output.head, /The server was told; whether the call had its effect is unknown\./);
		});

	it("may take its question back itself, and the call goes on", async () => {
		const goalId = await begin("withdraws");
		const { approvalId } = await yard.asked(goalId);
		yard.go();
		await untilState(yard.daemon.client, goalId, ["completed"]);
		const [gone] = await yard.events(goalId, "approval.superseded");
		assert.deepEqual([gone?.approvalId, gone?.reason], [approvalId, "The server does not wait for it any more."]);
	});
});
