import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../../src/daemon/mcp/connection.ts";
import { type Elicited, NotAskable } from "../../../src/daemon/mcp/elicited.ts";
import type { McpConnection } from "../../../src/daemon/mcp/mcpConnection.ts";
import { yardServer } from "../../support/mcpServer.ts";
import { until } from "../../support/until.ts";

describe("a server that asks in the middle of a call", function () {
	this.timeout(60_000);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-asks-"));
	const open: McpConnection[] = [];
	after(async () => {
		await Promise.all(open.map((connection) => connection.close()));
		rmSync(folder, { recursive: true, force: true });
	});

	async function stack(
		manner: string,
		elicit: (request: unknown, withdrawn: AbortSignal) => Promise<Elicited>,
		timeoutMs = 20_000,
	): Promise<string> {
		const connected = await connect(
			{
				kind: "program",
				...yardServer(manner, path.join(folder, manner)),
				env: { PATH: process.env.PATH ?? "" },
				cwd: folder,
			},
			{
				client: { name: "test", version: "1.0.0" },
				signal: new AbortController().signal,
				timeoutMs: 20_000,
				maxMessageBytes: 1_000_000,
				onStarted() {},
				onEnded() {},
			},
		);
		if (connected.kind !== "connected") return assert.fail(connected.reason);
		open.push(connected.connection);
		const tool = (await connected.connection.tools()).tools.find(({ name }) => name === "stack");
		const signal = new AbortController().signal;
		const answer = await connected.connection.call(tool!, { bricks: 3 }, { signal, timeoutMs, onSign() {}, elicit });
		if (answer.kind === "failed") return answer.reason;
		return answer.result.content.map((part) => (part.type === "text" ? part.text : "")).join("");
	}
	const red: Elicited = { action: "accept", content: { color: "red" } };

	const answers: readonly (readonly [manner: string, given: Elicited, says: RegExp])[] = [
		["asks", red, /^\{"action":"accept","content":\{"color":"red"\}\}$/],
		["asks", { action: "decline" }, /^\{"action":"decline"\}$/],
		["asks", { action: "cancel" }, /^\{"action":"cancel"\}$/],
		["asks-url", { action: "accept" }, /^\{"action":"accept"\}$/],
		["url-first", { action: "accept" }, /^The wall is 3 high\.$/],
		["url-first", { action: "decline" }, /^it wants addresses to be opened first, and the person did not/],
	];
	for (const [manner, given, says] of answers)
		it(`is told what the person does: ${manner}, ${given.action}`, async () => {
			let asked: unknown;
			const said = await stack(manner, async (request) => {
				asked = request;
				return given;
			});
			assert.match(said, says);
			assert.match(JSON.stringify(asked), /"message":"(Which bricks\?|Sign in)/);
		});

	it("is told why, where it cannot be put to a person", async () => {
		const said = await stack("asks-too-much", async () => {
			throw new NotAskable("These are too many.");
		});
		assert.match(said, /"message":"These are too many\."/);
	});

	it("is refused a model in a sentence", async () => {
		const said = await stack("samples", () => assert.fail("nobody is asked"));
		assert.match(said, /"code":-32601.*The models of this client are lent to no server/);
	});

	it("of the newer revision is refused a model in a sentence, though it was told that there is none", async () => {
		const said = await stack("samples-anew", () => assert.fail("nobody is asked"));
		assert.match(said, /^it asks for what no server gets\. The models of this client are lent to no server/);
		assert.match(said, /Whether it had its effect is unknown/);
	});

	it("is waited for as long as the person takes, and no longer than the call may take beside", async () => {
		const slowly = async () => {
			await sleep(4500);
			return red;
		};
		assert.match(await stack("asks", slowly, 3000), /"color":"red"/);
		const late = await stack("silent-call", slowly, 500);
		assert.match(late, /^it gave no answer within 1 seconds\./);
	});

	it("may take its question back, and the person is not asked any more", async () => {
		let isWithdrawn = false;
		const said = await stack("withdraws", async (_request, withdrawn) => {
			writeFileSync(path.join(folder, "withdraws.go"), "");
			await until("it is taken back", () => withdrawn.aborted);
			isWithdrawn = true;
			return { action: "cancel" };
		});
		assert.equal(said, "The wall is 3 high.");
		await until("it was told", () => isWithdrawn);
	});
});
