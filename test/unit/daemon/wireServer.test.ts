import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { request as httpRequest } from "node:http";
import path from "node:path";
import WebSocket from "ws";
import { maxMessageBytes, protocolVersion } from "../../../src/protocol/methods.ts";
import { type DaemonProcess, startDaemonProcess } from "../../support/daemonProcess.ts";

describe("the daemon's server", () => {
	let daemon: DaemonProcess;
	before(async () => {
		daemon = await startDaemonProcess();
	});
	after(() => daemon.close());

	const upgrades: readonly { name: string; headers: Record<string, string>; status: number }[] = [
		{ name: "without a token", headers: {}, status: 401 },
		{ name: "with a wrong token", headers: { authorization: `Bearer ${"0".repeat(64)}` }, status: 401 },
		{ name: "with a token that is too short", headers: { authorization: "Bearer x" }, status: 401 },
		{
			name: "from a web page, even with the token",
			headers: { authorization: "TOKEN", origin: "http://127.0.0.1:3000" },
			status: 403,
		},
		{
			name: "from a page without an origin of its own",
			headers: { authorization: "TOKEN", origin: "null" },
			status: 403,
		},
		{ name: "under a foreign host name", headers: { authorization: "TOKEN", host: "evil.example" }, status: 403 },
	];
	for (const { name, headers, status } of upgrades) {
		it(`is closed ${name} (${status})`, async () => {
			const given = Object.fromEntries(
				Object.entries(headers).map(([key, value]) => [key, value === "TOKEN" ? `Bearer ${daemon.file.token}` : value]),
			);
			assert.equal(await upgradeStatus(daemon.file.port, given), status);
		});
	}

	it("answers no plain web request", async () => {
		const status = await new Promise((resolve) => {
			httpRequest({ port: daemon.file.port, host: "127.0.0.1", path: "/" }, (response) =>
				resolve(response.resume().statusCode),
			).end();
		});
		assert.equal(status, 426);
	});

	it("keeps its token in a file that only its owner can read", () => {
		assert.equal(statSync(path.join(daemon.home, "daemon.json")).mode & 0o777, 0o600);
	});

	it("drops who sends what is no message, and what is too large, and serves the others on", async () => {
		for (const frame of ["{", "[]", "hello", Buffer.from([1, 2, 3]), "x".repeat(maxMessageBytes + 1)]) {
			const socket = await open(daemon);
			socket.send(frame);
			await new Promise((resolve) => socket.once("close", resolve));
		}
		assert.equal((await daemon.client.request("daemon/status", {})).pid, daemon.file.pid);
	});

	it("wants to know who is there first, and refuses another version of the protocol in a sentence", async () => {
		const first = await ask(daemon, "goal/list", {});
		assert.equal(first.error?.data?.code, "helloFirst");
		const other = await ask(daemon, "daemon/hello", { protocol: protocolVersion + 7, actor: { client: "old" } });
		assert.equal(other.error?.data?.code, "protocol");
		assert.match(other.error?.message ?? "", /version/);
	});

	it("answers an unknown request and wrong parameters with what is wrong", async () => {
		const unknown = await ask(daemon, "goal/fly", {});
		assert.equal(unknown.error?.data?.code, "unknownMethod");
		const wrong = await ask(daemon, "goal/events", { goalId: "g-1", limit: "many" });
		assert.equal(wrong.error?.data?.code, "badRequest");
		assert.match(wrong.error?.message ?? "", /limit/);
	});
});

async function open({ file }: DaemonProcess): Promise<WebSocket> {
	const socket = new WebSocket(`ws://127.0.0.1:${file.port}/`, { headers: { authorization: `Bearer ${file.token}` } });
	socket.on("error", () => undefined);
	await new Promise((resolve) => socket.once("open", resolve));
	return socket;
}

interface Answer {
	readonly error?: { readonly message: string; readonly data?: { readonly code: string } };
}

async function ask(daemon: DaemonProcess, method: string, params: unknown): Promise<Answer> {
	const socket = await open(daemon);
	socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
	const answer = await new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
	socket.close();
	return JSON.parse(answer) as Answer;
}

function upgradeStatus(port: number, headers: Record<string, string>): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const asked = httpRequest({
			port,
			host: "127.0.0.1",
			headers: {
				host: `127.0.0.1:${port}`,
				connection: "Upgrade",
				upgrade: "websocket",
				"sec-websocket-version": "13",
				"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
				...headers,
			},
		});
		asked.on("response", (response) => resolve(response.resume().statusCode));
		asked.on("upgrade", (response, socket) => {
			socket.destroy();
			resolve(response.statusCode);
		});
		asked.on("error", reject);
		asked.end();
	});
}
