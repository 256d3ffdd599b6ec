import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { TurnOutcome } from "../../../src/daemon/agents/agent.ts";
import { openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { makeTurn } from "../agents/turns.ts";

/**
 * Streams as real servers write them, over real HTTP: however a server writes its answer, the same comes of it. Each is
 * sent whole, and in pieces that cut through lines, events and characters.
 */
type Expected = Partial<{ text: string; reasoning: string; calls: unknown[]; finish: string; usage: [number, number] }>;
interface Row {
	readonly name: string;
	readonly type?: string;
	readonly body: string;
	readonly is?: Expected;
	/** The code of the failure, what its sentence says, and whether it helps to ask again. */
	readonly fails?: readonly [code: string, reason: RegExp, retryable: boolean];
}

const events = (...data: (object | string)[]) =>
	data.map((each) => `data: ${typeof each === "string" ? each : JSON.stringify(each)}\n\n`).join("");
const delta = (body: object, finish: string | null = null) => ({
	id: "x",
	object: "chat.completion.chunk",
	model: "m",
	choices: [{ index: 0, delta: body, finish_reason: finish }],
});
const call = (body: object, finish: string | null = null) => delta({ tool_calls: [body] }, finish);
const readA = { name: "readFile", args: { path: "a.txt" } };
const readB = { name: "readFile", args: { path: "b.txt" } };
const list = { name: "listFiles", args: {} };
const one = { calls: [readA], finish: "tool-calls" };
const two = { calls: [readA, readB], finish: "tool-calls" };
const argsA = '{"path":"a.txt"}';
const argsB = '{"path":"b.txt"}';
const hello = { text: "Grüß Gott 👋", finish: "stop" };

const rows: readonly Row[] = [
	// What the protocol describes.
	{
		name: "text in pieces, usage at the end",
		body: events(
			delta({ role: "assistant", content: "" }),
			delta({ content: "Grüß " }),
			delta({ content: "Gott 👋" }),
			delta({}, "stop"),
			{ id: "x", choices: [], usage: { prompt_tokens: 70_007, completion_tokens: 3, total_tokens: 70_010 } },
			"[DONE]",
		),
		is: { ...hello, usage: [70_007, 3] },
	},
	{
		name: "a call in pieces",
		body: events(
			call({ index: 0, id: "call_a", type: "function", function: { name: "readFile", arguments: "" } }),
			call({ index: 0, function: { arguments: '{"path":' } }),
			call({ index: 0, function: { arguments: '"a.txt"}' } }),
			delta({}, "tool_calls"),
			"[DONE]",
		),
		is: one,
	},
	// How a stream is written.
	{
		name: "lines that end with CR LF",
		body: events(delta({ content: "Grüß Gott 👋" }), delta({}, "stop"), "[DONE]").replaceAll("\n", "\r\n"),
		is: hello,
	},
	{
		name: "a byte order mark",
		body: `\uFEFF${events(delta({ content: "Grüß Gott 👋" }, "stop"), "[DONE]")}`,
		is: hello,
	},
	{
		name: "comments that keep the connection open",
		body: `: OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n${events(delta({ content: "Grüß " }))}:\n\n${events(delta({ content: "Gott 👋" }, "stop"), "[DONE]")}`,
		is: hello,
	},
	{
		name: "no blank after the colon, names and numbers of events",
		body: `id: 1\nevent: message\nretry: 3000\ndata:${JSON.stringify(delta({ content: "Grüß Gott 👋" }, "stop"))}\n\ndata:[DONE]\n\n`,
		is: hello,
	},
	{
		name: "one line feed between events",
		body: `data: ${JSON.stringify(delta({ content: "Grüß " }))}\ndata: ${JSON.stringify(delta({ content: "Gott 👋" }, "stop"))}\ndata: [DONE]\n\n`,
		is: hello,
	},
	{ name: "no end of the stream", body: events(delta({ content: "Grüß Gott 👋" }), delta({}, "stop")), is: hello },
	{
		name: "a last event without an empty line behind it",
		body: events(delta({ content: "Grüß Gott 👋" }), delta({}, "stop")).trimEnd(),
		is: hello,
	},
	{
		name: "an answer in one piece in spite of stream: true",
		type: "application/json",
		body: JSON.stringify({
			id: "x",
			object: "chat.completion",
			model: "m",
			choices: [{ index: 0, message: { role: "assistant", content: "Grüß Gott 👋" }, finish_reason: "stop" }],
			usage: { prompt_tokens: 70_007, completion_tokens: 3 },
		}),
		is: { ...hello, usage: [70_007, 3] },
	},
	{
		name: "an answer in one piece with calls, over many lines, called an event stream",
		body: JSON.stringify(
			{
				choices: [
					{
						message: {
							role: "assistant",
							content: null,
							tool_calls: [
								{ id: "1", type: "function", function: { name: "readFile", arguments: argsA } },
								{ id: "2", type: "function", function: { name: "readFile", arguments: argsB } },
							],
						},
						finish_reason: "tool_calls",
					},
				],
			},
			null,
			2,
		),
		is: two,
	},
	{
		name: "a JSON document a line",
		type: "application/x-ndjson",
		body: `${JSON.stringify(delta({ content: "Grüß " }))}\n${JSON.stringify(delta({ content: "Gott 👋" }, "stop"))}\n`,
		is: hello,
	},
	{
		name: "the whole message in one chunk of a stream",
		body: events(
			{ choices: [{ message: { role: "assistant", content: "Grüß Gott 👋" }, finish_reason: "stop" }] },
			"[DONE]",
		),
		is: hello,
	},
	{
		name: "usage in a chunk without choices, and chunks without anything",
		body: events(
			{ id: "x", object: "chat.completion.chunk" },
			{ choices: null },
			{ choices: [{ index: 0 }] },
			delta({ content: "Grüß Gott 👋" }, "stop"),
			{ usage: { prompt_tokens: 70_007, completion_tokens: 3 } },
			"[DONE]",
		),
		is: { ...hello, usage: [70_007, 3] },
	},
	{
		name: "fields of other types than the protocol's",
		body: events(
			{
				id: 12,
				created: "now",
				model: null,
				choices: [
					{
						delta: { role: "assistant", content: "Grüß Gott 👋", refusal: false, tool_calls: [] },
						finish_reason: "stop",
						logprobs: {},
					},
				],
			},
			"[DONE]",
		),
		is: hello,
	},
	// Text and reasoning.
	{
		name: "content as an array of parts",
		body: events(
			delta({ content: [{ type: "text", text: "Grüß " }] }),
			delta(
				{
					content: [
						{ type: "output_text", text: "Gott " },
						{ type: "text", text: "👋" },
					],
				},
				"stop",
			),
			"[DONE]",
		),
		is: hello,
	},
	{
		name: "content as an array in which the model thinks first",
		body: events(
			delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }] }] }),
			delta({ content: "Grüß Gott 👋" }, "stop"),
			"[DONE]",
		),
		is: { ...hello, reasoning: "Hm." },
	},
	...["reasoning", "reasoning_content", "thinking"].map((field) => ({
		name: `reasoning in ${field}`,
		body: events(
			delta({ content: null, [field]: "Hm" }),
			delta({ [field]: "." }),
			delta({ content: "Grüß Gott 👋" }, "stop"),
			"[DONE]",
		),
		is: { ...hello, reasoning: "Hm." },
	})),
	{
		name: "reasoning twice, under two names",
		body: events(
			delta({ reasoning: "Hm.", reasoning_details: [{ type: "reasoning.text", text: "Hm." }] }),
			delta({ content: "Grüß Gott 👋" }, "stop"),
		),
		is: { ...hello, reasoning: "Hm." },
	},
	// Calls.
	{
		name: "calls without an index",
		body: events(
			delta({ tool_calls: [{ id: "a", type: "function", function: { name: "readFile", arguments: argsA } }] }),
			delta(
				{ tool_calls: [{ id: "b", type: "function", function: { name: "readFile", arguments: argsB } }] },
				"tool_calls",
			),
			"[DONE]",
		),
		is: two,
	},
	{
		name: "calls without an index, in pieces",
		body: events(
			call({ id: "a", function: { name: "readFile", arguments: "" } }),
			call({ function: { arguments: argsA } }),
			call({ id: "b", function: { name: "readFile", arguments: '{"path":' } }),
			call({ function: { arguments: '"b.txt"}' } }, "tool_calls"),
			"[DONE]",
		),
		is: two,
	},
	{
		name: "several whole calls in one chunk",
		body: events(
			delta(
				{
					tool_calls: [
						{ index: 0, id: "a", function: { name: "readFile", arguments: argsA } },
						{ index: 1, id: "b", function: { name: "readFile", arguments: argsB } },
					],
				},
				"tool_calls",
			),
			"[DONE]",
		),
		is: two,
	},
	{
		name: "several calls with the same index",
		body: events(
			call({ index: 0, id: "a", function: { name: "readFile", arguments: argsA } }),
			call({ index: 0, id: "b", function: { name: "readFile", arguments: argsB } }, "tool_calls"),
			"[DONE]",
		),
		is: two,
	},
	{
		name: "several calls with the same index and no ids",
		body: events(
			call({ index: 0, function: { name: "readFile", arguments: argsA } }),
			call({ index: 0, function: { name: "listFiles", arguments: "{}" } }),
			call({ index: 0, function: { name: "readFile", arguments: argsB } }, "tool_calls"),
			"[DONE]",
		),
		is: { calls: [readA, list, readB], finish: "tool-calls" },
	},
	{
		name: "several calls with the same id",
		body: events(
			delta({ tool_calls: [{ index: 0, id: "call_0", function: { name: "readFile", arguments: argsA } }] }),
			delta(
				{ tool_calls: [{ index: 1, id: "call_0", function: { name: "readFile", arguments: argsB } }] },
				"tool_calls",
			),
			"[DONE]",
		),
		is: two,
	},
	{
		name: "pieces of two calls in turn",
		body: events(
			call({ index: 0, id: "a", function: { name: "readFile", arguments: "" } }),
			call({ index: 1, id: "b", function: { name: "readFile", arguments: "" } }),
			call({ index: 0, function: { arguments: '{"path":' } }),
			call({ index: 1, function: { arguments: '{"path":' } }),
			call({ index: 0, function: { arguments: '"a.txt"}' } }),
			call({ index: 1, function: { arguments: '"b.txt"}' } }, "tool_calls"),
			"[DONE]",
		),
		is: two,
	},
	{
		name: "no id, or an empty one",
		body: events(
			call({ index: 0, id: "", function: { name: "readFile", arguments: argsA } }),
			call({ index: 1, id: null, function: { name: "readFile", arguments: argsB } }, "tool_calls"),
		),
		is: two,
	},
	{
		name: "name and id again in each piece",
		body: events(
			call({ index: 0, id: "a", type: "function", function: { name: "readFile", arguments: "" } }),
			call({ index: 0, id: "a", type: "function", function: { name: "readFile", arguments: '{"path":' } }),
			call({ index: 0, id: "a", type: "function", function: { name: "readFile", arguments: '"a.txt"}' } }),
			call({ index: 0, id: "a", type: "function", function: { name: "readFile", arguments: "" } }),
			delta({}, "tool_calls"),
			"[DONE]",
		),
		is: one,
	},
	{
		name: "another id in each piece",
		body: events(
			call({ index: 0, id: "x1", function: { name: "readFile", arguments: "" } }),
			call({ index: 0, id: "x2", function: { name: null, arguments: '{"path":' } }),
			call({ index: 0, id: "x3", function: { name: "", arguments: '"a.txt"}' } }, "tool_calls"),
			"[DONE]",
		),
		is: one,
	},
	{
		name: "a name that comes after the arguments began",
		body: events(
			call({ index: 0, id: "a", function: { arguments: '{"path":' } }),
			call({ index: 0, function: { name: "readFile", arguments: '"a.txt"}' } }, "tool_calls"),
		),
		is: one,
	},
	{
		name: "arguments as an object",
		body: events(
			call({ index: 0, id: "a", function: { name: "readFile", arguments: { path: "a.txt" } } }, "tool_calls"),
			"[DONE]",
		),
		is: one,
	},
	{
		name: "name and arguments beside the function, not in it",
		body: events(call({ index: 0, id: "a", name: "readFile", arguments: { path: "a.txt" } }, "tool_calls"), "[DONE]"),
		is: one,
	},
	{
		name: "one call where a list should be",
		body: events(delta({ tool_calls: { id: "a", function: { name: "readFile", arguments: argsA } } }, "tool_calls")),
		is: one,
	},
	{
		name: "a call in function_call",
		body: events(
			delta({ function_call: { name: "readFile", arguments: '{"path":' } }),
			delta({ function_call: { arguments: '"a.txt"}' } }, "function_call"),
		),
		is: one,
	},
	{
		name: "a call without arguments",
		body: events(
			call({ index: 0, id: "a", function: { name: "listFiles" } }),
			call({ index: 1, id: "b", function: { name: "listFiles", arguments: null } }, "tool_calls"),
		),
		is: { calls: [list, list], finish: "tool-calls" },
	},
	{
		name: "a whole call, sent twice",
		body: events(
			call({ index: 0, id: "a", function: { name: "readFile", arguments: argsA } }),
			call({ index: 0, id: "a", function: { name: "readFile", arguments: argsA } }, "tool_calls"),
		),
		is: one,
	},
	// How it ends.
	...["stop", "eos", "eos_token", "STOP", "end_turn", "", null].map((finish) => ({
		name: `text that ends with ${JSON.stringify(finish)}`,
		body: events(delta({ content: "Grüß Gott 👋" }), delta({}, finish), "[DONE]"),
		is: hello,
	})),
	...["stop", "eos", "tool_use", "function_call", null].map((finish) => ({
		name: `a call that ends with ${JSON.stringify(finish)}`,
		body: events(call({ index: 0, id: "a", function: { name: "readFile", arguments: argsA } }, finish), "[DONE]"),
		is: one,
	})),
	...["length", "max_tokens", "MAX_TOKENS"].map((finish) => ({
		name: `an answer that was too long, by ${finish}`,
		body: events(delta({ content: "Grüß Gott 👋" }, finish), "[DONE]"),
		is: { text: "Grüß Gott 👋", finish: "length" },
	})),
	...["content_filter", "SAFETY"].map((finish) => ({
		name: `an answer that was filtered, by ${finish}`,
		body: events(delta({ content: "Grüß Gott 👋" }, finish), "[DONE]"),
		is: { text: "Grüß Gott 👋", finish: "content-filter" },
	})),
	{
		name: "a word for the end that nobody knows",
		body: events(delta({ content: "Grüß Gott 👋" }, "sunset"), "[DONE]"),
		is: { text: "Grüß Gott 👋", finish: "sunset" },
	},
	// Failures.
	{
		name: "neither a reason nor an end",
		body: events(delta({ content: "Grüß" })),
		fails: ["cutOff", /broke off before its end/, true],
	},
	{
		name: "an event that was cut",
		body: `${events(delta({ content: "Grüß" }))}data: {"id":"x","choi`,
		fails: ["cutOff", /broke off before its end/, true],
	},
	{
		name: "an error in place of an answer, with status 200",
		body: events({ error: { message: "The model is loading.", type: "server_error", code: 503 } }),
		fails: ["serverError", /failed \(503\): The model is loading\./, true],
	},
	{
		name: "an error in the middle",
		body: events(delta({ content: "Grüß" }), { error: { message: "overloaded", type: "overloaded_error" } }),
		fails: ["rateLimited", /asks to wait \(429\): overloaded/, true],
	},
	{
		name: "an error as an event of that name",
		body: `${events(delta({ content: "Grüß" }))}event: error\ndata: {"message":"CUDA out of memory","code":500}\n\n`,
		fails: ["serverError", /failed \(500\): CUDA out of memory/, true],
	},
	{
		name: "an error as a plain text",
		body: `event: error\ndata: CUDA out of memory\n\n`,
		fails: ["serverError", /CUDA out of memory/, true],
	},
	{
		name: "an error as a string",
		body: events({ error: "the runner has ended", status_code: 500 }),
		fails: ["serverError", /the runner has ended/, true],
	},
	{
		name: "an error as an object of that name",
		body: events({ object: "error", message: "the input is bad", type: "BadRequestError", code: 400 }),
		fails: ["badRequest", /refused the request \(400\): the input is bad/, false],
	},
	{
		name: "an error beside a choice",
		body: events(delta({ content: "Grüß" }), {
			...delta({ content: "" }, "error"),
			error: { code: 502, message: "Provider disconnected" },
		}),
		fails: ["serverError", /failed \(502\): Provider disconnected/, true],
	},
	{
		name: "an end that is an error",
		body: events(delta({ content: "Grüß" }), delta({}, "error"), "[DONE]"),
		fails: ["serverError", /ended the answer with an error/, true],
	},
	{
		name: "an error in one piece",
		type: "application/json",
		body: '[{"error":{"code":400,"message":"The input is bad.","status":"INVALID_ARGUMENT"}}]',
		fails: ["badRequest", /refused the request \(400\): The input is bad\./, false],
	},
	{
		name: "an error with a number of its own kind",
		body: events({ error: { code: "1302", message: "Too many at once, rate limit" } }),
		fails: ["rateLimited", /Too many at once/, true],
	},
	{ name: "nothing at all", body: "", fails: ["serverError", /is not a model's answer/, true] },
	{
		name: "a page in place of an answer",
		type: "text/html",
		body: "<!doctype html>\n<html><body>Sign in</body></html>\n",
		fails: ["serverError", /is not a model's answer/, true],
	},
	{ name: "only the end", body: events("[DONE]"), fails: ["serverError", /is not a model's answer/, true] },
];

describe("an answer is read however the server writes it", () => {
	let folder = "";
	before(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-streams-"));
	});
	after(() => rmSync(folder, { recursive: true }));

	for (const row of rows)
		for (const pieceBytes of [undefined, 7])
			it(`${row.name}${pieceBytes ? ", in pieces" : ""}`, async () => {
				const outcome = await answerOf(row, pieceBytes);
				if (row.fails) {
					const [code, reason, retryable] = row.fails;
					if (outcome.kind !== "failed") assert.fail(JSON.stringify(outcome));
					assert.deepEqual([outcome.code, outcome.retryable], [code, retryable], outcome.reason);
					assert.match(outcome.reason, reason);
					return;
				}
				if (outcome.kind !== "answered") assert.fail(JSON.stringify(outcome));
				const { text = "", reasoning, calls = [], finish, usage } = row.is!;
				assert.deepEqual(
					{ text: outcome.text, reasoning: outcome.reasoning, calls: outcome.calls, finish: outcome.finish },
					{ text, reasoning, calls, finish },
				);
				if (usage) assert.deepEqual([outcome.usage.inputTokens, outcome.usage.outputTokens], usage);
			});

	async function answerOf({ body, type = "text/event-stream" }: Row, pieceBytes?: number): Promise<TurnOutcome> {
		const server = http.createServer(async (incoming, outgoing) => {
			incoming.resume();
			outgoing.writeHead(200, { "content-type": type });
			const bytes = Buffer.from(body);
			const size = pieceBytes ?? Math.max(1, bytes.length);
			for (let at = 0; at < bytes.length; at += size) {
				if (!outgoing.write(bytes.subarray(at, at + size))) await once(outgoing, "drain");
				await new Promise(setImmediate);
			}
			outgoing.end();
		});
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers: [{ id: "local", baseUrl }] }));
		const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
		const agents = openAgents({ config: loadConfig(folder, {}), log, acp: noAcpAgents });
		try {
			const turn = makeTurn({ tools: createTools({}) });
			return await agents.agentFor({ provider: "local", model: "m" }).takeTurn(turn, new AbortController().signal);
		} finally {
			agents.close();
			server.closeAllConnections();
			server.close();
		}
	}
});
