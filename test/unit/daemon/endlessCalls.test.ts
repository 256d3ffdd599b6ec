import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type Answer, type ModelServer, plainReflection, startModelServer } from "../../support/modelServer.ts";

const plan = JSON.stringify({
	title: "Look",
	summary: "",
	steps: [{ id: "look", title: "Look", instructions: "Work." }],
});
const budget = { turns: 12 };

/** What a model does for ever, by the results that it has seen. */
const endless: readonly [name: string, work: (results: number) => Answer, asked: RegExp, turns: number][] = [
	[
		"makes the same call",
		() => ({ calls: [{ name: "listFiles", args: {} }] }),
		/the same call 5 times in a row, with the same result/,
		6,
	],
	[
		"makes the same broken call",
		() => ({ calls: [{ name: "readFile", args: '{"path": "a' }] }),
		/the same call 5 times in a row, with the same result/,
		6,
	],
	[
		"makes another call each time",
		(results) => ({ calls: [{ name: "listFiles", args: { glob: `${results}.*` } }] }),
		/Raise adds 12 turns\. .* 0 of 1 steps are done/,
		12,
	],
	[
		"takes turns between two calls",
		(results) => ({ calls: [{ name: "listFiles", args: { glob: results % 2 ? "a.*" : "b.*" } }] }),
		/Raise adds 12 turns\. .* 0 of 1 steps are done/,
		12,
	],
	[
		"calls tools that there are not, by another name each time",
		(results) => ({ calls: [{ name: `tool${results}`, args: {} }] }),
		/Raise adds 12 turns\. .* 0 of 1 steps are done/,
		12,
	],
];

describe("a model that never comes to an end", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: () => ({ text: plan }), models: ["m"] });
		daemon = await startDaemonProcess();
		const providers = [{ id: "local", baseUrl: server.baseUrl, models: ["m"] }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers, agent: "local/m" }));
		daemon = await daemon.restart();
	});
	after(async () => {
		await daemon.close();
		await server.close();
		remove();
	});

	for (const [name, work, asked, turns] of endless)
		it(`is stopped where it ${name}, and a person is asked with the reason`, async () => {
			server.use(({ purpose, toolResults }) => {
				if (purpose === "plan") return { text: plan };
				return purpose === "reflect" ? { text: plainReflection } : work(toolResults);
			});
			const settings = { autonomy: "autonomous" as const, budget };
			const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Look", settings });
			const goal = await untilState(daemon.client, goalId, ["awaiting_approval", "completed", "failed", "blocked"]);
			assert.equal(goal.state, "awaiting_approval");
			assert.match(goal.approvals[0]!.reasons.join(" "), asked);
			assert.equal(goal.usage.turns, turns);
			await daemon.client.request("goal/control", { goalId, action: "cancel" });
		});
});
