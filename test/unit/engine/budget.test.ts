import assert from "node:assert/strict";
import type { ApprovalId } from "../../../src/core/ids.ts";
import { choicesOf } from "../../../src/core/questions/questions.ts";
import { brokenLimit, costOf, priceIn } from "../../../src/core/rules/budget.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import type { BudgetLimits } from "../../../src/core/values.ts";
import type { AnswerValues } from "../../../src/core/words/answerValues.ts";
import type { Agent, Turn } from "../../../src/daemon/agents/agent.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import type { Request } from "../../../src/daemon/engine/requests/request.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import {
	answered,
	failures,
	launchPrompt,
	newWorld,
	person,
	type Simulation,
	simulate,
} from "../../support/simulation.ts";

const plan = { title: "P", summary: "", steps: [{ id: "a", title: "A", instructions: "Work." }] };
const turnTokens = 2_000;
const model = { provider: "local", model: "scripted" };

describe("a budget", () => {
	afterEach(() => assert.deepEqual(failures.splice(0), []));

	it("of turns stops the run before the first turn beyond it, keeps its work, and goes on after a raise", async () => {
		const run = await launched({ turns: 3 });
		assert.equal(goalState(run.driver.goal()), "awaiting_approval");
		assert.equal(run.driver.goal().usage.turns, 3);
		const [asked] = Object.values(run.driver.goal().approvals);
		assert.match(asked?.reasons[1] ?? "", /^0 of 1 steps are done, .* recorded\. Step 1, “A”, is under way\.$/);
		await ask(run, { kind: "raise", by: { turns: 10 } });
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
		assert.equal(run.driver.goal().usage.turns, 6, "the plan, four of work, the reflection");
	});

	it("that is used up leaves the reflection out, and keeps no goal from completing", async () => {
		const run = await launched({ turns: 5 });
		const goal = run.driver.goal();
		assert.deepEqual([goalState(goal), goal.usage.turns, goal.reflection?.state], ["completed", 5, "skipped"]);
		const left = run.events.find((event) => event.type === "reflection.skipped");
		assert.match(left?.type === "reflection.skipped" ? left.reason : "", /5 of 5 turns/);
	});

	it("of tokens is never overrun, whatever the turns cost", async () => {
		const run = await launched({ tokens: 7_000 });
		const goal = run.driver.goal();
		assert.equal(goalState(goal), "awaiting_approval");
		assert.ok(goal.usage.inputTokens + goal.usage.outputTokens <= 7_000, `${goal.usage.inputTokens} tokens`);
		assert.ok(goal.usage.turns > 0, "what fits is used");
		for (const event of run.events) {
			if (event.type === "turn.started") assert.ok(event.reserved.tokens <= 7_000);
		}
	});

	it("of money without a known price is asked about instead of counted as nothing", async () => {
		const run = await launched({ usd: 5 });
		const [approval] = Object.values(run.driver.goal().approvals);
		assert.match(approval?.summary ?? "", /No price is known for local\/scripted/);
		assert.deepEqual(approval?.unpriced, { provider: "local", model: "scripted" });
		assert.deepEqual(
			choicesOf(run.driver.goal(), approval!).map(({ label, value, primary }) => [label, value, primary]),
			[
				["Set Price", "price", true],
				["Limit Tokens", "tokens", false],
				["Go On Without Limit", undefined, false],
				["Stop Goal", undefined, false],
			],
		);
		await answer(run, "raise");
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
		assert.equal(run.driver.goal().budget.usd, undefined, "a limit that cannot be held is not shown as one");
	});

	it("of money holds once a person has said what the model costs", async () => {
		// 2,000 tokens a turn: at these prices the limit is reached on the way.
		const run = await launched({ usd: 0.15 });
		await answer(run, "price", { price: { input: 20, output: 20 } });
		await run.settled();
		const goal = run.driver.goal();
		assert.deepEqual(goal.prices, { "local/scripted": { input: 20, output: 20 } });
		assert.equal(goal.budget.usd, 0.15, "the limit stays");
		const [asked] = Object.values(goal.approvals);
		assert.match(asked?.summary ?? "", /of 0\.15 USD are used; the next turn may cost/);
		assert.equal(asked?.unpriced, undefined);
		const reserved = run.events.flatMap((event) => (event.type === "turn.started" ? event.reserved.usd : []));
		assert.ok(reserved.length > 0 && reserved.every((usd) => usd !== null && usd <= 0.15), `${reserved}`);
	});

	it("of money takes a price of nothing for a model that is free", async () => {
		const run = await launched({ usd: 0.01 });
		await answer(run, "price", { price: { input: 0, output: 0 } });
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "completed");
	});

	it("of money gives way to one of tokens that a person names", async () => {
		const run = await launched({ usd: 5, turns: 50 });
		await answer(run, "tokens", { tokens: 9_000 });
		await run.settled();
		const goal = run.driver.goal();
		assert.deepEqual(goal.budget, { tokens: 9_000, turns: 50 });
		assert.equal(Object.values(goal.approvals)[0]?.resource, "tokens");
		assert.ok(goal.usage.inputTokens + goal.usage.outputTokens <= 9_000);
	});

	it("is not answered without the value that the answer needs, nor with one that is used up", async () => {
		const run = await launched({ usd: 5 });
		await assert.rejects(answer(run, "price"), /A price is two numbers, for example/);
		await assert.rejects(answer(run, "price", { tokens: 5 }), /two numbers/);
		await assert.rejects(answer(run, "tokens"), /a whole number above 0/);
		await run.driver.commit(() => [{ type: "price.set", ...model, price: { input: 1, output: 1 }, by: person }]);
		assert.equal(Object.keys(run.driver.goal().approvals).length, 1, "nothing was answered");
	});

	it("knows what was used at an unknown price once that price is set", async () => {
		const run = await launched({});
		await run.settled();
		assert.equal(run.driver.goal().usage.costUsd, null);
		await run.driver.commit(() => [{ type: "price.set", ...model, price: { input: 2, output: 10 }, by: person }]);
		const { usage } = run.driver.goal();
		assert.equal(usage.costUsd, (usage.inputTokens * 2 + usage.outputTokens * 10) / 1_000_000);
		assert.equal(usage.byModel["local/scripted"]?.costUsd, usage.costUsd);
	});

	it("names the model that was used at an unknown price, where it is another one than the next", async () => {
		const run = await launched({});
		await run.settled();
		const { usage, ...goal } = run.driver.goal();
		const byModel = { "hub/org/other": { inputTokens: 1, outputTokens: 1, costUsd: null, turns: 1 } };
		const [thread] = Object.values(goal.threads);
		const limited = { ...goal, budget: { usd: 1 }, usage: { ...usage, byModel } };
		assert.deepEqual(brokenLimit(limited, thread!, { input: 1, output: 1 })?.unpriced, {
			provider: "hub",
			model: "org/other",
		});
	});

	it("that a person does not raise ends the goal with the reason", async () => {
		const run = await launched({ turns: 1 });
		await answer(run, "deny");
		await run.settled();
		assert.equal(goalState(run.driver.goal()), "failed");
		assert.match(run.driver.goal().end?.reason ?? "", /1 of 1 turns/);
	});

	it("of minutes stops new turns when its time is over", async () => {
		const run = await launched({ minutes: 0 });
		assert.equal(goalState(run.driver.goal()), "awaiting_approval");
		assert.equal(run.driver.goal().usage.turns, 0);
	});
});

/** A worker that takes four turns, each of two thousand tokens. */
async function launched(budget: BudgetLimits): Promise<Simulation> {
	let calls = 0;
	const agent: Agent = {
		async takeTurn({ goal, step, thread }: Turn) {
			const reflection = answered(JSON.stringify({ summary: "s", reflection: "r" }));
			const outcome =
				thread.purpose === "reflect"
					? reflection
					: step
						? calls++ < 3
							? answered("", [{ name: "runCommand", args: { command: `read ${calls}` } }])
							: answered("done")
						: answered(JSON.stringify(plan));
			const used = { inputTokens: turnTokens - 50, outputTokens: 50 };
			const costUsd = costOf(used, priceIn(goal, model, undefined));
			return { ...outcome, usage: { ...used, costUsd } } as typeof outcome;
		},
	};
	const run = await simulate({ store: createMemoryStore(), world: newWorld(), agent });
	const [launch] = launchPrompt();
	assert.ok(launch?.type === "goal.launched");
	await run.driver.commit(() => [
		{ ...launch, settings: { ...launch.settings, budget } },
		{
			type: "grant.added",
			grantId: "r-1" as never,
			scope: "goal",
			kind: "command",
			subject: "read 1",
			covers: "files",
			files: {},
			by: person,
		},
		{
			type: "grant.added",
			grantId: "r-2" as never,
			scope: "goal",
			kind: "command",
			subject: "read 2",
			covers: "files",
			files: {},
			by: person,
		},
		{
			type: "grant.added",
			grantId: "r-3" as never,
			scope: "goal",
			kind: "command",
			subject: "read 3",
			covers: "files",
			files: {},
			by: person,
		},
	]);
	await run.settled();
	return run;
}

async function answer(run: Simulation, given: string, values?: AnswerValues): Promise<void> {
	const approvalId = Object.keys(run.driver.goal().approvals)[0] as ApprovalId;
	await ask(run, { kind: "answer", approvalId, answer: given, scope: "once", values });
}

async function ask(run: Simulation, request: Request): Promise<void> {
	const newId = <T extends string>(prefix: string) => `${prefix}-z` as T;
	await run.driver.commit((goal) => decide(request, goal, { by: person, newId }));
}
