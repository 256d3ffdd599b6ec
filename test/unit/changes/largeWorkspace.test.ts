import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { makePlace, type Place } from "./place.ts";

const files = 3000;
const fileBytes = 4096;

/** The kernel counts what a process reads; elsewhere nobody does. */
const describeOnLinux = (title: string, suite: (this: Mocha.Suite) => void) =>
	process.platform === "linux" && describe(title, suite);

describeOnLinux("a snapshot of a large workspace", function () {
	this.timeout(60_000);
	let place: Place;
	beforeEach(() => {
		place = makePlace();
	});
	afterEach(() => place.end());

	it("reads what changed since the one before, and not the rest", async () => {
		const write = (file: number, word: string) =>
			place.write(`p${file % 30}/f${file}`, `${word} ${file} `.padEnd(fileBytes, "x"));
		for (let file = 0; file < files; file++) write(file, "first");
		const changes = await place.open();
		await changes.snapshot();
		// What was written right before it was read is read once more.
		await sleep(2500);
		await changes.snapshot();
		for (const changed of [0, 1, 1000]) {
			for (let file = 0; file < changed; file++) write(file, `changed ${changed}`);
			const before = readBytes();
			await changes.snapshot();
			const read = readBytes() - before;
			const expected = changed * fileBytes;
			// Beside the contents: rules, trees, and what the runtime itself reads.
			assert.ok(read >= expected, `${read} bytes read after ${changed} files changed`);
			assert.ok(read < expected * 1.5 + 300_000, `${read} bytes read after ${changed} files changed`);
		}
	});
});

function readBytes(): number {
	return Number(/^rchar: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}
