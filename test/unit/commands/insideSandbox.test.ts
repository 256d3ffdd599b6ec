import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { until } from "../../support/until.ts";
import { openWorkbench, skipWithoutSandbox, type Workbench } from "./workbench.ts";

describe("a command inside a sandbox", () => {
	let bench: Workbench;
	before(async function () {
		await skipWithoutSandbox(this);
	});
	beforeEach(() => {
		bench = openWorkbench("inside a sandbox");
	});
	afterEach(() => bench?.remove());

	it("has the exit code and the output of both streams, and the workspace as its folder", async () => {
		const outcome = await bench.commands.run(bench.spec("echo out; echo err >&2; pwd; echo x > made; exit 7"));
		assert.ok(outcome.kind === "exited" && outcome.exitCode === 7, JSON.stringify(outcome));
		assert.equal(outcome.output.head, `out\nerr\n${bench.workspace}\n`);
		assert.equal(bench.text("made"), "x\n");
	});

	it("that a signal ended says which, as outside", async () => {
		for (const [command, exitCode] of [
			["kill -SEGV $$", 139],
			["kill -KILL $$", 137],
			["kill -TERM $$", 143],
		] as const) {
			const outcome = await bench.commands.run(bench.spec(command));
			assert.equal(outcome.kind === "exited" && outcome.exitCode, exitCode, command);
		}
	});

	it("may be longer than the system lets an argument be", async () => {
		const outcome = await bench.commands.run(bench.spec(`echo yes # ${"x".repeat(300_000)}`));
		assert.equal(outcome.kind === "exited" && outcome.output.head, "yes\n");
	});

	it("is asked to end, and has its time to tidy up", async () => {
		const spec = bench.spec("trap 'sleep 0.3; echo tidied > tidied; exit 3' TERM; echo up > up; sleep 61.5 & wait");
		const outcome = bench.commands.run(spec);
		await until("it runs", () => bench.text("up") !== "");
		await bench.commands.stop(spec.id, 5000);
		assert.equal((await outcome).kind, "stopped");
		assert.equal(bench.text("tidied"), "tidied\n");
	});

	it("is ended with all that it started, also what has left its session and ignores being asked", async () => {
		const mark = `61.${process.pid}`;
		const spec = bench.spec(
			`setsid sh -c "trap '' TERM; echo 1 > up; sleep ${mark}; sleep ${mark}" & until [ -e up ]; do sleep 0.05; done; echo 1 > ready; wait`,
		);
		const outcome = bench.commands.run(spec);
		await until("it runs", () => bench.text("ready") !== "");
		assert.notDeepEqual(running(mark), []);
		await bench.commands.stop(spec.id, 300);
		assert.equal((await outcome).kind, "stopped");
		await until("all are gone", () => running(mark).length === 0);
	});

	it("leaves nothing behind when it is over, but what it prints last is kept", async () => {
		const mark = `62.${process.pid}`;
		const spec = bench.spec(`setsid sleep ${mark} >/dev/null 2>&1 & (sleep 0.1; echo late) & echo over`);
		const outcome = await bench.commands.run(spec);
		assert.equal(outcome.kind === "exited" && outcome.output.head, "over\nlate\n");
		await until("all are gone", () => running(mark).length === 0);
	});

	it("is ended at its time limit", async () => {
		const mark = `63.${process.pid}`;
		const outcome = await bench.commands.run(bench.spec(`echo begun; sleep ${mark}`, { timeoutMs: 3000 }));
		assert.ok(
			outcome.kind === "exited" && outcome.timedOut && outcome.output.head === "begun\n",
			JSON.stringify(outcome),
		);
		await until("all are gone", () => running(mark).length === 0);
	});
});

/** Processes of this machine that have the text among their arguments. */
function running(mark: string): readonly string[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(mark) ? [pid] : [];
			} catch {
				return [];
			}
		});
}
