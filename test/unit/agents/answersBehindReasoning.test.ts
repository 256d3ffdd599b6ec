import assert from "node:assert/strict";
import { parsePlan } from "../../../src/daemon/agents/parsePlan.ts";
import { parseReview } from "../../../src/daemon/agents/parseReview.ts";
import { partReasoning } from "../../../src/daemon/agents/reasoningInText.ts";

const step = (title: string) => ({ title: "T", summary: "s", steps: [{ id: "a", title, instructions: title }] });
const draft = JSON.stringify(step("Delete the old data first"));
const final = JSON.stringify(step("Copy the data"));
const pass = JSON.stringify({ verdict: "pass", verifier: "tests", coverage: "all", gaps: "", summary: "Good." });
const soft = JSON.stringify({ verdict: "soft", diagnosis: "A test is missing.", summary: "Not yet." });

describe("an answer as JSON", () => {
	const last: readonly [name: string, text: string][] = [
		["<think>", `<think>Maybe ${draft}? No.</think>\n${final}`],
		["nested reasoning", `<think>a <think>${draft}</think> b ${draft}</think>${final}`],
		["an unopened </think>", `First ${draft}\nThat is dangerous.\n</think>\n\n${final}`],
		["<reasoning> of another name", `<reasoning>\n${draft}\n</reasoning>\n${final}`],
		["[THINK]", `[THINK]${draft}[/THINK]${final}`],
		["a channel", `<|channel|>analysis<|message|>${draft}<|end|><|start|>assistant<|channel|>final<|message|>${final}`],
		["a draft in a fence", `\`\`\`json\n${draft}\n\`\`\`\nBetter:\n\`\`\`json\n${final}\n\`\`\``],
		["a draft in prose", `I first thought of ${draft}, but this is it: ${final}`],
	];
	for (const [name, text] of last) {
		it(`is the last whole document, behind ${name}`, () => {
			const plan = parsePlan(text);
			assert.ok("steps" in plan, JSON.stringify(plan));
			assert.equal(plan.steps[0]?.title, "Copy the data");
		});
	}

	const none: readonly [name: string, text: string][] = [
		["reasoning that never ends", `<think>Perhaps ${draft}`],
		["an open thought within another", `<think>a <think>b</think> ${draft}`],
		["a last document that is cut off", `${draft}\n\nBetter:\n${final.slice(0, -12)}`],
		["only reasoning", `<think>${draft}</think>`],
	];
	for (const [name, text] of none) it(`is none in ${name}`, () => assert.ok("problem" in parsePlan(text)));

	it("of a reviewer is not the pass that it only thought of, nor the shape that it repeats", () => {
		for (const text of [
			`<think>${pass}</think>${soft}`,
			`${pass}\n</think>\n${soft}`,
			`The shape is ${pass}\n${soft}`,
		]) {
			const review = parseReview(text);
			assert.equal("verdict" in review && review.verdict, "soft", text);
		}
		assert.ok("problem" in parseReview(`<think>${pass}</think>`));
	});

	it("keeps marks that it only speaks of", () => {
		const spoken = "I removed `<think>` and `</think>` from the parser.";
		assert.equal(partReasoning(spoken).answer, spoken);
		const plan = parsePlan(JSON.stringify(step("Handle </think> in the parser")));
		assert.equal("steps" in plan && plan.steps[0]?.title, "Handle </think> in the parser");
	});
});
