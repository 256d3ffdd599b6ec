import assert from "node:assert/strict";
import fc from "fast-check";
import { type ParsedPlan, parsePlan } from "../../../src/daemon/agents/parsePlan.ts";
import { findCycle } from "../../../src/daemon/playbook/stepGraph.ts";
import { processorTime } from "../../support/processorTime.ts";

const plan = {
	title: "Report",
	summary: "Two steps.",
	steps: [
		{ id: "Collect Numbers", title: "Collect", instructions: "Collect them." },
		{
			id: "write",
			title: "Write",
			instructions: "Write it.",
			checks: ["test -s report.txt", "npm test"],
			confidence: "low",
			role: "Researcher",
			kind: "docs",
			extra: true,
		},
	],
	checks: ["npm test"],
};
const json = JSON.stringify(plan);

describe("parsePlan", () => {
	const wrappings: readonly [name: string, text: string][] = [
		["alone", json],
		["in a fence", `\`\`\`json\n${json}\n\`\`\``],
		["in a fence with prose around it", `Here is the plan {as asked}:\n\n~~~\n${json}\n~~~\nGood luck {you}!`],
		["in prose", `I thought about "it". ${json} That is all.`],
		[
			"over many lines, with a trailing comma and a comment",
			JSON.stringify(plan, undefined, 2).replace(/\]\n\}$/, "], // done\n}"),
		],
		["wrapped once more", JSON.stringify({ plan })],
		["in a page", `<html><body><pre>${json}</pre></body></html>`],
		["in prose of another language", `Hier ist der Plan („wie gewünscht“):\n\n${json}\n\n以上です。`],
		["in a fence that was never closed", `\`\`\`json\n${json}`],
	];
	for (const [name, text] of wrappings)
		it(`reads a plan ${name}`, () => {
			assert.deepEqual(read(text), {
				title: "Report",
				summary: "Two steps.",
				steps: [
					{
						stepId: "collect-numbers",
						title: "Collect",
						instructions: "Collect them.",
						kind: "work",
						role: "implementer",
						needs: [],
						checks: [],
						confidence: "high",
					},
					{
						stepId: "write",
						title: "Write",
						instructions: "Write it.",
						kind: "docs",
						role: "researcher",
						needs: ["collect-numbers"],
						checks: [
							{ checkId: "write.1", command: "test -s report.txt" },
							{ checkId: "write.2", command: "npm test" },
						],
						confidence: "low",
					},
				],
				checks: [{ checkId: "goal.1", command: "npm test" }],
			});
		});

	it("takes null for what is missing, as strict endpoints send it", () => {
		const step = {
			id: "a",
			title: "A",
			instructions: "Do A.",
			kind: null,
			role: null,
			needs: null,
			checks: null,
			confidence: null,
		};
		const { steps } = read(
			JSON.stringify({ title: "T", summary: "", steps: [step, { ...step, id: "b" }], checks: null }),
		);
		assert.deepEqual(
			steps.map(({ needs, role, confidence }) => [needs, role, confidence]),
			[
				[[], "implementer", "high"],
				[["a"], "implementer", "high"],
			],
		);
	});

	it("understands needs by id, by title and by position in no other way", () => {
		const steps = [
			{ id: "one", title: "First thing", instructions: "x" },
			{ id: "two", title: "Second", instructions: "x", needs: [] },
			{ id: "three", title: "Third", instructions: "x", needs: ["First thing", "TWO", "one"] },
		];
		assert.deepEqual(
			read(JSON.stringify({ steps })).steps.map((step) => step.needs),
			[[], [], ["one", "two"]],
		);
	});

	const refused: readonly [name: string, text: string, problem: RegExp][] = [
		["prose", "I cannot plan this.", /holds no JSON object with “steps”/],
		["nothing", "", /holds no JSON object/],
		["half a document", json.slice(0, -20), /holds no JSON object/],
		["no steps", '{"steps":[]}', /no steps/],
		["steps that are no objects", '{"steps":["do it"]}', /“steps\.0” cannot be read/],
		[
			"too many steps",
			JSON.stringify({ steps: Array.from({ length: 51 }, (_, at) => ({ id: `s${at}`, title: "x" })) }),
			/51 steps; at most 50/,
		],
		[
			"a thousand steps",
			JSON.stringify({ steps: Array.from({ length: 1000 }, (_, at) => ({ id: `s${at}`, title: "x" })) }),
			/1000 steps; at most 50 are possible\. Make larger steps\./,
		],
		[
			"fields in another language",
			'{"Titel":"T","Schritte":[{"id":"a","Titel":"x"}]}',
			/holds no JSON object with “steps”/,
		],
		["steps that are a text", '{"steps":"1. Do it. 2. Prove it."}', /holds no JSON object with “steps”/],
		[
			"checks that are no commands",
			'{"steps":[{"id":"a","title":"x","checks":[{"command":"npm test"}]}]}',
			/“steps\.0\.checks\.0” cannot be read: expected \(string \| number\)/,
		],
		[
			"two steps of one id",
			'{"steps":[{"id":"a b","title":"x"},{"id":"A-B","title":"y"}]}',
			/Two steps have the id “a-b”/,
		],
		["a step without a name", '{"steps":[{"instructions":"x"}]}', /Step 1 has neither id nor title/],
		["a step that does not say what to do", '{"steps":[{"id":"a"}]}', /“a” does not say what to do/],
		[
			"a need that is no step",
			'{"steps":[{"id":"a","title":"x","needs":["b"]},{"id":"c","title":"x"}]}',
			/“a” needs the unknown step “b”\. The others are: c\./,
		],
		[
			"a circle",
			'{"steps":[{"id":"a","title":"x","needs":["b"]},{"id":"b","title":"x","needs":["a"]}]}',
			/in a circle: a → b → a/,
		],
		[
			"a longer circle",
			'{"steps":[{"id":"a","title":"x","needs":["c"]},{"id":"b","title":"x","needs":["a"]},{"id":"c","title":"x","needs":["b"]}]}',
			/in a circle: .* → .* → .* → /,
		],
		["a step that needs itself", '{"steps":[{"id":"a","title":"x","needs":["a"]}]}', /in a circle: a → a/],
	];
	for (const [name, text, problem] of refused)
		it(`gives ${name} back with a sentence for the model`, () => {
			const result = parsePlan(text);
			assert.ok("problem" in result, JSON.stringify(result));
			assert.match(result.problem, problem);
		});

	it("never throws, and every plan it accepts can be walked to its end", () => {
		const name = fc.constantFrom("a", "b", "c", "A b", "", "é", "検", 1);
		const step = fc.record(
			{
				id: name,
				title: name,
				instructions: fc.string(),
				needs: fc.oneof(fc.array(name), name, fc.constant(null)),
				checks: fc.array(fc.string()),
				role: fc.string(),
			},
			{ requiredKeys: [] },
		);
		const text = fc.oneof(
			fc
				.record({ steps: fc.array(step), title: fc.string() }, { requiredKeys: ["steps"] })
				.map((value) => JSON.stringify(value)),
			fc.jsonValue().map((value) => JSON.stringify({ steps: value })),
			fc
				.array(fc.constantFrom("{", "}", '"', "\\", "```", "\n", "[", '"steps":', "a"), { maxLength: 40 })
				.map((pieces) => pieces.join("")),
		);
		fc.assert(
			fc.property(text, (source) => {
				const result = parsePlan(source);
				if ("problem" in result) return;
				const needs = new Map(result.steps.map((each) => [each.stepId as string, each.needs as readonly string[]]));
				assert.equal(needs.size, result.steps.length);
				assert.equal(findCycle(needs), undefined);
				for (const each of result.steps) assert.match(each.role, /^[a-z][a-z0-9-]{0,39}$/);
			}),
			{ numRuns: 2000 },
		);
	});

	it("stays quick on hostile text", () => {
		const tookMs = processorTime();
		for (const piece of ["{", "[", '["]",', '{"a":', "```\n", "{}", '"', "{{}"]) parsePlan(piece.repeat(50_000));
		assert.ok(tookMs() < 10_000, `${tookMs()} ms of processor time`);
	});
});

function read(text: string): ParsedPlan {
	const result = parsePlan(text);
	if ("problem" in result) assert.fail(result.problem);
	return result;
}
