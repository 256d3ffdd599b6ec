import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type ChainedEvent, digestOf, genesisHash, hashOf, newSalt } from "../../../src/chain/chain.ts";
import { endLine, eventLine, type FileVerdict, verifyLog } from "../../../src/chain/logFile.ts";
import { verify } from "../../../src/cli/commands/verify.ts";
import type { Context } from "../../../src/cli/input/context.ts";
import { seeded } from "../../support/seed.ts";

/** Events as the daemon's own chain makes them. */
function chained(count: number): ChainedEvent[] {
	let previous: Uint8Array = genesisHash;
	return Array.from({ length: count }, (_, index) => {
		const salt = newSalt();
		const body = JSON.stringify(index === 0 ? { goalId: "g1", title: "é\u2028🙂" } : { text: `event ${index} \\ "` });
		const header = {
			goalId: "g1",
			seq: index + 1,
			epoch: 1 + Math.floor(index / 3),
			at: 1_700_000_000_000 + index,
			type: index === 0 ? "goal.launched" : "todo.updated",
		};
		const digest = digestOf(salt, body);
		previous = hashOf(previous, header, digest);
		return {
			...header,
			body,
			digest: digest.toString("hex"),
			salt: salt.toString("hex"),
			hash: Buffer.from(previous).toString("hex"),
		};
	});
}

const redactedSeq = 3;
const erasedSeq = 5;

/** One redacted event, one erased one. */
function lines(events = chained(7)): string[] {
	const written = events.map((event) =>
		eventLine(
			event.seq === erasedSeq ? { ...event, body: undefined, salt: undefined } : event,
			event.seq === redactedSeq ? '{"text":"[redacted]"}' : undefined,
		),
	);
	return [...written, endLine("g1", events.length, events.at(-1)?.hash ?? "")];
}

const text = (written: readonly string[]) => `${written.join("\n")}\n`;
const judge = (written: string | Buffer): FileVerdict => verifyLog(split(Buffer.from(written)));

function* split(bytes: Buffer): Generator<Buffer> {
	let from = 0;
	for (let feed = bytes.indexOf(10); feed >= 0; feed = bytes.indexOf(10, from)) {
		yield bytes.subarray(from, feed);
		from = feed + 1;
	}
	yield bytes.subarray(from);
}

describe("verifying an exported log", () => {
	it("passes what the daemon wrote, whole, redacted and erased, and tells them apart", () => {
		const events = chained(7);
		const verdict = judge(text(lines(events)));
		assert.deepEqual(verdict, {
			ok: true,
			goalId: "g1",
			events: 7,
			bodies: 5,
			redacted: 1,
			lastSeq: 7,
			lastHash: events.at(-1)?.hash,
		});
	});

	it("finds every flipped bit, and names its line", () => {
		const whole = Buffer.from(text(lines()));
		const random = seeded("flipped bits");
		let line = 1;
		let flips = 0;
		for (let at = 0; at < whole.length; at++) {
			const bit = 1 << random.between(0, 7);
			const flipped = Buffer.from(whole);
			flipped[at] = (flipped[at] ?? 0) ^ bit;
			const verdict = judge(flipped);
			const where = `byte ${at} of line ${line}, bit ${bit}: ${flipped.subarray(Math.max(0, at - 20), at + 20)}`;
			assert.equal(verdict.ok, false, where);
			if (!verdict.ok) assert.equal(verdict.line, line, `${verdict.reason}; ${where}`);
			flips++;
			if (whole[at] === 10) line++;
		}
		assert.ok(flips > 2000);
	});

	it("finds a file that was cut off, wherever that was", () => {
		const whole = Buffer.from(text(lines()));
		for (let length = 0; length < whole.length; length++)
			assert.equal(judge(whole.subarray(0, length)).ok, false, `cut to ${length} bytes`);
		const verdict = judge(text(lines().slice(0, 4)));
		assert.match(!verdict.ok ? verdict.reason : "", /^the file was cut off after event 4/);
	});

	const tampered: Readonly<Record<string, readonly [(written: string[]) => string[], line: number]>> = {
		"a line left out": [(written) => written.filter((_, index) => index !== 3), 4],
		"the first line left out": [(written) => written.slice(1), 1],
		"lines exchanged": [(written) => [...written.slice(0, 3), written[4]!, written[3]!, ...written.slice(5)], 4],
		"a line twice": [(written) => [...written.slice(0, 4), ...written.slice(3)], 5],
		"a line of another goal": [(written) => written.with(3, written[3]!.replace('"g1"', '"g2"')), 4],
		"a changed body": [(written) => written.with(3, written[3]!.replace("event 3", "event 9")), 4],
		"a changed time": [(written) => written.with(3, written[3]!.replace('"at":17', '"at":18')), 4],
		"another type": [(written) => written.with(3, written[3]!.replace("todo.updated", "goal.completed")), 4],
		"a field that does not belong there": [(written) => written.with(3, written[3]!.replace(/}$/, ',"x":1}')), 4],
		"what is shown of a redacted body, changed": [
			(written) => written.with(2, written[2]!.replace("[redacted]", "[nothing!]")),
			3,
		],
		"a blank line": [(written) => written.toSpliced(3, 0, ""), 4],
		"Windows line endings": [(written) => written.map((line) => `${line}\r`), 1],
		"another count in the last line": [
			(written) => written.with(-1, written.at(-1)!.replace('"events":7', '"events":8')),
			8,
		],
		"events behind the end": [(written) => [...written, written[0]!], 9],
		"no JSON": [(written) => written.with(1, "not JSON"), 2],
		"no events": [(written) => written.slice(-1), 1],
	};
	for (const [what, [tamper, line]] of Object.entries(tampered)) {
		it(`finds ${what}, and names the line`, () => {
			const verdict = judge(text(tamper(lines())));
			assert.equal(verdict.ok, false);
			if (!verdict.ok) assert.equal(verdict.line, line, verdict.reason);
		});
	}

	it("finds a body that was changed together with everything behind it, when the last hash was noted", async () => {
		const folder = mkdtempSync(path.join(os.tmpdir(), "verify-"));
		const [mine, forged] = [chained(5), chained(5)];
		writeFileSync(path.join(folder, "forged.jsonl"), text(lines(forged)));
		const said: string[] = [];
		const output = { result: (_value: unknown, words: () => string) => said.push(words()) };
		const context = { cwd: folder, output } as unknown as Context;
		await verify(context, "forged.jsonl");
		await assert.rejects(verify(context, "forged.jsonl", { lastHash: mine.at(-1)?.hash }), {
			code: "brokenChain",
			exitCode: 1,
			message: /not the one that you noted\.$/,
		});
		await verify(context, "forged.jsonl", { lastHash: forged.at(-1)?.hash });
		assert.equal(said.length, 2);
		rmSync(folder, { recursive: true });
	});

	it("works on a machine that has nothing but the command line's file", function () {
		this.timeout(60_000);
		const folder = mkdtempSync(path.join(os.tmpdir(), "verify-"));
		const cli = path.join(import.meta.dirname, "../../../dist/cli.js");
		writeFileSync(path.join(folder, "log.jsonl"), text(lines()));
		const env = { PATH: "/nowhere", HOME: folder };
		const run = (...args: string[]) =>
			spawnSync(process.execPath, [cli, "verify", ...args], { cwd: folder, env, encoding: "utf8" });
		const { status, stdout } = run("log.jsonl");
		assert.equal(status, 0, stdout);
		assert.match(stdout, /The chain holds: 7 events of goal g1, 5 with their contents, 1 redacted, 1 erased\./);
		assert.deepEqual(readdirSync(folder), ["log.jsonl"], "and leaves nothing there");
		rmSync(folder, { recursive: true });
	});
});
