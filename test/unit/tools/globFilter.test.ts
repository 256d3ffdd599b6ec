import assert from "node:assert/strict";
import { globFilter } from "../../../src/daemon/tools/globFilter.ts";
import { processorTime } from "../../support/processorTime.ts";

const paths = ["a.ts", "b.tsx", ".env", "src/a.ts", "src/deep/c.js", "src/deep/ü.md", "test/a.test.ts", "src/{x}.ts"];

describe("a glob of a tool call", () => {
	const rows: readonly [glob: string | undefined, folder: string | undefined, matched: readonly string[]][] = [
		[undefined, undefined, paths],
		["*.ts", undefined, ["a.ts", "src/a.ts", "test/a.test.ts", "src/{x}.ts"]],
		["*.{ts,tsx}", undefined, ["a.ts", "b.tsx", "src/a.ts", "test/a.test.ts", "src/{x}.ts"]],
		["/*.ts", undefined, ["a.ts"]],
		["./a.ts", undefined, ["a.ts"]],
		["src/**", undefined, ["src/a.ts", "src/deep/c.js", "src/deep/ü.md", "src/{x}.ts"]],
		["src/**/*.js", undefined, ["src/deep/c.js"]],
		["**/a.ts", undefined, ["a.ts", "src/a.ts"]],
		["{src,test}/*.{ts,js}", undefined, ["src/a.ts", "test/a.test.ts", "src/{x}.ts"]],
		["deep/*", "src", ["src/deep/c.js", "src/deep/ü.md"]],
		["deep/*", "./src/", ["src/deep/c.js", "src/deep/ü.md"]],
		["?.md", undefined, []],
		["[a-b].ts*", undefined, ["a.ts", "b.tsx", "src/a.ts"]],
		[".*", undefined, [".env"]],
		["!*.{ts,tsx}", undefined, [".env", "src/deep/c.js", "src/deep/ü.md"]],
		["!src/**", undefined, ["a.ts", "b.tsx", ".env", "test/a.test.ts"]],
		["!deep/*", "src", ["a.ts", "b.tsx", ".env", "src/a.ts", "test/a.test.ts", "src/{x}.ts"]],
	];
	for (const [glob, folder, matched] of rows)
		it(`${glob} from ${folder ?? "the workspace"} matches ${matched.length} of ${paths.length}`, () => {
			assert.deepEqual(paths.filter(globFilter(glob, folder)), matched);
		});

	it("that cannot be read is refused with a sentence", () => {
		assert.throws(() => globFilter("[a", undefined), /is not a glob/);
		assert.throws(() => globFilter("{a,b}".repeat(8), undefined), /more than 100 globs/);
	});

	it("takes bounded time, however hostile", () => {
		const tookMs = processorTime();
		const matches = globFilter("*a*a*a*a*a*a*a*a*a*a*b/**/*a*a*a*b", undefined);
		for (let at = 0; at < 1000; at++) matches(`${"a".repeat(250)}/`.repeat(3) + "a".repeat(250));
		assert.ok(tookMs() < 20_000);
	});
});
