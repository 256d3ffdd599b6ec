import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type ModelRequest, type ModelServer, plainReflection, startModelServer } from "../support/modelServer.ts";
import { openStage, type Stage } from "./mission.ts";

/** One look at the workspace, in turns of 1,100 tokens. */
function script({ purpose, toolResults }: ModelRequest) {
	const usage = [1_000, 100] as const;
	if (purpose === "plan")
		return {
			text: JSON.stringify({ title: "Look", summary: "", steps: [{ id: "a", title: "Look", instructions: "Look." }] }),
			usage,
		};
	if (purpose === "reflect") return { text: plainReflection, usage };
	return toolResults === 0 ? { calls: [{ name: "listFiles", args: {} }], usage } : { text: "Seen.", usage };
}

describe("a limit of money over a model without a known price, in the terminal", function () {
	this.timeout(120_000);
	let stage: Stage;
	let server: ModelServer;

	before(async () => {
		stage = openStage();
		server = await startModelServer({ script, models: ["house"] });
		mkdirSync(stage.home, { recursive: true });
		writeFileSync(
			path.join(stage.home, "config.jsonc"),
			JSON.stringify({
				providers: [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["house"] }],
			}),
		);
	});
	after(async () => {
		stage.end();
		await server.close();
	});

	/** Beside the model's server, which answers in this process. */
	async function run(...args: string[]) {
		return stage.start(...args).ended;
	}
	async function launched(): Promise<{ goalId: string; approvalId: string }> {
		const launch = await run("launch", "Look.", "--agent", "local/house", "--budget-usd", "5", "--json");
		assert.equal(launch.code, 0, launch.error);
		const { goalId, notes } = JSON.parse(launch.out);
		assert.match(notes.join("\n"), /No price is known for local\/house/);
		const shown = await run("wait", goalId, "--for", "awaiting_approval", "--timeout", "60", "--json");
		const { approvals } = JSON.parse(shown.out);
		return { goalId, approvalId: approvals[0].approvalId };
	}
	async function ended(goalId: string) {
		const { out, error } = await run("wait", goalId, "--timeout", "60", "--json");
		assert.ok(out, error);
		return JSON.parse(out);
	}

	it("shows the ways to go on as commands, and holds the limit at the price that was said", async () => {
		const { goalId, approvalId } = await launched();
		const { out } = await run("approvals");
		assert.match(out, new RegExp(`mission answer ${approvalId} --option price --price 0.5,2 +The goal reckons`));
		assert.match(out, new RegExp(`mission answer ${approvalId} --option tokens --tokens 200000 +A limit of tokens`));
		assert.match(out, new RegExp(`mission answer ${approvalId} --option raise +The limit of money is taken away`));
		const answer = await run("answer", approvalId, "--option", "price", "--price", "2,10");
		assert.match(answer.out, /^Price set: /);
		const goal = await ended(goalId);
		assert.equal(goal.state, "completed");
		assert.equal(goal.budget.usd.limit, 5);
		const { inputTokens, outputTokens, costUsd } = goal.usage;
		assert.ok(Math.abs(costUsd - (inputTokens * 2 + outputTokens * 10) / 1e6) < 1e-9, JSON.stringify(goal.usage));
		const dossier = await run("dossier", goalId);
		assert.match(
			dossier.out,
			/`local\/house` was priced at \$2 a million tokens read, \$10 written, as was said for this goal/,
		);
		assert.match(dossier.out, /price set/i);
		const feed = await run("feed", goalId);
		assert.match(feed.out, /price +local\/house costs \$2 a million tokens read, \$10 written/);
	});

	it("takes a limit of tokens instead", async () => {
		const { goalId, approvalId } = await launched();
		const answer = await run("answer", approvalId, "--option", "tokens", "--tokens", "50000");
		assert.equal(answer.code, 0, answer.error);
		const goal = await ended(goalId);
		assert.equal(goal.state, "completed");
		assert.deepEqual([goal.budget.tokens.limit, goal.budget.usd.limit], [50_000, null]);
	});

	it("refuses an answer without its value, or with one that is none, and goes on waiting", async () => {
		const { goalId, approvalId } = await launched();
		for (const [args, code, said] of [
			[["--option", "price"], 3, /This answer needs a value\. A price is two numbers/],
			[["--option", "price", "--price", "cheap"], 2, /--price cannot be “cheap”\. A price is two numbers/],
			[["--option", "tokens"], 3, /This answer needs a value\. A limit of tokens is a whole number/],
			[["--option", "tokens", "--tokens", "0"], 2, /--tokens cannot be “0”/],
		] as const) {
			const refused = await run("answer", approvalId, ...args);
			assert.match(refused.error, said);
			assert.equal(refused.code, code, args.join(" "));
		}
		const still = await run("show", goalId, "--json");
		assert.equal(JSON.parse(still.out).approvals.length, 1);
		await run("cancel", goalId);
	});
});
