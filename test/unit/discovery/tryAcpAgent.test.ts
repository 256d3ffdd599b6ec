import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { FoundAcpAgent } from "../../../src/daemon/discovery/acpAgents.ts";
import { offersOf } from "../../../src/daemon/discovery/agentOffers.ts";
import { openHeardAgents } from "../../../src/daemon/discovery/heardAgents.ts";
import { tryAcpAgent } from "../../../src/daemon/discovery/tryAcpAgent.ts";
import { until } from "../../support/until.ts";

describe("an agent that is tried", function () {
	this.timeout(60_000);
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-trial-"));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	/** A program that answers each request with what `answers` makes of its method. */
	function agent(source: string): FoundAcpAgent {
		const file = path.join(folder, "agent.mjs");
		const rim = `
			import { createInterface } from "node:readline";
			const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
			const hello = { protocolVersion: 1, agentInfo: { name: "a", version: "1.2.3" } };
			const session = { sessionId: "s", configOptions: [
				{ id: "m", category: "model", type: "select", options: [{ value: "big", name: "Big" }, { value: "default", name: "Default" }] },
				{ id: "e", category: "thought_level", type: "select", options: [{ value: "low" }, { value: "max" }] } ] };
			const asked = (take) => createInterface({ input: process.stdin }).on("line", (line) => take(JSON.parse(line)));`;
		writeFileSync(file, `${rim}\n${source}`);
		const base = { id: "agent-x", name: "X", args: [file], environment: { PATH: process.env.PATH ?? "" } };
		return { ...base, program: process.execPath, source: "config", refuseUnasked: false };
	}
	const attempt = (source: string, timeoutMs?: number) =>
		tryAcpAgent(agent(source), { timeoutMs, redact: (text) => text.replaceAll("secret", "•") });

	it("says what it offers, and is ended with all that it started", async () => {
		const pids = path.join(folder, "pids");
		const { tookMs, ...trial } = await attempt(`
			import { spawn } from "node:child_process";
			import { writeFileSync } from "node:fs";
			const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
			writeFileSync(${JSON.stringify(pids)}, process.pid + " " + child.pid);
			say({ method: "hello/notice" });
			say({ id: 77, method: "fs/read_text_file", params: {} });
			asked(({ id, method }) => id !== 77 && say({ id, result: method === "initialize" ? hello : session }));`);
		assert.ok(tookMs > 0);
		assert.deepEqual(trial, {
			...{ ok: true, version: "1.2.3", models: ["big"] },
			offers: { models: ["big"], efforts: ["low"] },
		});
		for (const pid of readFileSync(pids, "utf8").split(" "))
			await until(`process ${pid} has ended`, () => {
				try {
					process.kill(Number(pid), 0);
					return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
				} catch {
					return true;
				}
			});
	});

	const wrong: readonly (readonly [what: string, source: string, says: RegExp, timeoutMs?: number])[] = [
		[
			"ends at once",
			'process.stderr.write("first\\nno such secret option\\n"); process.exit(3);',
			/^X ended with exit code 3: no such • option\. Start it in a terminal to see why\.$/,
		],
		["says nothing", "asked(() => {});", /^X did not answer within 1 s\. Start it in a terminal/, 600],
		[
			"speaks otherwise",
			'process.stdout.write("Welcome!\\n> "); asked(() => {});',
			/^X wrote nothing of the Agent Client Protocol within 1 s\./,
			1000,
		],
		[
			"floods",
			'setInterval(() => process.stdout.write("x".repeat(1_000_000)), 1);',
			/^X writes without end instead of answering\.$/,
		],
		[
			"speaks another version",
			"asked(({ id }) => say({ id, result: { protocolVersion: 9 } }));",
			/^X speaks version 9 of the Agent Client Protocol, and this one speaks version 1\./,
		],
		[
			"refuses a session",
			'asked(({ id, method }) => say(method === "initialize" ? { id, result: hello } : { id, error: { code: -32603, message: "no disk" } }));',
			/^X answered: no disk\.$/,
		],
	];
	for (const [what, source, says, timeoutMs] of wrong)
		it(`and ${what} is not usable, in one sentence`, async () => {
			const trial = await attempt(source, timeoutMs);
			assert.equal(trial.ok, false);
			assert.match(trial.reason!, says);
		});

	it("and leaves a program behind that holds its output open is waited for no longer", async () => {
		const left = path.join(folder, "left");
		const source = `
			import { spawn } from "node:child_process";
			import { writeFileSync } from "node:fs";
			const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { stdio: "inherit", detached: true });
			writeFileSync(${JSON.stringify(left)}, String(child.pid));
			process.stderr.write("no yard\\n");
			process.exit(3);`;
		try {
			const { reason } = await attempt(source);
			assert.match(reason!, /^X ended with exit code 3: no yard\./);
		} finally {
			process.kill(Number(readFileSync(left, "utf8")), "SIGKILL");
		}
	});

	it("and has to sign in says how", async () => {
		const found = agent(
			'asked(({ id, method }) => say(method === "initialize" ? { id, result: hello } : { id, error: { code: -32000, message: "auth" } }));',
		);
		const trial = await tryAcpAgent(found, { howToSignIn: "run `x login`", redact: (text) => text });
		assert.deepEqual([trial.needsLogin, trial.reason], [true, "X has to be signed in first: run `x login`."]);
	});

	it("and is not there says so", async () => {
		const found = { ...agent(""), program: path.join(folder, "gone") };
		assert.match((await tryAcpAgent(found, { redact: (text) => text })).reason!, /^X cannot be started: .*ENOENT/);
	});

	it("offers models in either shape, in groups, and never what could not be typed", () => {
		const grouped = [{ options: [{ value: "a/b" }, { value: "c d" }, { value: 7 }] }, { value: "e" }];
		assert.deepEqual(offersOf({ configOptions: [{ category: "model", options: grouped }] }, {}).models, ["a/b", "e"]);
		const older = { models: { availableModels: [{ modelId: "$run|x(y)", name: "scripted" }, { modelId: "pro" }] } };
		assert.deepEqual(offersOf(older, { modelFlag: "--model" }).models, ["scripted", "pro"]);
		for (const junk of [undefined, null, 3, [], { configOptions: "x", models: { availableModels: {} } }])
			assert.deepEqual(offersOf(junk, {}), { models: [] });
	});

	it("is remembered with what it offered, and a file that cannot be read costs no more than that", () => {
		const file = path.join(folder, "agents.json");
		const problems: string[] = [];
		openHeardAgents(file, (problem) => problems.push(problem)).hear("x", { models: ["m"], efforts: ["low"] });
		const again = openHeardAgents(file, (problem) => problems.push(problem));
		assert.deepEqual(
			[again.of("x"), again.of("toString"), problems],
			[{ models: ["m"], efforts: ["low"] }, undefined, []],
		);
		writeFileSync(file, "{");
		assert.equal(openHeardAgents(file, (problem) => problems.push(problem)).of("x"), undefined);
		assert.match(problems[0]!, /agents\.json cannot be read, so the models of agents are heard again/);
	});
});
