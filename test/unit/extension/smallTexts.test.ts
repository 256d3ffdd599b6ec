import assert from "node:assert/strict";
import { agentRows, agentSentence, type Providers, typedAgent } from "../../../src/extension/launch/agentChoice.ts";
import { type LaunchChoices, launchOptions } from "../../../src/extension/launch/launchOptions.ts";
import { playbookScore, refusedLine } from "../../../src/extension/launch/playbookText.ts";
import { placeOf, quoteSelection, type Selected } from "../../../src/extension/launch/selectionText.ts";
import { statusText } from "../../../src/extension/status/statusText.ts";
import { webviewPage } from "../../../src/extension/webviewHosts/page.ts";
import { activeThread, threadTab } from "../../../src/extension/webviewHosts/threadRouter.ts";
import { dayOrTime } from "../../../src/extension/words/times.ts";
import { at, goalOf, planned, started, summaryOf, threadId, turnStarted, withMore } from "./goalFixture.ts";

describe("the status bar", () => {
	const goals = (waiting: number, running: number) => [
		summaryOf(goalOf(), { pendingApprovals: waiting, state: "awaiting_approval" }),
		...Array.from({ length: running }, () => summaryOf(goalOf(), { pendingApprovals: 0, state: "running" })),
	];
	it("says what waits and what runs, and nothing where there is nothing", () => {
		assert.deepEqual(statusText(goals(0, 0)), { waiting: undefined, running: undefined });
		assert.deepEqual(statusText(goals(1, 2)), { waiting: "1 waits for you", running: "2 running" });
		assert.equal(statusText(goals(3, 0)).waiting, "3 wait for you");
	});
});

describe("the thread router", () => {
	const goal = goalOf(...planned({}, {}), ...started("step-1", "t1"), ...started("step-2", "t2"));
	it("jumps to the thread that writes now, else to the one opened last", () => {
		assert.equal(activeThread(goal)?.threadId, "t2");
		assert.equal(activeThread(withMore(goal, turnStarted("t1")))?.threadId, "t1");
		assert.equal(activeThread(withMore(goal, turnStarted("t1")), "step-2" as never)?.threadId, "t2");
		assert.equal(activeThread(goalOf()), undefined);
	});
	it("prefers an active thread to a closed one", () => {
		const closed = withMore(goal, { type: "thread.closed", threadId: threadId("t2") });
		assert.equal(activeThread(closed)?.threadId, "t1");
	});
	it("names the tab of a thread by what it is for", () => {
		assert.equal(threadTab(goal, threadId("t2")), "implementer · Step 2: Step number 2");
	});
});

describe("a passage that a goal is about", () => {
	const passage = (more: Partial<Selected>): Selected => ({
		path: "src/app.ts",
		firstLine: 12,
		lastLine: 13,
		language: "ts",
		text: "a()\nb()\n",
		...more,
	});
	it("goes with the prompt, with its place before it", () => {
		assert.equal(quoteSelection(passage({})), "src/app.ts:12-13\n\n```ts\na()\nb()\n```");
		assert.equal(placeOf(passage({ lastLine: 12 })), "src/app.ts:12");
	});
	it("cannot end its own quotation", () => {
		assert.match(quoteSelection(passage({ text: "````sh\nrm\n````" })), /^`{5}ts$[\s\S]*^`{5}$/m);
	});
	it("is cut where it is very long, and says so", () => {
		const quoted = quoteSelection(passage({ text: "x".repeat(30_000) }));
		assert.ok(quoted.length < 21_000);
		assert.match(quoted, /first 20000 characters/);
	});
});

describe("the launch box", () => {
	const providers: Providers = {
		providers: [
			{ source: "config", id: "local", kind: "openai-compatible", models: ["qwen3:8b", "gemma"], usable: true },
			{ source: "config", id: "acme", kind: "openai", models: ["big"], usable: false, reason: "ACME_KEY is not set." },
		],
		primary: "local/gemma",
	};
	it("offers the models that can be used, and says why the others cannot", () => {
		assert.deepEqual(
			agentRows(providers, "").map(({ label, agent, detail }) => [label, agent !== undefined, detail]),
			[
				["local/qwen3:8b", true, undefined],
				["local/gemma", true, undefined],
				["acme", false, "ACME_KEY is not set."],
			],
		);
	});
	it("keeps many that cannot be used in one row, until it is chosen or something is typed", () => {
		const keyless = ["a", "b", "c"].map((id) => ({ ...providers.providers[1]!, id }));
		const many = { ...providers, providers: [providers.providers[0]!, ...keyless] };
		const folded = agentRows(many, "");
		assert.deepEqual(
			folded.slice(2).map(({ label, detail, unfolds }) => [label, detail, unfolds]),
			[["3 more cannot be used here, and why", "a, b, c", true]],
		);
		for (const shown of [agentRows(many, "", true), agentRows(many, "b")])
			assert.deepEqual(shown.filter(({ detail }) => detail === "ACME_KEY is not set.").length, 3);
		assert.equal(
			agentRows({ providers: keyless }, "").length,
			3,
			"with nobody to choose, the reasons stand there at once",
		);
	});
	it("takes a model that is typed, with or without an effort", () => {
		const gemma = { provider: "local", model: "gemma", effort: "high" };
		assert.deepEqual(agentRows(providers, "local/gemma:high").at(-1)?.agent, gemma);
		assert.equal(agentRows(providers, "local/qwen3:8b").length, 3);
		assert.deepEqual(typedAgent(providers, " local/gemma:high "), gemma);
		assert.deepEqual(typedAgent(providers, "local/qwen3:8b"), { provider: "local", model: "qwen3:8b" });
		assert.equal(typedAgent(providers, "gem"), undefined);
		assert.equal(typedAgent(providers, "acme"), undefined);
	});
	it("keeps each row at its place while a name is typed, so that Enter chooses the row that was seen", () => {
		const places = [..."local/gemma:high"].map((_, length, name) => {
			const rows = agentRows(providers, name.slice(0, length + 1).join(""), true);
			return rows.slice(0, 3).map(({ label }) => label);
		});
		assert.deepEqual(new Set(places.map(String)), new Set(["local/qwen3:8b,local/gemma,acme"]));
	});
	it("says which agent Enter launches with, and why there is none", () => {
		assert.match(agentSentence(undefined, providers), /local\/gemma/);
		assert.match(agentSentence({ provider: "a", model: "b", effort: "low" }, providers), /a\/b:low/);
		const none = { providers: providers.providers.slice(1) };
		assert.match(agentSentence(undefined, none), /playbook.*ACME_KEY is not set/);
	});
	it("keeps each setting apart and takes a setting back when it is emptied", () => {
		const options = Object.fromEntries(launchOptions().map((option) => [option.label, option]));
		let choices: LaunchChoices = { settings: {} };
		choices = options["Budget: USD"]!.set(choices, "8");
		choices = options["Budget: turns"]!.set(choices, "20");
		choices = options.Priority!.set(choices, "high");
		assert.deepEqual(choices.settings, { budget: { usd: 8, turns: 20 }, priority: "high" });
		choices = options["Budget: USD"]!.set(choices, "");
		assert.equal(choices.settings.budget?.usd, undefined);
		const budget = options["Budget: USD"]!;
		assert.ok(budget.kind === "text" && budget.problem?.("-1") && !budget.problem("0.5"));
	});
});

describe("the list of playbooks", () => {
	it("has what could run, and what is written as a playbook before a readme with commands", () => {
		const readme = playbookScore("# A\n## Install\n```sh\nnpm i\n```\n");
		const playbook = playbookScore(
			"---\nautonomy: aware\n---\n# A\n## One\nneeds: none\n```sh\nls\n```\n```check\ntrue\n```\n",
		);
		assert.ok(readme > 0 && playbook > readme);
		assert.equal(playbookScore("# A\n## B\n```js\n1\n```\n"), 0);
		assert.equal(playbookScore("# A\n```sh\nls\n```\n"), 0);
	});
	it("finds the line that a refusal names", () => {
		assert.equal(refusedLine("runbooks/a.md:12: the fence is not closed.", "a.md"), 12);
		assert.equal(refusedLine("No agent can be used.", "a.md"), undefined);
	});
});

describe("the page of a webview", () => {
	const page = webviewPage({
		kind: "thread",
		uriOf: (name) => `https://host/${name}`,
		cspSource: "https://host",
		nonce: "n0",
		language: "pt-br",
		identity: { goalId: "g</script>", threadId: "t" },
	});
	it("lets nothing load but its own script and styles", () => {
		assert.match(page, /default-src 'none'; script-src 'nonce-n0'; style-src https:\/\/host; font-src/);
		assert.ok(!page.includes("unsafe"));
		assert.equal(page.match(/<script/g)?.length, page.match(/<script nonce="n0"/g)?.length);
	});
	it("says in which language its texts are", () => {
		assert.ok(page.includes('<html lang="pt-br">'));
	});
	it("keeps what it shows for the time after a reload, and no text of it can end the script", () => {
		assert.ok(page.includes('setState({"goalId":"g\\u003c/script>","threadId":"t"})'));
	});
});

describe("times in the tree", () => {
	it("are as short as they stay clear", () => {
		const now = Date.parse(at);
		assert.match(dayOrTime(at, now), /^\d\d:\d\d$/);
		assert.equal(dayOrTime(new Date(now - 86_400_000).toISOString(), now), "yesterday");
		assert.equal(dayOrTime("2025-01-03T12:00:00.000Z", now), "2025-01-03");
	});
});
