import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { ModelChoice } from "../../../src/core/values.ts";
import type { Turn, TurnOutcome } from "../../../src/daemon/agents/agent.ts";
import { type Agents, openAgents } from "../../../src/daemon/agents/agents.ts";
import { parsePlan } from "../../../src/daemon/agents/parsePlan.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { completed, event, given, makeTurn, message, output, requested } from "./turns.ts";

const tools = createTools({});
const never = new AbortController().signal;
const secret = "sk-test-0123456789";
const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

describe("an agent that is a model", () => {
	let server: ModelServer;
	/** The data folder, and the workspace. */
	let folder: string;
	let work: string;
	let agents: Agents;
	const opened: Agents[] = [];
	before(async () => {
		server = await startModelServer({ script: () => ({ text: "ok" }), key: secret });
	});
	after(() => server.close());
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-agents-"));
		work = mkdtempSync(path.join(os.tmpdir(), "mission-workspace-"));
		agents = open({});
	});
	afterEach(() => {
		for (const each of opened.splice(0)) each.close();
		for (const each of [folder, work]) rmSync(each, { recursive: true });
	});

	function open(more: object, env: Record<string, string> = { LOCAL_KEY: secret }): Agents {
		const provider = { id: "local", baseUrl: server.baseUrl, apiKeyEnv: "LOCAL_KEY", models: ["qwen3:8b"], ...more };
		const { limits, ...rest } = provider as typeof provider & { limits?: object };
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers: [rest], limits }));
		const made = openAgents({ config: loadConfig(folder, env), log, acp: noAcpAgents });
		opened.push(made);
		return made;
	}

	function take(
		script: Script,
		parts: Parameters<typeof makeTurn>[0] = {},
		more: Partial<ModelChoice> = {},
		signal = never,
	) {
		server.use(script);
		const turn = makeTurn({ tools, workspace: work, ...parts });
		return agents.agentFor({ provider: "local", model: "qwen3:8b", ...more }).takeTurn(turn, signal);
	}
	const lastRequest = () => server.requests.at(-1)!;

	describe("asks", () => {
		it("the model by its name, with the effort as reasoning_effort, and for a stream with usage", async () => {
			await take(() => ({ text: "ok" }), {}, { effort: "high" });
			const { body, headers } = lastRequest();
			assert.equal(body.model, "qwen3:8b");
			assert.equal(body.reasoning_effort, "high");
			assert.equal(body.stream, true);
			assert.deepEqual(body.stream_options, { include_usage: true });
			assert.equal(headers.authorization, `Bearer ${secret}`);
		});

		it("without an effort where none was chosen", async () => {
			await take(() => ({ text: "ok" }));
			assert.ok(!("reasoning_effort" in lastRequest().body));
		});

		it("without a key where the provider needs none", async () => {
			const open2 = await startModelServer({ script: () => ({ text: "ok" }) });
			try {
				const free = open({ baseUrl: open2.baseUrl, apiKeyEnv: undefined });
				answered(await free.agentFor({ provider: "local", model: "m" }).takeTurn(makeTurn({ tools }), never));
				assert.equal(open2.requests[0]?.headers.authorization, undefined);
			} finally {
				await open2.close();
			}
		});

		it("with every tool and its JSON Schema", async () => {
			await take(() => ({ text: "ok" }));
			assert.deepEqual(
				lastRequest().tools,
				[...tools].map((tool) => tool.name),
			);
			const sent = lastRequest().body.tools as { function: { name: string; parameters: { required: string[] } } }[];
			assert.deepEqual(sent.find((tool) => tool.function.name === "writeFile")?.function.parameters.required, [
				"path",
				"content",
			]);
		});

		it("with the thread as it stands in the log: calls under the log's ids, outputs shortened, refusals, unknown outcomes", async () => {
			const transcript = [
				message("goal", "Collect the numbers."),
				message("implementer", "I look around first."),
				...requested("c-1", "listFiles", { path: "." }, "turn1"),
				...requested("c-2", "runCommand", { command: "make" }, "turn1"),
				...completed("c-1", { output: output("a.txt\n") }),
				message("person", "Use the blue ones."),
				...completed("c-2", { ok: false, exitCode: 2, output: output("begin", "end", 5000) }),
				...requested("c-3", "runCommand", { command: "deploy" }, "turn2"),
				...completed("c-3", { ok: false, refused: "The person denied this.", output: output("") }),
				...requested("c-4", "runCommand", { command: "migrate" }, "turn3"),
				event("tool.interrupted", { toolCallId: "c-4" as never, outcome: "unknown", reason: "The daemon ended." }),
			];
			await take(() => ({ text: "ok" }), { transcript });
			const [system, ...rest] = lastRequest().messages;
			assert.equal(system?.role, "system");
			const call = (id: string, name: string, args: object) => ({
				id,
				type: "function",
				function: { name, arguments: JSON.stringify(args) },
			});
			assert.deepEqual(rest, [
				{ role: "user", content: "Collect the numbers." },
				{
					role: "assistant",
					content: "I look around first.",
					tool_calls: [call("c-1", "listFiles", { path: "." }), call("c-2", "runCommand", { command: "make" })],
				},
				{ role: "tool", tool_call_id: "c-1", content: "a.txt\n" },
				{ role: "tool", tool_call_id: "c-2", content: "[exit code 2]\nbegin\n[… 4992 of 5000 bytes left out …]\nend" },
				{ role: "assistant", content: null, tool_calls: [call("c-3", "runCommand", { command: "deploy" })] },
				{ role: "tool", tool_call_id: "c-3", content: "Not carried out: The person denied this." },
				{ role: "assistant", content: null, tool_calls: [call("c-4", "runCommand", { command: "migrate" })] },
				{
					role: "tool",
					tool_call_id: "c-4",
					content: "The outcome is unknown: verify it before you repeat anything. The daemon ended.",
				},
				{ role: "assistant", content: "I have read the results." },
				{ role: "user", content: "The person who watches over this goal says:\nUse the blue ones." },
			]);
		});

		it("with a message where the turn begins that reads it, behind the answer it came too late for", async () => {
			const started = (turnId: string) =>
				event("turn.started", {
					turnId: turnId as never,
					threadId: "t1" as never,
					asked: { provider: "local", model: "m" },
					reserved: { tokens: 1, usd: null },
				});
			const transcript = [
				message("goal", "Go."),
				started("turn1"),
				message("person", "Too late for the first."),
				message("implementer", "Done."),
				started("turn2"),
			];
			await take(() => ({ text: "ok" }), { transcript });
			assert.deepEqual(
				lastRequest()
					.messages.slice(1)
					.map(({ role, content }) => [role, content]),
				[
					["user", "Go."],
					["assistant", "Done."],
					["user", "The person who watches over this goal says:\nToo late for the first."],
				],
			);
		});

		it("never with an answer of its own as the last message", async () => {
			await take(() => ({ text: "ok" }), { transcript: [message("goal", "Go."), message("implementer", "Done.")] });
			assert.deepEqual(lastRequest().messages.at(-1), { role: "user", content: "Go on." });
		});

		it("with a prompt of bounded size, leaving out the oldest outputs first", async () => {
			agents = open({ limits: { promptChars: 40_000 } });
			const transcript = [message("goal", "Go.")];
			for (let at = 0; at < 30; at++)
				transcript.push(
					...requested(`c${at}`, "writeFile", { path: "a", content: `W${at} ${"w".repeat(3000)}` }, `turn${at}`),
					...completed(`c${at}`, { output: output(`R${at} ${"r".repeat(4000)}`) }),
				);
			await take(() => ({ text: "ok" }), { transcript });
			const { messages } = lastRequest();
			assert.ok(JSON.stringify(messages).length < 48_000, `${JSON.stringify(messages).length}`);
			assert.match(
				messages.find((each) => each.tool_call_id === "c0")?.content ?? "",
				/^R0 r+\n\[… 3603 characters left out/,
			);
			assert.equal(messages.at(-1)?.content?.length, 4004);
			assert.deepEqual(messages.filter((each) => each.role === "tool").map((each) => each.tool_call_id).length, 30);
		});

		it("an implementer with the goal and what it was told of the workspace, a planner also with what lies there", async () => {
			writeFileSync(path.join(work, "AGENTS.md"), "Not read by the agent.");
			const transcript = [message("goal", "Go."), given("Use tabs.", "start")];
			await take(() => ({ text: "ok" }), { transcript });
			assert.equal(lastRequest().purpose, "work");
			const worker = lastRequest().messages[0]?.content ?? "";
			assert.match(worker, /Make a report of the numbers\./);
			assert.match(worker, /Use tabs\./);
			await take(() => ({ text: "{}" }), { role: "planner", tools: [], transcript });
			assert.equal(lastRequest().purpose, "plan");
			const planner = lastRequest().messages[0]?.content ?? "";
			assert.match(planner, /top of the workspace:\nAGENTS\.md\n/);
			assert.match(planner, /Use tabs\./);
			assert.ok(!("tools" in lastRequest().body));
			assert.ok(!lastRequest().text.includes("Not read by the agent."));
		});

		it("what it is told later, behind what its calls came to, and all before that as it was", async () => {
			const before = [
				message("goal", "Go."),
				given("Use tabs.", "start"),
				...requested("c1", "readFile", { path: "docs/a.md" }),
				...completed("c1"),
			];
			await take(() => ({ text: "ok" }), { transcript: before });
			const first = lastRequest().messages;
			await take(() => ({ text: "ok" }), { transcript: [...before, given("In docs: write short.", "touched")] });
			const { messages } = lastRequest();
			assert.deepEqual(messages.slice(0, first.length), first);
			assert.match(JSON.stringify(messages.slice(first.length)), /In docs: write short\./);
		});
	});

	describe("plans", () => {
		const plan = { title: "T", summary: "S", steps: [{ id: "a", title: "A", instructions: "Do it." }], checks: [] };

		it("by structured output, with a schema that strict endpoints take", async () => {
			const outcome = answered(await take(() => ({ text: JSON.stringify(plan) }), { role: "planner", tools: [] }));
			assert.ok("steps" in parsePlan(outcome.text));
			const format = lastRequest().body.response_format as {
				type: string;
				json_schema: { name: string; strict: boolean; schema: unknown };
			};
			assert.equal(format.type, "json_schema");
			assert.equal(format.json_schema.strict, true);
			assertStrict(format.json_schema.schema);
		});

		it("in text where the endpoint refuses a schema, and asks it with one only once", async () => {
			const script: Script = ({ body }) =>
				body.response_format
					? { status: 400, body: { error: { message: "response_format json_schema is not supported" } } }
					: { text: JSON.stringify(plan) };
			const before = server.requests.length;
			answered(await take(script, { role: "planner", tools: [] }));
			answered(await take(script, { role: "planner", tools: [] }));
			assert.deepEqual(
				server.requests.slice(before).map(({ body }) => "response_format" in body),
				[true, false, false],
			);
		});

		it("in text where the configuration says that there is no structured output", async () => {
			agents = open({ structuredOutput: false });
			await take(() => ({ text: "{}" }), { role: "planner", tools: [] });
			assert.ok(!("response_format" in lastRequest().body));
		});
	});

	describe("answers", () => {
		it("with text, reasoning, calls, usage, finish and the model that answered, streamed as it arrives", async () => {
			const deltas: [string, boolean][] = [];
			const outcome = answered(
				await take(
					() => ({
						text: "I will list the files now.",
						reasoning: "First look.",
						calls: [
							{ name: "listFiles", args: { path: "src" } },
							{ name: "readFile", args: { path: "a.ts" } },
						],
						usage: [1200, 34],
						answered: "qwen3:8b-2030",
					}),
					{ onDelta: (text, reasoning) => deltas.push([text, reasoning]) },
				),
			);
			assert.deepEqual(outcome, {
				kind: "answered",
				text: "I will list the files now.",
				reasoning: "First look.",
				calls: [
					{ name: "listFiles", args: { path: "src" } },
					{ name: "readFile", args: { path: "a.ts" } },
				],
				answered: "qwen3:8b-2030",
				usage: { inputTokens: 1200, outputTokens: 34, costUsd: null },
				finish: "tool-calls",
			});
			assert.equal(
				deltas
					.filter(([, reasoning]) => !reasoning)
					.map(([text]) => text)
					.join(""),
				outcome.text,
			);
			assert.equal(
				deltas
					.filter(([, reasoning]) => reasoning)
					.map(([text]) => text)
					.join(""),
				"First look.",
			);
			assert.ok(deltas.length >= 4, `${deltas.length} pieces`);
		});

		it("cut where an endpoint writes more than it was asked for, and counted as what came", async () => {
			server.use(() => ({ text: "one word after the other ".repeat(400), usage: [0, 0] }));
			const turn = makeTurn({ tools, workspace: work });
			const reserved = { tokens: 20_500, usd: null, outputTokens: 500 };
			const thread = { ...turn.thread, turn: { turnId: "u" as never, epoch: 1, reserved } };
			const agent = agents.agentFor({ provider: "local", model: "qwen3:8b" });
			const outcome = answered(await agent.takeTurn({ ...turn, thread }, never));
			assert.equal(outcome.finish, "length");
			assert.ok(outcome.usage.outputTokens >= 500 && outcome.usage.outputTokens < 550, `${outcome.usage.outputTokens}`);
			assert.equal(outcome.usage.estimated, true);
		});

		it("asked for only where the prompt fits into what was reserved for it", async () => {
			const turn = makeTurn({ tools, workspace: work, transcript: [message("goal", "word ".repeat(20_000))] });
			const reserved = { tokens: 5_500, usd: null, outputTokens: 500 };
			const thread = { ...turn.thread, turn: { turnId: "u" as never, epoch: 1, reserved } };
			const before = server.requests.length;
			const agent = agents.agentFor({ provider: "local", model: "qwen3:8b" });
			const outcome = await agent.takeTurn({ ...turn, thread }, never);
			assert.ok(outcome.kind === "unsent" && outcome.promptTokens >= 25_000, JSON.stringify(outcome));
			assert.equal(server.requests.length, before);
		});

		it("at the price that is configured", async () => {
			agents = open({ prices: { "qwen3:8b": { input: 2, output: 10 } } });
			const { usage } = answered(await take(() => ({ text: "ok", usage: [1000, 100] })));
			assert.deepEqual(usage, { inputTokens: 1000, outputTokens: 100, costUsd: 0.003 });
		});

		it("with the finish of an answer that was cut at the model's limit", async () => {
			assert.equal(answered(await take(() => ({ text: "half", finish: "length" }))).finish, "length");
		});

		it("with calls whose arguments cannot be read marked as malformed, and the others whole", async () => {
			const calls = [
				{ name: "readFile", args: '{"path": "a' },
				{ name: "listFiles", args: "" },
				{ name: "readFile", args: '["a"]' },
				{ name: "readFile", args: `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}` },
			];
			const outcome = answered(await take(() => ({ calls })));
			assert.deepEqual(
				outcome.calls.map(({ malformed }) => malformed !== undefined),
				[true, false, true, true],
			);
			assert.match(outcome.calls[0]?.malformed ?? "", /not valid JSON/);
			assert.equal(outcome.calls[0]?.args, '{"path": "a');
			assert.deepEqual(outcome.calls[1]?.args, {});
		});
	});

	const statuses: readonly [
		status: number,
		body: object,
		expected: { code: string; retryable: boolean },
		reason: RegExp,
	][] = [
		[
			401,
			{ error: { message: `Incorrect key ${secret}` } },
			{ code: "unauthorized", retryable: false },
			/refused the key \(401\): check LOCAL_KEY/,
		],
		[403, {}, { code: "unauthorized", retryable: false }, /refused the key \(403\)/],
		[
			404,
			{ error: { message: "model not found" } },
			{ code: "notFound", retryable: false },
			/knows no model “qwen3:8b” at .*: model not found\. Check/,
		],
		[
			400,
			{ error: { message: `too long for ${secret}` } },
			{ code: "badRequest", retryable: false },
			/refused the request \(400\): too long for …\.$/,
		],
		[402, {}, { code: "rateLimited", retryable: false }, /no credit left/],
		[
			429,
			{ error: { message: "You exceeded your quota", code: "insufficient_quota" } },
			{ code: "rateLimited", retryable: false },
			/no credit left \(429\)/,
		],
		[
			429,
			{ error: { message: "slow down" } },
			{ code: "rateLimited", retryable: true },
			/asks to wait \(429\): slow down\.$/,
		],
		[500, { error: { message: "boom" } }, { code: "serverError", retryable: true }, /failed \(500\): boom\.$/],
		[503, {}, { code: "serverError", retryable: true }, /failed \(503\)/],
		[529, {}, { code: "serverError", retryable: true }, /failed \(529\)/],
	];
	for (const [status, body, expected, reason] of statuses)
		it(`ends a turn at once when the provider answers ${status} ${JSON.stringify(body)}, and says what to do`, async () => {
			const before = server.requests.length;
			const outcome = failed(await take(() => ({ status, body })));
			assert.deepEqual(
				{ code: outcome.code, retryable: outcome.retryable, status: outcome.status },
				{ ...expected, status },
			);
			assert.match(outcome.reason, reason);
			assert.ok(!outcome.reason.includes(secret));
			assert.equal(server.requests.length, before + 1, "it does not repeat by itself");
		});

	const waits: readonly [headers: Record<string, string>, ms: number][] = [
		[{ "retry-after": "2" }, 2000],
		[{ "retry-after-ms": "350" }, 350],
		[{ "retry-after": "999999999" }, 86_400_000],
	];
	for (const [headers, ms] of waits)
		it(`passes on that the provider wants to be asked again after ${JSON.stringify(headers)}`, async () => {
			const outcome = failed(await take(() => ({ status: 429, headers })));
			assert.equal(outcome.retryAfterMs, ms);
		});
	it("passes on until when the provider wants not to be asked, given as a date", async () => {
		// Dates have whole seconds, the server's own among them, and time passes while the answer is on its way.
		const asked = Math.floor(Date.now() / 1000) * 1000;
		const until = asked + 3_600_000;
		const headers = { "retry-after": new Date(until).toUTCString() };
		const { retryAfterMs = 0 } = failed(await take(() => ({ status: 429, headers })));
		assert.ok(retryAfterMs <= until - asked && retryAfterMs >= until - Date.now(), `${retryAfterMs}`);
	});

	it("never takes half an answer for a whole one", async () => {
		for (const cutAfter of [1, 2, 3, 4, 5]) {
			const outcome = failed(
				await take(() => ({
					text: "A long enough answer.",
					calls: [{ name: "readFile", args: { path: "a" } }],
					cutAfter,
				})),
			);
			assert.deepEqual([outcome.code, outcome.retryable], ["cutOff", true]);
			assert.match(outcome.reason, /broke off before its end/);
		}
		assert.equal(failed(await take(() => "cut")).code, "cutOff");
	});

	it("takes an error in the middle of a stream for what it is", async () => {
		const raw = await rawServer(
			'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: {"id":"1","choices":[{"delta":{"content":"half"}}]}\n\ndata: {"error":{"message":"overloaded","type":"overloaded_error"}}\n\n',
		);
		const outcome = failed(await turnAt(raw.baseUrl));
		assert.deepEqual([outcome.code, outcome.retryable], ["rateLimited", true]);
		raw.close();
	});

	for (const [name, response] of [
		[
			"a stream that ends in good order but early",
			'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: {"id":"1","choices":[{"delta":{"content":"half"}}]}\n\n',
		],
		[
			"a page in place of a stream",
			"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html>Sign in</html>",
		],
		[
			"a stream that holds no JSON",
			"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: hello\n\n",
		],
		["no HTTP at all", "SSH-2.0-OpenSSH\r\n"],
	] as const)
		it(`fails, and may be asked again, after ${name}`, async () => {
			const raw = await rawServer(response);
			const outcome = failed(await turnAt(raw.baseUrl));
			assert.ok(["cutOff", "serverError", "unreachable"].includes(outcome.code), outcome.code);
			assert.equal(outcome.retryable, true);
			raw.close();
		});

	it("says that nobody answers, and where", async () => {
		const free = await rawServer("");
		free.close();
		const outcome = failed(await turnAt(free.baseUrl));
		assert.deepEqual([outcome.code, outcome.retryable], ["unreachable", true]);
		assert.match(outcome.reason, /“local” does not answer at http:\/\/127\.0\.0\.1:\d+\/v1 \(connection refused\)/);
		const unknown = failed(await turnAt("http://no-such-host.invalid/v1"));
		assert.equal(unknown.code, "unreachable");
		assert.match(unknown.reason, /name/);
	});

	it("gives up on a model that sends nothing for too long", async () => {
		agents = open({ limits: { modelSilenceMs: 2500 } });
		const before = performance.now();
		const silent = failed(await take(() => "hang"));
		assert.equal(silent.code, "unreachable");
		assert.ok(silent.used?.inputTokens, "it was sent, and may have been worked on");
		assert.ok(performance.now() - before < 15_000);
		assert.equal(failed(await take(() => ({ text: "a long answer, slowly", chunkMs: 4000 }))).code, "cutOff");
	});

	it("waits for a model that is slow but sends something", async () => {
		agents = open({ limits: { modelSilenceMs: 4000 } });
		assert.equal(answered(await take(() => ({ text: "slow but steady", chunkMs: 1200 }))).text, "slow but steady");
	});

	it("stops at once when it is aborted: before, while it waits, in the middle of a stream", async () => {
		assert.deepEqual(await take(() => ({ text: "ok" }), {}, {}, AbortSignal.abort()), {
			kind: "aborted",
			used: undefined,
		});
		for (const script of [() => "hang" as const, () => ({ text: "x".repeat(2000), chunkMs: 50 })]) {
			const abort = new AbortController();
			const before = performance.now();
			const turn = take(script, {}, {}, abort.signal);
			setTimeout(() => abort.abort(), 200);
			assertStopped(await turn);
			assert.ok(performance.now() - before < 10_000);
		}
		server.use(() => "hang");
		const turn = take(() => "hang");
		setTimeout(() => agents.close(), 100);
		assertStopped(await turn);
	});

	/** What had been sent is counted all the same. */
	function assertStopped(outcome: TurnOutcome): void {
		assert.equal(outcome.kind, "aborted");
		const sent = outcome.kind === "aborted" ? outcome.used?.inputTokens : 0;
		assert.ok(sent && sent > 500, `${sent} tokens`);
	}

	it("asks for the key by its variable's name, without a request", async () => {
		agents = open({}, {});
		const before = server.requests.length;
		const outcome = failed(await take(() => ({ text: "ok" })));
		assert.deepEqual([outcome.code, outcome.retryable], ["keyNeeded", false]);
		assert.match(outcome.reason, /set LOCAL_KEY/);
		assert.equal(server.requests.length, before);
	});

	it("asks a key command again after its key was refused", async () => {
		const file = path.join(folder, "key");
		writeFileSync(file, "sk-old-key-0123");
		agents = open({ apiKeyEnv: undefined, apiKeyCommand: `cat ${file}` }, { PATH: process.env.PATH ?? "" });
		const refused = failed(await take(() => ({ text: "ok" })));
		assert.equal(refused.code, "unauthorized");
		assert.ok(!refused.reason.includes("sk-old"));
		writeFileSync(file, secret);
		answered(await take(() => ({ text: "ok" })));
	});

	it("tells who there is: which provider answers, and why the others do not", async () => {
		const listing = await startModelServer({ script: () => "hang", models: ["a", "b"] });
		const free = await rawServer("");
		free.close();
		try {
			const providers = [
				{ id: "open", baseUrl: listing.baseUrl },
				{ id: "listed", baseUrl: listing.baseUrl, models: ["c"] },
				{ id: "keyless", baseUrl: listing.baseUrl, apiKeyEnv: "NO_KEY" },
				{ id: "wrong", baseUrl: server.baseUrl, apiKeyEnv: "WRONG_KEY" },
				{ id: "gone", baseUrl: free.baseUrl },
			];
			writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers }));
			const all = openAgents({ config: loadConfig(folder, { WRONG_KEY: "sk-wrong-0123" }), log, acp: noAcpAgents });
			const before = performance.now();
			const { providers: found, primary } = await all.listProviders();
			assert.ok(performance.now() - before < 15_000);
			assert.equal(primary, "listed/c");
			assert.deepEqual(
				found.slice(0, 6).map(({ id, usable, models }) => [id, usable, models.join()]),
				[
					["open", true, "a,b"],
					["listed", true, "c"],
					["keyless", false, ""],
					["wrong", false, ""],
					["gone", false, ""],
					["builtin", true, "playbook"],
				],
			);
			assert.match(found[2]?.reason ?? "", /set NO_KEY/);
			assert.match(found[3]?.reason ?? "", /refused the key \(401\): check WRONG_KEY/);
			assert.match(found[4]?.reason ?? "", /does not answer/);
			assert.ok(!JSON.stringify(found).includes("sk-wrong"));
			all.close();
		} finally {
			await listing.close();
		}
	});

	it("is nobody when its provider is not configured, and every turn says so", async () => {
		const outcome = failed(await agents.agentFor({ provider: "nope", model: "m" }).takeTurn(makeTurn(), never));
		assert.deepEqual([outcome.code, outcome.retryable], ["noAgent", false]);
		assert.match(outcome.reason, /no provider “nope”: add it to config\.jsonc .*\(“local”\)/);
		assert.equal(agents.isProvider("nope"), false);
		assert.equal(agents.isProvider("builtin"), true);
		assert.equal(agents.isListed("local", "qwen3:8b"), true);
		const builtIn = failed(await agents.agentFor({ provider: "builtin", model: "x" }).takeTurn(makeTurn(), never));
		assert.match(builtIn.reason, /the only one is builtin\/playbook/);
	});

	it("adds little to what the model takes", async () => {
		const turns: number[] = [];
		for (let round = 0; round < 25; round++) {
			const startedAt = performance.now();
			answered(await take(() => ({ text: "ok", calls: [{ name: "listFiles", args: {} }] })));
			turns.push(performance.now() - startedAt - server.tookMs.at(-1)!);
		}
		const median = turns.sort((a, b) => a - b)[12]!;
		console.log(`      a turn beyond the server's own time: median ${median.toFixed(1)} ms`);
		assert.ok(median < 1000, `${median} ms`);
	});

	async function turnAt(baseUrl: string): Promise<TurnOutcome> {
		const turn: Turn = makeTurn({ tools });
		return open({ baseUrl, apiKeyEnv: undefined }).agentFor({ provider: "local", model: "m" }).takeTurn(turn, never);
	}
});

function answered(outcome: TurnOutcome) {
	if (outcome.kind !== "answered") assert.fail(JSON.stringify(outcome));
	return outcome;
}

function failed(outcome: TurnOutcome) {
	if (outcome.kind !== "failed") assert.fail(JSON.stringify(outcome));
	return outcome;
}

/** What strict endpoints demand: every property required, none besides. */
function assertStrict(schema: unknown): void {
	const { type, properties, required, additionalProperties, items } = schema as Record<string, unknown>;
	if (type === "object") {
		assert.equal(additionalProperties, false);
		assert.deepEqual(required, Object.keys(properties as object));
		for (const each of Object.values(properties as object)) assertStrict(each);
	}
	if (items) assertStrict(items);
}

/** Answers every connection with the same bytes. */
async function rawServer(response: string): Promise<{ readonly baseUrl: string; close(): void }> {
	const server = net.createServer((socket) => {
		socket.on("error", () => {});
		socket.once("data", () => socket.end(response));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, close: () => server.close() };
}
