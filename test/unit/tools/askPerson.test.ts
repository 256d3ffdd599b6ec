import assert from "node:assert/strict";
import * as v from "valibot";
import { askPerson } from "../../../src/daemon/tools/askPerson.ts";
import { ToolError } from "../../../src/daemon/tools/tool.ts";

const ask = (args: object) => askPerson.question(v.parse(askPerson.params, args));

describe("what an agent may ask", () => {
	const refused: readonly (readonly [name: string, args: object, sentence: RegExp])[] = [
		["nothing", { question: " \n" }, /empty/],
		["nothing that can be seen", { question: "\u200b\u202e" }, /empty/],
		["a book", { question: "x".repeat(2001) }, /2001 characters, at most 2000/],
		["thousands of options", { question: "Which?", options: Array.from({ length: 5000 }, (_, n) => `o${n}`) }, /5000/],
		["one option", { question: "Which?", options: ["A"] }, /leaves nothing to choose/],
		["an option twice", { question: "Which?", options: ["A", "a "] }, /Two options are called “a”/],
		["twins by what cannot be seen", { question: "Which?", options: ["A", "A\u200b"] }, /Two options/],
		["an option without a label", { question: "Which?", options: ["A", { label: " " }] }, /Option 2 has no label/],
		["a long label", { question: "Which?", options: ["A", "b".repeat(101)] }, /option 2 has 101 characters/],
		["several of nothing", { question: "Which?", several: true }, /needs options/],
		["a default that is no option", { question: "Which?", options: ["A", "B"], default: "C" }, /“C” is none/],
		["two defaults for one choice", { question: "Which?", options: ["A", "B"], default: ["A", "B"] }, /only one/],
	];
	for (const [name, args, sentence] of refused)
		it(`is not ${name}`, () =>
			assert.throws(
				() => ask(args),
				(cause) => cause instanceof ToolError && sentence.test(cause.message),
			));

	it("is taken as it is meant", () => {
		assert.deepEqual(
			ask({
				question: "Which\r\none?\u0007",
				options: ["A", { label: " B\n", description: "The\tsecond." }],
				default: "b",
			}),
			{
				question: "Which\none?",
				options: [
					{ label: "A", description: undefined },
					{ label: "B", description: "The second." },
				],
				several: undefined,
				default: ["B"],
			},
		);
		const several = ask({ question: "Which?", options: ["A", "B", "C"], several: true, default: ["c", "A"] });
		assert.deepEqual(several.default, ["A", "C"], "in the order of the options");
		assert.deepEqual(ask({ question: "What name?", default: "report.txt" }).default, ["report.txt"]);
	});
});
