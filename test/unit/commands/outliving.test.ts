import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { CommandOutcome, CommandSpec } from "../../../src/daemon/commands/command.ts";
import { until } from "../../support/until.ts";
import { numbersIn, openWorkbench, places, runs, skipWithoutSandbox, type Workbench } from "./workbench.ts";

for (const place of places)
	describe(`a command ${place} outlives its daemon`, () => {
		let bench: Workbench;
		let daemonFile: string;
		before(async function () {
			if (place !== "outside") await skipWithoutSandbox(this);
		});
		beforeEach(() => {
			bench = openWorkbench(place);
			daemonFile = buildDaemon(bench);
		});
		afterEach(() => bench?.remove());

		it("and the next daemon follows it to its end", async () => {
			const spec = bench.spec("echo > began; while [ ! -e go ]; do sleep 0.05; done; echo done");
			const daemon = startDaemon(daemonFile, bench.folder, spec);
			await until("it has begun", () => bench.text("began") !== "");
			const began = performance.now();
			daemon.process.kill("SIGKILL");
			await daemon.ended;
			assert.deepEqual(await bench.restarted().running(), [spec.id]);
			const next = startDaemon(daemonFile, bench.folder, spec);
			await next.began;
			await pause(300);
			const goesAfterMs = performance.now() - began;
			writeFileSync(join(bench.workspace, "go"), "");
			const outcome = await next.outcome;
			assert.equal(outcome?.kind, "exited");
			assert.equal(outcome?.kind === "exited" && outcome.output.head, "done\n");
			assert.ok(outcome?.kind === "exited" && outcome.exitCode === 0);
			// From its own begin, not from when the second daemon came.
			assert.ok(outcome.durationMs >= goesAfterMs - 10, `${outcome.durationMs} ms of ${goesAfterMs}`);
		});

		it("and is never executed twice, and its end never unknown, however often daemons are killed", async function () {
			const kills = Number(process.env.MISSION_KILLS ?? (place === "outside" ? 60 : 25));
			const seed = Number(process.env.MISSION_SEED ?? Date.now() % 1_000_000);
			this.timeout(60_000 + kills * 2_000);
			console.log(`      seed ${seed}, ${kills} kills`);
			const random = seededRandom(seed);
			const fates: Record<string, number> = {};
			for (let killed = 0, round = 0; killed < kills; round++) {
				const lengthMs = Math.floor(random() * 30);
				const spec = bench.spec(`sleep 0.0${String(lengthMs).padStart(2, "0")}; echo ${round} >> lines; echo said`);
				let outcome: CommandOutcome | undefined;
				for (let chances = 1 + Math.floor(random() * 4); outcome === undefined; chances--) {
					const daemon = startDaemon(daemonFile, bench.folder, spec);
					await daemon.began;
					if (chances > 0 && killed < kills) {
						killed++;
						await pause(random() * 15 + random() * random() * 40);
						daemon.process.kill("SIGKILL");
					}
					outcome = await daemon.outcome;
					const fate = outcome === undefined ? whereIt(bench, spec) : "had an outcome";
					fates[fate] = (fates[fate] ?? 0) + 1;
				}
				assert.equal(outcome.kind, "exited", JSON.stringify(outcome));
				assert.equal(outcome.kind === "exited" && outcome.exitCode, 0);
				assert.equal(outcome.kind === "exited" && outcome.output.head, "said\n");
				assert.deepEqual(
					numbersIn(bench.text("lines")).filter((line) => line === round),
					[round],
				);
			}
			console.log(`      after a kill: ${JSON.stringify(fates)}`);
		});

		it("and two daemons that take it at the same moment execute it once, and both learn its outcome", async () => {
			for (let round = 0; round < 15; round++) {
				const spec = bench.spec(`echo ${round} >> lines; exit 9`);
				const daemons = [startDaemon(daemonFile, bench.folder, spec), startDaemon(daemonFile, bench.folder, spec)];
				for (const { outcome } of daemons) {
					const found = await outcome;
					assert.ok(found?.kind === "exited" && found.exitCode === 9, JSON.stringify(found));
				}
				assert.deepEqual(
					numbersIn(bench.text("lines")).filter((line) => line === round),
					[round],
				);
			}
		});

		it("and its flood is still bounded", async () => {
			const spec = bench.spec("sleep 0.3; head -c 50000000 /dev/zero | tr '\\0' x; echo end", { maxBytes: 100_000 });
			const daemon = startDaemon(daemonFile, bench.folder, spec);
			await until("it runs", async () => (await bench.commands.running()).length > 0);
			daemon.process.kill("SIGKILL");
			const outcome = await bench.restarted().run(spec);
			assert.ok(
				outcome.kind === "exited" && outcome.output.bytes === 50_000_004 && outcome.output.tail.endsWith("end\n"),
			);
		});
	});

describe("a command outlives its daemon", () => {
	let bench: Workbench;
	let daemonFile: string;
	beforeEach(() => {
		bench = openWorkbench();
		daemonFile = buildDaemon(bench);
	});
	afterEach(() => bench.remove());

	it("but not its time limit", async () => {
		const spec = bench.spec("trap '' TERM; echo $$ > pid; while :; do sleep 0.1; done", { timeoutMs: 3000 });
		const daemon = startDaemon(daemonFile, bench.folder, spec);
		await until("it runs", () => bench.text("pid") !== "");
		daemon.process.kill("SIGKILL");
		await daemon.ended;
		await until("it was ended", () => numbersIn(bench.text("pid")).every((pid) => !runs(pid)));
		const outcome = await bench.restarted().run(spec);
		assert.ok(outcome.kind === "exited" && outcome.timedOut && outcome.exitCode === 137, JSON.stringify(outcome));
	});

	it("but what it leaves in the background does not", async () => {
		const spec = bench.spec("sleep 0.6; sleep 60 & echo $! > pid; sleep 61 >/dev/null & echo $! >> pid; echo over");
		const daemon = startDaemon(daemonFile, bench.folder, spec);
		await daemon.began;
		await until("it runs", async () => (await bench.commands.running()).length > 0);
		daemon.process.kill("SIGKILL");
		const began = performance.now();
		const outcome = await bench.restarted().run(spec);
		assert.ok(outcome.kind === "exited" && outcome.output.head === "over\n", JSON.stringify(outcome));
		assert.ok(performance.now() - began < 20_000);
		await until("they were ended", () => numbersIn(bench.text("pid")).every((pid) => !runs(pid)));
	});

	it("and can be stopped by the next one", async () => {
		const spec = bench.spec("echo $$ > pid; sleep 60 & echo $! >> pid; wait");
		const daemon = startDaemon(daemonFile, bench.folder, spec);
		await until("it runs", () => numbersIn(bench.text("pid")).length === 2);
		daemon.process.kill("SIGKILL");
		await daemon.ended;
		const next = bench.restarted();
		const outcome = next.run(spec);
		await next.stop(spec.id);
		assert.equal((await outcome).kind, "stopped");
		await until("all is gone", () => numbersIn(bench.text("pid")).every((pid) => !runs(pid)));
	});

	it("also when the daemon only stops following: it goes on, under its time limit", async () => {
		const spec = bench.spec("echo $$ > pid; sleep 0.5; echo done; sleep 60", { timeoutMs: 4000 });
		const draining = new AbortController();
		const followed = bench.commands.run(spec, { signal: draining.signal });
		await until("it runs", () => bench.text("pid") !== "");
		draining.abort(new Error("draining"));
		await assert.rejects(followed, /draining/);
		assert.ok(numbersIn(bench.text("pid")).every(runs));
		const outcome = await bench.commands.run(spec);
		assert.ok(
			outcome.kind === "exited" && outcome.timedOut && outcome.output.head === "done\n",
			JSON.stringify(outcome),
		);
		await assert.rejects(bench.commands.run(spec, { signal: draining.signal }), /draining/);
	});

	it("and is unknown only when it began, runs no more and left no record", async () => {
		const spec = bench.spec("echo once >> lines; echo said; sleep 60");
		const daemon = startDaemon(daemonFile, bench.folder, spec);
		const spool = join(bench.bootFolder(), spec.id);
		await until("it has spoken", () => statSync(join(spool, "out"), { throwIfNoEntry: false })?.size === 5);
		const runner = readdirSync(spool).find((name) => name.startsWith("runner."));
		process.kill(-Number(runner?.split(".")[1]), "SIGKILL");
		const outcome = await daemon.outcome;
		assert.ok(outcome?.kind === "unknown" && outcome.output.head === "said\n", JSON.stringify(outcome));
		assert.deepEqual(await bench.restarted().run(spec), outcome);
		assert.equal(bench.text("lines"), "once\n");
	});

	it("and after a reboot what finished is known, and what had begun is not run again", async () => {
		const finished = bench.spec("echo kept; exit 5");
		const [cut, fresh, early] = [
			bench.spec("echo x >> lines"),
			bench.spec("echo y >> lines"),
			bench.spec("echo z >> lines"),
		];
		const before = await bench.commands.run(finished);
		const earlier = join(bench.folder, "00000000-0000-4000-8000-000000000000");
		renameSync(bench.bootFolder(), earlier);
		for (const name of ["begun", `runner.${process.pid}.1`]) {
			mkdirSync(join(earlier, cut.id), { recursive: true });
			writeFileSync(join(earlier, cut.id, name), "");
		}
		mkdirSync(join(earlier, early.id));
		const next = bench.restarted();
		assert.deepEqual(await next.run(finished), before);
		assert.equal((await next.run(cut)).kind, "unknown");
		// Its spool was made, and whether "begun" had reached the disk before the power went nobody knows.
		assert.equal((await next.run(early)).kind, "unknown");
		assert.equal((await next.run(fresh)).kind, "exited");
		assert.equal(bench.text("lines"), "y\n");
		await next.forget(finished.id);
		assert.ok(!readdirSync(earlier).includes(finished.id));
	});
});

interface Daemon {
	readonly process: ChildProcess;
	readonly began: Promise<void>;
	readonly ended: Promise<void>;
	/** Undefined when it was killed before it had one. */
	readonly outcome: Promise<CommandOutcome | undefined>;
}

/** Bundled, since a hundred starts through a loader would take a minute longer. */
function buildDaemon(bench: Workbench): string {
	const outfile = join(bench.workspace, "..", "daemon.mjs");
	const entry = fileURLToPath(new URL("daemonProcess.ts", import.meta.url));
	buildSync({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm", logLevel: "error" });
	return outfile;
}

function startDaemon(file: string, folder: string, spec: CommandSpec): Daemon {
	const child = spawn(process.execPath, [file, folder, JSON.stringify(spec)], { stdio: ["ignore", "pipe", "inherit"] });
	let said = "";
	let begin = () => {};
	const began = new Promise<void>((resolve) => {
		begin = resolve;
	});
	child.stdout.on("data", (data: Buffer) => {
		said += data.toString();
		if (said.includes("begin\n")) begin();
	});
	const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
	const outcome = ended.then(() => {
		const line = said.split("\n")[1];
		return line ? (JSON.parse(line) as CommandOutcome) : undefined;
	});
	return { process: child, began, ended, outcome };
}

/** How far the command had come when its daemon was found dead. */
function whereIt(bench: Workbench, spec: CommandSpec): string {
	try {
		const names = readdirSync(join(bench.bootFolder(), spec.id));
		if (names.some((name) => name.startsWith("exit."))) return "it had finished";
		if (names.includes("begun")) return "it ran";
		return "it was about to begin";
	} catch {
		return "it had no spool";
	}
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}

function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

describe("a command that is not to begin", () => {
	const bench = openWorkbench();
	after(() => bench.remove());

	it("is left so when nothing of it is there, and begins when it may", async () => {
		const spec = bench.spec("echo once >> begun.txt");
		assert.deepEqual(await bench.commands.run(spec, { begin: false }), { kind: "notBegun" });
		assert.equal(bench.text("begun.txt"), "");
		assert.equal((await bench.commands.run(spec)).kind, "exited");
		assert.equal(bench.text("begun.txt"), "once\n");
	});

	it("is read all the same when it has begun", async () => {
		const spec = bench.spec("echo twice >> other.txt");
		await bench.commands.run(spec);
		assert.equal((await bench.commands.run(spec, { begin: false })).kind, "exited");
		assert.equal(bench.text("other.txt"), "twice\n");
	});
});
