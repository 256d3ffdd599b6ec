import assert from "node:assert/strict";
import fs from "node:fs";
import { readSource } from "../../../scripts/texts/sourceTexts.ts";
import { textProblems, textsDocument } from "../../../scripts/textsDocument.ts";
import { answeredWord, choicesOf } from "../../../src/core/questions/questions.ts";
import { answerValues } from "../../../src/core/words/answerValues.ts";
import * as marks from "../../../src/core/words/marks.ts";
import { histories } from "../../histories/history.ts";
import { eachMoment } from "../../histories/moments.ts";

const file = "l10n/bundle.l10n.json";
const read = (name: string) => fs.readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");

describe("texts to translate", () => {
	const bundle: Readonly<Record<string, string>> = JSON.parse(read(file));

	it("are those that the sources hand to t(), and no others; after a change `npm run docs`", () => {
		assert.equal(textsDocument()[file], read(file));
	});

	it("are all that the extension and its pages show: nothing for people stands there untranslated", () => {
		assert.deepEqual(textProblems(), []);
	});

	it("stand under themselves, as they are shown in English", () => {
		for (const [key, text] of Object.entries(bundle)) assert.equal(key, text);
		assert.ok(Object.keys(bundle).length > 300);
	});

	it("hold the word of every mark", () => {
		for (const table of Object.values(marks).filter((value) => typeof value === "object"))
			for (const mark of Object.values(table))
				if (typeof mark === "object" && "word" in mark) assert.ok(mark.word in bundle, mark.word);
	});

	it("hold every answer that a recorded goal offered, with its effect, and what it is called once given", () => {
		let offered = 0;
		for (const history of histories())
			eachMoment(history, (goal) => {
				for (const approval of Object.values(goal.approvals))
					for (const { answer, label, effect, reason } of choicesOf(goal, approval)) {
						// What an agent offers is in its own words.
						if (approval.asked?.options.some((option) => option.answer === answer)) continue;
						offered++;
						const isMadeOfValues = /without asking: |raised by \d|would choose: /.test(effect);
						const word = answer === "choose" || answer === "default" ? undefined : answeredWord(answer);
						for (const text of [label, word, reason, isMadeOfValues ? undefined : effect])
							if (text) assert.ok(text in bundle, text);
					}
			});
		assert.ok(offered > 100);
		for (const { label, problem } of Object.values(answerValues)) assert.ok(label in bundle && problem in bundle);
	});

	const sources: readonly (readonly [what: string, source: string, texts: readonly string[], faults: number])[] = [
		["a literal", `const f = () => t("Open {0}", name)`, ["Open {0}"], 0],
		["both ends of a condition", `const f = () => t(one ? "1 file" : "{0} files", n)`, ["1 file", "{0} files"], 0],
		["a text inside another", `const f = () => t("By {0}", t("the CLI"))`, ["By {0}", "the CLI"], 0],
		["a text of a table", "const f = () => tLabel(mark.word)", [], 0],
		["refused: a text that is made", `const f = () => t(\`Open \${name}\`)`, [], 2],
		["refused: a text from elsewhere", "const f = () => t(label)", [], 1],
		["refused: a call before the translation is loaded", `const label = t("Open")`, ["Open"], 1],
		["refused: a table's text before the translation is loaded", "const label = tLabel(mark.word)", [], 1],
		["refused: a sentence", `const f = () => show("The goal is over.")`, [], 1],
		["refused: a button", `const f = () => show({ label: "Open" })`, [], 1],
		["refused: a sentence around a value", `const f = () => show(\`The goal is \${state}.\`)`, [], 1],
		["refused: one word in an element", "const A = () => <b>open</b>", [], 1],
		["refused: one word of an attribute", `const A = () => <b title="open" aria-label={x ? "shut" : ""} />`, [], 2],
		[
			"a class, a key and a comparison",
			`const A = () => <b class="row small" key="a b">{x === "Enter" ? 1 : 2}</b>`,
			[],
			0,
		],
		["a bug's message", `const f = () => { throw new Error("It has no port.") }`, [], 0],
		["the title of a command, which is in the manifest", `const c = { open: { title: "Open Goal", run() {} } }`, [], 0],
	];
	for (const [what, source, texts, faults] of sources)
		it(`in a source: ${what}`, () => {
			const found = readSource("src/extension/some.tsx", source);
			assert.deepEqual([...found.texts], texts);
			assert.equal(found.faults.length, faults, JSON.stringify(found.faults));
		});
});
