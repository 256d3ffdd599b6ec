import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify } from "../../../src/daemon/commands/processIdentity.ts";
import { until } from "../../support/until.ts";
import { numbersIn, openWorkbench, runs, type Workbench } from "./workbench.ts";

describe("stopping a command", () => {
	let bench: Workbench;
	beforeEach(() => {
		bench = openWorkbench();
	});
	afterEach(() => bench.remove());

	it("ends all of its processes", async () => {
		const spec = bench.spec(
			"sleep 61 & echo $! >> pids; (sleep 62 & echo $! >> pids; wait) & echo ready >> pids; wait",
		);
		const outcome = bench.commands.run(spec);
		await until("it runs", () => bench.text("pids").split("\n").length >= 4);
		assert.deepEqual(await bench.commands.running(), [spec.id]);
		await bench.commands.stop(spec.id);
		assert.equal((await outcome).kind, "stopped");
		const pids = numbersIn(bench.text("pids").replace("ready", ""));
		assert.equal(pids.length, 2);
		await until("all are gone", () => pids.every((pid) => !runs(pid)));
		assert.deepEqual(await bench.commands.running(), []);
	});

	it("kills what ignores SIGTERM, also in a group of its own, after the grace", async () => {
		const stubborn = "trap '' TERM; while :; do sleep 0.05; done";
		const spec = bench.spec(`set -m; (${stubborn}) & echo $! > pids; ${stubborn}`);
		const outcome = bench.commands.run(spec);
		await until("it runs", () => bench.text("pids") !== "");
		const began = performance.now();
		await bench.commands.stop(spec.id, 300);
		assert.ok(performance.now() - began >= 290);
		assert.equal((await outcome).kind, "stopped");
		await until("all are gone", () => numbersIn(bench.text("pids")).every((pid) => !runs(pid)));
	});

	it("keeps what it printed, and is remembered by the next daemon", async () => {
		const spec = bench.spec("echo so far; sleep 60");
		let said = "";
		const outcome = bench.commands.run(spec, {
			onOutput: (text) => {
				said += text;
			},
		});
		await until("it has spoken", () => said === "so far\n");
		await bench.commands.stop(spec.id);
		const stopped = await outcome;
		assert.equal(stopped.kind === "stopped" && stopped.output.head, "so far\n");
		assert.deepEqual(await bench.restarted().run(spec), stopped);
	});

	it("prevents one that has not begun from ever running", async () => {
		const spec = bench.spec("echo never > file");
		mkdirSync(join(bench.bootFolder(), spec.id));
		await bench.commands.stop(spec.id);
		assert.equal((await bench.commands.run(spec)).kind, "stopped");
		assert.equal(bench.text("file"), "");
	});

	it("does nothing to one that is over or unknown", async () => {
		const spec = bench.spec("exit 3");
		const outcome = await bench.commands.run(spec);
		await bench.commands.stop(spec.id);
		await bench.commands.stop("never-was");
		assert.deepEqual(await bench.commands.run(spec), outcome);
	});

	it("does not touch a process that was given the same pid", async () => {
		const stranger = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
		try {
			const pid = stranger.pid ?? 0;
			// Who had the pid before: a tick, or elsewhere three seconds, older.
			const start = identify(pid).start - (process.platform === "linux" ? 1 : 3000);
			const spec = bench.spec("echo again >> file");
			const spool = join(bench.bootFolder(), spec.id);
			mkdirSync(spool);
			writeFileSync(join(spool, "begun"), "");
			writeFileSync(join(spool, `runner.${pid}.${start}`), "");
			assert.deepEqual(await bench.commands.running(), []);
			await bench.commands.stop(spec.id, 50);
			assert.ok(runs(pid));
			assert.equal((await bench.commands.run(spec)).kind, "unknown");
			assert.equal(bench.text("file"), "");
		} finally {
			stranger.kill("SIGKILL");
		}
	});
});
