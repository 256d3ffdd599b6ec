import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DaemonClient, openClient } from "../../../src/client/daemonClient.ts";
import { processLives, readDaemonFile } from "../../../src/client/daemonFile.ts";
import { watchGoal } from "../../../src/client/goalWatch.ts";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import { isNewer } from "../../../src/protocol/version.ts";
import { daemonScript, newWorkspace, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer.ts";

const playbook =
	"# Two\n\n## Slow\nneeds: none\n\n```sh\necho begun >> log.txt; until [ -e go ]; do sleep 0.05; done; echo ended >> log.txt\n```\n\n## Asked\nneeds: none\n\n```sh\necho asked >> asked.txt\n```\n";

describe("two versions at once", function () {
	this.timeout(90_000);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-versions-"));
	const home = path.join(folder, "data");
	const { folder: workspace, remove } = newWorkspace();
	const older = buildOf("0.1.7");
	const newer = buildOf("0.2.0");
	const clients: DaemonClient[] = [];
	let server: ModelServer;

	before(async () => {
		server = await startModelServer({ script: () => ({ text: "Hm." }), models: ["slow"] });
		mkdirSync(home);
		const local = { id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["slow"] };
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers: [local], agent: "local/slow" }));
	});

	after(async () => {
		for (const client of clients) client.close();
		await endDaemon("SIGTERM");
		await server.close();
		remove();
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});

	it("hand over while a command runs, an approval waits and a model answers: nothing is lost or repeated", async () => {
		const window = open(older);
		const { goalId } = await window.request("goal/launch", { workspace, playbook: { path: "two.md", text: playbook } });
		const told: RecordedEvent[] = [];
		watchGoal(window, goalId, { onChange: (_goal, events) => void told.push(...events) });
		await approve(window, goalId, "begun");
		await until(() => log().includes("begun"));
		server.use(() => ({ text: JSON.stringify(plan), delayMs: 1500 }));
		const { goalId: thinking } = await window.request("goal/launch", {
			workspace,
			prompt: "Think",
			requestId: "think",
		});
		await server.seen(() => true);
		assert.equal((await window.request("daemon/status", {})).version, "0.1.7");

		const update = open(newer);
		const status = await update.request("daemon/status", {});
		assert.equal(status.version, "0.2.0");
		// The older window does not start its own daemon back: it is here, too.
		assert.deepEqual(await window.request("daemon/status", {}).then(({ pid, version }) => ({ pid, version })), {
			pid: status.pid,
			version: "0.2.0",
		});
		// The command still runs, once, and the approval still waits; it is answered from the older window.
		assert.equal(log(), "begun\n");
		await approve(window, goalId, "asked");
		writeFileSync(path.join(workspace, "go"), "");
		await untilState(window, goalId, ["completed"]);
		assert.equal(log(), "begun\nended\n");
		assert.equal(readFileSync(path.join(workspace, "asked.txt"), "utf8"), "asked\n");
		const { events } = await update.request("goal/events", { goalId, limit: 1000 });
		assert.deepEqual(
			events.filter(({ type }) => type === "tool.interrupted"),
			[],
		);
		await until(() => told.some(({ type }) => type === "goal.completed"));
		assert.deepEqual(
			told.filter((event) => JSON.stringify(events[event.seq - 1]) !== JSON.stringify(event)),
			[],
		);
		// The answer that was paid for came in time, and was not asked for again.
		await untilState(window, thinking, ["awaiting_approval", "running", "completed"]);
		const { events: turns } = await update.request("goal/events", { goalId: thinking, limit: 1000 });
		assert.equal(turns.filter(({ type }) => type === "turn.interrupted").length, 0);
		assert.equal(server.requests.filter(({ purpose }) => purpose === "plan").length, 1);
		assert.equal(new Set(versionsThatRan()).size, 2);
	});

	it("leaves the newer one in place, whoever starts a daemon next", async () => {
		for (const client of clients.splice(0)) client.close();
		await endDaemon("SIGKILL");
		const window = open(older);
		assert.equal((await window.request("daemon/status", {})).version, "0.2.0");
		await assert.rejects(
			window.request("daemon/handOver", { version: "0.1.7" }),
			(cause) => isRefusal(cause) && cause.code === "notNewer",
		);
		// Side by side for a while: neither replaces the other's.
		const { pid } = await window.request("daemon/status", {});
		const others = [open(newer), open(older), open(newer)];
		for (const other of others) assert.equal((await other.request("daemon/status", {})).pid, pid);
	});

	function open(script: string): DaemonClient {
		const client = openClient({ home, daemonScript: script, actor: { client: "test" }, start: "always", log() {} });
		clients.push(client);
		return client;
	}

	async function endDaemon(signal: NodeJS.Signals): Promise<void> {
		const pid = readDaemonFile(home)?.pid;
		if (pid === undefined) return;
		process.kill(pid, signal);
		await until(() => !processLives(pid));
	}

	/** The build with another version written beside it. */
	function buildOf(version: string): string {
		const to = path.join(folder, version);
		mkdirSync(to);
		cpSync(path.dirname(daemonScript), path.join(to, "dist"), { recursive: true });
		writeFileSync(path.join(to, "package.json"), JSON.stringify({ version }));
		return path.join(to, "dist", "daemon.js");
	}

	function versionsThatRan(): string[] {
		return readFileSync(path.join(home, "daemon.log"), "utf8").match(/daemon \S+ listens/g) ?? [];
	}

	function log(): string {
		const file = path.join(workspace, "log.txt");
		return existsSync(file) ? readFileSync(file, "utf8") : "";
	}

	async function approve(client: DaemonClient, goalId: GoalId, words: string): Promise<void> {
		await until(async () => {
			const { approvals } = await client.request("approval/list", { goalId });
			const found = approvals.find(({ command }) => command?.includes(words));
			if (found) await client.request("approval/answer", { approvalId: found.approvalId, answer: "approve" });
			return found !== undefined;
		});
	}
});

describe("a version", () => {
	it("is newer by its numbers, and than what was before it", () => {
		const inOrder = ["0.0.0", "0.1.0-rc.1", "0.1.0-rc.2", "0.1.0", "0.1.9", "0.1.10", "0.2.0", "1.0.0", "10.0.0"];
		for (const [at, version] of inOrder.entries()) {
			for (const [other, before] of inOrder.entries()) assert.equal(isNewer(version, before), at > other);
		}
		assert.equal(isNewer("1.0.0+b", "1.0.0+a"), false);
	});
});

const plan = {
	title: "Think",
	summary: "Thinks.",
	steps: [{ id: "one", title: "One", instructions: "Think.", confidence: "low" }],
};

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = Date.now() + 45_000;
	while (!(await isSo())) {
		if (Date.now() > deadline) throw new Error("it did not come to be in time");
		await sleep(10);
	}
}
