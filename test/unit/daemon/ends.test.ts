import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
	type DaemonProcess,
	newWorkspace,
	spawnDaemon,
	startDaemonProcess,
	untilState,
} from "../../support/daemonProcess.ts";

/** How daemons end, and that one folder has one. */
describe("a daemon ends", function () {
	this.timeout(60_000);
	const { folder: workspace, remove } = newWorkspace();
	let daemon: DaemonProcess | undefined;
	afterEach(async () => {
		await daemon?.close();
		daemon = undefined;
	});
	after(remove);
	const launch = (text: string) =>
		daemon!.client.request("goal/launch", { workspace, playbook: { path: "p.md", text }, grantPlaybook: true });

	it("with a line in its log when another one has taken its folder over, and leaves that one's file alone", async () => {
		daemon = await startDaemonProcess();
		const { home } = daemon;
		await daemon.client.request("goal/list", {});
		writeFileSync(path.join(home, "owner"), "somebody else");
		writeFileSync(path.join(home, "daemon.json"), JSON.stringify({ ...daemon.file, pid: 1 }));
		launch("# A\n\n## One\n\n```sh\ntrue\n```\n").catch(() => undefined);
		assert.equal(await daemon.ended(), 1);
		assert.match(daemon.words(), /Another daemon has taken over this data folder/);
		assert.match(readFileSync(path.join(home, "daemon.log"), "utf8"), /cannot go on, so it ends/);
		assert.ok(existsSync(path.join(home, "daemon.json")));
	});

	it("when nobody is connected and only a person's decision is waited for", async () => {
		daemon = await startDaemonProcess({ args: ["--idle-seconds", "1"] });
		const { client, home } = daemon;
		const { goalId } = await client.request("goal/launch", {
			workspace,
			playbook: { path: "p.md", text: "# A\n\n## One\n\n```sh\nmkdir made\n```\n" },
		});
		await untilState(client, goalId, ["awaiting_approval"]);
		client.close();
		assert.equal(await daemon.ended(), 0);
		daemon = await startDaemonProcess({ home });
		assert.equal((await daemon.client.request("approval/list", {})).approvals.length, 1);
	});

	it("with its commands when it is told to end now, and the next one says what happened to them", async () => {
		daemon = await startDaemonProcess();
		const { home, client } = daemon;
		const { goalId } = await launch("# A\n\n## One\n\n```sh\necho begun > begun.txt; sleep 20\n```\n");
		while (!existsSync(path.join(workspace, "begun.txt"))) await sleep(5);
		await client.request("daemon/stop", { now: true });
		assert.equal(await daemon.ended(), 0);
		daemon = await startDaemonProcess({ home });
		const goal = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		assert.match(goal.approvals[0]?.reasons.join() ?? "", /Stopped by the person/);
	});

	it("when others were faster: of many that start at once behind one that was killed, one stays", async () => {
		for (let round = 0; round < 3; round++) {
			const home = mkdtempSync(path.join(os.tmpdir(), "mission-home-"));
			// As the socket of a killed daemon: a file that nobody answers.
			writeFileSync(path.join(home, "daemon.sock"), "");
			const started = Array.from({ length: 5 }, () => spawnDaemon({ home }));
			const living = () => started.filter(({ process: child }) => child.exitCode === null && child.signalCode === null);
			for (let tries = 0; living().length > 1 && tries < 450; tries++) await sleep(100);
			// The one that is left is ready, and stays.
			for (let tries = 0; !readdirSync(home).includes("daemon.json") && tries < 450; tries++) await sleep(100);
			await sleep(300);
			const alive = living();
			const said = started.map(({ words }) => words()).join("");
			for (const { process: child } of started) child.kill("SIGKILL");
			assert.equal(alive.length, 1, `round ${round}: ${alive.length} stayed. ${said}`);
			assert.ok(readdirSync(home).includes("daemon.json"));
			rmSync(home, { recursive: true, force: true, maxRetries: 5 });
		}
	});
});
