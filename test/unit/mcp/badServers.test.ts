import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Connected, connect } from "../../../src/daemon/mcp/connection.ts";
import type { McpAnswer, McpConnection } from "../../../src/daemon/mcp/mcpConnection.ts";
import { yardServer } from "../../support/mcpServer.ts";
import { until } from "../../support/until.ts";

const maxMessageBytes = 8 * 1024 * 1024;
const env = { PATH: process.env.PATH ?? "", TOKEN: "hunter2hunter2" };

const nobody = () => assert.fail("nobody is asked");

describe("a server that behaves badly", function () {
	this.timeout(60_000);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-yard-"));
	const open: McpConnection[] = [];
	const pids = { started: new Set<number>(), ended: new Set<number>() };
	after(async () => {
		await Promise.all(open.map((connection) => connection.close()));
		rmSync(folder, { recursive: true, force: true });
	});

	let onEnded = () => {};

	async function start(manner: string, timeoutMs = 20_000): Promise<Connected> {
		const connected = await connect(
			{ kind: "program", ...yardServer(manner, path.join(folder, manner)), env, cwd: folder },
			{
				client: { name: "test", version: "1.0.0" },
				signal: new AbortController().signal,
				timeoutMs,
				maxMessageBytes,
				onStarted: (pid) => void pids.started.add(pid),
				onEnded(pid) {
					pids.ended.add(pid);
					onEnded();
				},
			},
		);
		if (connected.kind === "connected") open.push(connected.connection);
		return connected;
	}
	async function begun(manner: string): Promise<McpConnection> {
		const connected = await start(manner);
		return connected.kind === "connected" ? connected.connection : assert.fail(connected.reason);
	}
	async function stack(connection: McpConnection, timeoutMs = 20_000, signal = new AbortController().signal) {
		const { tools } = await connection.tools();
		const tool = tools.find(({ name }) => name === "stack") ?? assert.fail("there is no tool");
		return connection.call(tool, { bricks: 3 }, { signal, timeoutMs, onSign() {}, elicit: nobody });
	}
	function reasonOf(answer: McpAnswer | Connected): string {
		return answer.kind === "failed" ? answer.reason : assert.fail(JSON.stringify(answer).slice(0, 500));
	}
	function textOf(answer: McpAnswer): string {
		return answer.kind === "answered"
			? answer.result.content.map((part) => (part.type === "text" ? part.text : "")).join("")
			: assert.fail(answer.reason);
	}

	const doNotStart: readonly (readonly [manner: string, timeoutMs: number, says: RegExp])[] = [
		["exits", 30_000, /^it ended before it answered\. It said: there is no yard/],
		["silent", 2000, /^it gave no answer within 2 seconds\./],
		["slow-pages", 3000, /^it gave no answer within 3 seconds\./],
		["garbage", 10_000, /^it gave no answer within 10 seconds\. It said: welcome to the yard!/],
	];
	for (const [manner, timeoutMs, says] of doNotStart)
		it(`is said in a sentence, and is gone: ${manner}`, async () => {
			assert.match(reasonOf(await start(manner, timeoutMs)), says);
			await until("its processes have ended", () => [...pids.started].every((pid) => pids.ended.has(pid)));
		});

	it("is no longer open from the moment its process has ended, so that no call is sent to it", async () => {
		const connection = await begun("falls-asleep");
		const seen: boolean[] = [];
		onEnded = () => void seen.push(connection.isOpen());
		writeFileSync(path.join(folder, "falls-asleep.fall"), "");
		await until("its process has ended", () => seen.length > 0);
		assert.deepEqual(seen, [false]);
	});

	it("that is not there is said", async () => {
		const connected = await connect(
			{ kind: "program", command: "no-such-program-here", args: [], env, cwd: folder },
			{
				client: { name: "test", version: "1.0.0" },
				signal: new AbortController().signal,
				timeoutMs: 2000,
				maxMessageBytes,
				onStarted() {},
				onEnded() {},
			},
		);
		assert.match(reasonOf(connected), /^its program was not found/);
	});

	const callsFail: readonly (readonly [manner: string, says: RegExp])[] = [
		["dies", /^it ended while the call ran\. Whether it had its effect is unknown.* Its last words: the roof fell in/],
		["huge", /^The answer has 52428\d\d\d bytes, more than the 8388608 that are read\. Whether it had/],
		["refuses", /^The yard is shut\.$/],
		["nonsense", /content.* Whether it had its effect is unknown/s],
	];
	for (const [manner, says] of callsFail)
		it(`fails the call with a sentence: ${manner}`, async () => {
			assert.match(reasonOf(await stack(await begun(manner))), says);
		});

	it("holds no more memory than it may while 50 MB come, and goes on afterwards", async () => {
		const connection = await begun("huge");
		await stack(connection);
		const before = process.memoryUsage().rss;
		for (let time = 0; time < 3; time++) await stack(connection);
		const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
		assert.ok(grown < 150, `${grown} MB`);
		assert.ok(connection.isOpen());
	});

	it("that never answers a call is waited for no longer than the call may take", async () => {
		const connection = await begun("silent-call");
		assert.match(
			reasonOf(await stack(connection, 1000)),
			/^it gave no answer within 1 seconds\. Whether it had its effect/,
		);
		assert.ok(connection.isOpen());
	});

	it("is told when a call is given up, and the call ends at once", async () => {
		const connection = await begun("silent-call");
		const abort = new AbortController();
		const record = path.join(folder, "silent-call");
		rmSync(record, { force: true });
		const calling = stack(connection, 60_000, abort.signal);
		await until("the server was asked", () => existsSync(record));
		abort.abort("stop");
		assert.equal((await calling).kind, "failed");
	});

	it("that floods its standard error is used all the same", async () => {
		assert.equal(textOf(await stack(await begun("floods"))), "The wall is 3 high.");
	});

	it("of the older revision that ends when it is asked for the newer one is spoken to in its own", async () => {
		const connection = await begun("strict");
		assert.equal(connection.revision, "2025-11-25");
		assert.equal(textOf(await stack(connection)), "The wall is 3 high.");
	});

	it("that lists tools which cannot be used has the others, and each is said", async () => {
		const { tools, problems } = await (await begun("broken-schema")).tools();
		assert.deepEqual(
			tools.map(({ name }) => name),
			["look", "stack"],
		);
		assert.ok(tools[0]!.description.startsWith("[31mred xxx"), "no control characters");
		assert.ok(tools[0]!.description.length < 2100);
		assert.deepEqual(
			problems.map((problem) => problem.replace(/\(.*\)/, "(…)")),
			[
				"The tool odd is left out: its schema is not valid (…).",
				"The tool “list” is left out: its “inputSchema.type” cannot be read.",
				"A tool without a name is left out: its “name” cannot be read.",
				"The tool huge is left out: its schema has more than 32000 characters.",
				"The tool stack is listed twice: the first counts.",
			],
		);
	});

	it("that lists its tools in pages is read to the end, and one without an end is cut off", async () => {
		assert.equal((await (await begun("pages")).tools()).tools.length, 2);
		const endless = await (await begun("endless")).tools();
		assert.equal(endless.tools.length, 64);
		assert.match(endless.problems.join(), /never comes to an end/);
	});

	it("that says its tools have changed is listed anew", async () => {
		const connection = await begun("grows");
		assert.equal((await connection.tools()).tools.length, 1);
		await stack(connection);
		await until("the new tool is listed", async () => (await connection.tools()).tools.length === 2);
	});

	it("gives arguments and content that do not fit their schemas a sentence", async () => {
		const connection = await begun("liar");
		const [, tool] = (await connection.tools()).tools;
		assert.match(tool!.argumentsProblem({ bricks: "many" })!, /bricks must be number/);
		assert.equal(tool!.argumentsProblem({ bricks: 1 }), undefined);
		const answer = await stack(connection);
		const content = answer.kind === "answered" ? answer.result.structuredContent : undefined;
		assert.match(tool!.contentProblem(content)!, /height must be number/);
	});

	it("that ignores the end of its input and a request to end is ended with all that it started", async () => {
		const connection = await begun("stays");
		const [pid] = [...pids.started].slice(-1);
		await connection.close();
		assert.ok(pids.ended.has(pid!));
		if (existsSync("/proc/self")) await until("it is gone", () => !existsSync(`/proc/${pid}`));
	});
});
