import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const src = path.resolve(import.meta.dirname, "../../../src");
const mostLines = 300;

describe("a file of src", () => {
	it(`has at most ${mostLines} lines, or says in its first comment of several lines why it is long`, () => {
		const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
		assert.ok(files.length > 300);
		const silent = files.filter((file) => {
			const text = readFileSync(path.join(src, file), "utf8");
			if (text.trimEnd().split("\n").length <= mostLines) return false;
			const [comment = ""] = /\/\*\*?\n[\s\S]*?\*\//.exec(text) ?? [];
			return !/\bLong, because\b/.test(comment);
		});
		assert.deepEqual(silent, []);
	});
});
