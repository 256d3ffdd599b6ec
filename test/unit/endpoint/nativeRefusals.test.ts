import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { ModelChoice } from "../../../src/core/values.ts";
import { type Agents, openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import type { WireName } from "../../../src/daemon/providers/providerRow.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { type Json, type WireFixture, wireFixtures } from "../../support/wireFixtures.ts";
import { startWireServer, type WireScript, type WireServer } from "../../support/wireServer.ts";
import { completed, makeTurn, message, requested } from "../agents/turns.ts";

const tools = createTools({});
const never = new AbortController().signal;
const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

interface Row {
	readonly wire: WireName;
	readonly what: string;
	readonly model?: string;
	readonly effort?: ModelChoice["effort"];
	readonly role?: "planner";
	/** As it was seen. */
	readonly said: string;
	/** What is refused of a request. */
	readonly has: (body: Json) => boolean;
	readonly told: RegExp;
}

const rows: readonly Row[] = [
	{
		wire: "openai",
		what: "a summary of its reasoning",
		said: "Your organization must be verified to generate reasoning summaries.",
		has: ({ reasoning }) => reasoning?.summary !== undefined,
		told: /gives no summary of its reasoning/,
	},
	{
		wire: "openai",
		what: "an effort, and takes others",
		effort: "minimal",
		said: "Unsupported value: 'minimal' is not supported with this model. Supported values are: 'low', 'medium', and 'high'. (reasoning.effort)",
		has: ({ reasoning }) => reasoning?.effort === "minimal",
		told: /takes only these reasoning efforts: low, medium, high/,
	},
	{
		wire: "openai",
		what: "a schema",
		role: "planner",
		said: "Invalid parameter: 'text.format' of type 'json_schema' is not supported with this model.",
		has: ({ text }) => text?.format !== undefined,
		told: /refuses a JSON schema/,
	},
	{
		wire: "openai",
		what: "so long an answer",
		said: "max_output_tokens is too large: 16000. This model supports at most 4096 output tokens: max_output_tokens at most 4096.",
		has: ({ max_output_tokens }) => max_output_tokens > 4096,
		told: /writes at most 4096 tokens/,
	},
	{
		wire: "anthropic",
		what: "so long an answer",
		model: "claude-unknown-1",
		said: "max_tokens: 16000 > 8192, which is the maximum allowed number of output tokens for claude-unknown-1",
		has: ({ max_tokens }) => max_tokens > 8192,
		told: /writes at most 8192 tokens/,
	},
	{
		wire: "anthropic",
		what: "to be told to think",
		effort: "high",
		said: "thinking: Extra inputs are not permitted",
		has: ({ thinking }) => thinking !== undefined,
		told: /cannot be told to think/,
	},
	{
		wire: "anthropic",
		what: "an effort",
		model: "claude-opus-4-6",
		effort: "xhigh",
		said: "output_config.effort: this model does not support the effort parameter.",
		has: ({ output_config }) => output_config?.effort !== undefined,
		told: /refuses a reasoning effort/,
	},
	{
		wire: "anthropic",
		what: "a schema",
		model: "claude-opus-4-6",
		role: "planner",
		said: "output_config.format: Extra inputs are not permitted",
		has: ({ output_config }) => output_config?.format !== undefined,
		told: /refuses a JSON schema/,
	},
	{
		wire: "anthropic",
		what: "marks for its cache",
		said: "messages.0.content.0.text.cache_control: Extra inputs are not permitted",
		has: (body) => JSON.stringify(body).includes('"cache_control"'),
		told: /keeps nothing in a cache/,
	},
	{
		wire: "google",
		what: "to be told how much to think",
		effort: "low",
		said: "Thinking budget is not supported for this model.",
		has: ({ generationConfig }) => generationConfig?.thinkingConfig !== undefined,
		told: /cannot be told how much to think/,
	},
	{
		wire: "google",
		what: "a schema",
		role: "planner",
		said: "JSON mode is not enabled for models/gemma-3",
		has: ({ generationConfig }) => generationConfig?.responseMimeType !== undefined,
		told: /refuses a JSON schema/,
	},
	{
		wire: "google",
		what: "so long an answer",
		said: "Unable to submit request because it has a maxOutputTokens value of 16000 but the supported range is from 1 (inclusive) to 8193 (exclusive).",
		has: ({ generationConfig }) => generationConfig?.maxOutputTokens > 8192,
		told: /writes at most 8192 tokens/,
	},
	{
		wire: "google",
		what: "instructions",
		said: "Developer instruction is not enabled for models/gemma-3-27b-it",
		has: ({ systemInstruction }) => systemInstruction !== undefined,
		told: /takes no system instruction/,
	},
];

describe("a vendor's endpoint that refuses", function () {
	this.timeout(60_000);
	const servers = new Map<WireName, WireServer>();
	let folder: string;
	const opened: Agents[] = [];
	before(async () => {
		for (const fixture of wireFixtures) servers.set(fixture.wire, await startWireServer(fixture));
	});
	after(async () => {
		for (const server of servers.values()) await server.close();
	});
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-native-"));
	});
	afterEach(() => {
		for (const each of opened.splice(0)) each.close();
		rmSync(folder, { recursive: true });
	});

	const fixtureOf = (wire: WireName) => wireFixtures.find((each) => each.wire === wire)!;

	async function take(
		wire: WireName,
		{ model = fixtureOf(wire).model, effort, role }: Partial<Row>,
		more: object = {},
	) {
		const provider = { id: "there", kind: wire, baseUrl: servers.get(wire)!.baseUrl, ...more };
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		const agents = openAgents({ config: loadConfig(folder, {}), log, acp: noAcpAgents });
		opened.push(agents);
		const told: string[] = [];
		const assignment = { provider: "there", model, effort };
		const turn = makeTurn({
			assignment,
			workspace: folder,
			tools: role ? [] : tools,
			...(role && { role }),
			// It may not begin to think in the middle of a call.
			transcript: [
				message("goal", "Go."),
				...(effort ? [] : [...requested("c", "readFile", { path: "a" }), ...completed("c")]),
			],
			onAdapted: async ({ text }) => void told.push(text),
		});
		const reserved = { tokens: 200_000, usd: null, outputTokens: 16_000 };
		const thread = { ...turn.thread, turn: { turnId: "u" as never, epoch: 1, reserved } };
		const outcome = await agents.agentFor(assignment).takeTurn({ ...turn, thread }, never);
		return { outcome, told, agents };
	}

	for (const row of rows)
		it(`${row.what} is asked without it, and from then on at once (${row.wire})`, async () => {
			const server = servers.get(row.wire)!;
			server.use(({ body }) =>
				row.has(body) ? { status: 400, pieces: [fixtureOf(row.wire).error("invalid", row.said)] } : { text: "{}" },
			);
			const before = server.requests.length;
			const first = await take(row.wire, row);
			assert.equal(first.outcome.kind, "answered", JSON.stringify(first.outcome));
			assert.match(first.told.join("\n"), row.told);
			assert.ok(row.has(server.requests[before]!.body), "it was never asked for");
			const asked = server.requests.length;
			assert.equal((await take(row.wire, row)).outcome.kind, "answered");
			assert.equal(server.requests.length, asked + 1);
		});

	it("the protocol itself, as one that only speaks chat completions does, is spoken to in that", async () => {
		const server = servers.get("openai")!;
		const chat = fixtureOf("openai-compatible");
		for (const [status, text] of [
			[404, "404 page not found"],
			[404, '{"detail":"Not Found"}'],
			[404, '{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}'],
			[405, "Method Not Allowed"],
		] as const) {
			rmSync(path.join(folder, "learned.json"), { force: true });
			server.use(({ path: asked }) =>
				asked.endsWith("/responses")
					? { status, pieces: [text] }
					: { pieces: chat.stream({ text: "In chat.", reasoning: "Hm." }, "small") },
			);
			const { outcome, told } = await take("openai", { model: "small" });
			assert.equal(outcome.kind === "answered" && outcome.text, "In chat.", text);
			assert.match(told.join("\n"), /does not speak OpenAI's responses and is asked by chat completions from now on/);
			const asked = server.requests.length;
			assert.equal((await take("openai", { model: "small" })).told.length, 0);
			assert.deepEqual(
				server.requests.slice(asked).map((request) => request.path),
				["/v1/chat/completions"],
			);
		}
	});

	for (const [about, status] of [
		["knows no path at all", 404],
		["fails in both protocols", 503],
	] as const)
		it(`everything for a moment, and ${about}, is asked in its own protocol afterwards`, async () => {
			const server = servers.get("openai")!;
			server.use(({ path: asked }) => ({ status: asked.endsWith("/responses") ? 404 : status, pieces: ["away"] }));
			const { outcome, told } = await take("openai", { model: "small" });
			assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
			assert.deepEqual(told, []);
			server.use(() => ({ text: "Back." }));
			const asked = server.requests.length;
			const next = await take("openai", { model: "small" });
			assert.equal(next.outcome.kind === "answered" && next.outcome.text, "Back.");
			assert.deepEqual(
				server.requests.slice(asked).map((request) => request.path),
				["/v1/responses"],
			);
		});

	it("a model that it does not have is asked for in no other protocol", async () => {
		const server = servers.get("openai")!;
		const said = fixtureOf("openai").error(
			"notFound",
			"The model `small` does not exist or you do not have access to it.",
		);
		server.use(() => ({ status: 404, pieces: [said] }));
		const asked = server.requests.length;
		const { outcome } = await take("openai", { model: "small" });
		assert.equal(outcome.kind === "failed" && outcome.code, "notFound");
		assert.equal(server.requests.length, asked + 1);
	});
});

/** One turn of a model of this protocol, in a folder of its own. */
async function ask(fixture: WireFixture, script: WireScript) {
	const server = await startWireServer(fixture);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-native-"));
	const providers = [{ id: "there", kind: fixture.wire, baseUrl: server.baseUrl }];
	writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers }));
	const agents = openAgents({ config: loadConfig(folder, {}), log, acp: noAcpAgents });
	try {
		server.use(script);
		const agent = agents.agentFor({ provider: "there", model: fixture.model });
		return await agent.takeTurn(makeTurn({ workspace: folder }), never);
	} finally {
		agents.close();
		await server.close();
		rmSync(folder, { recursive: true });
	}
}

describe("an account without credit", function () {
	this.timeout(60_000);
	for (const [wire, status, said] of [
		["openai", 429, "You exceeded your current quota, please check your plan and billing details."],
		["anthropic", 400, "Your credit balance is too low to access the Anthropic API."],
	] as const)
		it(`is not asked again, and a person is told to add some (${wire})`, async () => {
			const fixture = wireFixtures.find((each) => each.wire === wire)!;
			const outcome = await ask(fixture, () => ({ status, pieces: [fixture.error("invalid", said)] }));
			assert.ok(
				outcome.kind === "failed" && outcome.code === "rateLimited" && !outcome.retryable,
				JSON.stringify(outcome),
			);
			assert.match(outcome.reason, /has no credit left .* Add some, then resume the goal/);
		});
});

describe("OpenAI's responses", function () {
	this.timeout(60_000);
	const fixture = wireFixtures.find(({ wire }) => wire === "openai")!;

	it("that refuse are an answer that was stopped, in whatever pieces they come", async () => {
		const whole = fixture
			.stream({ text: "I cannot help with that.", usage: { input: 100, output: 9 } }, fixture.model)
			.join("")
			.replaceAll("response.output_text.delta", "response.refusal.delta");
		for (const size of [whole.length, 7, 1000]) {
			const outcome = await ask(fixture, () => ({ pieces: whole.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [] }));
			assert.ok(outcome.kind === "answered", JSON.stringify(outcome));
			assert.deepEqual([outcome.text, outcome.finish], ["I cannot help with that.", "content-filter"]);
		}
	});
});

describe("Anthropic's messages", function () {
	this.timeout(60_000);
	const fixture = wireFixtures.find(({ wire }) => wire === "anthropic")!;
	let server: WireServer;
	let folder: string;
	let agents: Agents;
	before(async () => {
		server = await startWireServer(fixture);
	});
	after(() => server.close());
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-messages-"));
	});
	afterEach(() => {
		agents.close();
		rmSync(folder, { recursive: true });
	});

	async function ask(choice: Partial<ModelChoice>, parts: Parameters<typeof makeTurn>[0] = {}, more: object = {}) {
		const provider = { id: "anthropic", kind: "anthropic", baseUrl: server.baseUrl, ...more };
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		agents = openAgents({ config: loadConfig(folder, {}), log, acp: noAcpAgents });
		const assignment = { provider: "anthropic", model: fixture.model, ...choice };
		const turn = makeTurn({ tools, workspace: folder, assignment, ...parts });
		const reserved = { tokens: 200_000, usd: null, outputTokens: 10_000 };
		const thread = { ...turn.thread, turn: { turnId: "u" as never, epoch: 1, reserved } };
		const outcome = await agents.agentFor(assignment).takeTurn({ ...turn, thread }, never);
		assert.equal(outcome.kind, "answered", JSON.stringify(outcome));
		return { outcome, body: server.requests.at(-1)!.body };
	}
	const going = [
		message("goal", "Go."),
		...requested("c1", "readFile", { path: "a" }, "turn1"),
		...completed("c1"),
		...requested("c2", "readFile", { path: "b" }, "turn2"),
		...completed("c2"),
	];
	/** The places of marks: `system`, or the position of a message. */
	const marks = ({ system, messages }: Json) => [
		...(JSON.stringify(system).includes("cache_control") ? ["system"] : []),
		...messages.flatMap((each: Json, at: number) => (JSON.stringify(each).includes("cache_control") ? [at] : [])),
	];

	it("are marked for the cache where a conversation goes on: instructions, the end of the turn before, the newest", async () => {
		const { body } = await ask({}, { transcript: going });
		assert.deepEqual(marks(body), ["system", 2, 4]);
		assert.deepEqual(body.messages[4].content.at(-1).cache_control, { type: "ephemeral" });
		// What is marked at this turn's end is where the next one looks.
		const next = [...going, ...requested("c3", "readFile", { path: "c" }, "turn3"), ...completed("c3")];
		assert.deepEqual(marks((await ask({}, { transcript: next })).body), ["system", 4, 6]);
		const strip = (body: Json) =>
			JSON.stringify(body.messages, (key, value) => (key === "cache_control" ? undefined : value));
		const before = strip({ messages: body.messages });
		assert.ok(
			strip({ messages: server.requests.at(-1)!.body.messages.slice(0, 5) }) === before,
			"and it is the same text",
		);
	});

	it("are not marked where a model is asked once, nor where the configuration says no", async () => {
		assert.deepEqual(marks((await ask({}, { role: "planner", tools: [] })).body), []);
		assert.deepEqual(marks((await ask({}, { transcript: going }, { promptCaching: false })).body), []);
	});

	it("are counted and priced with what was kept and what was read from the cache", async () => {
		server.use(() => ({ text: "ok", usage: { input: 10_000, output: 100, cached: 6_000, written: 3_000 } }));
		const { outcome } = await ask({});
		assert.ok(outcome.kind === "answered");
		const { inputTokens, cachedInputTokens, cacheWriteTokens, costUsd } = outcome.usage;
		assert.deepEqual([inputTokens, cachedInputTokens, cacheWriteTokens], [10_000, 6_000, 3_000]);
		const { input, output, cachedInput, cacheWrite } = outcome.price!;
		const cost = (1000 * input + 6000 * cachedInput! + 3000 * cacheWrite! + 100 * output) / 1e6;
		assert.ok(cacheWrite! > input && Math.abs(costUsd! - cost) < 1e-9, `${costUsd} for ${cost}`);
	});

	it("are asked for an effort as each model takes it, within the answer that was reserved", async () => {
		const asked = async (model: string, effort: ModelChoice["effort"]) => {
			const { thinking, output_config, max_tokens } = (await ask({ model, effort })).body;
			return { thinking, effort: output_config?.effort, max_tokens };
		};
		const summarized = { type: "adaptive", display: "summarized" };
		const none = { thinking: undefined, effort: undefined, max_tokens: 10_000 };
		assert.deepEqual(await asked("claude-sonnet-4-5", "medium"), {
			thinking: { type: "enabled", budget_tokens: 5000 },
			effort: undefined,
			max_tokens: 10_000,
		});
		assert.deepEqual(await asked("claude-opus-4-6", "high"), { ...none, thinking: summarized, effort: "high" });
		assert.deepEqual(await asked("claude-opus-4-7", "xhigh"), { ...none, thinking: summarized, effort: "xhigh" });
		assert.deepEqual(await asked("claude-sonnet-4-5", "none"), { ...none, thinking: { type: "disabled" } });
		assert.deepEqual((await asked("claude-3-haiku-20240307", "high")).thinking, undefined);
		assert.deepEqual(await asked("glm-4.7", "low"), { ...none, thinking: { type: "enabled", budget_tokens: 2000 } });
	});

	it("do not begin to think between a call that was made without and its result", async () => {
		const { body } = await ask({ effort: "high" }, { transcript: going });
		assert.equal(body.thinking, undefined);
		assert.equal(body.max_tokens, 10_000);
	});

	it("take one whole answer's reasoning back also where it was not meant to be read", async () => {
		const redacted = "ZW5jcnlwdGVk";
		server.use(() => ({
			pieces: fixture
				.stream({ calls: [{ name: "listFiles", args: "{}" }] }, fixture.model)
				.flatMap((piece, at) =>
					at === 1
						? [
								piece,
								`event: content_block_start\ndata: ${JSON.stringify({ type: "content_block_start", index: 9, content_block: { type: "redacted_thinking", data: redacted } })}\n\n`,
								`event: content_block_stop\ndata: ${JSON.stringify({ type: "content_block_stop", index: 9 })}\n\n`,
							]
						: [piece],
				),
		}));
		const { outcome } = await ask({});
		assert.ok(outcome.kind === "answered");
		assert.deepEqual(outcome.signed?.parts, [
			{ of: "reasoning", text: "", data: { redactedData: redacted } },
			{ of: "calls", count: 1 },
		]);
	});
});

describe("Gemini", function () {
	this.timeout(60_000);
	const fixture = wireFixtures.find(({ wire }) => wire === "google")!;
	let server: WireServer;
	let folder: string;
	let agents: Agents;
	before(async () => {
		server = await startWireServer(fixture);
	});
	after(() => server.close());
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-gemini-"));
		const providers = [{ id: "google", kind: "google", baseUrl: server.baseUrl }];
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers }));
		agents = openAgents({ config: loadConfig(folder, {}), log, acp: noAcpAgents });
	});
	afterEach(() => {
		agents.close();
		rmSync(folder, { recursive: true });
	});
	const ask = (choice: Partial<ModelChoice>) => {
		const assignment = { provider: "google", model: fixture.model, ...choice };
		return agents.agentFor(assignment).takeTurn(makeTurn({ tools, workspace: folder, assignment }), never);
	};

	it("is told how much to think as each generation takes it", async () => {
		const rows: readonly [model: string, effort: ModelChoice["effort"], asked: object | undefined][] = [
			["gemini-2.5-pro", "medium", { includeThoughts: true, thinkingBudget: 8192 }],
			["gemini-2.5-flash", "none", { includeThoughts: false, thinkingBudget: 0 }],
			["gemini-3-flash", "minimal", { includeThoughts: true, thinkingLevel: "minimal" }],
			["gemini-3.1-pro", "high", { includeThoughts: true, thinkingLevel: "high" }],
			["gemini-3-pro", undefined, { includeThoughts: true }],
			["gemini-2.0-flash", undefined, undefined],
			["gemma-3-27b", undefined, undefined],
		];
		for (const [model, effort, asked] of rows) {
			await ask({ model, effort });
			assert.deepEqual(server.requests.at(-1)!.body.generationConfig?.thinkingConfig, asked, model);
		}
	});

	it("that blocks a prompt, or writes a call that cannot be read, has ended its answer so", async () => {
		const say = (value: object) => server.use(() => ({ pieces: [`data: ${JSON.stringify(value)}\n\n`] }));
		say({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, modelVersion: fixture.model });
		const blocked = await ask({});
		assert.equal(blocked.kind === "answered" && blocked.finish, "content-filter", JSON.stringify(blocked));
		say({ candidates: [{ content: { parts: [] }, finishReason: "MALFORMED_FUNCTION_CALL" }] });
		const malformed = await ask({});
		assert.equal(malformed.kind === "answered" && malformed.finish, "tool-calls", JSON.stringify(malformed));
	});

	it("lists only models that write", async () => {
		const { googleModelList } = await import("../../../src/daemon/providers/wires/googleModelList.ts");
		const models = [
			{ name: "models/gemini-2.5-pro", supportedGenerationMethods: ["generateContent"] },
			{ name: "models/embedding-001", supportedGenerationMethods: ["embedContent"] },
		];
		assert.deepEqual(googleModelList.names(JSON.stringify({ models })), ["gemini-2.5-pro"]);
		assert.equal(googleModelList.names("[]"), undefined);
	});
});
