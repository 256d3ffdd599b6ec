import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import { acpProgram } from "../../support/acpProgram.ts";
import { untilState } from "../../support/daemonProcess.ts";
import { openYard, type Yard } from "../../support/mcpYard.ts";
import { until } from "../../support/until.ts";

/** A real daemon, and a real program that is given servers when its session is opened. */
describe("an MCP server that is proposed while an agent's session is open", function () {
	this.timeout(60_000);
	let yard: Yard;
	beforeEach(async () => {
		const agents = [acpProgram([{ add: "first" }])];
		yard = await openYard({ config: { agents, agent: "agent-scripted/default" } });
	});
	afterEach(() => yard.close());

	const propose = (servers: Readonly<Record<string, object>>) => {
		mkdirSync(path.join(yard.workspace, ".vscode"), { recursive: true });
		const entry = (more: object) => ({ command: process.execPath, args: ["-e", "0"], ...more });
		const all = Object.fromEntries(Object.entries(servers).map(([name, more]) => [name, entry(more)]));
		writeFileSync(path.join(yard.workspace, ".vscode/mcp.json"), JSON.stringify({ servers: all }));
	};
	/** Its turn waits for leave; what is sent now is read in the next one. */
	const meanwhile = async (goalId: GoalId, act: () => void) => {
		const asked = await yard.asked(goalId);
		assert.match(asked.summary, /echo first/);
		act();
		await yard.daemon.client.request("thread/send", { goalId, threadId: asked.threadId!, text: "Use the new one." });
		await yard.answer(goalId, "approve");
	};
	const ends = async (goalId: GoalId) => {
		const [worker] = await yard.events(goalId, "tool.requested");
		const ended = await yard.events(goalId, "agent.ended");
		return ended.filter(({ threadId }) => threadId === worker!.threadId).map(({ reason }) => reason);
	};

	it("is asked about before the next prompt, and reaches it in its old session when a person allows it", async () => {
		const goalId = await yard.launch();
		await meanwhile(goalId, () => propose({ yard: {} }));
		assert.match((await yard.asked(goalId)).summary, /^Use the MCP server yard\?/);
		await yard.answer(goalId, "approve", { scope: "goal" });
		await untilState(yard.daemon.client, goalId, ["completed"]);
		await until("its program is ended", async () => (await ends(goalId)).length >= 2);
		assert.equal((await ends(goalId))[0], "The MCP servers that it may use are others now: yard.");
		const started = await yard.events(goalId, "agent.started");
		assert.deepEqual(
			started.map(({ took }) => took),
			["new", "new", "loaded", "new"],
		);
	});

	it("costs its session nothing when a person denies it", async () => {
		const goalId = await yard.launch();
		await meanwhile(goalId, () => propose({ yard: {} }));
		await yard.answer(goalId, "deny");
		await untilState(yard.daemon.client, goalId, ["completed"]);
		await until("its program is ended", async () => (await ends(goalId)).length > 0);
		assert.equal((await ends(goalId)).length, 1);
	});

	it("starts none of the others anew that may load what the goal has written since a person allowed it", async () => {
		const loads = { env: { "npm_config_script-shell": "./out.txt" } };
		propose({ loader: loads });
		const goalId = await yard.launch();
		assert.match((await yard.asked(goalId)).summary, /^Use the MCP server loader\?/);
		await yard.answer(goalId, "approve", { scope: "goal" });
		await meanwhile(goalId, () => propose({ loader: loads, yard: {} }));
		assert.match((await yard.asked(goalId)).summary, /^Use the MCP server yard\?/);
		await yard.answer(goalId, "approve", { scope: "goal" });
		assert.match((await yard.asked(goalId)).summary, /^Use the MCP server loader\?/);
		assert.deepEqual(await ends(goalId), [], "until then its program goes on with what it has");
		await yard.answer(goalId, "approve", { scope: "goal" });
		await untilState(yard.daemon.client, goalId, ["completed"]);
		await until("its program is ended", async () => (await ends(goalId)).length >= 2);
		assert.equal((await ends(goalId))[0], "The MCP servers that it may use are others now: yard.");
	});
});
