import assert from "node:assert/strict";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import type { EventType, RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import type { ApprovalScope } from "../../../src/core/values.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { yardServer } from "../../support/mcpServer.ts";
import { type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

const plan = {
	title: "A wall",
	summary: "One.",
	steps: [{ id: "wall", title: "Wall", instructions: "Build the wall.", needs: [] }],
};

describe("an MCP server that a workspace proposes", function () {
	this.timeout(60_000);
	let folder: string;
	let workspace: ReturnType<typeof newWorkspace>;
	let home: string;
	let server: ModelServer;
	let daemon: DaemonProcess;
	/** The work begins with a file. */
	let written = false;
	const script: Script = ({ purpose, toolResults, tools }) => {
		if (purpose === "plan") return { text: JSON.stringify(plan) };
		if (purpose === "reflect") return { text: JSON.stringify({ summary: "It stands.", reflection: "All well." }) };
		if (toolResults > (written ? 1 : 0)) return { text: "The wall stands." };
		if (written && toolResults === 0)
			return { calls: [{ name: "writeFile", args: { path: "later.sh", content: "exit 1" } }] };
		if (!tools.includes("mcp__yard__stack"))
			return { calls: [{ name: "writeFile", args: { path: "wall", content: "" } }] };
		return { calls: [{ name: "mcp__yard__stack", args: { bricks: 3 } }] };
	};
	const record = () => path.join(folder, "record");
	const calls = () => (existsSync(record()) ? readFileSync(record(), "utf8").trim().split("\n") : []);

	before(async () => {
		server = await startModelServer({ script, models: ["clay"] });
	});
	after(() => server.close());
	beforeEach(async () => {
		written = false;
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-mcp-"));
		workspace = newWorkspace();
		home = mkdtempSync(path.join(os.tmpdir(), "mission-mcp-home-"));
		const provider = { id: "yard", baseUrl: server.baseUrl, models: ["clay"] };
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers: [provider], agent: "yard/clay" }));
		daemon = await startDaemonProcess({ home });
	});
	afterEach(async () => {
		await daemon.close();
		workspace.remove();
		for (const one of [home, folder]) rmSync(one, { recursive: true, force: true });
	});

	function propose(manner: string, more: object = {}): void {
		const servers = { yard: { ...yardServer(manner, record()), ...more } };
		mkdirSync(path.join(workspace.folder, ".vscode"), { recursive: true });
		writeFileSync(path.join(workspace.folder, ".vscode/mcp.json"), `// ours\n${JSON.stringify({ servers })}`);
	}
	async function launch(): Promise<GoalId> {
		const settings = { autonomy: "autonomous", planApproval: "never" } as const;
		const request = { workspace: workspace.folder, prompt: "Build", settings };
		return (await daemon.client.request("goal/launch", request)).goalId;
	}
	async function asked(goalId: GoalId) {
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		const { approvals } = await daemon.client.request("goal/get", { goalId });
		assert.equal(approvals.length, 1);
		return approvals[0]!;
	}
	async function answer(goalId: GoalId, given: string, scope: ApprovalScope = "once") {
		const { approvalId } = await asked(goalId);
		await daemon.client.request("approval/answer", { approvalId, answer: given, scope });
	}
	async function events<T extends EventType>(goalId: GoalId, type: T): Promise<readonly RecordedEvent<T>[]> {
		const { events: found } = await daemon.client.request("goal/events", { goalId, types: [type], limit: 100 });
		return found as RecordedEvent<T>[];
	}

	it("is started when a person has allowed it, and each call is asked about", async () => {
		propose("good");
		const goalId = await launch();
		const first = await asked(goalId);
		assert.match(first.summary, /^Use the MCP server yard\? It is `/);
		assert.match(first.reasons[0]!, /^\.vscode\/mcp\.json:2 proposes it/);
		assert.deepEqual(
			server.requests.filter(({ purpose }) => purpose === "work"),
			[],
		);
		await answer(goalId, "approve", "workspace");
		const second = await asked(goalId);
		assert.equal(second.summary, 'Call yard: stack {"bricks":3}');
		assert.equal(second.risk, "network");
		assert.ok(second.reasons.includes("the server says that it only reads"), "a hint is no permission");
		assert.deepEqual(calls(), []);
		await answer(goalId, "approve", "goal");
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(calls(), ['stack {"bricks":3}']);
		const [done] = await events(goalId, "tool.completed");
		assert.equal(done?.output.head, "The wall is 3 high.");
		const evidence = (await events(goalId, "evidence.added")).map(({ kind, text }) => `${kind} ${text}`);
		assert.ok(evidence.includes("output yard: stack answered: The wall is 3 high."));
		assert.deepEqual(
			(await events(goalId, "server.started")).map(({ server: name, revision, tools }) => [name, revision, tools]),
			[["yard", "2025-11-25", 2]],
		);
	});

	it("is allowed for the folder until its definition changes", async () => {
		propose("good");
		const first = await launch();
		await answer(first, "approve", "workspace");
		await answer(first, "deny");
		await untilState(daemon.client, first, ["completed"]);
		const second = await launch();
		assert.match((await asked(second)).summary, /^Call yard/);
		await answer(second, "deny");
		await untilState(daemon.client, second, ["completed"]);
		propose("good", { env: { NODE_OPTIONS: "--no-warnings" } });
		const third = await launch();
		const again = await asked(third);
		assert.match(again.summary, /^Use the MCP server yard\?/);
		assert.ok(again.reasons.includes("Its definition sets NODE_OPTIONS=--no-warnings in its environment."));
		await answer(third, "deny");
		await untilState(daemon.client, third, ["completed"]);
		assert.deepEqual(calls(), []);
		assert.equal((await events(third, "server.declined")).length, 1);
	});

	it("is not asked about again while it runs, whatever the goal writes that it could load when it starts", async () => {
		propose("good", { env: { "npm_config_script-shell": "./later.sh" } });
		written = true;
		const goalId = await launch();
		const first = await asked(goalId);
		assert.match(first.summary, /^Use the MCP server yard\?/);
		await answer(goalId, "approve", "goal");
		assert.match((await asked(goalId)).summary, /^Call yard/);
		await answer(goalId, "approve", "goal");
		await untilState(daemon.client, goalId, ["completed"]);
		const questions = (await events(goalId, "approval.requested")).map(({ question }) => question);
		assert.deepEqual(questions, ["mcpServer", "call"]);
		assert.deepEqual(calls(), ['stack {"bricks":3}']);
	});

	it("asks about a call that a killed daemon left, and never makes it again by itself", async () => {
		propose("slow");
		const goalId = await launch();
		await answer(goalId, "approve", "workspace");
		await answer(goalId, "approve");
		await until("the server is asked", () => calls().length === 1);
		daemon = await daemon.restart();
		const unknown = await asked(goalId);
		assert.equal(unknown.kind, "recovery");
		assert.match(unknown.summary, /It is unknown whether `yard: stack \{"bricks":3\}` had its effect/);
		writeFileSync(`${record()}.go`, "");
		await answer(goalId, "verify");
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(calls(), ['stack {"bricks":3}']);
	});

	it("is told when a person cancels the goal in the middle of a call, and the call has its outcome", async () => {
		propose("slow");
		const goalId = await launch();
		await answer(goalId, "approve", "workspace");
		await answer(goalId, "approve");
		await until("the server is asked", () => calls().length === 1);
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
		await until("it has its outcome", async () => (await events(goalId, "tool.completed")).length === 1);
		const [done] = await events(goalId, "tool.completed");
		assert.equal(done?.ok, false);
		assert.match(done!.output.head, /The server was told; whether the call had its effect is unknown\./);
		await until("its process has ended", () => readdirSync(path.join(home, "mcp/running")).length === 0);
	});

	it("that a killed daemon left, and that ignores the end of its input, is ended by the next daemon", async function () {
		if (process.platform !== "linux") this.skip();
		propose("stays");
		const goalId = await launch();
		await answer(goalId, "approve", "workspace");
		assert.match((await asked(goalId)).summary, /^Call yard/);
		const [left = ""] = readdirSync(path.join(home, "mcp/running"));
		const pid = left.split(".")[1];
		assert.ok(existsSync(`/proc/${pid}`));
		daemon = await daemon.restart();
		await until("it is gone", () => !existsSync(`/proc/${pid}`));
		await answer(goalId, "approve");
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(calls(), ['stack {"bricks":3}']);
		const [next = ""] = readdirSync(path.join(home, "mcp/running"));
		daemon.process.kill("SIGTERM");
		await daemon.ended();
		assert.ok(!existsSync(`/proc/${next.split(".")[1]}`), "a daemon that ends waits until its servers have ended");
	});

	it("waits for what it asks a person to enter, and no log holds it", async () => {
		const token = "brick-token-1234567";
		propose("secret", { env: { TOKEN: `\${input:token}` } });
		const goalId = await launch();
		await answer(goalId, "approve", "workspace");
		const question = await asked(goalId);
		assert.equal(question.summary, "The MCP server yard needs token.");
		// A link to a folder is the folder.
		const link = path.join(home, "link");
		symlinkSync(workspace.folder, link);
		const given = { workspace: link, server: "yard" };
		await assert.rejects(
			daemon.client.request("server/input", { ...given, id: "color", value: "red" }),
			/asks for token/,
		);
		await assert.rejects(answer(goalId, "give"), /mission tools input yard/);
		const { goals } = await daemon.client.request("server/input", { ...given, id: "token", value: token });
		assert.deepEqual(goals, [goalId]);
		assert.match((await asked(goalId)).summary, /^Call yard/);
		await answer(goalId, "approve");
		await untilState(daemon.client, goalId, ["completed"]);
		const [done] = await events(goalId, "tool.completed");
		assert.equal(done?.output.head, "the token is …");
		const { events: all } = await daemon.client.request("goal/events", { goalId, limit: 1000 });
		assert.ok(!JSON.stringify(all).includes(token));
		assert.ok(!readFileSync(path.join(home, "daemon.log"), "utf8").includes(token));
		assert.ok(calls().length === 1);
		daemon = await daemon.restart();
		const second = await launch();
		assert.equal((await asked(second)).summary, "The MCP server yard needs token.", "it was in memory alone");
		await answer(second, "deny");
		await untilState(daemon.client, second, ["completed"]);
	});

	it("of config.jsonc is the person's own: it is not asked about, `allow` lets its tools run, and it ends with its goal", async () => {
		const provider = { id: "yard", baseUrl: server.baseUrl, models: ["clay"] };
		const mcpServers = { yard: { ...yardServer("environment", record()), allow: ["stack"], env: { OWN: "1" } } };
		await daemon.close();
		home = mkdtempSync(path.join(os.tmpdir(), "mission-mcp-home-"));
		writeFileSync(
			path.join(home, "config.jsonc"),
			JSON.stringify({ providers: [{ ...provider, apiKeyEnv: "YARD_KEY" }], agent: "yard/clay", mcpServers }),
		);
		daemon = await startDaemonProcess({ home, env: { YARD_KEY: "yard-key-123456", MISSION_LOG: "debug" } });
		const { servers } = await daemon.client.request("server/list", { workspace: workspace.folder });
		assert.deepEqual(
			servers.map(({ name, source, state, line }) => [name, source, state, line]),
			[["yard", "config", "ready", 1]],
		);
		const goalId = await launch();
		await untilState(daemon.client, goalId, ["completed"]);
		const [done] = await events(goalId, "tool.completed");
		const names = done!.output.head.split(" ");
		assert.ok(names.includes("PATH") && names.includes("OWN"));
		assert.deepEqual(
			names.filter((name) => name === "YARD_KEY" || name.startsWith("MISSION_")),
			[],
		);
		await until("its process has ended", () => readdirSync(path.join(home, "mcp/running")).length === 0);
	});

	it("is listed with what is wrong in the files that name it", async () => {
		propose("good");
		writeFileSync(
			path.join(workspace.folder, ".mcp.json"),
			JSON.stringify({ mcpServers: { yard: { command: "other" }, odd: { url: "x", command: "y" } } }, undefined, 1),
		);
		const { servers, problems } = await daemon.client.request("server/list", { workspace: workspace.folder });
		assert.deepEqual(
			servers.map(({ name, state, file, line }) => [name, state, file, line]),
			[["yard", "proposed", ".vscode/mcp.json", 2]],
		);
		const { rows } = await daemon.client.request("baseline/read", { workspace: workspace.folder, part: "tools" });
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
