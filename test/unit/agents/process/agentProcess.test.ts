import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../../support/until.ts";
import { places, runs, skipWithoutSandbox } from "../../commands/workbench.ts";
import { all, type Bench, openBenchIn, take } from "./bench.ts";

for (const place of places)
	describe(`an agent's process ${place}`, () => {
		let bench: Bench;
		before(async function () {
			if (place !== "outside") await skipWithoutSandbox(this);
		});
		beforeEach(async () => {
			bench = await openBenchIn(place);
		});
		afterEach(() => bench.remove());

		it("gets lines in order and is heard line by line", async () => {
			const process = await bench.processes.open("t1.1", bench.launch());
			const sent = Array.from({ length: 200 }, (_, at) => `echo ${at} ${"ü".repeat(at)}`);
			for (const line of sent) await process.write(line);
			const got = await take(process, sent.length);
			assert.deepEqual(
				got,
				sent.map((line) => line.slice(5)),
			);
			assert.deepEqual(await process.written(), sent);
			assert.equal(process.isAlive, true);
		});

		it("is read on from any line's end", async () => {
			const process = await bench.processes.open("t1.1", bench.launch());
			for (const word of ["eins", "zwölf", "drei"]) await process.write(`echo ${word}`);
			const ends: number[] = [];
			for await (const { end } of process.lines(0, new AbortController().signal)) if (ends.push(end) === 3) break;
			assert.deepEqual(ends, [5, 12, 17]);
			assert.deepEqual(await take(process, 1, ends[0]), ["zwölf"]);
			assert.deepEqual(await take(process, 1, ends[1]), ["drei"]);
		});

		it("answers in a few milliseconds", async () => {
			const process = await bench.processes.open("t1.1", bench.launch());
			const times: number[] = [];
			const lines = process.lines(0, new AbortController().signal)[Symbol.asyncIterator]();
			for (let round = 0; round < 60; round++) {
				const began = performance.now();
				await process.write(`echo ${round}`);
				assert.equal((await lines.next()).value?.line, String(round));
				times.push(performance.now() - began);
			}
			await lines.return?.();
			times.sort((a, b) => a - b);
			console.log(`      there and back: median ${times[30]!.toFixed(2)} ms, worst ${times.at(-1)!.toFixed(2)} ms`);
			// Generous, for a busy machine; looking alone, without being told, would take hundreds.
			assert.ok(times[30]! < 150, `${times[30]} ms`);
		});

		it("is one for two calls with its key, and none is found that was never started", async () => {
			assert.equal(await bench.processes.find("t1.1"), undefined);
			const [one, other] = await Promise.all([
				bench.processes.open("t1.1", bench.launch("pid")),
				bench.processes.open("t1.1", bench.launch("pid")),
			]);
			assert.deepEqual(await take(one, 1), await take(other, 1));
			assert.equal(bench.text("received"), "pid\n");
			assert.deepEqual(await bench.processes.running(), ["t1.1"]);
		});

		it("gets its environment and nothing else, and it lies nowhere in the spool", async function () {
			// Walls add where caches and temporary files are.
			if (place !== "outside") this.skip();
			const process = await bench.processes.open("t1.1", bench.launch());
			await process.write("secret");
			const [said] = await take(process, 1);
			assert.match(said!, /^swordfish AGENT_SECRET,PATH(,__CF\w+)?$/);
			await process.write("exit 0");
			await process.ended;
			for (const name of readdirSync(bench.spool("t1.1")))
				if (name !== "out") assert.ok(!readFileSync(join(bench.spool("t1.1"), name)).includes("swordfish"), name);
		});

		it("reads what is withheld from the disk in its place, in any line and by whichever daemon it was written", async () => {
			const withheld = { '"one"': '{"token":"sword$&fish"}', '"two"': '["brick"]' };
			const process = await bench.processes.open("t1.1", { ...bench.launch(), withheld });
			const lines = ['echo {"a":["one","two"]}', 'echo "one" and "one", "three"', "echo one two"];
			for (const line of lines) await process.write(line);
			const next = bench.restarted();
			const found = (await next.find("t1.1"))!;
			await found.write('echo ["two"]');
			assert.deepEqual(await take(found, 4), [
				'{"a":[{"token":"sword$&fish"},["brick"]]}',
				'{"token":"sword$&fish"} and {"token":"sword$&fish"}, "three"',
				"one two",
				'[["brick"]]',
			]);
			assert.deepEqual(await found.written(), [...lines, 'echo ["two"]']);
			for (const name of readdirSync(bench.spool("t1.1")))
				if (name !== "out")
					assert.doesNotMatch(readFileSync(join(bench.spool("t1.1"), name), "utf8"), /fish|brick/, name);
		});

		it("has a spool that nobody else can read", async () => {
			const process = await bench.processes.open("t1.1", bench.launch("err hello"));
			await process.write("echo a");
			await take(process, 1);
			assert.equal(statSync(bench.spool("t1.1")).mode & 0o777, 0o700);
			for (const name of readdirSync(bench.spool("t1.1")))
				assert.equal(statSync(join(bench.spool("t1.1"), name)).mode & 0o777, 0o600, name);
		});

		it("takes a line of many megabytes, and gives one back", async () => {
			const process = await bench.processes.open("t1.1", bench.launch());
			const long = "x".repeat(9_000_000);
			await process.write(`echo ${long}`);
			await process.write("echo after");
			const [first, second] = await take(process, 2);
			assert.equal(first, long);
			assert.equal(second, "after");
		});

		it("gives all of a flood, in order, to a reader that takes its time, and waits meanwhile", async () => {
			bench.restarted({ maxUnreadBytes: 200_000 });
			const process = await bench.processes.open("t1.1", bench.launch("flood 3000"));
			let count = 0;
			let most = 0;
			const out = join(bench.spool("t1.1"), "out");
			for await (const { line, end } of process.lines(0, new AbortController().signal)) {
				assert.equal(line.length, 999);
				most = Math.max(most, statSync(out).size - end);
				if (++count === 3000) break;
				if (count % 300 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
			}
			// What lies in a chunk that is being handed out counts as read only behind it.
			assert.ok(most < 200_000 + 2 * 256 * 1024 + 65536, `${most} bytes unread`);
		});

		describe("ends, and says why:", () => {
			const rows: Readonly<
				Record<string, readonly [orders: readonly string[], code: number | undefined, why: RegExp]>
			> = {
				"by itself": [["exit 3"], 3, /ended by itself with exit code 3/],
				"with words on standard error": [["err it broke", "exit 1"], 1, /exit code 1/],
				"by a line that has no end": [["garbage 40000000"], undefined, /a line of more than 1 MiB/],
				"by printing more than may be kept": [["flood 20000"], undefined, /more than 10 MiB/],
			};
			for (const [name, [orders, code, why]] of Object.entries(rows))
				it(name, async () => {
					bench.restarted({ maxLineBytes: 1 << 20, maxOutputBytes: 10 << 20 });
					const process = await bench.processes.open("t1.1", bench.launch(...orders));
					const read = all(process);
					const end = await process.ended;
					assert.match(end.reason, why);
					if (code !== undefined) assert.equal(end.exitCode, code);
					if (orders[0] === "err it broke") assert.equal(end.errorTail, "it broke");
					await read;
					assert.equal(process.isAlive, false);
					await assert.rejects(process.write("echo"), /Nothing can be sent to the agent\. The agent's program/);
					assert.ok(statSync(join(bench.spool("t1.1"), "out")).size < 11 << 20);
				});

			it("by a signal of somebody else", async () => {
				const agent = await bench.processes.open("t1.1", bench.launch("pid"));
				process.kill(bench.pid("t1.1", (await take(agent, 1))[0]), "SIGKILL");
				// What is in between hands a signal on as shells do.
				const isInside = place !== "outside";
				assert.deepEqual(await agent.ended, {
					exitCode: isInside ? 137 : undefined,
					signal: isInside ? undefined : "SIGKILL",
					wasStopped: false,
					errorTail: "",
					reason: isInside
						? "The agent's program ended by itself with exit code 137."
						: "The agent's program was ended by SIGKILL.",
				});
			});

			it("by the death of its relay, and the program with it", async () => {
				const agent = await bench.processes.open("t1.1", bench.launch("ignore", "pid"));
				const pid = bench.pid("t1.1", (await take(agent, 2))[1]);
				const relay = readdirSync(bench.spool("t1.1")).find((name) => name.startsWith("relay."))!;
				process.kill(Number(relay.split(".")[1]), "SIGKILL");
				assert.match((await agent.ended).reason, /how it ended is not known/);
				assert.equal(runs(pid), false);
			});
		});

		it("is read to its last line when it ends at once, and half a line is none", async () => {
			const process = await bench.processes.open("t1.1", bench.launch("echo one", "echo two", "half three", "exit 0"));
			assert.deepEqual(await all(process), ["one", "two"]);
			assert.equal((await process.ended).exitCode, 0);
		});

		it("lives on when it closes its standard output, and can be stopped", async () => {
			const process = await bench.processes.open("t1.1", bench.launch("echo a", "closeStdout"));
			await process.write("err still here");
			await until("it said so", () => readFileSync(join(bench.spool("t1.1"), "err"), "utf8").includes("still here"));
			assert.equal(process.isAlive, true);
			await process.stop();
			assert.match((await process.ended).reason, /was stopped/);
		});

		it("stops following on abort, also while it waits", async () => {
			const process = await bench.processes.open("t1.1", bench.launch("echo a"));
			const abort = new AbortController();
			const lines: string[] = [];
			for await (const { line } of process.lines(0, abort.signal)) {
				lines.push(line);
				setTimeout(() => abort.abort(), 20);
			}
			assert.deepEqual(lines, ["a"]);
			assert.equal(process.isAlive, true);
		});

		describe("is stopped with all that it started", () => {
			for (const [name, orders] of Object.entries({
				"when it obeys": ["pid"],
				"when it ignores it": ["ignore", "pid"],
			}))
				it(name, async () => {
					const process = await bench.processes.open("t1.1", bench.launch(...orders, "child"));
					const said = await take(process, orders.length + 1);
					const pids = said.filter((one) => Number(one) > 0).map((one) => bench.pid("t1.1", one));
					assert.equal(pids.length, 2);
					await process.stop(600);
					assert.match((await process.ended).reason, /was stopped by Mission Control/);
					assert.ok((await process.ended).wasStopped);
					await until("all have ended", () => pids.every((pid) => !runs(pid)));
					assert.deepEqual(await bench.processes.running(), []);
				});
		});

		describe("leaves nothing running that ignores being asked to end, and nobody else's process ends with it", () => {
			type Pids = { readonly agent: number; readonly relay: number };
			const ways: Readonly<Record<string, readonly (readonly [who: keyof Pids, signal: NodeJS.Signals])[]>> = {
				"when it ends by itself": [["agent", "SIGTERM"]],
				"when it is killed": [["agent", "SIGKILL"]],
				"when its relay is killed": [["relay", "SIGKILL"]],
				"when both are killed, the relay first": [
					["relay", "SIGKILL"],
					["agent", "SIGKILL"],
				],
				"when both are killed, the program first": [
					["agent", "SIGKILL"],
					["relay", "SIGKILL"],
				],
			};
			const starts = {
				...(place === "outside" && { "in its group": "child" }),
				...(process.platform === "linux" && { "in another group": "job" }),
			};
			for (const [how, ends] of Object.entries(ways))
				for (const [where, order] of Object.entries(starts))
					for (const sees of process.platform === "linux" ? ["a daemon", "the next daemon"] : ["a daemon"])
						it(`${how}, as ${sees} sees: a child ${where}`, async () => {
							const stranger = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
							try {
								const agent = await bench.processes.open("t1.1", bench.launch("pid", order));
								const [own, child] = (await take(agent, 2)).map((one) => bench.pid("t1.1", one));
								const relay = readdirSync(bench.spool("t1.1")).find((name) => name.startsWith("relay."))!;
								if (sees === "the next daemon") bench.processes.close();
								const pids: Pids = { agent: own!, relay: Number(relay.split(".")[1]) };
								for (const [who, signal] of ends) process.kill(pids[who], signal);
								await until("they have ended", () => ends.every(([who]) => !runs(pids[who])));
								const found = sees === "a daemon" ? agent : (await bench.restarted().find("t1.1"))!;
								await found.ended;
								await until("the child has ended", () => !runs(child!));
								assert.equal(runs(stranger.pid!), true);
							} finally {
								stranger.kill("SIGKILL");
							}
						});
		});

		it("never ends a process that took the number of its relay", async () => {
			const other = await bench.processes.open("t2.1", bench.launch("pid"));
			const spool = bench.spool("t2.1");
			const name = readdirSync(spool).find((each) => each.startsWith("relay."))!;
			// The spool of a process that is long gone, with numbers that somebody else has now.
			mkdirSync(bench.spool("t1.1"));
			const pid = bench.pid("t2.1", (await take(other, 1))[0]);
			for (const each of ["in", "out", "read", "begun", `${name}0`, `agent.${pid}.1`])
				writeFileSync(join(bench.spool("t1.1"), each), "");
			const gone = await bench.processes.find("t1.1");
			assert.match((await gone!.ended).reason, /runs no more/);
			await bench.processes.forget(["t1.1"]);
			assert.equal(other.isAlive, true);
			assert.deepEqual(await bench.processes.running(), ["t2.1"]);
		});

		describe("that cannot be started is refused with a sentence, and nothing is left:", () => {
			const rows: Readonly<Record<string, readonly [change: object, why: RegExp]>> = {
				"no such program": [{ program: "/nowhere/agent" }, /\/nowhere\/agent does not exist or cannot be executed/],
				"a program that is a folder": [{ program: "/usr" }, /\/usr does not exist or cannot be executed/],
				"no such folder": [{ folder: "/nowhere" }, /The folder \/nowhere does not exist/],
				"a NUL character": [{ args: ["a\0b"] }, /NUL/],
				"an environment that is too large": [{ environment: { BIG: "x".repeat(5_000_000) } }, /too large/],
			};
			for (const [name, [change, why]] of Object.entries(rows))
				it(name, async () => {
					await assert.rejects(bench.processes.open("t1.1", { ...bench.launch(), ...change }), why);
					assert.equal(await bench.processes.find("t1.1"), undefined);
					const process = await bench.processes.open("t1.1", bench.launch("echo now"));
					assert.deepEqual(await take(process, 1), ["now"]);
				});
		});

		it("is forgotten without a trace, alive or not", async () => {
			const one = await bench.processes.open("t1.1", bench.launch("pid"));
			const two = await bench.processes.open("t1.2", bench.launch("exit 0"));
			const pid = bench.pid("t1.1", (await take(one, 1))[0]);
			await two.ended;
			const spools = ["t1.1", "t1.2"].map((key) => bench.spool(key));
			await bench.processes.forget(["t1.1", "t1.2", "t1.3"]);
			assert.equal(runs(pid), false);
			for (const spool of spools) assert.equal(statSync(spool, { throwIfNoEntry: false }), undefined);
			assert.equal(await bench.processes.find("t1.1"), undefined);
		});

		it("ends when its data folder is taken away under it", async () => {
			const process = await bench.processes.open("t1.1", bench.launch("pid"));
			const pid = bench.pid("t1.1", (await take(process, 1))[0]);
			rmSync(bench.spool("t1.1"), { recursive: true });
			await until("it has ended", () => !runs(pid));
		});
	});
