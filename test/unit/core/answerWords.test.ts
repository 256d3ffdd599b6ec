import assert from "node:assert/strict";
import { answerWords } from "../../../src/core/words/answers.ts";

const review = {
	verdict: "soft",
	verifier: "ran npm test",
	coverage: "the routes",
	gaps: "the admin pages",
	summary: "Two routes are untested.",
	diagnosis: "Write tests for /refunds.",
};

describe("an answer that a model gives as JSON", () => {
	it("of a reviewer is told with its verdict, what was covered, what not, and why", () => {
		assert.equal(
			answerWords(JSON.stringify(review)),
			[
				"**Not passed, needs repair.** Two routes are untested.",
				"**Verified by:** ran npm test",
				"**Covered:** the routes",
				"**Not covered:** the admin pages",
				"**Diagnosis:** Write tests for /refunds.",
			].join("\n\n"),
		);
	});

	it("of a planner is told as its steps", () => {
		const plan = {
			title: "Upgrade",
			summary: "In two steps.",
			steps: [{ id: "a", title: "Install", instructions: "Run\nnpm install." }, { id: "b" }],
			checks: ["npm test"],
		};
		const words = answerWords(`\`\`\`json\n${JSON.stringify(plan)}\n\`\`\``);
		assert.match(
			words!,
			/^\*\*Plan: Upgrade\*\*\n\nIn two steps\.\n\n1\. \*\*Install\*\*: Run npm install\.\n2\. \*\*b\*\*/,
		);
		assert.match(words!, /- `npm test`$/);
	});

	it("of a reflection and of a summary is told in sentences and lists", () => {
		assert.equal(
			answerWords(JSON.stringify({ summary: "Done.", reflection: "Pin versions first.", memory: null })),
			"Done.\n\nPin versions first.",
		);
		assert.equal(
			answerWords(
				JSON.stringify({ objective: "Ship it", decisions: ["Use v5"], openWork: [], verifiedFacts: ["green"] }),
			),
			"**Objective:** Ship it\n\n**Decisions:**\n- Use v5\n\n**Verified facts:**\n- green",
		);
	});

	it("keeps the prose before it, and leaves out what the model only thought", () => {
		const text = `<think>maybe {"verdict":"pass"}</think>I looked at it.\n${JSON.stringify(review)}`;
		assert.match(answerWords(text)!, /^I looked at it\.\n\n\*\*Not passed/);
	});

	for (const text of [
		"Plain words.",
		"{}",
		"[1, 2]",
		'{"verdict":"perhaps"}',
		'{"verdict":"pass"',
		"Use `{ a: 1 }` here.",
		'{"name":"mission","version":"1"}',
		"</think>",
		"",
	])
		it(`is none, and stays as it was said: ${JSON.stringify(text)}`, () => assert.equal(answerWords(text), undefined));

	it("holds no JSON of its own where fields are missing or of another type", () => {
		for (const odd of [{ verdict: "pass" }, { steps: [null, 3, { title: 7 }] }, { reflection: "x", summary: 5 }])
			assert.doesNotMatch(answerWords(JSON.stringify(odd))!, /[{}]|undefined|null/);
	});
});
