import assert from "node:assert/strict";
import { conversationText, promptMessages } from "../../../src/daemon/agents/promptMessages.ts";
import { threadAccount } from "../../../src/daemon/agents/threadAccount.ts";
import { readSummary } from "../../../src/daemon/agents/threadSummary.ts";
import { failureOf } from "../../../src/daemon/endpoint/modelFailure.ts";
import { completed, event, message, output, requested } from "./turns.ts";

const asked = { provider: "p", model: "m", baseUrl: "http://p/v1", began: false };

describe("a prompt that a provider refuses for its length", () => {
	const refusals: readonly [vendor: string, status: number, message: string, window: number | undefined][] = [
		[
			"OpenAI",
			400,
			"This model's maximum context length is 128000 tokens. However, your messages resulted in 130001 tokens. Please reduce the length of the messages.",
			128_000,
		],
		["Anthropic", 400, "prompt is too long: 211000 tokens > 200000 maximum", 200_000],
		[
			"Anthropic, with an answer",
			400,
			"input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length",
			200_000,
		],
		[
			"Google",
			400,
			"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
			1_048_576,
		],
		["Groq", 400, "Please reduce the length of the messages or completion.", undefined],
		["llama.cpp", 400, "the request exceeds the available context size (4096 tokens), try increasing it", 4096],
		["llama.cpp, as a fault", 500, "the request exceeds the available context size, try increasing it", undefined],
		[
			"LM Studio",
			400,
			"Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
			4096,
		],
		[
			"Mistral",
			422,
			"Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
			32_768,
		],
		["xAI", 400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens.", 131_072],
		["Bedrock", 400, "Input is too long for requested model.", undefined],
		["a gateway", 413, "Request too large: the prompt is too large", undefined],
	];
	for (const [vendor, status, text, window] of refusals) {
		it(`is known in the words of ${vendor}`, () => {
			const failure = failureOf({ statusCode: status, data: { error: { message: text } } }, asked);
			assert.deepEqual([failure.code, failure.contextWindow, failure.retryable], ["contextLength", window, false]);
		});
	}

	it("is not taken for other refusals", () => {
		const others: readonly [number, string, string][] = [
			[429, "Rate limit reached: tokens per minute (TPM): Limit 6000, Requested 9000", "rateLimited"],
			[413, "Request too large for model on tokens per minute (TPM): Limit 6000", "badRequest"],
			[400, "Invalid value for reasoning_effort", "badRequest"],
			[401, "The context length of your key", "unauthorized"],
			[500, "Internal error", "serverError"],
		];
		for (const [status, text, code] of others)
			assert.equal(failureOf({ statusCode: status, data: { error: { message: text } } }, asked).code, code, text);
	});
});

describe("a summary of a thread", () => {
	it("is read out of prose and fences, and is bounded with what is still to be done first", () => {
		const answer = { objective: "Ship it", decisions: ["d".repeat(500)], openWork: ["test"], verifiedFacts: [3] };
		const read = readSummary(`Sure!\n~~~json\n${JSON.stringify(answer)},\n~~~`, 100);
		assert.ok(!("problem" in read));
		assert.deepEqual([read.objective, read.openWork, read.verifiedFacts], ["Ship it", ["test"], ["3"]]);
		assert.ok(read.decisions.join("").length < 100);
	});

	it("that cannot be used comes back as a sentence", () => {
		for (const text of ["No.", "{}", '{"objective": ""}', '{"objective": "x", "openWork": "y"}'])
			assert.ok("problem" in readSummary(text, 1000), text);
	});

	it("stands in the prompt for what came before, and the assignment and the newest turn stay as they were", () => {
		const transcript = [
			message("goal", "Do the work."),
			...requested("c1", "writeFile", { path: "a.txt" }, "u1"),
			...completed("c1", { output: output("old result") }),
			message("implementer", "Now the second file."),
			...requested("c2", "writeFile", { path: "b.txt" }, "u2"),
			...completed("c2", { output: output("new result") }),
		];
		const upTo = transcript[2]!.seq;
		const compacted = event("thread.compacted", {
			threadId: "t1" as never,
			upTo,
			summary: { objective: "Two files", decisions: [], openWork: ["b.txt"], verifiedFacts: [] },
			account: "writeFile a.txt: done",
			chars: 10,
		});
		const prompt = promptMessages("system", "implementer", [...transcript, compacted], 10_000);
		const text = JSON.stringify(prompt);
		assert.match(text, /Do the work\..*Two files.*b\.txt.*writeFile a\.txt: done.*Now the second file\..*new result/s);
		assert.ok(!text.includes("old result"));
	});

	it("is asked of a text that is never longer than what is allowed", () => {
		const transcript = [
			message("goal", "Do the work."),
			...Array.from({ length: 60 }, (_, at) => [
				message("implementer", `Thought ${at}. ${"word ".repeat(50)}`),
				...requested(`c${at}`, "runCommand", { command: "x".repeat(900) }, `u${at}`),
				...completed(`c${at}`, { output: output("y".repeat(900)) }),
			]).flat(),
		];
		for (const room of [2000, 8000, 40_000]) {
			const text = conversationText("implementer", transcript, room);
			assert.ok(text.length <= room + 100, `${text.length} of ${room}`);
			assert.match(text, /^To the worker:\nDo the work\./);
			assert.match(text, /Thought 59/);
		}
	});
});

describe("what the daemon knows of a thread by itself", () => {
	it("is what was carried out with its outcome, what the person said, and what was looked at", () => {
		const call = (id: string, name: string, effect: "none" | "outside", summary: string) =>
			event("tool.requested", {
				toolCallId: id as never,
				threadId: "t1" as never,
				turnId: "u1" as never,
				name,
				args: {},
				effect,
				summary,
			});
		const account = threadAccount(
			[
				message("goal", "Do it."),
				message("person", "Use tabs."),
				call("c1", "runCommand", "outside", "npm test"),
				...completed("c1", { ok: false, exitCode: 1 }),
				call("c2", "runCommand", "outside", "rm -rf build"),
				...completed("c2", { ok: false, refused: "Denied by the person." }),
				call("c3", "runCommand", "outside", "make"),
				event("tool.interrupted", { toolCallId: "c3" as never, outcome: "unknown", reason: "gone" }),
				call("c4", "readFile", "none", "a.txt"),
				...completed("c4"),
			],
			[event("file.changed", { path: "a.txt", status: "modified", toolCallIds: ["c1"], by: "agent" })],
			5000,
		);
		for (const expected of [
			/npm test: ended with exit code 1/,
			/rm -rf build: not carried out \(Denied by the person\.\)/,
			/make: outcome unknown, verify it/,
			/Use tabs\./,
			/a\.txt \(modified\)/,
			/readFile a\.txt/,
		])
			assert.match(account, expected);
	});

	it("keeps the newest within its bound and counts the rest", () => {
		const calls = Array.from({ length: 500 }, (_, at) => [
			...requested(`c${at}`, "writeFile", {}, "u1").map((one) => ({
				...one,
				effect: "workspace",
				summary: `f${at}.txt`,
			})),
			...completed(`c${at}`),
		]).flat();
		const account = threadAccount(calls as never, [], 2000);
		assert.ok(account.length < 1500, `${account.length}`);
		assert.match(account, /\(\d{3} earlier ones are left out here\)/);
		assert.match(account, /writeFile f499\.txt: done$/);
	});
});
