import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { namedProblems } from "../../../scripts/namedFiles.ts";
import { withSection } from "../../../scripts/section.ts";

describe("what a document names", () => {
	const root = fs.mkdtempSync(path.join(os.tmpdir(), "named-"));
	fs.mkdirSync(path.join(root, "src/core"), { recursive: true });
	fs.mkdirSync(path.join(root, "docs/decisions"), { recursive: true });
	fs.writeFileSync(path.join(root, "src/core/goal.ts"), "export function fold() {}\n");
	fs.writeFileSync(path.join(root, "docs/decisions/0001-log.md"), "");
	fs.writeFileSync(path.join(root, "README.md"), "");
	after(() => fs.rmSync(root, { recursive: true }));

	const cases: readonly [text: string, problem: string | undefined, document?: string][] = [
		["See `src/core/goal.ts` and `src/core`.", undefined],
		["See `src/core/gaol.ts`.", "DOC names src/core/gaol.ts, which is not there."],
		["`fold` in `src/core/goal.ts`", undefined],
		["`fold` in\n   `src/core/goal.ts`", undefined],
		["`unfold` in `src/core/goal.ts`", "DOC looks for `unfold` in src/core/goal.ts, where it is not."],
		["[readme](README.md#top), [site](https://example.org/x.md), [here](#below)", undefined],
		["[readme](REDME.md)", "DOC names REDME.md, which is not there."],
		["[readme](../../README.md), [one](0001-log.md)", undefined, "docs/decisions/0002-x.md"],
		["[two](0002-log.md)", "DOC names docs/decisions/0002-log.md, which is not there.", "docs/decisions/0002-x.md"],
		["`npm test`, `goal/watch`, `next.ts`", undefined],
	];
	for (const [text, problem, document = "DOC"] of cases) {
		it(`${problem ? "has to be there" : "is there"}: ${JSON.stringify(text)}`, () => {
			assert.deepEqual(namedProblems(document, text, root), problem ? [problem.replace("DOC", document)] : []);
		});
	}
});

describe("a section that is written from code", () => {
	it("replaces what stood between its marks and nothing else, and can be written again", () => {
		const text = 'a\n<!-- x: written by "npm run docs" -->\nold\n<!-- end of x -->\nb\n';
		const once = withSection(text, "x", "new");
		assert.equal(once, 'a\n<!-- x: written by "npm run docs" -->\n\nnew\n\n<!-- end of x -->\nb\n');
		assert.equal(withSection(once, "x", "new"), once);
	});

	it("is refused where a mark is missing", () => {
		assert.throws(() => withSection("a\n<!-- end of x -->\n", "x", "new"), /lacks the lines/);
	});
});
