import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { looking, type ModelServer, startModelServer } from "../../support/modelServer.ts";

const plan = { title: "Sail", summary: "", steps: [{ id: "sail", title: "Sail", instructions: "Set sail." }] };

describe("presets", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let home: string;
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		home = mkdtempSync(path.join(os.tmpdir(), "mission-presets-"));
		server = await startModelServer({
			script: looking(plan),
			models: ["small", "large"],
		});
		const provider = { id: "yard", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["small", "large"] };
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers: [provider], agent: "yard/small" }));
		daemon = await startDaemonProcess({ home });
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
		rmSync(home, { recursive: true, force: true });
	});
	afterEach(() => rmSync(path.join(workspace, ".mission"), { recursive: true, force: true }));

	/** Launches, waits for the end, and says who was asked and what the goal was launched with. */
	async function sail(params: object): Promise<{ models: string; notes: readonly string[]; autonomy: string }> {
		const since = server.requests.length;
		const launched = { workspace, prompt: "Sail", ...params };
		const { goalId, notes } = await daemon.client.request("goal/launch", launched as never);
		const goal = await untilState(daemon.client, goalId, ["completed"]);
		const models = new Set(
			server.requests.slice(since).map(({ model, effort }) => (effort ? `${model}:${effort}` : model)),
		);
		return { models: [...models].join(" "), notes: notes ?? [], autonomy: goal.autonomy };
	}

	function share(name: string, text: string): void {
		mkdirSync(path.join(workspace, ".mission/presets"), { recursive: true });
		writeFileSync(path.join(workspace, ".mission/presets", `${name}.yaml`), text);
	}

	const large = { agent: { provider: "yard", model: "large", effort: "high" } } as const;

	it("are there after a restart, and every request carries what they say", async () => {
		await daemon.client.request("preset/save", { name: "Deep water", settings: { ...large, autonomy: "autonomous" } });
		daemon = await daemon.restart();
		const { presets } = await daemon.client.request("preset/list", {});
		assert.deepEqual(
			presets.map(({ name, source, isDefault }) => [name, source, isDefault]),
			[["Deep water", "user", false]],
		);
		assert.deepEqual(await sail({ preset: "Deep water" }), {
			models: "large:high",
			notes: [],
			autonomy: "autonomous",
		});
	});

	it("give way to what a launch says itself, field by field", async () => {
		const settings = { agent: { provider: "yard", model: "small" } };
		assert.deepEqual(await sail({ preset: "Deep water", settings }), {
			models: "small",
			notes: [],
			autonomy: "autonomous",
		});
	});

	it("count without being named, once one is the default, until there is none", async () => {
		await daemon.client.request("preset/default", { name: "Deep water" });
		assert.equal((await sail({})).models, "large:high");
		await daemon.client.request("preset/default", {});
		assert.equal((await sail({})).models, "small");
	});

	it("of a repository are shared by it, ask for more care and never for less, and are nobody's default", async () => {
		share("crew", "agent: yard/large\nautonomy: autonomous\nplanApproval: never\n");
		assert.deepEqual(await sail({ preset: "crew" }), { models: "large", notes: [], autonomy: "aware" });
		await assert.rejects(
			daemon.client.request("preset/default", { name: "crew", workspace }),
			/belongs to the repository\. Save it among your own/,
		);
	});

	it("say which one of a repository a preset of one's own hides, also after it was renamed", async () => {
		share("shared", "priority: low\n");
		await daemon.client.request("preset/save", { name: "mine", settings: { priority: "high" } });
		const hides = async (name: string) =>
			(await daemon.client.request("preset/list", { workspace })).presets.find((one) => one.name === name)?.hides;
		assert.equal(await hides("mine"), undefined);
		assert.equal(await hides("shared"), undefined);
		await daemon.client.request("preset/rename", { name: "mine", to: "shared" });
		assert.equal(await hides("shared"), path.join(workspace, ".mission/presets/shared.yaml"));
		await daemon.client.request("preset/delete", { name: "shared" });
	});

	it("lose one field to a provider that is missing, and say so", async () => {
		share("far", "agent: elsewhere/huge\nassignments:\n  - role: researcher\n    provider: nowhere\n    model: x\n");
		const { models, notes } = await sail({ preset: "far" });
		assert.equal(models, "small");
		assert.match(notes[0]!, /“far” names the provider “elsewhere” for the primary agent, which is not set up here/);
		assert.match(notes[1]!, /“nowhere” for the researcher, who works with the primary agent instead/);
	});

	it("name the line that cannot be read, and the rest still counts", async () => {
		share("good", "agent: yard/large\n");
		share("broken", "agent: yard/large\nautonomy: careless\n");
		share("torn", "agent: [yard\n");
		const { presets, problems } = await daemon.client.request("preset/list", { workspace });
		assert.ok(presets.some(({ name }) => name === "good"));
		const told = problems.map((one) => `${path.basename(one.path)}:${one.line} ${one.message}`);
		assert.match(told[0]!, /^broken\.yaml:2 “autonomy” cannot be read/);
		assert.match(told[1]!, /^torn\.yaml:\d the settings are not valid YAML/);
		await assert.rejects(
			daemon.client.request("goal/launch", { workspace, prompt: "Sail", preset: "broken" }),
			/broken\.yaml:2: “autonomy” cannot be read/,
		);
	});

	it("are refused in a sentence where a name means nothing, or would be a path", async () => {
		const launch = daemon.client.request("goal/launch", { workspace, prompt: "Sail", preset: "nobody" });
		await assert.rejects(
			launch,
			/There is no preset “nobody”\. `mission presets` and “Presets…” in VS Code list them\./,
		);
		for (const name of ["../up", "a/b", "", ".hidden", "default"]) {
			await assert.rejects(daemon.client.request("preset/save", { name, settings: large }), /cannot name a preset/);
		}
		await daemon.client.request("preset/delete", { name: "Deep water" });
		assert.deepEqual((await daemon.client.request("preset/list", {})).presets, []);
	});
});
