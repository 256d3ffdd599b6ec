import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "../../../src/daemon/mcp/connection.ts";
import type { McpAnswer, McpConnection } from "../../../src/daemon/mcp/mcpConnection.ts";

const nobody = () => assert.fail("nobody is asked");

describe("a server at an address that was started again", () => {
	let server: Server;
	let sessions = new Set<string>();
	const sockets = new Set<Socket>();
	let isSilent = false;
	const open: McpConnection[] = [];

	beforeEach(async () => {
		isSilent = false;
		server = createServer(async (request, response) => {
			let text = "";
			for await (const chunk of request) text += chunk;
			if (request.method !== "POST") return void response.writeHead(405).end();
			const { id, method } = JSON.parse(text);
			const session = request.headers["mcp-session-id"];
			if (session !== undefined && !sessions.has(String(session)))
				return void response.writeHead(404).end("no session");
			if (id === undefined) return void response.writeHead(202).end();
			if (method === "tools/call" && isSilent) return void request.socket.destroy();
			if (method === "initialize") {
				const begun = `s-${sessions.size + 1}`;
				sessions.add(begun);
				response.setHeader("mcp-session-id", begun);
			}
			const result = results[method];
			const answer = result ? { result } : { error: { code: -32601, message: "Method not found" } };
			response.setHeader("content-type", "application/json");
			response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
		});
		server.on("connection", (socket) => {
			sockets.add(socket);
			socket.once("close", () => sockets.delete(socket));
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	});
	afterEach(async () => {
		await Promise.all(open.splice(0).map((connection) => connection.close()));
		stop();
	});

	function stop(): void {
		server.close();
		for (const socket of sockets) socket.destroy();
	}

	async function begun(): Promise<McpConnection> {
		const { port } = server.address() as AddressInfo;
		const connected = await connect(
			{ kind: "http", url: `http://127.0.0.1:${port}/`, headers: {} },
			{
				client: { name: "test", version: "1.0.0" },
				signal: new AbortController().signal,
				timeoutMs: 10_000,
				maxMessageBytes: 1_000_000,
				onStarted() {},
				onEnded() {},
			},
		);
		if (connected.kind !== "connected") return assert.fail(connected.reason);
		open.push(connected.connection);
		return connected.connection;
	}
	async function look(connection: McpConnection): Promise<McpAnswer> {
		const [tool] = (await connection.tools()).tools;
		return connection.call(
			tool!,
			{},
			{ signal: new AbortController().signal, timeoutMs: 5000, onSign() {}, elicit: nobody },
		);
	}

	it("and knows the session no more is begun anew", async () => {
		const connection = await begun();
		assert.equal((await look(connection)).kind, "answered");
		sessions = new Set();
		assert.equal((await look(connection)).kind, "failed");
		assert.equal(connection.isOpen(), false);
		assert.equal((await look(await begun())).kind, "answered");
	});

	it("and refuses connections is no longer open", async () => {
		const connection = await begun();
		stop();
		assert.equal((await look(connection)).kind, "failed");
		assert.equal((await look(connection)).kind, "failed");
		assert.equal(connection.isOpen(), false);
	});

	it("may have carried out a call whose answer was lost", async () => {
		const connection = await begun();
		isSilent = true;
		const answer = await look(connection);
		assert.match(answer.kind === "failed" ? answer.reason : "", / Whether it had its effect is unknown/);
		assert.ok(connection.isOpen());
	});
});

const results: Readonly<Record<string, object>> = {
	initialize: {
		protocolVersion: "2025-11-25",
		capabilities: { tools: {} },
		serverInfo: { name: "yard", version: "1.0.0" },
	},
	"tools/list": { tools: [{ name: "look", inputSchema: { type: "object" } }] },
	"tools/call": { content: [{ type: "text", text: "It is green." }] },
};
