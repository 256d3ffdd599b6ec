import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processLives, readDaemonFile } from "../../src/client/daemonFile.ts";
import { until } from "../support/until.ts";
import { lines, openStage, type Stage } from "./mission.ts";

describe("mission and its daemon", function () {
	this.timeout(120_000);
	let stage: Stage;
	beforeEach(() => {
		stage = openStage();
	});
	afterEach(() => stage.end());

	it("looks without starting one", () => {
		assert.deepEqual(stage.json("daemon", "status"), {
			running: false,
			folder: stage.home,
			service: { installed: false },
		});
		assert.deepEqual(stage.json("daemon", "stop"), { stopped: false, stillRunning: [] });
		assert.equal(readDaemonFile(stage.home), undefined);
	});

	it("starts, restarts and stops it", () => {
		const first = stage.json("daemon", "start");
		assert.equal(first.started, true);
		assert.deepEqual(stage.json("daemon", "start"), { ...first, started: false });
		assert.equal(statSync(path.join(stage.home, "daemon.json")).mode & 0o777, 0o600);
		assert.equal(readdirSync(path.join(stage.home, "bin")).length, 1);
		const second = stage.json("daemon", "restart");
		assert.notEqual(second.pid, first.pid);
		assert.equal(processLives(first.pid), false);
		assert.equal(stage.json("daemon", "stop").stopped, true);
		assert.equal(processLives(second.pid), false);
		assert.equal(readDaemonFile(stage.home), undefined);
	});

	it("makes one daemon of four commands that begin at once", async () => {
		const runs = await Promise.all(Array.from({ length: 4 }, () => stage.start("daemon", "start", "--json").ended));
		const answers = runs.map(({ code, out, error }) => {
			assert.equal(code, 0, error);
			return JSON.parse(out);
		});
		assert.equal(new Set(answers.map((answer) => answer.pid)).size, 1);
	});

	it("follows a goal over two kills of the daemon: every event once, and the end is reached", async () => {
		stage.json("daemon", "start");
		const follow = stage.start(
			"launch",
			"--playbook",
			"prepare-report.md",
			"--grant",
			"playbook",
			"--follow",
			"--json",
		);
		for (const epoch of [1, 2]) {
			const isThere = () => lines(follow.said()).some((event) => event.epoch === epoch);
			await until(`it follows what daemon ${epoch} did`, isThere);
			process.kill(stage.daemonPid(), "SIGKILL");
		}
		const { code, out, error } = await follow.ended;
		assert.equal(code, 0, error);
		const [, ...events] = lines(out);
		assert.deepEqual(
			events.map((event) => event.seq),
			events.map((_, index) => index + 1),
		);
		assert.equal(events.at(-1).type, "goal.completed");
		assert.ok(events.at(-1).epoch > 1, "the daemon was not killed in time");
	});

	it("waits while the daemon is stopped, and goes on with the next one", async () => {
		const { goalId } = stage.json("launch", "--playbook", "prepare-report.md", "--grant", "playbook");
		const waiting = stage.start("wait", goalId, "--timeout", "90", "--json");
		let isOver = false;
		void waiting.ended.then(() => {
			isOver = true;
		});
		// This one, and the one that looks.
		await until("it waits", () => isOver || stage.json("daemon", "status").clients > 1);
		assert.equal(stage.json("daemon", "stop").stopped, true);
		await sleep(500);
		assert.equal(stage.json("daemon", "status").running, false);
		stage.json("daemon", "start");
		const { code, out, error } = await waiting.ended;
		assert.equal(code, 0, error);
		assert.equal(JSON.parse(out).state, "completed");
	});

	it("is the daemon itself with `daemon run`, and ends with a signal", async () => {
		const running = stage.start("daemon", "run");
		await until("it has started", () => readDaemonFile(stage.home) !== undefined);
		assert.equal(stage.daemonPid(), running.pid);
		assert.equal(stage.json("daemon", "status").pid, running.pid);
		process.kill(running.pid, "SIGTERM");
		assert.equal((await running.ended).code, 0);
		assert.equal(readDaemonFile(stage.home), undefined);
	});
});
