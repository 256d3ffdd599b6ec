import assert from "node:assert/strict";
import fc from "fast-check";
import { readNeeds, slug, stepNames } from "../../../src/daemon/playbook/stepNames.ts";
import { accepted, refused, run } from "./playbooks.ts";

describe("slug", () => {
	const ids: readonly [title: string, id: string][] = [
		["Collect", "collect"],
		["Write the header", "write-the-header"],
		["  --Build & ship!  ", "build-ship"],
		["Überprüfen", "überprüfen"],
		["U\u0308berpru\u0308fen", "überprüfen"],
		["Проверка", "проверка"],
		["デプロイ", "デプロイ"],
		["ﾃﾞﾌﾟﾛｲ", "デプロイ"],
		["検査 その１", "検査-その1"],
		["部署到生产环境", "部署到生产环境"],
		["배포하기", "배포하기"],
		["परीक्षण चलाएँ", "परीक्षण-चलाएँ"],
		["ตรวจสอบก่อน", "ตรวจสอบก่อน"],
		["نشر التطبيق", "نشر-التطبيق"],
		["می‌شود", "میشود"],
		["Έλεγχος", "έλεγχος"],
		["ＡＢＣ　１２", "abc-12"],
		["⚠️ Check", "check"],
		["1️⃣ First", "1-first"],
		["Step\u200b 1", "step-1"],
		["ﬁnish", "finish"],
		["İstanbul", "i̇stanbul"],
		["C#", "c"],
		["C++", "c"],
		["???", ""],
		["🚀", ""],
	];
	for (const [title, id] of ids) it(`of “${title}” is “${id}”`, () => assert.equal(slug(title, ""), id));

	it("is a valid id of bounded length for any title, and its own slug", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme" }), (text) => {
				const id = slug(text);
				assert.match(id, /^[\p{L}\p{N}]([\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u);
				assert.equal(slug(id), id);
			}),
		);
		assert.equal(slug("x".repeat(500)).length, 80);
		assert.equal([...slug("𠮷".repeat(500))].length, 80);
	});
});

describe("the steps that a playbook's step needs", () => {
	const needs: readonly [way: string, titles: readonly string[], written: string, ids: readonly string[]][] = [
		["an id", ["Collect", "Draft it"], "draft-it", ["draft-it"]],
		["a title", ["Collect", "Draft it"], "Draft it", ["draft-it"]],
		["a title in other letter case", ["Collect", "Draft it"], "DRAFT IT", ["draft-it"]],
		["a title in another script", ["Проверка", "Сборка"], "Проверка, сборка", ["проверка", "сборка"]],
		["a title with accents in two characters", ["Prüfen", "B"], "Pru\u0308fen", ["prüfen"]],
		["a title in full width", ["ABC", "B"], "ＡＢＣ", ["abc"]],
		["quoted titles", ["A one", "B"], "\"A one\", 'b'", ["a-one", "b"]],
		["quotes of other languages", ["A one", "B"], "„A one“, «B»", ["a-one", "b"]],
		["commas of other scripts", ["収集", "編集"], "収集、編集", ["収集", "編集"]],
		["full-width commas", ["收集", "编写"], "收集，编写", ["收集", "编写"]],
		["a title with a comma", ["Build, test and ship", "B"], "Build, test and ship, B", ["build-test-and-ship", "b"]],
		["a title with a comma, written otherwise", ["Build, test", "B"], "build,  TEST", ["build-test"]],
		["ids that together look like another id", ["A", "B", "A, B"], "a, b", ["a", "b"]],
		["a quoted title with a comma", ["A", "B", "A, B"], "“A, B”", ["a-b"]],
		["YAML's brackets", ["A", "B"], "[a, b]", ["a", "b"]],
		["none", ["A", "B"], "None.", []],
		["the same step twice", ["A", "B"], "a, A", ["a"]],
	];
	for (const [way, titles, written, ids] of needs)
		it(`are named by ${way}`, () => {
			const steps = titles.map((title) => `## ${title}\nneeds: none\n${run}`).join("\n");
			const { steps: all } = accepted(`${steps}\n## Zuletzt\nneeds: ${written}\n`);
			assert.deepEqual(all.at(-1)?.needs, ids);
		});

	const writings: readonly [way: string, line: string][] = [
		["in bold", "**Needs:** a"],
		["with a full-width colon", "needs：a"],
		["with a blank before the colon", "NEEDS : a"],
		["below a blank line", "\nneeds: a"],
		["below a comment", "<!-- x -->\nneeds: a"],
	];
	for (const [way, line] of writings)
		it(`may be written ${way}`, () => {
			const { steps } = accepted(`## A\n${run}## B\n${run}## C\n${line}\nProse.\n`);
			assert.deepEqual([steps[2]?.needs, steps[2]?.instructions], [["a"], "Prose."]);
		});

	it("can be named by underlined headings", () => {
		const { title, steps } = accepted(`The title\n===\n\nA step\n------\n${run}\nLast\n--\nneeds: A step\n`);
		assert.deepEqual(
			[title, steps.map((step) => [step.stepId, step.needs])],
			[
				"The title",
				[
					["a-step", []],
					["last", ["a-step"]],
				],
			],
		);
	});

	const wrong: readonly [way: string, text: string, sentence: string][] = [
		[
			"signs alone tell apart",
			`## C#\n${run}## C++\n`,
			"p.md:5: this step and the one at line 1 (“C#”) would have the same id, “c”.",
		],
		["are called the same", `## Build it!\n${run}## Build, it\n`, "p.md:5: this step and the one at line 1"],
		["differ in width alone", `## A1\n${run}## Ａ１\n`, "p.md:5: this step and the one at line 1"],
		["have no letter", `## A\n${run}## ???\n`, "p.md:5: “???” has no letter and no digit."],
		["have no title", `## A\n${run}##\n`, "p.md:5: this step has no title."],
		["are called none", `## A\n${run}## None\n`, "p.md:5: a step cannot be called none"],
		[
			"fit two titles",
			`## A\n${run}## B\n## A, B\n## D\nneeds: A, B\n`,
			"p.md:8: step “d” needs “A, B”, which fits more than one step.",
		],
		[
			"are none of the playbook, in another script",
			`## Проверка\n${run}## Деплой\nneeds: проверки\n`,
			"p.md:6: step “деплой” needs the unknown step “проверки”. Name one of: проверка.",
		],
		["are only signs", `## A\n${run}## B\nneeds: ---\n`, "p.md:6: step “b” needs the unknown step “---”"],
		["are none and one", `## A\n${run}## B\nneeds: none, a\n`, "p.md:6: step “b” needs the unknown step “none”"],
		["end with a comma", `## A\n${run}## B\nneeds: a,\n`, "p.md:6: “needs:” has an empty name."],
		[
			"wait for each other, in another script",
			"## 一\nneeds: 二\n## 二\n",
			"p.md:2: these steps wait for each other: “一” needs “二” needs “一”.",
		],
		[
			"are named below other text",
			`## A\n${run}## B\nDo.\n\nneeds: a\n`,
			"p.md:8: “needs:” counts only as “needs:”, in the first line under the heading.",
		],
		["are named in a list", `## A\n${run}## B\n- needs: a\n`, "p.md:6: “needs:” counts only"],
		["are named by another word", `## A\n${run}## B\nDepends on: A\n`, "p.md:6: “Depends on:” counts only as “needs:”"],
		[
			"are named by a mistyped word",
			`## A\n${run}## B\nneed: a\n`,
			"p.md:6: “need:” says nothing about the order of steps. Write “needs:”",
		],
		[
			"become a heading by dashes",
			`## A\n${run}## B\nneeds: a\n---\n`,
			"p.md:6: the line of dashes at 7 makes a heading",
		],
		[
			"are prose above dashes",
			`## A\n${run}Some prose\nof two lines\n---\n`,
			"p.md:5: the line of dashes at 7 makes a heading",
		],
		[
			"have no blank behind the marks",
			`## A\n${run}##Deploy\n`,
			"p.md:5: “##Deploy” is not a heading. Write “## Deploy”",
		],
		["have wide marks", `## A\n${run}＃＃ 部署\n`, "p.md:5: “＃＃ 部署” is not a heading."],
		[
			"stand below settings that are not read",
			`\n---\nstrict: true\n---\n## A\n${run}`,
			"p.md:2: settings begin in the first line of the file.",
		],
	];
	for (const [way, text, sentence] of wrong)
		it(`are refused when they ${way}`, () => {
			const sentences = refused(text);
			assert.ok(
				sentences.some((one) => one.startsWith(sentence)),
				sentences.join("\n"),
			);
		});

	it("is prose where it names no step", () => {
		accepted(`## A\n${run}## B\nDo.\n\nneeds: a sharp knife\n\nRequires: Node 20\n`);
	});

	it("never binds to a step that it does not name", () => {
		const title = fc.array(fc.constantFrom("a", "B", "é", "Я", "日", ",", "-", "#", " ", "1"), {
			minLength: 1,
			maxLength: 5,
		});
		fc.assert(
			fc.property(
				fc.array(title, { minLength: 1, maxLength: 5 }),
				fc.array(title, { maxLength: 3 }),
				(titles, wanted) => {
					const steps = new Map(titles.map((one) => [slug(one.join(""), ""), one.join("")]));
					steps.delete("");
					const names = stepNames([...steps].map(([id, one]) => ({ id, titles: [one] })));
					const written = wanted.map((one) => one.join("")).join(", ");
					const read = readNeeds(written, names);
					if ("problem" in read || read.ids.length === 0) return;
					// What it binds to are letters of what is written, in their order and all of them.
					const letters = (text: string) => slug(text, "").replaceAll("-", "");
					const bound = read.ids.map(letters).join("");
					const asked = letters(written);
					assert.ok(asked === bound || read.ids.every((id) => asked.includes(letters(id))), `${written} → ${read.ids}`);
				},
			),
			{ numRuns: 2000 },
		);
	});
});
