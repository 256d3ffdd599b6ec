import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type ModelRequest, type ModelServer, plainReflection, startModelServer } from "../support/modelServer.ts";
import { openStage, type Stage } from "./mission.ts";

const asks = [
	{ question: "Which database?", options: ["Postgres", { label: "SQLite 3", description: "One file." }] },
	{ question: "Which tables?", options: ["users", "posts", "tags"], several: true },
	{ question: "What is it called?" },
];
const told: string[] = [];

function script({ purpose, toolResults, messages }: ModelRequest) {
	if (purpose === "plan")
		return {
			text: JSON.stringify({ title: "Ask", summary: "", steps: [{ id: "a", title: "Ask", instructions: "Ask." }] }),
		};
	if (purpose === "reflect") return { text: plainReflection };
	told.splice(0, told.length, ...messages.flatMap(({ role, content }) => (role === "tool" ? [content ?? ""] : [])));
	return toolResults === 0 ? { calls: asks.map((args) => ({ name: "askPerson", args })) } : { text: "Known." };
}

describe("a question of an agent, in the terminal", function () {
	this.timeout(120_000);
	let stage: Stage;
	let server: ModelServer;

	before(async () => {
		stage = openStage();
		server = await startModelServer({ script, models: ["house"] });
		mkdirSync(stage.home, { recursive: true });
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["house"] }];
		writeFileSync(path.join(stage.home, "config.jsonc"), JSON.stringify({ providers }));
	});
	after(async () => {
		stage.end();
		await server.close();
	});

	/** Beside the model's server, which answers in this process. */
	const run = async (...args: string[]) => stage.start(...args).ended;

	it("is answered by an option, its number, several of them, and in words", async () => {
		const launch = await run("launch", "Ask.", "--agent", "local/house", "--json");
		const { goalId } = JSON.parse(launch.out);
		await run("wait", goalId, "--for", "awaiting_approval", "--timeout", "60");
		const shown = await run("show", goalId, "--json");
		const waiting: readonly { approvalId: string; summary: string }[] = JSON.parse(shown.out).approvals;
		assert.equal(waiting.length, 3);
		// Asked at once, in whichever order.
		const ids = asks.map(({ question }) => waiting.find(({ summary }) => summary.includes(question))?.approvalId);
		const { out } = await run("approvals", goalId);
		assert.match(out, /mission answer \S+ --option 'SQLite 3' +One file\./);
		assert.match(out, /Several: give --option more than once\./);
		assert.match(out, /mission answer \S+ --text TEXT/);
		const wrong = await run("answer", ids[0]!, "--option", "Postgres", "--option", "SQLite 3");
		assert.equal(wrong.code, 3);
		assert.match(wrong.error, /“choose” is no answer to this|Only one of the options/);
		assert.equal((await run("approve", ids[0]!)).code, 3, "which option is right, only a person can say");
		const first = await run("answer", ids[0]!, "--option", "2", "--text", "It is enough.");
		assert.match(first.out, /Answered “SQLite 3”: Which database\?/);
		const second = await run("answer", ids[1]!, "--option", "tags", "--option", "1", "--json");
		assert.deepEqual(JSON.parse(second.out).chosen, ["users", "tags"]);
		const late = await run("answer", ids[1]!, "--option", "users", "--option", "posts");
		assert.match(late.error, /^Already answered/);
		assert.match((await run("answer", ids[2]!, "--text", "garden")).out, /Answered in words: What is it called\?/);
		assert.equal((await run("wait", goalId, "--timeout", "60")).code, 0);
		assert.deepEqual(told, [
			"The person chose: SQLite 3\nThey said: It is enough.",
			"The person chose:\n- users\n- tags",
			"The person answered: garden",
		]);
		const feed = await run("feed", goalId);
		assert.match(feed.out, /What is it called\?.*answered in words by .*: garden/);
	});
});
