import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildSync } from "esbuild";
import WebSocket from "ws";
import type { ClientOptions } from "../../../src/client/clientOptions.ts";
import { type DaemonClient, openClient } from "../../../src/client/daemonClient.ts";
import { readDaemonFile } from "../../../src/client/daemonFile.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import { type MethodName, mayRepeat, protocolVersion } from "../../../src/protocol/methods.ts";
import { startFakeDaemon } from "../../support/fakeDaemon.ts";
import { killThose } from "../../support/killThose.ts";

describe("the daemon's client", () => {
	let folder: string;
	let home: string;
	let daemonScript: string;
	const opened: DaemonClient[] = [];
	const pids = new Set<number>();

	before(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mc-daemon-"));
		daemonScript = path.join(folder, "dist", "daemon.js");
		buildSync({
			entryPoints: [path.join(import.meta.dirname, "../../support/fakeDaemonMain.ts")],
			outfile: daemonScript,
			bundle: true,
			platform: "node",
			format: "cjs",
		});
		writeFileSync(path.join(folder, "package.json"), JSON.stringify({ version: "1.2.3", type: "module" }));
	});
	after(() => rmSync(folder, { recursive: true, force: true }));
	beforeEach(() => {
		home = mkdtempSync(path.join(folder, "home-"));
	});
	afterEach(async () => {
		for (const client of opened.splice(0)) client.close();
		const file = readDaemonFile(home);
		if (file && file.pid !== process.pid) pids.add(file.pid);
		killThose(pids);
		pids.clear();
	});

	function open(given: Partial<ClientOptions> = {}): DaemonClient {
		const client = openClient({
			home,
			actor: { client: "test" },
			daemonScript,
			start: "always",
			log: (level, text) => level === "error" && assert.fail(text),
			...given,
		});
		opened.push(client);
		return client;
	}
	const starts = () => readFileSync(path.join(home, "starts"), "utf8").trim().split("\n").length;

	it("starts a daemon where none runs, from a copy that an update of the extension cannot pull away", async () => {
		const startedAt = performance.now();
		const { pid } = await open().request("daemon/status", {});
		console.log(`      started and answered in ${Math.round(performance.now() - startedAt)} ms`);
		assert.notEqual(pid, process.pid);
		const [copy, ...others] = readdirSync(path.join(home, "bin"));
		assert.match(copy ?? "", /^1\.2\.3-[0-9a-f]{12}$/);
		assert.deepEqual(others, []);
		assert.ok(existsSync(path.join(home, "bin", copy ?? "", "daemon.js")));
	});

	it("makes one daemon of five clients that start at once", async () => {
		const answers = await Promise.all(Array.from({ length: 5 }, () => open().request("daemon/status", {})));
		assert.equal(new Set(answers.map(({ pid }) => pid)).size, 1);
		assert.equal(starts(), 1);
	});

	it("comes back with a new daemon after a kill, and asks a harmless request again", async () => {
		const client = open();
		const { pid } = await client.request("daemon/status", {});
		process.kill(pid, "SIGKILL");
		const again = await client.request("daemon/status", {});
		assert.notEqual(again.pid, pid);
		assert.equal(starts(), 2);
	});

	it("starts one behind a daemon that is about to end", async () => {
		const first = open();
		const { pid } = await first.request("daemon/status", {});
		first.close();
		// Its lock stands, and its file is gone: this is how a daemon looks while it ends.
		rmSync(path.join(home, "daemon.json"));
		setTimeout(() => process.kill(pid, "SIGKILL"), 700);
		assert.notEqual((await open().request("daemon/status", {})).pid, pid);
	});

	it("does not ask again for what may have been done", async () => {
		const client = open();
		const { pid } = await client.request("daemon/status", {});
		// The fake daemon dies over this request.
		const failed = await client.request("thread/send", { goalId: "g1" as GoalId, text: "x" }).catch((cause) => cause);
		assert.ok(isRefusal(failed));
		assert.equal(failed.code, "closed");
		assert.match(failed.message, /may or may not have been done/);
		assert.notEqual((await client.request("daemon/status", {})).pid, pid);
	});

	it("asks again by itself what only reads", async () => {
		const client = open();
		const { pid } = await client.request("daemon/status", {});
		// The first fake daemon dies over this request.
		assert.equal((await client.request("plan/get", { goalId: "g1" as GoalId })).revision, 1);
		assert.notEqual((await client.request("daemon/status", {})).pid, pid);
	});

	it("gives up on what every daemon dies of, and says where to look", async () => {
		const failed = await open()
			.request("dossier/get", { goalId: "g1" as GoalId, format: "md" })
			.catch((cause) => cause);
		assert.ok(isRefusal(failed));
		assert.match(failed.message, /^The daemon went away 4 times before it answered dossier\/get\. Its log says why: /);
		assert.equal(starts(), 4);
	});

	const repeats: readonly (readonly [MethodName, object, boolean])[] = [
		["launch/prepare", { workspace: "/w" }, true],
		["goal/launch", { requestId: "r" }, true],
		["goal/launch", {}, false],
		["step/undo", { preview: true }, true],
		["step/undo", { preview: false }, false],
		["roster/edit", { preview: true }, true],
		["roster/edit", {}, false],
		["approval/answer", {}, false],
		["baseline/check", {}, false],
		["provider/key", {}, true],
	];
	for (const [method, params, may] of repeats)
		it(`${may ? "repeats" : "does not repeat"} ${method} ${JSON.stringify(params)}`, () => {
			assert.equal(mayRepeat(method, params), may);
		});

	it("leaves a daemon stopped that a person stopped, until a request needs one", async () => {
		const client = open();
		await client.request("daemon/status", {});
		await client.request("daemon/stop", {});
		await until(() => client.state === "stopped");
		await sleep(300);
		assert.equal(starts(), 1);
		await client.request("daemon/status", {});
		assert.equal(starts(), 2);
	});

	it("starts nothing for a window that only looks, until a goal was kept there", async () => {
		const idle = open({ start: "whenWorkWaits" });
		await until(() => idle.state === "stopped");
		assert.equal(existsSync(path.join(home, "starts")), false);
		idle.close();
		mkdirSync(path.join(home, "store"));
		writeFileSync(path.join(home, "store", "events.db"), "");
		const client = open({ start: "whenWorkWaits" });
		await until(() => client.state === "connected");
		assert.equal(starts(), 1);
	});

	it("finds a daemon that somebody else started", async () => {
		const client = open({ start: "never" });
		await assert.rejects(client.request("daemon/status", {}), { code: "noDaemon" });
		const daemon = await startFakeDaemon(home);
		await until(() => client.state === "connected");
		await daemon.stop();
	});

	it("waits for a daemon that is slow to say hello, and does not take it for none", async () => {
		const hello = {
			protocol: protocolVersion,
			version: "0.0.0",
			pid: process.pid,
			startedAt: new Date().toISOString(),
		};
		const daemon = await startFakeDaemon(home, {
			answers: {
				"daemon/hello": async () => {
					await sleep(6000);
					return hello;
				},
			},
		});
		assert.deepEqual((await open({ start: "never" }).request("goal/list", {})).goals, []);
		await daemon.stop();
	});

	it("says why the daemon did not start", async () => {
		writeFileSync(path.join(home, "fail-to-start"), "");
		await assert.rejects(open({ log() {} }).request("daemon/status", {}), {
			code: "startFailed",
			message: /The daemon did not start: Error: this daemon was told to fail\./,
		});
	});

	it("says so when the daemon was never built", async () => {
		const client = open({ daemonScript: path.join(folder, "elsewhere", "daemon.js"), log() {} });
		await assert.rejects(client.request("daemon/status", {}), /is not there: build the project/);
	});

	it("says so when the two speak different versions of the protocol", async () => {
		const daemon = await startFakeDaemon(home, { protocol: 99 });
		await assert.rejects(open({ log() {} }).request("daemon/status", {}), {
			code: "protocol",
			message: /version 99 of the protocol/,
		});
		await daemon.stop();
	});

	it("says so when its token is refused by a daemon that lives", async () => {
		const daemon = await startFakeDaemon(home);
		const file = readDaemonFile(home);
		writeFileSync(path.join(home, "daemon.json"), JSON.stringify({ ...file, token: "another" }));
		await assert.rejects(open({ log() {} }).request("daemon/status", {}), { code: "unauthorized" });
		await daemon.stop();
	});

	it("is not fooled by another program on the port of a daemon that was killed", async () => {
		const server = net.createServer((socket) => socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const { port } = server.address() as net.AddressInfo;
		mkdirSync(home, { recursive: true });
		const dead = { pid: 2 ** 22 + 1, port, token: "t", version: "0", protocol: 1, startedAt: "" };
		writeFileSync(path.join(home, "daemon.json"), JSON.stringify(dead));
		const { pid } = await open().request("daemon/status", {});
		assert.notEqual(pid, dead.pid);
		server.close();
	});

	it("is cut off by the daemon when it sends something else than JSON-RPC", async () => {
		const daemon = await startFakeDaemon(home);
		const file = readDaemonFile(home);
		const socket = new WebSocket(`ws://127.0.0.1:${file?.port}/`, {
			headers: { authorization: `Bearer ${file?.token}` },
		});
		await new Promise((resolve) => socket.once("open", resolve));
		const code = new Promise((resolve) => socket.once("close", resolve));
		socket.send("{ not JSON");
		assert.equal(await code, 1007);
		await daemon.stop();
	});

	it("keeps the last three copies of the daemon", async () => {
		for (let build = 0; build < 5; build++) {
			writeFileSync(path.join(folder, "dist", "build.txt"), String(build));
			const client = open();
			await client.request("daemon/status", {});
			await client.request("daemon/stop", {});
			client.close();
			await until(() => readDaemonFile(home) === undefined);
		}
		assert.equal(readdirSync(path.join(home, "bin")).length, 3);
	});
});

async function until(condition: () => boolean): Promise<void> {
	const deadline = performance.now() + 45_000;
	while (!condition()) {
		if (performance.now() > deadline) assert.fail(`waited 45 s for ${condition}`);
		await sleep(5);
	}
}
