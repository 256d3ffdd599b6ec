import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "../../../src/daemon/mcp/connection.ts";
import { untilState } from "../../support/daemonProcess.ts";
import { openYard } from "../../support/mcpYard.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe("an MCP server at an address", () => {
	const servers: Server[] = [];
	const headers = { Authorization: "Bearer brick-token" };
	afterEach(() => {
		for (const server of servers.splice(0)) {
			server.close();
			server.closeAllConnections();
		}
	});

	async function listening(server: Server): Promise<number> {
		servers.push(server);
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		return (server.address() as AddressInfo).port;
	}
	const served = (answer: Answer) => listening(createServer(answer));
	async function reached(url: string) {
		const connected = await connect(
			{ kind: "http", url, headers },
			{
				client: { name: "test", version: "1.0.0" },
				signal: new AbortController().signal,
				timeoutMs: 10_000,
				maxMessageBytes: 1_000_000,
				onStarted() {},
				onEnded() {},
			},
		);
		if (connected.kind === "connected") await connected.connection.close();
		return connected;
	}
	async function failure(url: string): Promise<string> {
		const connected = await reached(url);
		return connected.kind === "failed" ? connected.reason : assert.fail("it was connected");
	}

	/** Speaks the older revision. */
	const speaks: Answer = async (request, response) => {
		let text = "";
		for await (const chunk of request) text += chunk;
		if (request.method !== "POST") return void response.writeHead(405).end();
		const { id, method } = JSON.parse(text);
		if (id === undefined) return void response.writeHead(202).end();
		const result = {
			protocolVersion: "2025-11-25",
			capabilities: {},
			serverInfo: { name: "mill", version: "1" },
		};
		const answer = method === "initialize" ? { result } : { error: { code: -32601, message: "Method not found" } };
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
	};

	const statuses: readonly (readonly [status: number, says: RegExp, more?: Record<string, string>])[] = [
		[401, /^it wants to know who asks \(401\): .*“headers”.*\$\{input:token\}.*OAuth/],
		[
			401,
			/^it wants to know who asks \(401\)/,
			{ "www-authenticate": 'Bearer resource_metadata="http://127.0.0.1:1/x"' },
		],
		[403, /^it does not let you in \(403\): .*“headers”/],
		[404, /^there is no MCP server at this address \(404\): correct its “url”\./],
		[405, /^there is no MCP server at this address \(405\)/],
		[410, /^there is no MCP server at this address \(410\)/],
		[429, /^it takes no more requests now \(429\)/],
		[500, /^it has a fault of its own \(500\)/],
		[502, /^it has a fault of its own \(502\)/],
		[503, /^it has a fault of its own \(503\)/],
	];
	for (const [status, says, more = {}] of statuses)
		it(`that answers ${status}${more["www-authenticate"] ? " and names who signs people in" : ""} is told of in a sentence that says what to do`, async () => {
			const port = await served((_, response) => void response.writeHead(status, more).end("<html>No.</html>"));
			const reason = await failure(`http://127.0.0.1:${port}/mcp`);
			assert.match(reason, says);
			assert.doesNotMatch(reason, /<html>|brick-token/);
		});

	for (const status of [301, 302, 303, 307, 308])
		it(`that sends its requests on to another host (${status}) is not followed, and no header of it goes there`, async () => {
			const got: unknown[] = [];
			const other = await served((request, response) => {
				got.push(request.headers);
				response.writeHead(401).end();
			});
			const location = `http://localhost:${other}/mcp`;
			const port = await served((_, response) => void response.writeHead(status, { location }).end());
			const reason = await failure(`http://127.0.0.1:${port}/mcp`);
			assert.match(
				reason,
				/^it sends requests on to http:\/\/localhost:\d+\/mcp \(30\d\): if it is to be trusted, write that as its “url”\./,
			);
			assert.deepEqual(got, []);
		});

	it("is followed within its host, with its headers", async () => {
		const got: (string | undefined)[] = [];
		const port = await served((request, response) => {
			if (request.url === "/mcp") return void response.writeHead(308, { location: "/mcp/" }).end();
			got.push(request.headers.authorization);
			return speaks(request, response);
		});
		assert.equal((await reached(`http://127.0.0.1:${port}/mcp`)).kind, "connected");
		assert.ok(got.length > 0 && got.every((one) => one === headers.Authorization));
	});

	it("that speaks no TLS, or is not there, is told of as that", async () => {
		const port = await served(speaks);
		assert.match(
			await failure(`https://127.0.0.1:${port}/mcp`),
			/^it cannot be reached \(it does not speak TLS there\): .*http:\/\//,
		);
		servers.splice(0)[0]?.close();
		assert.match(
			await failure(`http://127.0.0.1:${port}/mcp`),
			/^it cannot be reached \(connection refused\): start it/,
		);
	});

	it("is reached through the proxy of the environment by a daemon as it is built, which follows no redirect away either", async function () {
		this.timeout(60_000);
		const asked: (string | undefined)[] = [];
		const proxy = createServer().on("connect", ({ url }, socket) => {
			asked.push(url);
			socket.end("HTTP/1.1 503 No\r\n\r\n");
		});
		const address = `http://127.0.0.1:${await listening(proxy)}`;
		const location = "http://mill.example/mcp";
		const sends = await served((_, response) => void response.writeHead(308, { location }).end());
		const yard = await openYard({
			config: {
				mcpServers: { mill: { url: "http://mill.example/mcp" }, sent: { url: `http://127.0.0.1:${sends}/mcp` } },
			},
			env: { http_proxy: address, HTTP_PROXY: address, no_proxy: "", NO_PROXY: "" },
		});
		try {
			const goalId = await yard.launch();
			await untilState(yard.daemon.client, goalId, ["completed"]);
			const failed = await yard.events(goalId, "server.failed");
			assert.deepEqual(failed.map(({ server }) => server).sort(), ["mill", "sent"]);
			const { reason } = failed.find(({ server }) => server === "sent")!;
			assert.match(reason, /^it sends requests on to http:\/\/mill\.example\/mcp \(308\)/);
			assert.deepEqual([...new Set(asked)], ["mill.example:80"]);
		} finally {
			await yard.close();
		}
	});
});
