import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { sourceText } from "../../../src/protocol/sourceText.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer.ts";

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
			script: ({ purpose }) => ({ text: purpose === "plan" ? JSON.stringify(plan) : "Done." }),
			models,
		});
		const provider = { id: "yard", kind: "openai-compatible", baseUrl: server.baseUrl, models };
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers: [provider], agent: "yard/small" }));
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
});
