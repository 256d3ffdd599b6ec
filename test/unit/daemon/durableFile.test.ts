import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { writeDurably } from "../../../src/daemon/platform/durableFile.ts";

const code = path.resolve(import.meta.dirname, "../../../src/daemon/platform/durableFile.ts");

describe("a file that is replaced in one step", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-durable-"));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it("is whole, and nothing else is left, when several processes write it at once", async () => {
		const file = path.join(folder, "runner.sh");
		const script = `
			const { writeDurably } = require(${JSON.stringify(code)});
			for (let n = 0; n < 200; n++) writeDurably(${JSON.stringify(file)}, String(process.pid).repeat(500));
		`;
		const children = Array.from({ length: 4 }, () =>
			spawn(process.execPath, ["--import", "tsx", "-e", script], { stdio: "pipe" }),
		);
		const said = children.map(() => "");
		for (const [index, child] of children.entries())
			child.stderr.setEncoding("utf8").on("data", (text: string) => {
				said[index] += text;
			});
		const codes = await Promise.all(children.map(async (child) => (await once(child, "close"))[0] as number));
		assert.deepEqual([codes, said], [children.map(() => 0), children.map(() => "")]);
		const text = readFileSync(file, "utf8");
		assert.ok(children.some(({ pid }) => String(pid).repeat(500) === text));
		assert.deepEqual(readdirSync(folder), ["runner.sh"]);
	});

	it("leaves nothing beside it when it cannot be written", () => {
		assert.throws(() => writeDurably(path.join(folder, "none", "a.json"), "{}"), /ENOENT/);
		assert.throws(() => writeDurably(folder, "{}"), /EISDIR|ENOTEMPTY|EPERM|EEXIST/);
		assert.deepEqual(
			readdirSync(path.dirname(folder)).filter((name) => name.startsWith(`${path.basename(folder)}.`)),
			[],
		);
	});
});
