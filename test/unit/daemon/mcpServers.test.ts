import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ProposedServers } from "../../../src/core/values.ts";
import { untilState } from "../../support/daemonProcess.ts";
import { openYard, stackOnce, type Yard } from "../../support/mcpYard.ts";
import type { Script } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

describe("an MCP server that a workspace proposes", function () {
	this.timeout(60_000);
	let yard: Yard;
	/** The work begins with a file. */
	let written = false;
	const script: Script = (asked) => {
		if (!written || asked.purpose !== "work") return stackOnce(asked);
		if (asked.toolResults === 0)
			return { calls: [{ name: "writeFile", args: { path: "later.sh", content: "exit 1" } }] };
		return stackOnce({ ...asked, toolResults: asked.toolResults - 1 });
	};

	beforeEach(async () => {
		written = false;
		yard = await openYard({ script });
	});
	afterEach(() => yard.close());

	it("is started when a person has allowed it, and each call is asked about", async () => {
		yard.propose("good");
		const goalId = await yard.launch();
		const first = await yard.asked(goalId);
		assert.match(first.summary, /^Use the MCP server yard\? It is `/);
		assert.match(first.reasons[0]!, /^\.vscode\/mcp\.json:2 proposes it/);
		assert.deepEqual(
			yard.model.requests.filter(({ purpose }) => purpose === "work"),
			[],
		);
		await yard.answer(goalId, "approve", { scope: "workspace" });
		const second = await yard.asked(goalId);
		assert.equal(second.summary, 'Call yard: stack {"bricks":3}');
		assert.equal(second.risk, "network");
		assert.ok(second.reasons.includes("the server says that it only reads"), "a hint is no permission");
		assert.deepEqual(yard.calls(), []);
		await yard.answer(goalId, "approve", { scope: "goal" });
		await untilState(yard.daemon.client, goalId, ["completed"]);
		assert.deepEqual(yard.calls(), ['stack {"bricks":3}']);
		const [done] = await yard.events(goalId, "tool.completed");
		assert.equal(done?.output.head, "The wall is 3 high.");
		const evidence = (await yard.events(goalId, "evidence.added")).map(({ kind, text }) => `${kind} ${text}`);
		assert.ok(evidence.includes("output yard: stack answered: The wall is 3 high."));
		assert.deepEqual(
			(await yard.events(goalId, "server.started")).map(({ server: name, revision, tools }) => [name, revision, tools]),
			[["yard", "2025-11-25", 2]],
		);
	});

	it("is allowed for the folder until its definition changes", async () => {
		yard.propose("good");
		const first = await yard.launch();
		await yard.answer(first, "approve", { scope: "workspace" });
		await yard.answer(first, "deny");
		await untilState(yard.daemon.client, first, ["completed"]);
		const second = await yard.launch();
		assert.match((await yard.asked(second)).summary, /^Call yard/);
		await yard.answer(second, "deny");
		await untilState(yard.daemon.client, second, ["completed"]);
		yard.propose("good", { env: { NODE_OPTIONS: "--no-warnings" } });
		const third = await yard.launch();
		const again = await yard.asked(third);
		assert.match(again.summary, /^Use the MCP server yard\?/);
		assert.ok(again.reasons.includes("Its definition sets NODE_OPTIONS=--no-warnings in its environment."));
		await yard.answer(third, "deny");
		await untilState(yard.daemon.client, third, ["completed"]);
		assert.deepEqual(yard.calls(), []);
		assert.equal((await yard.events(third, "server.declined")).length, 1);
	});

	it("is not asked about again while it runs, whatever the goal writes that it could load when it starts", async () => {
		yard.propose("good", { env: { "npm_config_script-shell": "./later.sh" } });
		written = true;
		const goalId = await yard.launch();
		const first = await yard.asked(goalId);
		assert.match(first.summary, /^Use the MCP server yard\?/);
		await yard.answer(goalId, "approve", { scope: "goal" });
		assert.match((await yard.asked(goalId)).summary, /^Call yard/);
		await yard.answer(goalId, "approve", { scope: "goal" });
		await untilState(yard.daemon.client, goalId, ["completed"]);
		const questions = (await yard.events(goalId, "approval.requested")).map(({ question }) => question);
		assert.deepEqual(questions, ["mcpServer", "call"]);
		assert.deepEqual(yard.calls(), ['stack {"bricks":3}']);
	});

	it("asks about a call that a killed daemon left, and never makes it again by itself", async () => {
		yard.propose("slow");
		const goalId = await yard.launch();
		await yard.answer(goalId, "approve", { scope: "workspace" });
		await yard.answer(goalId, "approve");
		await until("the server is asked", () => yard.calls().length >= 1);
		await yard.restart();
		const unknown = await yard.asked(goalId);
		assert.equal(unknown.kind, "recovery");
		assert.match(unknown.summary, /It is unknown whether `yard: stack \{"bricks":3\}` had its effect/);
		yard.go();
		await yard.answer(goalId, "verify");
		await untilState(yard.daemon.client, goalId, ["completed"]);
		assert.deepEqual(yard.calls(), ['stack {"bricks":3}']);
	});

	it("is told when a person cancels the goal in the middle of a call, and the call has its outcome", async () => {
		yard.propose("slow");
		const goalId = await yard.launch();
		await yard.answer(goalId, "approve", { scope: "workspace" });
		await yard.answer(goalId, "approve");
		await until("the server is asked", () => yard.calls().length >= 1);
		await yard.daemon.client.request("goal/control", { goalId, action: "cancel" });
		await until("it has its outcome", async () => (await yard.events(goalId, "tool.completed")).length >= 1);
		const [done] = await yard.events(goalId, "tool.completed");
		assert.equal(done?.ok, false);
		assert.match(done!.output.head, /The server was told; whether the call had its effect is unknown\./);
		await until("its process has ended", () => yard.running().length === 0);
	});

	it("that a killed daemon left, and that ignores the end of its input, is ended by the next daemon", async function () {
		if (process.platform !== "linux") this.skip();
		yard.propose("stays");
		const goalId = await yard.launch();
		await yard.answer(goalId, "approve", { scope: "workspace" });
		assert.match((await yard.asked(goalId)).summary, /^Call yard/);
		const [left = ""] = yard.running();
		const pid = left.split(".")[1];
		assert.ok(existsSync(`/proc/${pid}`));
		await yard.restart();
		await until("it is gone", () => !existsSync(`/proc/${pid}`));
		await yard.answer(goalId, "approve");
		await untilState(yard.daemon.client, goalId, ["completed"]);
		assert.deepEqual(yard.calls(), ['stack {"bricks":3}']);
		const [next = ""] = yard.running();
		yard.daemon.process.kill("SIGTERM");
		await yard.daemon.ended();
		assert.ok(!existsSync(`/proc/${next.split(".")[1]}`), "a daemon that ends waits until its servers have ended");
	});

	it("waits for what it asks a person to enter, and no log holds it", async () => {
		const token = "brick-token-1234567";
		yard.propose("secret", { env: { TOKEN: `\${input:token}` } });
		const goalId = await yard.launch();
		await yard.answer(goalId, "approve", { scope: "workspace" });
		const question = await yard.asked(goalId);
		assert.equal(question.summary, "The MCP server yard needs token.");
		// A link to a folder is the folder.
		const link = path.join(yard.home, "link");
		symlinkSync(yard.workspace, link);
		const given = { workspace: link, server: "yard" };
		await assert.rejects(
			yard.daemon.client.request("server/input", { ...given, id: "color", value: "red" }),
			/asks for token/,
		);
		await assert.rejects(yard.answer(goalId, "give"), /mission tools input yard/);
		const { goals } = await yard.daemon.client.request("server/input", { ...given, id: "token", value: token });
		assert.deepEqual(goals, [goalId]);
		assert.match((await yard.asked(goalId)).summary, /^Call yard/);
		await yard.answer(goalId, "approve");
		await untilState(yard.daemon.client, goalId, ["completed"]);
		const [done] = await yard.events(goalId, "tool.completed");
		assert.equal(done?.output.head, "the token is …");
		const { events: all } = await yard.daemon.client.request("goal/events", { goalId, limit: 1000 });
		assert.ok(!JSON.stringify(all).includes(token));
		assert.ok(!readFileSync(path.join(yard.home, "daemon.log"), "utf8").includes(token));
		assert.ok(yard.calls().length === 1);
		await yard.restart();
		const second = await yard.launch();
		assert.equal((await yard.asked(second)).summary, "The MCP server yard needs token.", "it was in memory alone");
		await yard.answer(second, "deny");
		await untilState(yard.daemon.client, second, ["completed"]);
	});

	it("is asked for anew once it was taken back, also where no file names its server meanwhile", async () => {
		const env = { env: { TOKEN: `\${input:token}` } };
		const given = { workspace: yard.workspace, server: "yard", id: "token" };
		const inputRow = async () => {
			const { rows } = await yard.daemon.client.request("baseline/read", { workspace: yard.workspace, part: "tools" });
			return rows.find(({ id }) => id === "mcp.inputs");
		};
		const file = path.join(yard.workspace, ".vscode/mcp.json");
		yard.propose("secret", env);
		assert.equal((await inputRow())?.value, "1 of 1 not entered");
		for (const isNamed of [true, false]) {
			yard.propose("secret", env);
			await yard.daemon.client.request("server/input", { ...given, value: "brick-token-1234567" });
			assert.deepEqual([(await inputRow())?.state, (await inputRow())?.value], ["ok", "entered"]);
			if (!isNamed) rmSync(file);
			assert.deepEqual(await yard.daemon.client.request("server/input", given), { goals: [] });
			yard.propose("secret", env);
			assert.match((await inputRow())?.detail ?? "", /: token of yard\.$/);
		}
		const goalId = await yard.launch();
		await yard.answer(goalId, "approve", { scope: "workspace" });
		assert.equal((await yard.asked(goalId)).summary, "The MCP server yard needs token.");
		await yard.answer(goalId, "deny");
		await untilState(yard.daemon.client, goalId, ["completed"]);
	});

	it("of config.jsonc is the person's own: it is not asked about, `allow` lets its tools run, and it ends with its goal", async () => {
		await yard.close();
		yard = await openYard({
			manner: "environment",
			server: { allow: ["stack"], env: { OWN: "1" } },
			provider: { apiKeyEnv: "YARD_KEY" },
			env: { YARD_KEY: "yard-key-123456", MISSION_LOG: "debug" },
		});
		const { servers } = await yard.daemon.client.request("server/list", { workspace: yard.workspace });
		assert.deepEqual(
			servers.map(({ name, source, state, line }) => [name, source, state, line]),
			[["yard", "config", "ready", 1]],
		);
		const goalId = await yard.launch();
		await untilState(yard.daemon.client, goalId, ["completed"]);
		const [done] = await yard.events(goalId, "tool.completed");
		const names = done!.output.head.split(" ");
		assert.ok(names.includes("PATH") && names.includes("OWN"));
		assert.deepEqual(
			names.filter((name) => name === "YARD_KEY" || name.startsWith("MISSION_")),
			[],
		);
		await until("its process has ended", () => yard.running().length === 0);
	});

	const wishes: readonly (readonly [config: object, launch: ProposedServers | undefined, isAsked: boolean])[] = [
		[{}, undefined, true],
		[{}, "leaveOut", false],
		[{ proposedServers: "leaveOut" }, undefined, false],
		[{ proposedServers: "leaveOut" }, "ask", true],
	];
	for (const [config, proposedServers, isAsked] of wishes)
		it(`is ${isAsked ? "asked about" : "left out"} where config.jsonc says ${JSON.stringify(config)} and the launch ${proposedServers ?? "nothing"}`, async () => {
			await yard.close();
			yard = await openYard({ script, config });
			yard.propose("good");
			const goalId = await yard.launch(proposedServers && { proposedServers });
			if (isAsked) {
				assert.match((await yard.asked(goalId)).summary, /^Use the MCP server yard\?/);
				return yard.answer(goalId, "deny");
			}
			await untilState(yard.daemon.client, goalId, ["completed"]);
			assert.deepEqual(await yard.events(goalId, "approval.requested"), []);
			const { servers } = await yard.daemon.client.request("server/list", { goalId });
			assert.deepEqual(
				servers.map(({ state, reason }) => [state, reason]),
				[["declined", "This goal was launched without what files of the folder propose."]],
			);
		});

	it("is left out where the person's config.jsonc says so, whatever a preset of the repository or the last goal says", async () => {
		await yard.close();
		yard = await openYard({ script, config: { proposedServers: "leaveOut" } });
		yard.propose("good");
		const presets = path.join(yard.workspace, ".mission/presets");
		mkdirSync(presets, { recursive: true });
		writeFileSync(path.join(presets, "loose.yaml"), "proposedServers: ask\n");
		await yard.answer(await yard.launch({ proposedServers: "ask" }), "deny");
		const prepared = await yard.daemon.client.request("launch/prepare", { workspace: yard.workspace, preset: "loose" });
		assert.equal(prepared.settings.proposedServers, "leaveOut");
		assert.equal(prepared.sources.proposedServers.kind, "savedDefault");
		const { servers } = await yard.daemon.client.request("server/list", { workspace: yard.workspace });
		assert.match(servers[0]?.reason ?? "", /^“proposedServers” in config\.jsonc leaves it out/);
		const { rows } = await yard.daemon.client.request("baseline/read", { workspace: yard.workspace, part: "tools" });
		assert.match(rows.find(({ id }) => id === "mcp.servers")?.detail ?? "", /^config\.jsonc leaves out what files/);
	});

	it("is listed with what is wrong in the files that name it", async () => {
		yard.propose("good");
		writeFileSync(
			path.join(yard.workspace, ".mcp.json"),
			JSON.stringify({ mcpServers: { yard: { command: "other" }, odd: { url: "x", command: "y" } } }, undefined, 1),
		);
		const { servers, problems } = await yard.daemon.client.request("server/list", { workspace: yard.workspace });
		assert.deepEqual(
			servers.map(({ name, state, file, line }) => [name, state, file, line]),
			[["yard", "proposed", ".vscode/mcp.json", 2]],
		);
		const { rows } = await yard.daemon.client.request("baseline/read", { workspace: yard.workspace, part: "tools" });
		const row = rows.find(({ id }) => id === "mcp.servers");
		assert.equal(row?.value, "yard");
		assert.match(
			row?.detail ?? "",
			/^You are asked before a goal first uses what files of the folder propose: yard \(/,
		);
		assert.match(rows.find(({ id }) => id === "mcp.problems")?.detail ?? "", /^\.mcp\.json:6: /);
		assert.deepEqual(
			problems.map(({ file, line }) => `${file}:${line}`),
			[".mcp.json:6", ".mcp.json:3"],
		);
	});
});
