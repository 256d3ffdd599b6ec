import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadConfig } from "../../src/daemon/config/config.ts";
import { findAcpAgent } from "../../src/daemon/discovery/acpAgents.ts";
import { type AgentModels, type AgentScript, startAgentModels } from "../support/agentModels.ts";
import { type DirectAgent, openDirectAgent, type Permission } from "./directAgent.ts";
import { agentsToRun, type RealAgent, settleAgent } from "./realAgents.ts";

describe("a real agent, started as it is found", function () {
	this.timeout(240_000);
	let folder: string;
	let models: AgentModels;
	let agent: DirectAgent | undefined;
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-real-"));
	});
	afterEach(async () => {
		await agent?.close();
		agent = undefined;
		await models.close();
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});

	async function open(real: RealAgent, script: AgentScript, permission: () => Permission) {
		models = await startAgentModels(script);
		const workspace = path.join(folder, "workspace");
		mkdirSync(workspace);
		const file = path.join(workspace, "greet.js");
		writeFileSync(file, "export const greet = () => 'hello';\n");
		const { environment, agents } = await settleAgent(real, path.join(folder, "home"), models.url);
		mkdirSync(path.join(folder, "data"));
		writeFileSync(path.join(folder, "data/config.jsonc"), JSON.stringify({ agents }));
		const found = findAcpAgent(real.id, loadConfig(path.join(folder, "data"), environment), environment);
		assert.ok(!("problem" in found), JSON.stringify(found));
		assert.equal(found.signIn, undefined);
		agent = await openDirectAgent(found, workspace, permission);
		return { agent, greeting: () => /'(.*)'/.exec(readFileSync(file, "utf8"))?.[1], file };
	}

	/** Reads and edits the file, again whenever it is asked anew. */
	const editing =
		(real: RealAgent, file: () => string): AgentScript =>
		({ results }) => {
			const call = real.edit(file(), "hello", "bonjour")[results.length];
			return call ? { text: "One step.", calls: [call] } : { text: "That is all." };
		};

	for (const real of agentsToRun) {
		it(`${real.id} asks before it edits: rejected, nothing changes; allowed, it is done`, async () => {
			let answer: Permission = "reject_once";
			const file = path.join(folder, "workspace/greet.js");
			const { agent, greeting } = await open(
				real,
				editing(real, () => file),
				() => answer,
			);
			await agent.prompt("[[edit]] Change the greeting in greet.js from hello to bonjour.");
			assert.ok(agent.permissions.length > 0, "it asked for nothing");
			assert.equal(greeting(), "hello");
			answer = "allow_once";
			assert.equal(await agent.prompt("[[edit]] Try again: change the greeting."), "end_turn");
			assert.equal(greeting(), "bonjour");
		});
	}
});
