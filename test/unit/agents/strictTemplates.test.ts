import assert from "node:assert/strict";
import type { LanguageModelV3Prompt } from "@ai-sdk/provider";
import fc from "fast-check";
import type { RecordedEvent } from "../../../src/core/events.ts";
import { promptMessages } from "../../../src/daemon/agents/promptMessages.ts";
import { seeded } from "../../support/seed.ts";
import { completed, event, message, output, requested } from "./turns.ts";

describe("a request keeps to the strictest chat templates", () => {
	const runs = Number(process.env.MISSION_RUNS ?? 500);

	it(`after whatever a thread may hold (${runs} random threads)`, () => {
		const { seed } = seeded("strict templates");
		fc.assert(
			fc.property(fc.array(moment, { maxLength: 25 }), fc.constantFrom(2000, 400_000), (moments, maxChars) => {
				const prompt = promptMessages("You are the implementer.", "implementer", transcriptOf(moments), maxChars);
				assertStrict(prompt);
				assertAnswered(prompt);
			}),
			{ numRuns: runs, seed },
		);
	});

	const cases: readonly [name: string, transcript: () => RecordedEvent[]][] = [
		["nothing at all", () => []],
		["a message that says nothing", () => [message("goal", "  ")]],
		["an answer before anybody asked", () => [message("implementer", "Here I am.")]],
		[
			"a correction, then a person's message",
			() => [
				message("goal", "Go."),
				message("implementer", "{"),
				message("daemon", "That is no plan."),
				message("person", "Hurry."),
			],
		],
		[
			"a person's message behind the results of calls",
			() => [
				message("goal", "Go."),
				...requested("c1", "readFile"),
				...completed("c1"),
				started("turn2"),
				message("person", "Wait."),
			],
		],
		[
			"two answers in a row",
			() => [message("goal", "Go."), message("implementer", "One."), message("implementer", "Two.")],
		],
		[
			"a compaction",
			() => [message("goal", "Go."), message("implementer", "Old."), compactedAt(), message("person", "New.")],
		],
		["calls that never ran", () => [message("goal", "Go."), ...requested("c1", "a"), ...requested("c2", "b")]],
	];
	for (const [name, transcript] of cases)
		it(`after ${name}`, () => {
			const prompt = promptMessages("You are the implementer.", "implementer", transcript(), 400_000);
			assertStrict(prompt);
			assertAnswered(prompt);
		});

	it("and leaves out nothing that was said", () => {
		const transcript = [
			message("goal", "Do it."),
			message("implementer", "I begin."),
			message("daemon", "Answer with JSON."),
			message("person", "And hurry."),
			message("reviewer", "It is wrong."),
		];
		const text = JSON.stringify(promptMessages("System.", "implementer", transcript, 400_000));
		for (const said of ["Do it.", "I begin.", "Answer with JSON.", "And hurry.", "It is wrong."])
			assert.ok(text.includes(said), said);
	});
});

const word = fc.constantFrom("", " ", "Go on then.", "ü\n", "Use the blue ones.");
type Moment =
	| { readonly kind: "said"; readonly from: string; readonly text: string }
	| { readonly kind: "turn" }
	| { readonly kind: "compacted" }
	| {
			readonly kind: "calls";
			readonly text: string;
			readonly ends: readonly ("done" | "refused" | "unknown" | "open")[];
	  };
const moment: fc.Arbitrary<Moment> = fc.oneof(
	fc.record({
		kind: fc.constant("said" as const),
		from: fc.constantFrom("goal", "daemon", "person", "implementer", "reviewer"),
		text: word,
	}),
	fc.record({ kind: fc.constant("turn" as const) }),
	fc.record({ kind: fc.constant("compacted" as const) }),
	fc.record({
		kind: fc.constant("calls" as const),
		text: word,
		ends: fc.array(fc.constantFrom("done" as const, "refused" as const, "unknown" as const, "open" as const), {
			minLength: 1,
			maxLength: 3,
		}),
	}),
);

function transcriptOf(moments: readonly Moment[]): RecordedEvent[] {
	const events = [message("goal", "Collect the numbers.")];
	moments.forEach((each, at) => {
		if (each.kind === "said") events.push(message(each.from, each.text));
		else if (each.kind === "turn") events.push(started(`turn${at}`));
		else if (each.kind === "compacted") events.push(compactedAt());
		else {
			if (each.text) events.push(message("implementer", each.text));
			each.ends.forEach((end, nth) => {
				const id = `c-${at}-${nth}`;
				events.push(...requested(id, "runCommand", { command: "make" }, `turn${at}`));
				if (end === "done") events.push(...completed(id, { output: output(["\n", "x".repeat(900), "done"][nth]!) }));
				if (end === "refused") events.push(...completed(id, { ok: false, refused: "No.", output: output("") }));
				if (end === "unknown")
					events.push(event("tool.interrupted", { toolCallId: id as never, outcome: "unknown", reason: "It ended." }));
			});
		}
	});
	return events;
}

function started(turnId: string): RecordedEvent {
	return event("turn.started", {
		turnId: turnId as never,
		threadId: "t1" as never,
		asked: { provider: "local", model: "m" },
		reserved: { tokens: 1, usd: null },
	});
}

function compactedAt(): RecordedEvent {
	const before = event("todo.updated", { threadId: "t1" as never, todos: [] });
	return event("thread.compacted", {
		threadId: "t1" as never,
		turnId: "turn0" as never,
		upTo: before.seq,
		account: "What was carried out: nothing.",
	} as never);
}

/** The rules of the templates and endpoints that check most: those of Mistral, Gemma and Llama. */
function assertStrict(prompt: LanguageModelV3Prompt): void {
	const [system, ...rest] = prompt;
	assert.equal(system?.role, "system");
	assert.ok(rest.length > 0 && rest.every(({ role }) => role !== "system"), "one system message, and not alone");
	assert.equal(rest[0]?.role, "user");
	let index = 0;
	let before = "system";
	for (const { role, content } of rest) {
		assert.ok(content.length > 0, "no message is empty");
		for (const part of content)
			if (typeof part !== "string" && part.type === "text") assert.notEqual(part.text.trim(), "");
		const asks = role === "assistant" && content.some((part) => part.type === "tool-call");
		if (role === "user" || (role === "assistant" && !asks)) {
			assert.equal(role === "user", index % 2 === 0, `${role} after ${before}`);
			index++;
		}
		if (role === "tool") assert.equal(before, "asks");
		if (role === "user") assert.notEqual(before, "tool");
		before = asks ? "asks" : role;
	}
	assert.notEqual(before, "assistant", "the model does not speak last");
}

/** Behind each message with calls stand their results: one for each, in the same order, and no others. */
function assertAnswered(prompt: LanguageModelV3Prompt): void {
	const ids = new Set<string>();
	prompt.forEach(({ role, content }, at) => {
		if (role !== "assistant") return;
		const calls = content.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : []));
		if (calls.length === 0) return;
		for (const id of calls) {
			assert.ok(!ids.has(id), `the id ${id} is used once`);
			ids.add(id);
		}
		const next = prompt[at + 1];
		assert.equal(next?.role, "tool");
		const results = next?.role === "tool" ? next.content : [];
		assert.deepEqual(
			results.map((part) => (part.type === "tool-result" ? part.toolCallId : part.type)),
			calls,
		);
		for (const part of results)
			if (part.type === "tool-result" && part.output.type === "text") assert.notEqual(part.output.value.trim(), "");
	});
}
