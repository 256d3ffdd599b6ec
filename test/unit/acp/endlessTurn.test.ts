import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultSettings } from "../../../src/core/settings.ts";
import type { BudgetLimits } from "../../../src/core/values.ts";
import { acpGoals, type Life, working } from "../../support/acpGoal.ts";
import { until } from "../../support/until.ts";

describe("an agent that calls its tools for ever within one turn, each time otherwise", () => {
	const { start } = acpGoals();
	/** What each call costs, as far as the agent tells. */
	const endless = (told?: { readonly tokens: number; readonly usd: number }) => {
		const calls = { count: 0 };
		const memory = working(async ({ tell, ask, cancelled }) => {
			while (!cancelled.aborted) {
				const toolCallId = `look${++calls.count}`;
				await ask({ toolCallId, kind: "read", title: `Look at ${calls.count}` });
				await tell({ sessionUpdate: "tool_call_update", toolCallId, status: "completed" });
				if (told)
					await tell({
						sessionUpdate: "usage_update",
						used: calls.count * told.tokens,
						size: 200_000,
						cost: { amount: calls.count * told.usd, currency: "USD" },
					});
				await sleep(1);
			}
			return "cancelled";
		});
		return { memory, calls };
	};
	const overBudget = (life: Life) => Object.values(life.goal().approvals).find(({ kind }) => kind === "budget");

	const limits: Readonly<Record<string, { budget: BudgetLimits; told?: { tokens: number; usd: number } }>> = {
		"of minutes": { budget: { minutes: 0.05 } },
		"of tokens, which it tells": { budget: { tokens: 50_000 }, told: { tokens: 1000, usd: 0 } },
	};
	for (const [what, { budget, told }] of Object.entries(limits))
		it(`is told to stop by the goal's limit ${what}, and a person is asked`, async () => {
			const { memory, calls } = endless(told);
			const life = await start(memory, { settings: { budget, autonomy: "autonomous" } });
			await until("a person is asked", () => overBudget(life) !== undefined);
			await until("its turn is over", () => life.types("turn.interrupted", "provider.failed").length > 0);
			const made = calls.count;
			assert.ok(made > 3);
			await sleep(50);
			assert.equal(calls.count, made, "it calls nothing more");
		});

	it("is not taken for one that repeats itself, whatever its results are, when its turn fails", async () => {
		let turns = 0;
		const life = await start(
			working(async ({ tell, ask, say }) => {
				if (++turns > 1) {
					await say("Nothing is there.");
					return "end_turn";
				}
				for (let at = 1; at <= 20; at++) {
					await ask({ toolCallId: `s${at}`, kind: "search", title: `Search for ${at}`, locations: [{ path: "src" }] });
					await tell({ sessionUpdate: "tool_call_update", toolCallId: `s${at}`, status: "completed" });
				}
				throw new Error("Overloaded, try again.");
			}),
		);
		await until("it is asked again, or a person", () => turns > 1 || life.approval() !== undefined);
		assert.equal(life.approval(), undefined);
		await life.ended();
	});

	it("has no limit where nobody set one, and is ended when a person pauses at once", async () => {
		assert.deepEqual(defaultSettings.budget, {});
		const { memory, calls } = endless();
		const life = await start(memory);
		await until("it has made many calls", () => calls.count > 40);
		assert.deepEqual(life.goal().approvals, {});
		await life.ask({ kind: "pause", now: true });
		await until("its turn is over", () => life.types("turn.interrupted").length > 0);
		const made = calls.count;
		await sleep(50);
		assert.equal(calls.count, made, "it calls nothing more");
	});
});
