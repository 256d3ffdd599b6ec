import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { sourceText } from "../../../src/core/words/sources.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { looking, type ModelServer, startModelServer } from "../../support/modelServer.ts";

const plan = { title: "Sail", summary: "", steps: [{ id: "sail", title: "Sail", instructions: "Set sail." }] };

describe("what a launch form begins with", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let home: string;
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		home = mkdtempSync(path.join(os.tmpdir(), "mission-prepare-"));
		const models = ["small", "large", "claude-sonnet-4-5"];
		server = await startModelServer({
			script: looking(plan),
			models: [...models, "deep-one"],
		});
		const provider = { id: "yard", kind: "openai-compatible", baseUrl: server.baseUrl, models };
		// One that has to be asked for its models.
		const providers = [provider, { ...provider, id: "harbour", models: undefined }];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "yard/small" }));
		daemon = await startDaemonProcess({ home });
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
		rmSync(home, { recursive: true, force: true });
	});
	afterEach(() => {
		for (const folder of [".mission", ".github", ".claude"])
			rmSync(path.join(workspace, folder), { recursive: true, force: true });
	});

	function write(file: string, text: string): void {
		mkdirSync(path.dirname(path.join(workspace, file)), { recursive: true });
		writeFileSync(path.join(workspace, file), text);
	}

	const prepare = (preset?: string) => daemon.client.request("launch/prepare", { workspace, preset });

	it("comes field by field from the first source that says something", async () => {
		const before = await prepare();
		assert.equal(before.settings.agent.model, "small");
		assert.equal(sourceText(before.sources.agent), "saved default");
		assert.equal(sourceText(before.sources.autonomy), "default");
		const settings = { autonomy: "autonomous", budget: { turns: 40 }, planApproval: "never" } as const;
		const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Sail", settings });
		await untilState(daemon.client, goalId, ["completed"]);
		write(".mission/presets/crew.yaml", "agent: yard/large:high\nplanApproval: always\n");
		write(".claude/agents/reviewer.md", "---\nname: reviewer\nmodel: sonnet\n---\nRead every line.\n");

		const after = await prepare("crew");
		assert.deepEqual(
			Object.fromEntries(Object.entries(after.sources).map(([key, source]) => [key, sourceText(source)])),
			{
				agent: "preset crew",
				planApproval: "preset crew",
				autonomy: "last goal here",
				budget: "last goal here",
				priority: "last goal here",
				restart: "last goal here",
				checks: "last goal here",
				assignments: "last goal here",
				proposedServers: "default",
				sandbox: "default",
			},
		);
		assert.deepEqual(after.settings.agent, { provider: "yard", model: "large", effort: "high" });
		assert.equal(after.settings.autonomy, "autonomous");
		assert.deepEqual(after.settings.budget, { turns: 40 });
		assert.deepEqual(
			after.layers.map(({ source }) => source.kind),
			["preset", "lastGoal", "savedDefault", "roleFile"],
		);
		const reviewer = after.roles.find(({ role }) => role === "reviewer")!;
		assert.equal(sourceText(reviewer.source), "reviewer.md");
		assert.equal(reviewer.instructions, "Read every line.");
		assert.deepEqual(reviewer.settings, { provider: "yard", model: "claude-sonnet-4-5" });
		assert.deepEqual(
			after.settings.assignments.map(({ role }) => role),
			["reviewer"],
		);
	});

	it("of a playbook is what it would run, and what it is launched with; one that cannot be meant is refused", async () => {
		write(
			".mission/presets/crew.yaml",
			"agent: yard/large\nautonomy: supervised\nchecks: [make]\nbudget: { turns: 4 }\n",
		);
		const text = `---
budget:
  usd: 2
checks:
  - test -f sail.txt
---
# Sail out

Leave the harbour.

## Cast off

\`\`\`sh
echo off > sail.txt
\`\`\`

## Look
needs: none

\`\`\`check
grep -q off sail.txt
\`\`\`
`;
		const asked = (more: object = {}) =>
			daemon.client.request("launch/prepare", { workspace, playbook: { path: "sail.md", text }, ...more });
		const plain = await asked();
		assert.deepEqual(plain.settings.agent, { provider: "builtin", model: "playbook" });
		assert.deepEqual([plain.settings.budget, plain.settings.checks], [{ usd: 2 }, ["test -f sail.txt"]]);
		assert.deepEqual(plain.notes, []);
		assert.equal(sourceText(plain.sources.autonomy), "default", "no other goal here has a part in it");
		const { title, objective, steps, checks } = plain.playbook!;
		assert.deepEqual([title, objective, checks.length], ["Sail out", "Leave the harbour.", 1]);
		assert.deepEqual(
			steps.map(({ title, needs, actions, checks }) => [title, needs, actions?.length, checks[0]?.command]),
			[
				["Cast off", [], 1, undefined],
				["Look", [], 0, "grep -q off sail.txt"],
			],
		);
		const named = await asked({ preset: "crew" });
		assert.equal(sourceText(named.sources.budget), "preset crew");
		assert.equal(named.settings.autonomy, "supervised");
		assert.deepEqual(named.settings.checks, ["test -f sail.txt"]);
		// What is said is what is launched with.
		const playbook = { path: "sail.md", text };
		const { goalId } = await daemon.client.request("goal/launch", { workspace, playbook, preset: "crew" });
		const { events } = await daemon.client.request("goal/events", { goalId, types: ["goal.launched"], limit: 1 });
		const launched = events[0]?.type === "goal.launched" ? events[0].settings : undefined;
		assert.deepEqual({ ...launched, checks: named.settings.checks }, named.settings);
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
		const broken = text.replace("needs: none", "needs: nobody");
		await assert.rejects(asked({ playbook: { path: "sail.md", text: broken } }), /sail\.md:18: .*nobody/);
	});

	it("is nothing that a plain launch takes over: neither what the last goal was allowed, nor what role files say", async () => {
		write(".claude/agents/reviewer.md", "---\nname: reviewer\n---\nRead every line.\n");
		const since = server.requests.length;
		const { goalId } = await daemon.client.request("goal/launch", {
			workspace,
			prompt: "Sail",
			settings: { planApproval: "never" },
		});
		const goal = await untilState(daemon.client, goalId, ["completed"]);
		assert.equal(goal.autonomy, "aware");
		assert.ok(server.requests.slice(since).every(({ text }) => !text.includes("Read every line.")));
	});

	it("loses one field to a provider that is missing, which the next source fills, and says so", async () => {
		write(
			".mission/presets/far.yaml",
			"agent: elsewhere/huge\nautonomy: supervised\nassignments:\n  - { role: reviewer, provider: nowhere, model: x, instructions: Be kind. }\n",
		);
		const { settings, sources, notes } = await prepare("far");
		assert.equal(settings.agent.provider, "yard");
		assert.notEqual(sources.agent.kind, "preset");
		assert.deepEqual([settings.autonomy, sources.autonomy.name], ["supervised", "far"]);
		assert.deepEqual(
			settings.assignments.map(({ role, model, instructions }) => ({ role, model, instructions })),
			[{ role: "reviewer", model: undefined, instructions: "Be kind." }],
		);
		assert.match(notes[0]!, /“far” names the provider “elsewhere” for the primary agent, which is not set up here/);
		assert.match(notes[1]!, /“nowhere” for the reviewer, who works with the primary agent instead/);
	});

	it("names the line of a preset that cannot be read; the rest still loads", async () => {
		write(".mission/presets/good.yaml", "agent: yard/large\n");
		write(".mission/presets/torn.yaml", "priority: high\nagent: [yard\n");
		const { presets, problems } = await prepare();
		assert.ok(presets.some(({ name }) => name === "good"));
		const told = problems.map((one) => `${path.basename(one.path)}:${one.line} ${one.message}`);
		assert.match(told.join("\n"), /^torn\.yaml:[23] the settings are not valid YAML/);
		await assert.rejects(prepare("torn"), /torn\.yaml:[23]: the settings are not valid YAML/);
	});

	it("offers what role files describe, says what is wrong with them, and lets none of them widen anything", async () => {
		write(
			".github/agents/sea-doc.agent.md",
			"---\ndescription: Writes.\nmodel: nobody-has-it\n---\nWrite of the sea.\n",
		);
		write(".github/agents/reviewer.md", "---\nname: reviewer\npermissionMode: bypassPermissions\n---\nThe first.\n");
		write(".claude/agents/other.md", "---\nname: reviewer\n---\nThe second.\n");
		write(".claude/agents/huge.md", "x".repeat(100_000));
		const { roles, settings, sources, notes, problems } = await prepare("");
		const doc = roles.find(({ role }) => role === "sea-doc")!;
		assert.deepEqual([doc.about, doc.instructions, doc.settings], ["Writes.", "Write of the sea.", undefined]);
		assert.equal(roles.find(({ role }) => role === "reviewer")!.instructions, "The first.");
		assert.deepEqual(
			settings.assignments.map(({ role }) => role),
			["reviewer"],
			"a role that is not built in is offered, not assigned",
		);
		assert.notEqual(sources.autonomy.kind, "roleFile");
		assert.match(
			notes.join("\n"),
			/sea-doc\.agent\.md asks for the model “nobody-has-it”, which no provider here lists/,
		);
		const told = problems.map((one) => `${path.basename(one.path)}:${one.line} ${one.message}`).join("\n");
		assert.match(told, /reviewer\.md:3 Ignored: permissionMode: bypassPermissions\./);
		assert.match(
			told,
			/other\.md:1 The role reviewer is already described in \.github\/agents\/reviewer\.md, which counts\./,
		);
		assert.match(told, /huge\.md:1 The file has 100000 bytes, more than the 65536/);
	});

	it("gives a role the model of a provider that has to be asked for what it has", async () => {
		write(".claude/agents/planner.md", "---\nname: planner\nmodel: Deep One (vendor)\n---\nPlan.\n");
		const { roles, notes } = await prepare("");
		assert.deepEqual(roles.find(({ role }) => role === "planner")!.settings, {
			provider: "harbour",
			model: "deep-one",
		});
		assert.deepEqual(notes, []);
	});

	it("reads no role file through a link that leads out of the workspace", async () => {
		const outside = mkdtempSync(path.join(os.tmpdir(), "mission-outside-"));
		writeFileSync(path.join(outside, "reviewer.md"), "SECRET");
		mkdirSync(path.join(workspace, ".claude"));
		symlinkSync(outside, path.join(workspace, ".claude/agents"));
		const answer = await prepare();
		rmSync(outside, { recursive: true });
		assert.ok(!JSON.stringify(answer).includes("SECRET"));
		assert.match(answer.problems[0]!.message, /cannot be read/);
	});

	it("is the default preset's unless another is named, or none", async () => {
		await daemon.client.request("preset/save", { name: "mine", settings: { priority: "high" } });
		await daemon.client.request("preset/default", { name: "mine" });
		await daemon.client.request("preset/rename", { name: "mine", to: "my own" });
		assert.equal((await prepare()).preset, "my own");
		assert.equal((await prepare("")).preset, undefined);
		await assert.rejects(prepare("mine"), /There is no preset “mine”/);
		await daemon.client.request("preset/save", { name: "mine", settings: { priority: "low" } });
		await assert.rejects(daemon.client.request("preset/rename", { name: "mine", to: "my own" }), /“my own” already/);
		for (const to of ["../up", "", "default"])
			await assert.rejects(daemon.client.request("preset/rename", { name: "mine", to }), /cannot name a preset/);
		await daemon.client.request("preset/delete", { name: "my own" });
	});
});

describe("a launch", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({
			script: looking(plan),
			models: ["small"],
		});
		daemon = await startDaemonProcess();
		const providers = [{ id: "yard", baseUrl: server.baseUrl, models: ["small"] }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers, agent: "yard/small" }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	const launch = (params: object) => daemon.client.request("goal/launch", { workspace, prompt: "Sail", ...params });

	const refused: readonly (readonly [what: string, params: object, sentence: RegExp])[] = [
		["a role without a name", { settings: { assignments: [{ role: "" }] } }, /a role is named with lower-case letters/],
		[
			"two roles with one name",
			{ settings: { assignments: [{ role: "reviewer" }, { role: "reviewer" }] } },
			/The role reviewer is named twice\. Say once who works in it\./,
		],
		[
			"a playbook and two roles with one name",
			{
				playbook: { path: "sail.md", text: "# Sail\n\n## Go\n\n```sh\ntrue\n```\n" },
				settings: { assignments: [{ role: "reviewer" }, { role: "reviewer" }] },
			},
			/The role reviewer is named twice\. Say once who works in it\./,
		],
		[
			"a role that only playbooks' commands would have",
			{ settings: { assignments: [{ role: "implementer", provider: "builtin", model: "playbook" }] } },
			/“builtin” runs the commands of playbooks .* cannot be the implementer\. Name a model or an agent/,
		],
		[
			"an implementer that is turned off",
			{ settings: { assignments: [{ role: "implementer", enabled: false }] } },
			/the implementer cannot be turned off/,
		],
		["a budget that is not a number", { settings: { budget: { usd: "lots" } } }, /budget\.usd/],
		[
			"a budget below nothing",
			{ settings: { budget: { turns: -1 } } },
			/budget\.turns: a limit of turns is a whole number/,
		],
		[
			"a budget of nothing",
			{ settings: { budget: { minutes: 0 } } },
			/budget\.minutes: a limit of minutes is a number/,
		],
		[
			"a budget of half a turn",
			{ settings: { budget: { turns: 1.5 } } },
			/from 1 to 1,000,000,000; leave it out for none\.$/,
		],
		[
			"a role that no file describes",
			{ roles: ["poet"] },
			/No file describes the role “poet”\. `mission roles` and “Roles” in the launch form of VS Code list/,
		],
		["a prompt of 10 MB", { prompt: "x".repeat(10_000_000) }, /at most 1000000 characters/],
	];
	for (const [what, params, sentence] of refused) {
		it(`with ${what} is refused in a sentence, and nothing is launched`, async () => {
			await assert.rejects(launch(params), sentence);
			assert.deepEqual((await daemon.client.request("goal/list", {})).goals, []);
		});
	}

	it("with a prompt of 200,000 characters reaches the model, every one of them", async () => {
		const prompt = `${"All hands on deck. ".repeat(11_000).slice(0, 199_990)} Cast off.`;
		const { goalId } = await launch({ prompt });
		await untilState(daemon.client, goalId, ["completed"]);
		assert.equal(prompt.length, 200_000);
		const asked = server.requests.find(({ purpose }) => purpose === "plan")!;
		assert.ok(asked.messages.some(({ role, content }) => role === "user" && content?.includes(prompt)));
	});

	it("says what is read over in the role files that it names, and nothing of the others", async () => {
		const folder = path.join(workspace, ".claude/agents");
		mkdirSync(folder, { recursive: true });
		for (const name of ["cook", "poet"])
			writeFileSync(path.join(folder, `${name}.md`), "---\nhooks: all\nmodel: nobody-has-it\n---\nCook.\n");
		const { notes } = await launch({ roles: ["cook"] });
		assert.deepEqual(notes, [
			".claude/agents/cook.md asks for the model “nobody-has-it”, which no provider here lists; the cook works with the primary agent's.",
			".claude/agents/cook.md:2: Ignored: hooks: all. What an agent may do is decided by the goal's autonomy and by you, never by a file.",
		]);
	});

	it("that comes again with its request id is the goal it was, whatever has become of its preset", async () => {
		const name = "brief";
		const settings = { agent: { provider: "gone", model: "x" } };
		await daemon.client.request("preset/save", { name, settings });
		const first = await launch({ preset: name, requestId: "again" });
		assert.match(first.notes![0]!, /the provider “gone”/);
		await daemon.client.request("preset/delete", { name });
		assert.deepEqual(await launch({ preset: name, requestId: "again" }), first);
		await assert.rejects(launch({ preset: name, requestId: "another" }), /There is no preset “brief”/);
		await daemon.client.request("preset/save", { name, settings: {} });
		const retried = await launch({ preset: name, requestId: "another" });
		assert.notEqual(retried.goalId, first.goalId, "a launch that was refused can be asked for again");
	});
});
