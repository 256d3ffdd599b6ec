import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fetchMcpServers } from "../../scripts/mcpServers.mjs";
import { callResult } from "../../src/daemon/mcp/callResult.ts";
import { connect } from "../../src/daemon/mcp/connection.ts";
import type { McpCallOptions, McpConnection, ResolvedReach } from "../../src/daemon/mcp/mcpConnection.ts";
import { until } from "../support/until.ts";

describe("real MCP servers", function () {
	this.timeout(180_000);
	const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-real-mcp-")));
	const newer = path.join(__dirname, "../support/newerMcpServerMain.ts");
	const loader = require.resolve("tsx");
	const open: McpConnection[] = [];
	const children: ChildProcess[] = [];
	let packages = "";
	before(async () => {
		packages = await fetchMcpServers();
	});
	after(async () => {
		await Promise.all(open.map((connection) => connection.close()));
		for (const child of children) {
			child.kill("SIGKILL");
			if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
		}
		rmSync(folder, { recursive: true, force: true });
	});

	const env = { PATH: process.env.PATH ?? "", HOME: folder };
	const script = (name: string) => path.join(packages, `@modelcontextprotocol/server-${name}/dist/index.js`);
	const program = (...args: string[]): ResolvedReach => ({
		kind: "program",
		command: process.execPath,
		args,
		env,
		cwd: folder,
	});
	async function begun(reach: ResolvedReach): Promise<McpConnection> {
		const connected = await connect(reach, {
			client: { name: "test", version: "1.0.0" },
			signal: new AbortController().signal,
			timeoutMs: 60_000,
			maxMessageBytes: 8 * 1024 * 1024,
			onStarted() {},
			onEnded() {},
		});
		if (connected.kind === "failed") assert.fail(connected.reason);
		open.push(connected.connection);
		return connected.connection;
	}
	async function call(
		connection: McpConnection,
		name: string,
		args: object,
		onSign = () => {},
		elicit: McpCallOptions["elicit"] = () => assert.fail("nobody is asked"),
	) {
		const tool = (await connection.tools()).tools.find((one) => one.name === name) ?? assert.fail(`no ${name}`);
		const answer = await connection.call(tool, args, {
			signal: new AbortController().signal,
			timeoutMs: 60_000,
			onSign,
			elicit,
		});
		return answer.kind === "answered"
			? callResult(answer.result, undefined)
			: { ...answer, ok: false, text: answer.reason };
	}
	function spawned(...args: string[]): ChildProcess {
		const child = spawn(process.execPath, args, {
			env: { ...env, PORT: args.at(-1) },
			stdio: ["ignore", "pipe", "inherit"],
		});
		children.push(child);
		return child;
	}

	it("server-everything answers with text, structure, images and links, and tells how far it is", async () => {
		const connection = await begun(program(script("everything"), "stdio"));
		assert.equal(connection.revision, "2025-11-25");
		const { tools, problems } = await connection.tools();
		assert.ok(tools.length >= 10);
		assert.deepEqual(problems, []);
		assert.equal((await call(connection, "echo", { message: "hello" })).text, "Echo: hello");
		assert.ok(tools.some(({ name }) => name === "trigger-elicitation-request"));
		const declined = await call(
			connection,
			"trigger-elicitation-request",
			{},
			() => {},
			async () => ({
				action: "decline",
			}),
		);
		assert.match(declined.text, /declined/);
		const image = await call(connection, "get-tiny-image", {});
		assert.match(image.text, /\[image image\/png, \d+ bytes, kept for the person as file 1\]/);
		const links = await call(connection, "get-resource-links", { count: 2 });
		assert.match(links.text, /\[link .*demo:\/\/resource/);
		let signs = 0;
		await call(connection, "trigger-long-running-operation", { duration: 1, steps: 4 }, () => void signs++);
		assert.ok(signs >= 4, `${signs} signs of life`);
		assert.equal((await call(connection, "get-sum", { a: "x" })).ok, false);
	});

	it("server-filesystem edits inside its folder and refuses to read outside", async () => {
		const connection = await begun(program(script("filesystem"), folder));
		const file = path.join(folder, "wall.txt");
		writeFileSync(file, "bricks\n");
		const edits = [{ oldText: "bricks", newText: "stones" }];
		assert.equal((await call(connection, "edit_file", { path: file, edits })).ok, true);
		assert.equal(readFileSync(file, "utf8"), "stones\n");
		const outside = await call(connection, "read_text_file", { path: "/etc/passwd" });
		assert.equal(outside.ok, false);
		assert.match(outside.text, /Access denied/);
	});

	it("server-memory remembers", async () => {
		const connection = await begun(program(script("memory")));
		const entities = [{ name: "wall", entityType: "thing", observations: ["it is high"] }];
		assert.equal((await call(connection, "create_entities", { entities })).ok, true);
		assert.match((await call(connection, "search_nodes", { query: "wall" })).text, /it is high/);
	});

	it("server-everything answers over streamable HTTP", async () => {
		const port = await freePort();
		spawned(script("everything"), "streamableHttp", `${port}`);
		await until("it listens", () => isOpen(port), 60_000);
		const connection = await begun({ kind: "http", url: `http://127.0.0.1:${port}/mcp`, headers: {} });
		assert.equal(connection.revision, "2025-11-25");
		assert.equal((await call(connection, "echo", { message: "hello" })).text, "Echo: hello");
	});

	for (const how of ["stdio", "http"] as const)
		it(`one of the revision 2026-07-28 is spoken to in its own, and asks the person within a call: ${how}`, async () => {
			const args = ["--import", loader, newer, packages, how];
			let reach = program(...args);
			if (how === "http") {
				const [printed] = (await once(spawned(...args).stdout!, "data")) as [Buffer];
				reach = { kind: "http", url: `http://127.0.0.1:${Number(printed)}/mcp`, headers: { "x-test": "1" } };
			}
			const connection = await begun(reach);
			assert.equal(connection.revision, "2026-07-28");
			assert.equal((await call(connection, "stack", { bricks: 2 })).text, "The wall is 2 high.");
			const asked: unknown[] = [];
			const elicit: McpCallOptions["elicit"] = async (request) => {
				asked.push(request);
				return { action: "accept", content: { color: "red" } };
			};
			assert.equal((await call(connection, "ask", {}, () => {}, elicit)).text, "The wall is red.");
			assert.match(JSON.stringify(asked), /"message":"Which color\?"/);
			const declined = await call(
				connection,
				"ask",
				{},
				() => {},
				async () => ({ action: "decline" }),
			);
			assert.equal(declined.text, "The wall has no color: decline.");
			const sampled = await call(connection, "sample", {});
			assert.equal(sampled.ok, false);
			assert.match(sampled.text, /sampling\/createMessage.* do not declare/);
		});
});

async function freePort(): Promise<number> {
	const server = net.createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as net.AddressInfo;
	server.close();
	return port;
}

function isOpen(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = net.connect(port, "127.0.0.1", () => {
			socket.destroy();
			resolve(true);
		});
		socket.on("error", () => resolve(false));
	});
}
