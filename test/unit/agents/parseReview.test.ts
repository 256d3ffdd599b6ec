import assert from "node:assert/strict";
import { parseReflection, parseReview } from "../../../src/daemon/agents/parseReview.ts";

const pass = { verdict: "pass", verifier: "npm test", coverage: "All of it.", gaps: "", summary: "It holds." };

describe("a reviewer's answer", () => {
	const read: readonly [name: string, text: string][] = [
		["alone", JSON.stringify(pass)],
		["in a fence", `\`\`\`json\n${JSON.stringify(pass, undefined, 2)}\n\`\`\``],
		["in a page", `<html><body><p>My verdict:</p><pre>${JSON.stringify(pass)}</pre></body></html>`],
		["in prose of another language", `Ich habe alles geprüft.\n${JSON.stringify(pass)}\nDas ist alles.`],
		["in capitals", JSON.stringify({ ...pass, verdict: " PASS " })],
		["with lists where texts were asked for", JSON.stringify({ ...pass, verifier: ["npm test"], gaps: [] })],
	];
	for (const [name, text] of read)
		it(`is read ${name}`, () => {
			const review = parseReview(text);
			assert.ok("verdict" in review, JSON.stringify(review));
			assert.deepEqual([review.verdict, review.verifier, review.coverage], ["pass", "npm test", "All of it."]);
		});

	const refused: readonly [name: string, text: string, problem: RegExp][] = [
		["nothing", "", /holds no JSON object with “verdict”/],
		["prose", "Looks good to me!", /holds no JSON object with “verdict”/],
		[
			"a verdict that there is not",
			JSON.stringify({ ...pass, verdict: "approve" }),
			/“approve”: say pass, soft or hard/,
		],
		["a verdict in another language", JSON.stringify({ ...pass, verdict: "通过" }), /Unknown verdict “通过”/],
		["a verdict that is no text", JSON.stringify({ ...pass, verdict: { pass: true } }), /Unknown verdict/],
		["a verdict as long as a book", JSON.stringify({ ...pass, verdict: "p".repeat(9000) }), /^Unknown verdict “p{40}”/],
		["fields in another language", JSON.stringify({ urteil: "pass" }), /holds no JSON object with “verdict”/],
		["a pass without what it rests on", JSON.stringify({ verdict: "pass" }), /A pass without verifier and coverage/],
		["a pass of nothing", JSON.stringify({ ...pass, coverage: "N/A." }), /A pass without coverage/],
		["a refusal without a reason", JSON.stringify({ verdict: "hard", diagnosis: "-" }), /A “hard” needs a diagnosis/],
		["half a document", JSON.stringify(pass).slice(0, -9), /cut off before its end/],
	];
	for (const [name, text, problem] of refused)
		it(`that is ${name} goes back with a sentence`, () => {
			const review = parseReview(text);
			assert.ok("problem" in review, JSON.stringify(review));
			assert.match(review.problem, problem);
		});

	it("keeps so much of each field and no more", () => {
		const review = parseReview(JSON.stringify({ ...pass, summary: "s".repeat(1_000_000) }));
		assert.ok("verdict" in review && review.summary.length === 4001);
	});
});

describe("a reflection", () => {
	it("is read in a fence, and its memory may be left out", () => {
		const text = '```\n{"summary":"Done.","reflection":"It went well.","memory":null}\n```';
		assert.deepEqual(parseReflection(text), { summary: "Done.", reflection: "It went well.", memory: undefined });
	});

	const refused: readonly [name: string, text: string, problem: RegExp][] = [
		["nothing", "", /holds no JSON object with “reflection”/],
		["an empty object", "{}", /holds no JSON object with “reflection”/],
		["a list", '["It went well."]', /holds no JSON object with “reflection”/],
		["empty", '{"summary":"Done.","reflection":"  "}', /“reflection” is missing or empty/],
		["without a summary", '{"reflection":"It went well."}', /“summary” is missing or empty/],
		["no text", '{"summary":"Done.","reflection":{"text":"well"}}', /“reflection” is missing or empty/],
	];
	for (const [name, text, problem] of refused)
		it(`that is ${name} goes back with a sentence`, () => {
			const reflection = parseReflection(text);
			assert.ok("problem" in reflection, JSON.stringify(reflection));
			assert.match(reflection.problem, problem);
		});
});
