import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { CommandOutcome } from "../../../src/daemon/commands/command.ts";
import { encodeText } from "../../../src/daemon/text/encodeText.ts";
import { until } from "../../support/until.ts";
import { bytesOnDisk, numbersIn, openWorkbench, runs, type Workbench } from "./workbench.ts";

describe("a command", () => {
	let bench: Workbench;
	beforeEach(() => {
		bench = openWorkbench();
	});
	afterEach(() => bench.remove());

	it("has the exit code and the output of both streams", async () => {
		const outcome = exited(await bench.commands.run(bench.spec("echo out; echo err >&2; exit 7")));
		assert.equal(outcome.exitCode, 7);
		assert.equal(outcome.timedOut, false);
		assert.deepEqual(outcome.output, {
			head: "out\nerr\n",
			tail: "",
			bytes: 8,
			sha256: sha256("out\nerr\n"),
			path: "",
		});
	});

	it("reads nothing, and runs in the folder and environment it was given", async () => {
		const spec = bench.spec("cat; pwd; echo $GREETING; env | grep -c __command", {
			env: { PATH: process.env.PATH ?? "", GREETING: "hello you" },
		});
		assert.equal(exited(await bench.commands.run(spec)).output.head, `${bench.workspace}\nhello you\n0\n`);
	});

	it("that a signal ended says which", async () => {
		const outcome = exited(await bench.commands.run(bench.spec("kill -SEGV $$")));
		assert.equal(outcome.exitCode, 139);
		assert.equal(outcome.signal, "SIGSEGV");
	});

	it("may be longer than the system lets an argument be", async () => {
		const outcome = exited(await bench.commands.run(bench.spec(`echo yes # ${"x".repeat(300_000)}`)));
		assert.equal(outcome.output.head, "yes\n");
	});

	it("may begin with a dash and hold any quotes", async () => {
		const outcome = exited(await bench.commands.run(bench.spec(`-x 2>/dev/null; printf '%s' "a'b\\"c$(echo '\`')"`)));
		assert.equal(outcome.output.head, `a'b"c\``);
	});

	it("whose output is long keeps its head and tail at hand and the whole in a file", async () => {
		const whole = Array.from({ length: 20_000 }, (_, line) => `${line + 1}\n`).join("");
		const { output } = exited(await bench.commands.run(bench.spec("seq 1 20000")));
		assert.ok(whole.startsWith(output.head) && output.head.length > 10_000);
		assert.ok(whole.endsWith(output.tail) && output.tail.length > 10_000);
		assert.equal(output.bytes, whole.length);
		assert.equal(output.sha256, sha256(whole));
		assert.equal(readFileSync(output.path, "utf8"), whole);
	});

	it("that floods with 200 MB is neither blocked nor fills disk or memory", async () => {
		const before = process.memoryUsage().rss;
		let peakBytes = 0;
		const watch = setInterval(() => {
			peakBytes = Math.max(peakBytes, bytesOnDisk(bench.folder));
		}, 10);
		const spec = bench.spec("head -c 200000000 /dev/zero | tr '\\0' 'x'; echo; echo the end", { maxBytes: 300_000 });
		const { exitCode, output } = exited(await bench.commands.run(spec));
		clearInterval(watch);
		assert.equal(exitCode, 0);
		assert.equal(output.bytes, 200_000_009);
		assert.ok(output.head.startsWith("xxx") && output.tail.endsWith("\nthe end\n"));
		assert.ok(peakBytes < 12_000_000, `${peakBytes} bytes on disk`);
		assert.ok(process.memoryUsage().rss - before < 100_000_000);
		const kept = readFileSync(output.path, "utf8");
		assert.match(kept, /\n\[199,\d{3},\d{3} bytes are left out here\]\n/);
		assert.equal(output.sha256, sha256(kept));
	});

	it("whose output is a little over the cap loses nothing of it", async () => {
		const spec = bench.spec("seq 1 20000", { maxBytes: 80_000 });
		const { output } = exited(await bench.commands.run(spec));
		assert.equal(output.bytes, 108_894);
		assert.equal(output.sha256, sha256(Array.from({ length: 20_000 }, (_, line) => `${line + 1}\n`).join("")));
	});

	it("that prints binary data says so instead of showing it", async () => {
		const { output } = exited(
			await bench.commands.run(bench.spec("printf '\\177ELF\\0\\1\\2\\3'; head -c 500 /dev/zero")),
		);
		assert.equal(output.bytes, 508);
		assert.match(output.head, /^\[binary data \(application\/x-elf\), 508 bytes, beginning with 7f 45 4c 46 00/);
	});

	it("that prints in another encoding is shown as text, and its bytes are kept", async () => {
		const printed = bench.file(encodeText("编译失败：找不到文件\n", "gbk")!);
		const { output } = exited(await bench.commands.run(bench.spec(`cat ${printed}; exit 1`)));
		assert.deepEqual([output.head, output.encoding], ["编译失败：找不到文件\n", "gbk"]);
		assert.deepEqual(readFileSync(output.path), readFileSync(printed));
	});

	it("that prints much in another encoding is cut between characters", async () => {
		const printed = bench.file(encodeText("第一行 正在处理 文件\n".repeat(4000), "gbk")!);
		const { output } = exited(await bench.commands.run(bench.spec(`cat ${printed}`)));
		assert.equal(output.encoding, "gbk");
		for (const text of [output.head, output.tail])
			for (const line of text.split("\n")) assert.ok("第一行 正在处理 文件".includes(line), line);
		assert.deepEqual(readFileSync(output.path), readFileSync(printed));
	});

	it("is read as its locale declares", async () => {
		const printed = bench.file(encodeText("да\n", "koi8-r")!);
		const { LC_ALL: _all, LC_CTYPE: _characters, ...rest } = bench.spec("").env;
		const env = { ...rest, LANG: "ru_RU.KOI8-R" };
		const { output } = exited(await bench.commands.run(bench.spec(`cat ${printed}`, { env })));
		assert.deepEqual([output.head, output.encoding], ["да\n", "koi8-r"]);
	});

	it("hands out its output while it runs", async () => {
		const pieces: string[] = [];
		const outcome = bench.commands.run(bench.spec("echo one; sleep 1; echo two"), {
			onOutput: (text) => pieces.push(text),
		});
		await until("the first line came", () => pieces.length > 0);
		assert.deepEqual(pieces, ["one\n"]);
		await outcome;
		assert.equal(pieces.join(""), "one\ntwo\n");
	});

	it("that does not end is ended at its time limit", async () => {
		const outcome = exited(await bench.commands.run(bench.spec("echo on; sleep 60", { timeoutMs: 2000 })));
		assert.equal(outcome.timedOut, true);
		assert.equal(outcome.output.head, "on\n");
		assert.ok(outcome.durationMs >= 1950 && outcome.durationMs < 20_000, `${outcome.durationMs} ms`);
	});

	it("that ignores SIGTERM is killed at its time limit", async () => {
		const spec = bench.spec("trap '' TERM; while :; do sleep 0.05; done", { timeoutMs: 2000 });
		const outcome = exited(await bench.commands.run(spec));
		assert.equal(outcome.timedOut, true);
		assert.equal(outcome.exitCode, 137);
	});

	it("is over when its shell exits, though a child in the background holds its output open", async () => {
		const began = performance.now();
		const outcome = exited(await bench.commands.run(bench.spec("sleep 60 & echo $! > pid; echo started")));
		assert.ok(performance.now() - began < 20_000);
		assert.equal(outcome.exitCode, 0);
		assert.equal(outcome.output.head, "started\n");
		await until("the child was ended", () => numbersIn(bench.text("pid")).every((pid) => !runs(pid)));
	});

	it("leaves nothing running, not even a silent child that ignores SIGTERM", async () => {
		const silent = "(trap '' TERM; while :; do sleep 0.1; done) >/dev/null 2>&1 & echo $! > pid";
		exited(await bench.commands.run(bench.spec(silent)));
		await until("the child was ended", () => numbersIn(bench.text("pid")).every((pid) => !runs(pid)));
	});

	it("lets what reads its output in the background finish", async () => {
		const slow = "exec > >(sleep 0.05; cat >> log); echo a; echo b; echo c";
		exited(await bench.commands.run(bench.spec(slow)));
		assert.equal(bench.text("log"), "a\nb\nc\n");
	});

	it("does not start in a folder that has vanished, and says so", async () => {
		rmdirSync(bench.workspace);
		const outcome = await bench.commands.run(bench.spec("echo never"));
		assert.deepEqual(outcome, {
			kind: "notStarted",
			reason: `The folder ${bench.workspace} does not exist, so the command was not started. Create it or choose another one.`,
		});
		assert.deepEqual(readdirSync(bench.bootFolder()), []);
	});

	it("that cannot be handed to the system is not started, and says why", async () => {
		const outcome = await bench.commands.run(bench.spec("echo a\0b"));
		assert.equal(outcome.kind, "notStarted");
		assert.deepEqual(await bench.commands.running(), []);
	});

	it("runs once for two calls with its id, and both learn the outcome", async () => {
		const spec = bench.spec("echo line >> lines; sleep 0.1; exit 4");
		const outcomes = await Promise.all([bench.commands.run(spec), bench.commands.run(spec)]);
		assert.deepEqual(
			outcomes.map((outcome) => exited(outcome).exitCode),
			[4, 4],
		);
		assert.deepEqual(outcomes[0], outcomes[1]);
		assert.equal(bench.text("lines"), "line\n");
	});

	it("runs beside others", async () => {
		const specs = Array.from({ length: 20 }, (_, index) => bench.spec(`echo ${index}; exit ${index}`));
		const outcomes = await Promise.all(specs.map((spec) => bench.commands.run(spec)));
		outcomes.forEach((outcome, index) => {
			assert.equal(exited(outcome).exitCode, index);
			assert.equal(exited(outcome).output.head, `${index}\n`);
		});
	});

	it("is forgotten without a trace, but for the file that its outcome names", async () => {
		const short = bench.spec("echo short");
		const long = bench.spec("seq 1 20000");
		await bench.commands.run(short);
		const { output } = exited(await bench.commands.run(long));
		await bench.commands.forget(short.id);
		await bench.commands.forget(long.id);
		await bench.commands.forget("never-was");
		assert.deepEqual(readdirSync(bench.bootFolder()), []);
		assert.ok(existsSync(output.path));
		assert.equal(readdirSync(join(bench.folder, "outputs")).length, 1);
	});
});

function exited(outcome: CommandOutcome) {
	assert.equal(outcome.kind, "exited", JSON.stringify(outcome));
	return outcome as CommandOutcome & { kind: "exited" };
}

function sha256(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
