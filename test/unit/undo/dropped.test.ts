import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { StepId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, plainReflection, startModelServer } from "../../support/modelServer.ts";

describe("a step that another plan dropped", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	const planOf = (id: string) =>
		JSON.stringify({ title: "T", summary: "", steps: [{ id, title: `The ${id}`, instructions: `Make the ${id}.` }] });

	before(async () => {
		server = await startModelServer({
			models: ["scripted"],
			script: ({ purpose, text, toolResults }) => {
				if (purpose === "reflect") return { text: plainReflection };
				if (purpose === "plan") return { text: planOf(text.includes("A better way") ? "roof" : "wall") };
				if (text.includes("Make the roof"))
					return toolResults === 0 ? { calls: [{ name: "listFiles", args: {} }] } : { text: "There is a roof." };
				const call = { name: "writeFile", args: { path: "wall.txt", content: "a wall\n" } };
				return toolResults === 0 ? { calls: [call] } : "hang";
			},
		});
		daemon = await startDaemonProcess();
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers, agent: "local/scripted" }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	it("is told apart from the plan, and what it changed is taken back; it is not begun again", async () => {
		const { goalId } = await daemon.client.request("goal/launch", {
			workspace,
			prompt: "Build",
			settings: { autonomy: "autonomous", planApproval: "never" },
		});
		const wall = "wall" as StepId;
		const inWall = ({ purpose, toolResults }: { purpose: string; toolResults: number }) =>
			purpose === "work" && toolResults === 1;
		await server.seen(inWall);
		await daemon.client.request("goal/control", { goalId, action: "replan", reason: "A better way." });
		const goal = await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(
			goal.plan.steps.map(({ stepId }) => stepId),
			["roof"],
		);
		assert.deepEqual(
			goal.plan.dropped?.map(({ stepId, state, undone }) => [stepId, state, undone]),
			[[wall, "skipped", undefined]],
		);
		const control = (action: "rerun" | "skip") =>
			daemon.client.request("goal/control", { goalId, action, stepId: wall });
		await assert.rejects(control("rerun"), /no longer in the plan/);
		await assert.rejects(daemon.client.request("step/undo", { goalId, stepId: wall, rest: true }), /Undo it by itself/);
		const env = { ...process.env, MISSION_HOME: daemon.home };
		const mission = (...words: string[]) =>
			execFileSync(process.execPath, [path.join(__dirname, "../../../dist/cli.js"), ...words], {
				encoding: "utf8",
				env,
			});
		assert.match(mission("show", goalId), /No longer in the plan\n.*The wall/);
		assert.ok(existsSync(path.join(workspace, "wall.txt")));
		assert.match(mission("undo", goalId, "wall"), /deleted\s+wall\.txt/);
		assert.equal(existsSync(path.join(workspace, "wall.txt")), false);
		const after = await daemon.client.request("goal/get", { goalId });
		assert.equal(after.plan.dropped?.[0]?.undone, true);
		assert.equal(after.state, "completed");
		await assert.rejects(daemon.client.request("step/undo", { goalId, stepId: wall }), /undone already/);
	});
});
