import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { seeded } from "../../../support/seed.ts";
import { until } from "../../../support/until.ts";
import { places, runs, skipWithoutSandbox } from "../../commands/workbench.ts";
import { all, type Bench, openBenchIn, relay, take } from "./bench.ts";
import type { Work } from "./killableMain.ts";

for (const place of places)
	describe(`an agent's process outlives its daemon ${place}`, () => {
		let bench: Bench;
		let daemons: ChildProcess[];
		before(async function () {
			if (place !== "outside") await skipWithoutSandbox(this);
		});
		beforeEach(async () => {
			bench = await openBenchIn(place);
			daemons = [];
		});
		afterEach(async () => {
			for (const daemon of daemons) daemon.kill("SIGKILL");
			await bench.remove();
		});

		it("and never notices, and nothing is lost or repeated, however often daemons are killed", async function () {
			const kills = Number(process.env.MISSION_KILLS ?? 20);
			this.timeout(60_000 + kills * 3_000);
			const random = seeded(`${kills} kills`);
			// Some lines are of a size that a process can be killed in the middle of.
			const orders = Array.from(
				{ length: kills * 4 },
				(_, at) =>
					`echo ${at} ${String(at % 10).repeat(random.next() < 0.2 ? random.between(300_000, 2_500_000) : random.between(0, 300))}`,
			);
			const file = await buildKillable(bench);
			const work = workOf(bench, { orders, lines: orders.length + 1, launch: bench.launch("pid") });
			let killed = 0;
			const halves: number[] = [];
			for (;;) {
				const daemon = startKillable(file, work);
				await daemon.began;
				if (killed < kills) {
					await pause(random.next() * random.next() * 200);
					daemon.process.kill("SIGKILL");
					killed++;
				}
				if ((await daemon.ended) === "done") break;
				halves.push(halfOf(bench));
			}
			const noted = readFileSync(work.journal, "utf8")
				.split("\n")
				.flatMap((line) => (line === "" ? [] : [(JSON.parse(line) as { line: string }).line]));
			const [pid, ...echoes] = noted;
			assert.deepEqual(bench.text("received").split("\n").slice(0, -1), ["pid", ...orders]);
			assert.deepEqual(
				echoes,
				orders.map((order) => order.slice(5)),
			);
			assert.ok(runs(bench.pid("t1.1", pid)), "one process did it all");
			console.log(
				`      ${killed} killed, of them ${halves.filter((bytes) => bytes > 0).length} in the middle of a line`,
			);
		});

		it("and a line that a daemon was killed in the middle of is taken away", async () => {
			const agent = await bench.processes.open("t1.1", bench.launch("pid"));
			await agent.write("echo one");
			const [pid] = await take(agent, 2);
			const next = bench.restarted();
			appendFileSync(join(bench.spool("t1.1"), "in"), "echo half a li");
			const again = (await next.find("t1.1"))!;
			assert.deepEqual(await again.written(), ["echo one"]);
			await again.write("echo two");
			assert.deepEqual(await take(again, 3), [pid, "one", "two"]);
			assert.equal(bench.text("received"), "pid\necho one\necho two\n");
		});

		it("and what it printed meanwhile is read by the next one, also when it has ended", async () => {
			const first = await bench.processes.open("t1.1", bench.launch());
			await first.write("echo one");
			await take(first, 1);
			await first.write("echo two");
			await first.write("err sorry");
			await first.write("exit 7");
			bench.processes.close();
			const next = (await bench.restarted().open("t1.1", bench.launch("echo not again")))!;
			const end = await next.ended;
			assert.deepEqual([end.exitCode, end.errorTail], [7, "sorry"]);
			assert.deepEqual(await all(next, 4), ["two"]);
			assert.equal(next.isAlive, false);
		});

		it("and a daemon that is killed before it began leaves nothing that is in the way", async () => {
			for (const [at, names] of [[], ["in"], ["in", "out", "read"], ["in", "out", "read", "relay.1.1"]].entries()) {
				const key = `t1.${at}`;
				mkdirSync(bench.spool(key), { recursive: true, mode: 0o700 });
				for (const name of names) writeFileSync(join(bench.spool(key), name), "");
				const agent = await bench.restarted().open(key, bench.launch("echo here"));
				assert.deepEqual(await take(agent, 1), ["here"], `with ${names}`);
			}
		});

		for (const point of ["relay.made", "relay.waiting", "relay.told"])
			it(`and is started once when the daemon dies at ${point}`, async () => {
				const file = await buildKillable(bench);
				const work = workOf(bench, { orders: ["echo a"], lines: 2, launch: bench.launch("pid") });
				assert.equal(await startKillable(file, work, point).ended, "killed");
				assert.equal(await startKillable(file, work).ended, "done");
				assert.equal(bench.text("received"), "pid\necho a\n");
			});

		it("and of a boot that is over it is read to its end, and never started again", async () => {
			const agent = await bench.processes.open("t1.1", bench.launch("echo said", "pid"));
			const [, pid] = await take(agent, 2);
			await agent.write("echo asked");
			await take(agent, 3);
			bench.processes.close();
			process.kill(bench.pid("t1.1", pid), "SIGKILL");
			const boot = join(bench.spool("t1.1"), "..");
			await until("its end is noted", () => readdirSync(bench.spool("t1.1")).some((name) => name.startsWith("exit.")));
			for (const name of readdirSync(bench.spool("t1.1")))
				if (name.startsWith("exit.")) rmSync(join(bench.spool("t1.1"), name));
			const half = join(boot, "t1%2E2");
			mkdirSync(half);
			renameSync(boot, join(bench.folder, "00000000-0000-4000-8000-000000000000"));
			const next = bench.restarted();
			const found = (await next.open("t1.1", bench.launch("echo again")))!;
			assert.match((await found.ended).reason, /The machine was started anew/);
			assert.deepEqual(await all(found), ["said", pid, "asked"]);
			assert.deepEqual(await found.written(), ["echo asked"]);
			const halfMade = (await next.find("t1.2"))!;
			assert.deepEqual([await all(halfMade), await halfMade.written(), halfMade.isAlive], [[], [], false]);
			await next.forget(["t1.1", "t1.2"]);
			assert.equal(await next.find("t1.1"), undefined);
		});

		it("and is ended by the next one when what it belonged to is gone", async () => {
			const wanted = await bench.processes.open("t1.1", bench.launch("pid"));
			const other = await bench.processes.open("t2.1", bench.launch("pid", "child"));
			const pids = (await take(other, 2)).map((one) => bench.pid("t2.1", one));
			const pid = bench.pid("t1.1", (await take(wanted, 1))[0]);
			const next = bench.restarted();
			assert.deepEqual([...(await next.running())].sort(), ["t1.1", "t2.1"]);
			await next.forget((await next.kept()).filter((key) => key !== "t1.1"));
			await until("it has ended", () => pids.every((each) => !runs(each)));
			assert.deepEqual(await next.running(), ["t1.1"]);
			assert.ok(runs(pid));
		});

		it("but not for ever when no daemon comes back, and longer than that beside one that lives", async () => {
			bench.restarted({ aloneMs: 1500 });
			const agent = await bench.processes.open("t1.1", bench.launch("pid"));
			const pid = bench.pid("t1.1", (await take(agent, 1))[0]);
			await pause(2500);
			assert.ok(agent.isAlive);
			bench.processes.close();
			await until("it has ended", () => !runs(pid));
			const next = (await bench.restarted({ aloneMs: 1500 }).find("t1.1"))!;
			assert.match((await next.ended).reason, /no daemon was there for 2 seconds/);
		});

		it("and floods no disk while no daemon reads: it waits, and goes on for the next one", async () => {
			const limits = { maxUnreadBytes: 300_000 };
			bench.restarted(limits);
			await bench.processes.open("t1.1", bench.launch("flood 5000", "echo over"));
			bench.processes.close();
			const out = join(bench.spool("t1.1"), "out");
			const size = () => readFileSync(out).length;
			await until("it waits", () => size() > 300_000);
			let before = 0;
			await until("it prints no more", async () => {
				before = size();
				await pause(300);
				return size() === before;
			});
			assert.ok(before < 300_000 + 2 * 65_536, `${before} bytes`);
			const lines = await take((await bench.restarted(limits).find("t1.1"))!, 5001);
			assert.equal(lines.length, 5001);
			assert.ok(lines.includes("over"));
		});
	});

interface Killable {
	readonly process: ChildProcess;
	readonly began: Promise<void>;
	readonly ended: Promise<"done" | "killed">;
}

/** Bundled, with the file that kills at a named point in the place of the one that does nothing. */
async function buildKillable(bench: Bench): Promise<string> {
	const outfile = join(bench.base, "killable.cjs");
	const killing = join(__dirname, "../../../crash/killAtPoint.ts");
	await build({
		entryPoints: [join(__dirname, "killableMain.ts")],
		plugins: [
			{
				name: "crash points",
				setup: ({ onResolve }) => onResolve({ filter: /\/crashPoint\.ts$/ }, () => ({ path: killing })),
			},
		],
		outfile,
		bundle: true,
		platform: "node",
		format: "cjs",
		logLevel: "error",
	});
	writeFileSync(join(bench.base, "relay.cjs"), relay());
	return outfile;
}

function workOf(bench: Bench, work: Pick<Work, "orders" | "lines" | "launch">): Work {
	const journal = join(bench.base, "journal");
	writeFileSync(journal, "");
	const { folder, base } = bench;
	return { folder, relayFile: join(base, "relay.cjs"), key: "t1.1", journal, ...work };
}

function startKillable(file: string, work: Work, point?: string): Killable {
	const workFile = join(work.folder, "../work.json");
	writeFileSync(workFile, JSON.stringify(work));
	const child = spawn(process.execPath, [file, workFile], {
		stdio: ["ignore", "pipe", "inherit"],
		env: { ...process.env, MISSION_CRASH_POINT: point },
	});
	let said = "";
	let begin = () => {};
	const began = new Promise<void>((resolve) => {
		begin = resolve;
	});
	child.stdout.on("data", (data: Buffer) => {
		said += data.toString();
		if (said.includes("begin\n")) begin();
	});
	const ended = new Promise<"done" | "killed">((resolve) =>
		child.once("close", () => resolve(said.includes("done\n") ? "done" : "killed")),
	);
	return { process: child, began: Promise.race([began, ended.then(() => undefined)]), ended };
}

/** How many bytes of a line were written when the daemon was found dead. */
function halfOf(bench: Bench): number {
	try {
		const text = readFileSync(join(bench.spool("t1.1"), "in"));
		return text.length - text.lastIndexOf(10) - 1;
	} catch {
		return 0;
	}
}

function pause(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
