import assert from "node:assert/strict";
import { elicited, NotAskable } from "../../../src/daemon/mcp/elicited.ts";
import type { PersonAnswer, PersonQuestion } from "../../../src/daemon/tools/personQuestion.ts";

const chosen = (...labels: string[]): PersonAnswer => ({ kind: "answered", chosen: labels });
const said = (text: string): PersonAnswer => ({ kind: "answered", chosen: [], text });
const form = (properties: object, more: object = {}) => ({
	mode: "form",
	message: "Set it up.",
	requestedSchema: { type: "object", properties, ...more },
});

async function ask(request: unknown, answers: readonly PersonAnswer[], redact?: (text: string) => string) {
	const asked: PersonQuestion[] = [];
	const given = await elicited(
		"7",
		request,
		async (question) => {
			asked.push(question);
			return answers[asked.length - 1] ?? assert.fail(`nobody answers: ${question.question}`);
		},
		redact,
	);
	assert.equal(asked.length, answers.length);
	assert.equal(new Set(asked.map(({ id }) => id)).size, answers.length, "each question has an id of its own");
	return { asked, given };
}

describe("what a server elicits", () => {
	const databases = [
		{ const: "pg", title: "Postgres" },
		{ const: "my", title: "MySQL" },
	];
	const cases: Readonly<Record<string, [request: object, answers: PersonAnswer[], response: object]>> = {
		"one of several": [
			form({ db: { type: "string", oneOf: databases } }),
			[chosen("MySQL")],
			{ action: "accept", content: { db: "my" } },
		],
		"several of several": [
			form({ parts: { type: "array", items: { type: "string", enum: ["a", "b", "c"] } } }),
			[chosen("a", "c")],
			{ action: "accept", content: { parts: ["a", "c"] } },
		],
		"at least two of several": [
			form({ parts: { type: "array", items: { anyOf: databases }, minItems: 2 } }),
			[chosen("MySQL"), chosen("Postgres", "MySQL")],
			{ action: "accept", content: { parts: ["pg", "my"] } },
		],
		"yes or no, words and a number, one after the other": [
			form({ sure: { type: "boolean" }, name: { type: "string", title: "Name" }, port: { type: "integer" } }),
			[chosen("No"), said("box"), said("many"), said("80")],
			{ action: "accept", content: { sure: false, name: "box", port: 80 } },
		],
		"a number between two": [
			form({ port: { type: "number", minimum: 1, maximum: 9 } }),
			[said("0"), said("10"), said("2.5")],
			{ action: "accept", content: { port: 2.5 } },
		],
		"an address of mail": [
			form({ mail: { type: "string", format: "email" } }),
			[said("nobody"), said("a@example.org")],
			{ action: "accept", content: { mail: "a@example.org" } },
		],
		"a date": [
			form({ day: { type: "string", format: "date" } }),
			[said("tomorrow"), said("2026-11-30")],
			{ action: "accept", content: { day: "2026-11-30" } },
		],
		"words of a length": [
			form({ name: { type: "string", minLength: 2, maxLength: 3 } }),
			[said("a"), said("abcd"), said("abc")],
			{ action: "accept", content: { name: "abc" } },
		],
		"what may be left out": [
			form({ name: { type: "string" }, color: { type: "string", enum: ["red"] } }, { required: ["name"] }),
			[said("wall"), chosen("Leave it out")],
			{ action: "accept", content: { name: "wall" } },
		],
		"two choices of one title": [
			form({ db: { oneOf: [databases[0], { const: "pg2", title: "Postgres" }] } }),
			[chosen("Postgres (2)")],
			{ action: "accept", content: { db: "pg2" } },
		],
		"a page to be opened": [
			{ mode: "url", message: "Sign in.", url: "https://example.org", elicitationId: "e" },
			[chosen("I have done it")],
			{ action: "accept" },
		],
		"a page that the person does not open": [
			{ mode: "url", message: "Sign in.", url: "https://example.org/", elicitationId: "e" },
			[{ kind: "declined" }],
			{ action: "decline" },
		],
		"what the person declines": [form({ name: { type: "string" } }), [{ kind: "declined" }], { action: "decline" }],
		"what the person declines in the middle": [
			form({ name: { type: "string" }, port: { type: "integer" } }),
			[said("wall"), { kind: "declined" }],
			{ action: "decline" },
		],
		"what nobody answers before it is over": [
			form({ name: { type: "string" } }),
			[{ kind: "over" }],
			{ action: "cancel" },
		],
		"a yes to a text without fields": [{ mode: "form" }, [chosen("Yes")], { action: "accept", content: {} }],
		"a no to a text without fields": [form({}), [{ kind: "declined" }], { action: "decline" }],
	};
	for (const [what, [request, answers, response]] of Object.entries(cases))
		it(`is asked as questions of the inbox: ${what}`, async () => {
			assert.deepEqual((await ask(request, answers)).given, response);
		});

	it("shows the address whole, in letters that cannot be taken for others, and opens nothing", async () => {
		const request = { mode: "url", message: "Sign in.", url: "https://exаmple.org/a b" };
		const { asked } = await ask(request, [chosen("I have done it")]);
		assert.equal(asked[0]?.url, "https://xn--exmple-4nf.org/a%20b");
		assert.equal(asked[0]?.question, "Sign in.\nhttps://xn--exmple-4nf.org/a%20b");
	});

	const choices = (count: number) => Array.from({ length: count }, (_, at) => `c${at}`);
	const fields = (count: number) => Object.fromEntries(choices(count).map((name) => [name, { type: "string" }]));
	const refused: Readonly<Record<string, [request: object, says: RegExp]>> = {
		"more than 50 choices": [form({ c: { enum: choices(51) } }), /“c” offers 51 choices, and at most 50/],
		"more than 20 fields": [form(fields(21)), /at most 20 values at once, and these are 21/],
		"an address of this machine's files": [{ mode: "url", url: "file:///etc/passwd" }, /addresses of the web only/],
		"a script as address": [{ mode: "url", url: "javascript:alert(1)" }, /addresses of the web only/],
		"no address": [{ mode: "url", message: "Open." }, /addresses of the web only/],
		"an address too long to be seen": [{ mode: "url", url: `https://a.org/${"x".repeat(2000)}` }, /2000 characters/],
	};
	for (const [what, [request, says]] of Object.entries(refused))
		it(`is refused with a sentence: ${what}`, async () => {
			const error = await ask(request, []).catch((cause: unknown) => cause);
			assert.ok(error instanceof NotAskable);
			assert.match(error.message, says);
		});

	it("is shown bounded, without what cannot be seen and without secrets", async () => {
		const request = {
			message: `Pay\u202e ${"x".repeat(5000)}`,
			requestedSchema: {
				properties: {
					key: {
						type: "string",
						title: `\u001b[31m${"t".repeat(500)}`,
						description: "d".repeat(900),
						enum: ["s3cret", "no"],
					},
				},
			},
		};
		const { asked, given } = await ask(request, [chosen("…")], (text) => text.replace("s3cret", "…"));
		const [question] = asked;
		assert.ok(question!.question.startsWith("Pay xxx") && question!.question.length < 5000);
		assert.ok(!JSON.stringify(question).includes("s3cret"));
		assert.deepEqual(given, { action: "accept", content: { key: "s3cret" } });
	});

	it("is asked for up to 50 choices and 20 fields", async () => {
		assert.equal((await ask(form({ c: { enum: choices(50) } }), [chosen("c49")])).asked[0]?.options?.length, 50);
		await ask(form(fields(20)), choices(20).map(said));
	});
});
