import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { ConfigState } from "../../../src/protocol/config.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

const plan = {
	title: "A wall",
	summary: "One.",
	steps: [{ id: "wall", title: "Wall", instructions: "Build the wall.", needs: [] }],
};
const builder: Script = ({ purpose, toolResults }) => {
	if (purpose === "plan") return { text: JSON.stringify(plan) };
	if (toolResults > 0) return { text: "The wall stands." };
	return { calls: [{ name: "writeFile", args: { path: "wall.txt", content: "wall" } }] };
};

describe("config.jsonc of a running daemon", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let home: string;
	let drawing: ModelServer;
	let building: ModelServer;
	let daemon: DaemonProcess;
	const settings = { autonomy: "autonomous", planApproval: "never" } as const;

	const config = (more: object = {}) => {
		const provider = (id: string, server: ModelServer, models: string[]) => ({
			id,
			baseUrl: server.baseUrl,
			models,
			efforts: ["low", "high"],
		});
		const providers = [provider("drawing", drawing, ["pen", "ink"]), provider("building", building, ["stone"])];
		return { providers, agent: "drawing/pen", ...more };
	};
	const write = (value: unknown) =>
		writeFileSync(path.join(home, "config.jsonc"), typeof value === "string" ? value : JSON.stringify(value));
	const launch = () => daemon.client.request("goal/launch", { workspace, prompt: "Build a wall", settings });
	const roster = {
		assignments: [
			{ role: "planner", provider: "drawing", model: "ink", effort: "low", instructions: "Plan like a mason." },
			{ role: "implementer", provider: "building", model: "stone", effort: "high", instructions: "Mind the weather." },
			{ role: "reviewer", enabled: false },
		],
	};

	before(async () => {
		home = mkdtempSync(path.join(os.tmpdir(), "mission-config-"));
		drawing = await startModelServer({ script: builder, models: ["pen", "ink"] });
		building = await startModelServer({ script: builder, models: ["stone"] });
		write(config({ roster }));
		daemon = await startDaemonProcess({ home });
	});
	after(async () => {
		await daemon.close();
		await drawing.close();
		await building.close();
		remove();
		rmSync(home, { recursive: true, force: true });
	});

	it("gives each role its model, effort and instructions, and a launch form says where they are from", async () => {
		write(config({ roster }));
		const prepared = await daemon.client.request("launch/prepare", { workspace });
		assert.deepEqual(prepared.sources.assignments, { kind: "savedDefault" });
		assert.deepEqual(
			prepared.settings.assignments.map(({ role, model, enabled, source }) => [role, model, enabled, source]),
			[
				["planner", "ink", true, "config"],
				["implementer", "stone", true, "config"],
				["reviewer", undefined, false, "config"],
			],
		);
		const { goalId, notes } = await launch();
		assert.deepEqual(notes, []);
		const goal = await untilState(daemon.client, goalId, ["completed"]);
		const said = (server: ModelServer, purpose: string) =>
			server.requests
				.filter((request) => request.purpose === purpose)
				.map(({ model, effort, text }) => ({ model, effort, text }));
		const [planned] = said(drawing, "plan");
		assert.deepEqual([planned?.model, planned?.effort], ["ink", "low"]);
		assert.match(planned?.text ?? "", /Plan like a mason\./);
		const worked = said(building, "work");
		assert.ok(worked.length >= 2);
		for (const { model, effort, text } of worked) {
			assert.deepEqual([model, effort], ["stone", "high"]);
			assert.match(text, /Mind the weather\./);
		}
		assert.deepEqual(said(drawing, "work"), []);
		const entry = goal.roster.assignments.find(({ role }) => role === "implementer");
		assert.deepEqual([entry?.model, entry?.source], ["stone", "config"]);
	});

	it("gives way to the roster of a launch", async () => {
		write(config({ roster }));
		const assignments = [{ role: "implementer", provider: "drawing", model: "ink" }];
		const { goalId } = await daemon.client.request("goal/launch", {
			workspace,
			prompt: "Build",
			settings: { ...settings, assignments },
		});
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.deepEqual(
			goal.roster.assignments.filter(({ source }) => source !== "primary").map(({ role, model }) => [role, model]),
			[["implementer", "ink"]],
		);
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
	});

	it("says at each launch what in it cannot be meant, and takes the rest at once", async () => {
		write(config({ agnet: "x", agent: "building/stone" }));
		const { goalId, notes } = await launch();
		assert.equal(notes.length, 1);
		assert.match(notes[0] ?? "", /^config\.jsonc:1:\d+: unknown setting “agnet”; did you mean “agent”\?$/);
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.equal(goal.roster.assignments[0]?.model, "stone");
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
		const { problems } = await daemon.client.request("launch/prepare", { workspace });
		assert.deepEqual(
			problems.map(({ path: file, line }) => [path.basename(file), line]),
			[["config.jsonc", 1]],
		);
	});

	it("tells who watches it, and keeps the last settings while it cannot be read", async () => {
		write(config());
		const heard: ConfigState[] = [];
		const stop = daemon.client.onNotice("config/changed", (state) => heard.push(state));
		assert.deepEqual((await daemon.client.request("config/read", { watch: true })).problems, []);
		write('{ "limits": { "replans": 1,,');
		// Nobody asks: the daemon looks by itself.
		await until("a mistake is told", () => heard.some(({ problems }) => problems.length > 0));
		assert.ok(heard.at(-1)?.keptFrom);
		const { goalId, notes } = await launch();
		assert.match(
			notes.join("\n"),
			/^config\.jsonc:1:\d+: this is not valid JSON.*\n.*the settings that were read at .* hold\.$/s,
		);
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
		write(config());
		await until("the correction is told", () => heard.at(-1)?.problems.length === 0);
		stop();
	});

	it("that blocks from the start has nothing launched until it is corrected", async () => {
		write('{ "limits": { "replans": "none" } }');
		daemon = await daemon.restart();
		await assert.rejects(launch(), {
			code: "badConfig",
			message: /^config\.jsonc:1:\d+: “replans” .* Nothing is launched until it is corrected/,
		});
		write(config());
		const { goalId } = await launch();
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
	});
});
