import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { acpGoals } from "../../support/acpGoal.ts";
import { acpProgram, scriptedChoice } from "../../support/acpProgram.ts";
import type { Act } from "../../support/acpProgramMain.ts";
import type { MemoryProcesses } from "../../support/memoryProcesses.ts";
import { until } from "../../support/until.ts";
import { type Bench, openBench } from "../agents/process/bench.ts";

/** Real programs, behind the real relay. */
describe("an agent's real program", function () {
	this.timeout(60_000);
	const { start, workspace } = acpGoals();
	let bench: Bench;
	let marks: string;
	beforeEach(() => {
		bench = openBench({ maxLineBytes: 200_000 });
		marks = mkdtempSync(path.join(os.tmpdir(), "mission-marks-"));
	});
	afterEach(async () => {
		await bench.remove();
		rmSync(marks, { recursive: true, force: true });
	});

	const real = (): MemoryProcesses => ({
		spools: new Map(),
		daemon: () => ({ processes: bench.processes, kill() {} }),
	});
	const working = (acts: readonly Act[]) => start(real(), { choice: scriptedChoice, configured: acpProgram(acts) });

	it("works through the relay, and is ended with its thread", async () => {
		const life = await working([{ add: "first" }, { add: "second", unasked: true }]);
		await life.answer("approve");
		await life.ended();
		assert.equal(readFileSync(path.join(workspace(), "out.txt"), "utf8"), "first\nsecond\n");
		assert.deepEqual(
			life.events("tool.requested").map(({ unasked }) => unasked ?? false),
			[false, true],
		);
		await until("its programs are ended", async () => (await bench.processes.running()).length === 0);
	});

	it("that floods is ended, and its turn says why", async () => {
		const life = await working([{ flood: 400_000 }]);
		await until("the turn has failed", () => life.events("provider.failed").length > 0);
		assert.match(life.events("provider.failed")[0]!.reason, /scripted has ended: .*line/);
		await life.ask({ kind: "cancel" });
	});

	it("that dies in the middle leaves what it said last, and is taken up by another", async () => {
		const life = await working([{ say: "I begin." }, { dieOnce: path.join(marks, "died") }, { add: "first" }]);
		await life.answer("approve");
		await life.ended();
		assert.equal(goalState(life.goal()), "completed");
		assert.match(life.events("provider.failed")[0]!.reason, /exit code 3.*It said: I break here\./);
		assert.ok(existsSync(path.join(marks, "died")));
	});

	it("that ignores being told to stop is ended with what it started", async () => {
		const life = await working([{ todo: "Never stop" }, { ignores: true }]);
		await until("it works", () => life.types("todo.updated").length > 0);
		await life.ask({ kind: "pause", now: true });
		await until("the turn is over", () => life.events("turn.interrupted").length > 0);
		await until("it is ended", async () => (await bench.processes.running()).length === 0);
	});
});
