import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, plainReflection, type Script, startModelServer } from "../../support/modelServer.ts";

const plan = { title: "Look", summary: "", steps: [{ id: "look", title: "Look at it", instructions: "Look." }] };

/** Answers to the work hang as often as is said. */
function hanging(times: number): Script {
	return ({ purpose, toolResults }) => {
		if (purpose === "plan") return { text: JSON.stringify(plan) };
		if (purpose === "reflect") return { text: plainReflection };
		if (times-- > 0) return "hang";
		return toolResults === 0 ? { calls: [{ name: "listFiles", args: {} }] } : { text: "I looked at it." };
	};
}

describe("a goal whose model goes silent", function () {
	this.timeout(150_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: hanging(0), models: ["scripted"] });
		daemon = await startDaemonProcess();
		const providers = [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] }];
		const config = { providers, agent: "local/scripted", limits: { silenceMs: 3000, modelSilenceMs: 6000 } };
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify(config));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	const launch = async (): Promise<GoalId> => {
		const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Look" });
		return goalId;
	};
	const eventsOf = async (goalId: GoalId, type: string) =>
		(await daemon.client.request("goal/events", { goalId, limit: 1000 })).events.filter((event) => event.type === type);
	const word = /sent nothing for .{1,20}, so it was ended/;

	it("completes after one retry, of which the model and whoever watches the feed read", async () => {
		server.use(hanging(1));
		const from = server.requests.length;
		const goalId = await launch();
		await untilState(daemon.client, goalId, ["completed", "failed", "blocked"]);
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.equal(goal.state, "completed");
		const asked = server.requests.slice(from).filter(({ purpose }) => purpose === "work");
		assert.deepEqual(
			asked.map(({ text }) => word.test(text)),
			[false, true, true],
		);
		assert.equal((await eventsOf(goalId, "silence.nudged")).length, 1);
		assert.equal((await eventsOf(goalId, "silence.noticed")).length, 0);
		assert.equal((await eventsOf(goalId, "provider.failed")).length, 0);
		const cli = path.join(__dirname, "../../../dist/cli.js");
		const feed = execFileSync(process.execPath, [cli, "feed", goalId], {
			encoding: "utf8",
			env: { ...process.env, MISSION_HOME: daemon.home },
		});
		assert.match(feed, /silent\s+local\/scripted .*asked again/);
	});

	it("is shown to be silent after one retry, also when the daemon is killed meanwhile, and ends at its provider", async () => {
		server.use(hanging(1000));
		const from = server.requests.length;
		const goalId = await launch();
		const untilShown = async () => {
			for (;;) {
				const goal = await daemon.client.request("goal/get", { goalId });
				if (/has said nothing since/.test(goal.stateReason)) return;
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
		};
		await untilShown();
		assert.equal((await eventsOf(goalId, "silence.nudged")).length, 1);
		daemon = await daemon.restart();
		await untilShown();
		await untilState(daemon.client, goalId, ["blocked"], 90_000);
		assert.equal((await eventsOf(goalId, "silence.nudged")).length, 1);
		const asked = server.requests.slice(from).filter(({ purpose }) => purpose === "work");
		assert.ok(asked.length <= 8, `${asked.length} requests`);
	});
});
