import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GoalId } from "../../../src/core/ids.ts";
import {
	type DaemonProcess,
	newWorkspace,
	spawnDaemon,
	startDaemonProcess,
	untilState,
} from "../../support/daemonProcess.ts";
import { until } from "../../support/until.ts";

const slow =
	"# Slow\n\n## One\n\n```sh\necho begun >> log.txt; sleep 3; echo done >> log.txt\n```\n\n## Two\n\n```sh\necho two >> log.txt\n```\n";

describe("a daemon", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let daemon: DaemonProcess | undefined;
	afterEach(async () => {
		await daemon?.close();
		daemon = undefined;
		rmSync(path.join(workspace, "log.txt"), { force: true });
	});
	after(remove);

	const launchSlow = async (): Promise<GoalId> =>
		(
			await daemon!.client.request("goal/launch", {
				workspace,
				playbook: { path: "slow.md", text: slow },
				grantPlaybook: true,
			})
		).goalId;
	const log = () => readFileSync(path.join(workspace, "log.txt"), "utf8");
	const untilBegun = async () => {
		while (!existsSync(path.join(workspace, "log.txt")) || log() === "") await sleep(5);
	};

	it("is alone on its folder: a second one ends by itself, and the folder is free at once after kill -9", async () => {
		daemon = await startDaemonProcess();
		const second = spawnDaemon({ home: daemon.home });
		assert.equal(await new Promise((resolve) => second.process.once("exit", resolve)), 0);
		assert.match(second.words(), /already holds/);
		const before = daemon.file.pid;
		daemon = await daemon.restart();
		assert.notEqual(daemon.file.pid, before);
	});

	it("keeps a goal whose launch it acknowledged, even if it is killed right then", async () => {
		daemon = await startDaemonProcess();
		const goalId = await launchSlow();
		daemon = await daemon.restart();
		const goal = await untilState(daemon.client, goalId, ["completed"]);
		assert.equal(goal.title, "Slow");
		assert.equal(log(), "begun\ndone\ntwo\n");
	});

	it("gives one goal for the same launch request, also after a restart", async () => {
		daemon = await startDaemonProcess();
		const launch = {
			workspace,
			playbook: { path: "a.md", text: "# A\n\n## One\n\n```sh\ntrue\n```\n" },
			requestId: "the-same",
		};
		const first = await daemon.client.request("goal/launch", launch);
		const again = await daemon.client.request("goal/launch", launch);
		daemon = await daemon.restart();
		const later = await daemon.client.request("goal/launch", launch);
		assert.deepEqual([again.goalId, later.goalId], [first.goalId, first.goalId]);
		assert.equal((await daemon.client.request("goal/list", {})).goals.length, 1);
	});

	it("leaves a command under way to its runner when it is stopped, and reports it when it is back", async () => {
		daemon = await startDaemonProcess();
		const goalId = await launchSlow();
		await untilBegun();
		const { home } = daemon;
		const { stillRunning } = await daemon.client.request("daemon/stop", {});
		assert.equal(stillRunning.length, 1);
		assert.equal(await daemon.ended(), 0);
		assert.equal(existsSync(path.join(home, "daemon.json")), false);
		await until("the command went on", () => log().includes("done"));
		await sleep(500);
		assert.equal(log(), "begun\ndone\n", "something new began");
		daemon.client.close();
		daemon = await startDaemonProcess({ home });
		await untilState(daemon.client, goalId, ["completed"]);
		assert.equal(log(), "begun\ndone\ntwo\n");
	});

	it("ends commands too when it is stopped now, and no process stays", async () => {
		daemon = await startDaemonProcess();
		await launchSlow();
		await untilBegun();
		await daemon.client.request("daemon/stop", { now: true });
		assert.equal(await daemon.ended(), 0);
		await sleep(3200);
		assert.equal(log(), "begun\n");
	});

	it("ends by itself when nobody is connected and nothing is to do, and not before", async () => {
		daemon = await startDaemonProcess({ args: ["--idle-seconds", "1"] });
		await launchSlow();
		daemon.client.close();
		assert.equal(await daemon.ended(), 0);
		assert.equal(log(), "begun\ndone\ntwo\n");
	});

	it("says in a sentence that its folder cannot be used", async () => {
		const folder = mkdtempSync(path.join(os.tmpdir(), "mission-home-"));
		const file = path.join(folder, "file");
		writeFileSync(file, "");
		const { process: child, words } = spawnDaemon({ home: path.join(file, "data") });
		assert.equal(await new Promise((resolve) => child.once("exit", resolve)), 1);
		assert.match(words(), /^The data folder .* cannot be written .*MISSION_HOME\.\n$/);
		rmSync(folder, { recursive: true });
	});

	it("refuses a store of a newer version with a sentence, and leaves it as it is", async () => {
		daemon = await startDaemonProcess();
		const { home } = daemon;
		await daemon.client.request("daemon/stop", {});
		await daemon.ended();
		const file = path.join(home, "store", "events.db");
		const bytes = readFileSync(file);
		// SQLite keeps user_version in the header, big-endian, at offset 60.
		bytes.writeUInt32BE(999, 60);
		writeFileSync(file, bytes);
		const { process: child, words } = spawnDaemon({ home });
		assert.equal(await new Promise((resolve) => child.once("exit", resolve)), 1);
		assert.match(words(), /newer/i);
		assert.deepEqual(readFileSync(file), bytes);
	});

	it("refuses what makes no sense in sentences, and goes on", async () => {
		daemon = await startDaemonProcess();
		const { client } = daemon;
		const rows: readonly [() => Promise<unknown>, RegExp][] = [
			[() => client.request("goal/launch", { workspace, prompt: "  " }), /prompt is empty/],
			[() => client.request("goal/launch", { workspace: path.join(workspace, "gone"), prompt: "x" }), /is not there/],
			[() => client.request("goal/launch", { workspace, prompt: "x" }), /No agent is set up/],
			[
				() =>
					client.request("goal/launch", { workspace, playbook: { path: "b.md", text: "# A\n\n## One\nneeds: two\n" } }),
				/^b\.md:4: /,
			],
			[() => client.request("goal/get", { goalId: "g-none" }), /no goal g-none/],
			[() => client.request("approval/answer", { approvalId: "a-none", answer: "approve" }), /no approval a-none/],
		];
		for (const [request, sentence] of rows) await assert.rejects(request, { message: sentence });
		const { goalId } = await client.request("goal/launch", { workspace, playbook: { path: "s.md", text: slow } });
		await assert.rejects(client.request("goal/control", { goalId, action: "retry", stepId: "nine" }), /no step nine/);
		await assert.rejects(client.request("goal/control", { goalId, action: "delete" }), /Cancel it first/);
		const { approvals } = await untilState(client, goalId, ["awaiting_approval"]);
		const { approvalId } = approvals[0]!;
		await client.request("approval/answer", { approvalId, answer: "deny", reason: "not today" });
		await assert.rejects(
			client.request("approval/answer", { approvalId, answer: "approve" }),
			/Already answered: deny, by test/,
		);
		await client.request("goal/control", { goalId, action: "cancel" });
		await assert.rejects(client.request("goal/control", { goalId, action: "resume" }), /cancelled/);
	});

	it("erases a deleted goal: no word of it is left on the disk, and its place in the list is gone", async () => {
		daemon = await startDaemonProcess();
		const { client, home } = daemon;
		const text = "# Peacock plans\n\n## One\n\n```sh\nseq 1 20000; echo peacock\n```\n";
		const { goalId } = await client.request("goal/launch", {
			workspace,
			playbook: { path: "p.md", text },
			grantPlaybook: true,
		});
		await untilState(client, goalId, ["completed"]);
		const { events } = await client.request("goal/events", { goalId, types: ["tool.completed"], limit: 10 });
		const [done] = events;
		assert.ok(
			done?.type === "tool.completed" && done.output.path && existsSync(done.output.path),
			"the long output is in a file",
		);
		await client.request("goal/control", { goalId, action: "delete" });
		await assert.rejects(client.request("goal/get", { goalId }), /no goal/);
		assert.deepEqual((await client.request("goal/list", {})).goals, []);
		await client.request("daemon/stop", {});
		await daemon.ended();
		const left = readdirSync(home, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && !entry.parentPath.includes(`${path.sep}changes`))
			.filter((entry) => readFileSync(path.join(entry.parentPath, entry.name)).includes("eacock"));
		assert.deepEqual(
			left.map((entry) => entry.name),
			[],
		);
	});
});
