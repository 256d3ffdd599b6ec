import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { ModelChoice } from "../../../src/core/values.ts";
import type { Turn } from "../../../src/daemon/agents/agent.ts";
import { type Agents, openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { openLearned } from "../../../src/daemon/endpoint/learned.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { imageOf, png } from "../../support/images.ts";
import { type ModelRequest, type ModelServer, type Scripted, startModelServer } from "../../support/modelServer.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { completed, event, makeTurn, message, output, requested } from "../agents/turns.ts";

/**
 * Errors as servers were seen to write them. Each is answered for as long as the request holds what `stands` finds; the
 * turn must be answered all the same, with `becomes` true of the request that was.
 */
type Body = Readonly<Record<string, unknown>>;
interface Row {
	readonly of: string;
	readonly status?: number;
	readonly error: unknown;
	readonly stands: (body: Body) => boolean;
	readonly becomes?: (body: Body) => boolean;
	/** What is told, in this order. */
	readonly tells: readonly RegExp[];
	/** A planner asks with a JSON schema, a worker with tools; with this effort where one is chosen. */
	readonly planner?: true;
	readonly effort?: ModelChoice["effort"];
	/** With an image in the conversation. */
	readonly images?: true;
}

const has = (name: string) => (body: Body) => body[name] !== undefined;
const unsupported = (param: string, message: string) => ({
	error: { message, type: "invalid_request_error", param, code: "unsupported_parameter" },
});
const roles = (body: Body) => (body.messages as { role: string }[]).map(({ role }) => role);
const text = (body: Body) => JSON.stringify(body.messages);
const callIds = (body: Body) =>
	(body.messages as { tool_calls?: { id: string }[] }[]).flatMap((each) => each.tool_calls ?? []).map(({ id }) => id);

const streamOptions = (of: string, error: unknown, status = 400): Row => ({
	of,
	status,
	error,
	stands: has("stream_options"),
	tells: [/^local\/m refuses stream_options and is asked without it from now on/],
});
const schema = (of: string, error: unknown, status = 400): Row => ({
	of,
	status,
	error,
	planner: true,
	stands: has("response_format"),
	tells: [/^local\/m refuses a JSON schema .* the prompt alone/],
});
const tools = (of: string, error: unknown, status = 400): Row => ({
	of,
	status,
	error,
	stands: (body) => has("tools")(body) || roles(body).includes("tool") || callIds(body).length > 0,
	becomes: (body) =>
		/<tool_call>/.test(text(body)) && /writeFile/.test(text(body)) && /<tool_response>/.test(text(body)),
	tells: [/^local\/m takes no tools: .*described in the prompt/],
});
const effort = (of: string, error: unknown, status = 400): Row => ({
	of,
	status,
	error,
	effort: "high",
	stands: (body) => has("reasoning_effort")(body),
	tells: [/^local\/m refuses a reasoning effort and is asked without one/],
});
const images = (of: string, error: unknown, status = 400): Row => ({
	of,
	status,
	error,
	images: true,
	stands: (body) => text(body).includes('"image_url"'),
	becomes: (body) => /Here was an image. It is not shown/.test(text(body)) && !text(body).includes('"content":[{'),
	tells: [/^local\/m sees no images: it is told their names in their place\.$/],
});
const wantsCompletion = (of: string, error: unknown, status = 400): Row => ({
	of,
	status,
	error,
	stands: has("max_tokens"),
	becomes: (body) => Number(body.max_completion_tokens) > 0,
	tells: [/^local\/m wants max_completion_tokens in place of max_tokens/],
});
const noSystem = (of: string, error: unknown, status = 400): Row => ({
	of,
	status,
	error,
	stands: (body) => roles(body).includes("system"),
	becomes: (body) => roles(body)[0] === "user" && /You are the implementer/.test(text(body)),
	tells: [/^local\/m takes no system message/],
});

const rows: readonly Row[] = [
	streamOptions("Azure", {
		error: {
			message: "Unrecognized request argument supplied: stream_options. Please contact us.",
			type: "invalid_request_error",
			param: "",
			code: null,
		},
	}),
	streamOptions("a gateway", {
		error: {
			message: "Unknown parameter: 'stream_options'. (request id: 2)",
			type: "invalid_request_error",
			param: "stream_options",
			code: "unknown_parameter",
		},
	}),
	streamOptions(
		"Mistral",
		{
			object: "error",
			message: {
				detail: [
					{
						type: "extra_forbidden",
						loc: ["body", "stream_options"],
						msg: "Extra inputs are not permitted",
						input: { include_usage: true },
					},
				],
			},
			type: "invalid_request_error",
			param: null,
			code: null,
		},
		422,
	),
	streamOptions("vLLM", {
		object: "error",
		message:
			"[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted', 'input': {'include_usage': True}}]",
		type: "BadRequestError",
		param: null,
		code: 400,
	}),
	streamOptions("a server with paths", {
		error: "Validation error at #/stream_options: Extra inputs are not permitted",
	}),
	streamOptions("xAI", {
		code: "Client specified an invalid argument",
		error: "Argument not supported: stream_options",
	}),
	streamOptions("Gemini", [
		{
			error: {
				code: 400,
				message: 'Invalid JSON payload received. Unknown name "stream_options": Cannot find field.',
				status: "INVALID_ARGUMENT",
			},
		},
	]),
	streamOptions(
		"llama.cpp",
		{ error: { code: 500, message: "Unsupported param: stream_options", type: "server_error" } },
		500,
	),
	streamOptions("a page of text", "stream_options is not supported", 501),
	{
		of: "OpenAI",
		error: {
			error: {
				message:
					"Unsupported value: 'stream' does not support true with this model. Only the default (false) value is supported.",
				type: "invalid_request_error",
				param: "stream",
				code: "unsupported_value",
			},
		},
		stands: (body) => body.stream === true,
		becomes: (body) => body.stream === false && body.stream_options === undefined,
		tells: [/^local\/m does not stream and is asked for whole answers/],
	},
	wantsCompletion(
		"OpenAI",
		unsupported(
			"max_tokens",
			"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
		),
	),
	wantsCompletion("Copilot", {
		error: {
			message:
				"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
			code: "invalid_request_body",
		},
	}),
	wantsCompletion(
		"LiteLLM",
		{
			error: {
				message:
					"litellm.BadRequestError: OpenAIException - Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
				type: null,
				param: null,
				code: "400",
			},
		},
		500,
	),
	{
		of: "a server that takes no limit at all",
		error: {
			detail: [
				{ type: "extra_forbidden", loc: ["body", "max_tokens"], msg: "Extra inputs are not permitted" },
				{ loc: ["body", "max_completion_tokens"], msg: "Extra inputs are not permitted" },
			],
		},
		status: 422,
		stands: (body) => has("max_tokens")(body) || has("max_completion_tokens")(body),
		tells: [/wants max_completion_tokens/, /takes no limit for the length of an answer/],
	},
	{
		of: "OpenAI",
		error: {
			error: {
				message:
					"max_tokens is too large: 32000. This model supports at most 512 completion tokens, whereas you provided 32000.",
				type: "invalid_request_error",
				param: "max_tokens",
				code: "invalid_value",
			},
		},
		stands: ({ max_tokens }) => Number(max_tokens) > 512,
		becomes: ({ max_tokens }) => max_tokens === 512,
		tells: [/^local\/m writes at most 512 tokens in an answer/],
	},
	{
		of: "Groq",
		error: {
			error: {
				message:
					"`max_tokens` must be less than or equal to `512`, the maximum value for `max_tokens` is less than the `context_window` for this model",
				type: "invalid_request_error",
			},
		},
		stands: ({ max_tokens }) => Number(max_tokens) > 512,
		becomes: ({ max_tokens }) => max_tokens === 512,
		tells: [/at most 512 tokens/],
	},
	{
		of: "DeepSeek",
		error: {
			error: {
				message: "Invalid max_tokens value, the valid range of max_tokens is [1, 512]",
				type: "invalid_request_error",
				param: null,
				code: "invalid_request_error",
			},
		},
		stands: ({ max_tokens }) => Number(max_tokens) > 512,
		becomes: ({ max_tokens }) => max_tokens === 512,
		tells: [/at most 512 tokens/],
	},
	schema("Groq", {
		error: {
			message: "This model does not support response format `json_schema`. See the documentation.",
			type: "invalid_request_error",
		},
	}),
	schema("Groq", {
		error: {
			message: "'response_format.type' : value is not one of the allowed values ['text','json_object']",
			type: "invalid_request_error",
		},
	}),
	schema("Groq", {
		error: {
			message: "invalid schema for response format: response_format/json_schema/plan: minItems is not supported",
			type: "invalid_request_error",
		},
	}),
	schema("xAI", {
		code: "Client specified an invalid argument",
		error: "The response_format parameter is unsupported at the moment. Leave it unset.",
	}),
	schema("LM Studio", { error: "'response_format.type' must be 'text'" }),
	schema("llama.cpp", {
		error: { code: 400, message: "JSON schema conversion failed: Unrecognized schema", type: "invalid_request_error" },
	}),
	schema("llama.cpp", { error: { code: 500, message: "failed to parse grammar", type: "server_error" } }, 500),
	schema("LiteLLM", {
		error: {
			message: "litellm.UnsupportedParamsError: bedrock does not support parameters: ['response_format'], for model=x.",
			type: "None",
			param: "None",
			code: "400",
		},
	}),
	schema(
		"vLLM",
		{ object: "error", message: "Structured output backend is not available", type: "InternalServerError", code: 500 },
		500,
	),
	{
		of: "Azure",
		error: {
			error: {
				message: "Unknown parameter: 'response_format.json_schema.strict'.",
				type: "invalid_request_error",
				param: "response_format.json_schema.strict",
				code: "unknown_parameter",
			},
		},
		planner: true,
		stands: (body) => JSON.stringify(body.response_format ?? {}).includes('"strict"'),
		becomes: has("response_format"),
		tells: [/refuses strict in a JSON schema/],
	},
	{
		of: "Gemini",
		error: [
			{
				error: {
					code: 400,
					message:
						"Invalid JSON payload received. Unknown name \"minLength\" at 'tools[0].function_declarations[0].parameters': Cannot find field.\nInvalid JSON payload received. Unknown name \"minLength\" at 'tools[0].function_declarations[1].parameters': Cannot find field.",
					status: "INVALID_ARGUMENT",
				},
			},
		],
		stands: (body) => JSON.stringify(body.tools).includes('"minLength"'),
		becomes: (body) => (body.tools as unknown[]).length > 0,
		tells: [/does not know minLength in a JSON schema/],
	},
	effort("Groq", {
		error: {
			message: "`reasoning_effort` is not supported with this model",
			type: "invalid_request_error",
			param: "reasoning_effort",
		},
	}),
	effort("xAI", {
		code: "Client specified an invalid argument",
		error: "Model grok-4 does not support parameter reasoningEffort.",
	}),
	effort("Ollama", {
		error: { message: '"m" does not support thinking', type: "invalid_request_error", param: null, code: null },
	}),
	effort("OpenAI", {
		error: {
			message: "Unrecognized request argument supplied: reasoning_effort",
			type: "invalid_request_error",
			param: null,
			code: null,
		},
	}),
	effort("LiteLLM", {
		error: {
			message:
				"litellm.UnsupportedParamsError: openai does not support parameters: ['reasoning_effort'], for model=m. To drop these, set `litellm.drop_params=True`",
			code: "400",
		},
	}),
	effort("Groq", {
		error: { message: "`reasoning_effort` must be one of `none` or `default`", type: "invalid_request_error" },
	}),
	{
		of: "OpenAI",
		error: {
			error: {
				message:
					"Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model. Supported values are: 'low', 'medium', and 'high'.",
				type: "invalid_request_error",
				param: "reasoning_effort",
				code: "unsupported_value",
			},
		},
		effort: "xhigh",
		stands: ({ reasoning_effort }) => reasoning_effort === "xhigh",
		becomes: ({ reasoning_effort }) => reasoning_effort === "high",
		tells: [/takes only these reasoning efforts: low, medium, high/],
	},
	{
		of: "OpenAI",
		error: {
			error: {
				message:
					"Function tools with reasoning_effort are not supported for m in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
				type: "invalid_request_error",
				param: "reasoning_effort",
				code: null,
			},
		},
		stands: ({ reasoning_effort, tools: offered }) => offered !== undefined && reasoning_effort !== "none",
		becomes: (body) => has("tools")(body) && body.reasoning_effort === "none",
		tells: [/takes no reasoning effort together with tools/],
	},
	tools("Ollama", {
		error: {
			message: "registry.ollama.ai/library/deepseek-r1:14b does not support tools",
			type: "invalid_request_error",
			param: null,
			code: null,
		},
	}),
	tools(
		"OpenRouter",
		{
			error: {
				message:
					"No endpoints found that support tool use. To learn more about provider routing, visit the documentation.",
				code: 404,
			},
		},
		404,
	),
	tools("vLLM", {
		object: "error",
		message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
		type: "BadRequestError",
		param: null,
		code: 400,
	}),
	tools("llama.cpp", { error: { code: 500, message: "tools param requires --jinja flag", type: "server_error" } }, 500),
	tools("llama.cpp", { error: { code: 500, message: "Unsupported param: tools", type: "server_error" } }, 500),
	tools(
		"Mistral",
		{
			object: "Error",
			detail: [{ type: "extra_forbidden", loc: ["body", "tools"], msg: "Extra inputs are not permitted", input: [] }],
			type: "invalid_request_error",
			code: 3001,
		},
		422,
	),
	tools("LiteLLM", {
		error: {
			message: "litellm.UnsupportedParamsError: ollama does not support parameters: ['tools'], for model=m",
			code: "400",
		},
	}),
	tools("Groq", {
		error: { message: "`tool calling` is not supported with this model", type: "invalid_request_error" },
	}),
	images("OpenAI", {
		error: {
			message: "Invalid content type. image_url is only supported by certain models.",
			type: "invalid_request_error",
			param: "messages.[1].content.[1].type",
			code: null,
		},
	}),
	images("OpenRouter", { error: { message: "No endpoints found that support image input", code: 404 } }, 404),
	images("vLLM", {
		object: "error",
		message: "At most 0 image(s) may be provided in one request.",
		type: "BadRequestError",
		param: null,
		code: 400,
	}),
	images("vLLM", { object: "error", message: "m is not a multimodal model", type: "BadRequestError", code: 400 }),
	images(
		"llama.cpp",
		{
			error: {
				code: 500,
				message: "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
				type: "server_error",
			},
		},
		500,
	),
	images(
		"Ollama",
		{ error: { message: "this model is missing data required for image input", type: "api_error" } },
		500,
	),
	images("DeepSeek", {
		error: {
			message:
				"Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text` at line 1 column 2000",
			type: "invalid_request_error",
		},
	}),
	images("Groq", {
		error: { message: "messages[1].content must be a string", type: "invalid_request_error" },
	}),
	images("Mistral", {
		object: "error",
		message: "Image input is not enabled for this model",
		type: "invalid_request_invalid_args",
		code: "3051",
	}),
	images("LM Studio", { error: "Model does not support images. Please use a model that does." }),
	images("xAI", {
		code: "Client specified an invalid argument",
		error: "Image inputs are not supported by this model.",
	}),
	images("Gemini", [
		{
			error: {
				code: 400,
				message: "Image input modality is not enabled for models/gemma-3-1b-it",
				status: "INVALID_ARGUMENT",
			},
		},
	]),
	noSystem("OpenAI", {
		error: {
			message: "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
			type: "invalid_request_error",
			param: "messages[0].role",
			code: "unsupported_value",
		},
	}),
	noSystem("vLLM", {
		object: "error",
		message: "System role not supported",
		type: "BadRequestError",
		param: null,
		code: 400,
	}),
	noSystem(
		"llama.cpp",
		{
			error: {
				code: 500,
				message: "Only user, assistant and tool roles are supported, got system at row 60",
				type: "server_error",
			},
		},
		500,
	),
	noSystem("Gemini", [
		{
			error: {
				code: 400,
				message: "Developer instruction is not enabled for models/gemma-3-27b-it",
				status: "INVALID_ARGUMENT",
			},
		},
	]),
	noSystem(
		"TGI",
		{
			error: "Template error: template error: Conversation roles must alternate user/assistant/user/assistant/...",
			error_type: "template_error",
		},
		422,
	),
	{
		of: "a server that wants a developer",
		error: {
			error: { message: "'system' is not supported. Use the 'developer' role instead.", param: "messages[0].role" },
		},
		stands: (body) => roles(body).includes("system"),
		becomes: (body) => roles(body)[0] === "developer",
		tells: [/wants its instructions from a developer/],
	},
	{
		of: "Mistral",
		error: {
			object: "error",
			message: "Tool call id was c-1 but must be a-z, A-Z, 0-9, with a length of 9.",
			type: "invalid_function_call",
			param: null,
			code: "3280",
		},
		stands: (body) => callIds(body).some((id) => !/^[a-zA-Z0-9]{9}$/.test(id)),
		becomes: (body) =>
			new Set(callIds(body)).size === 2 && callIds(body).every((id) => text(body).includes(`"tool_call_id":"${id}"`)),
		tells: [/ids of nine letters and digits/],
	},
	{
		of: "a server that wants a text in each message",
		error: {
			detail: [
				{
					loc: ["body", "messages", 2, "content"],
					msg: "none is not an allowed value",
					type: "type_error.none.not_allowed",
				},
			],
		},
		status: 422,
		stands: (body) => (body.messages as { content: unknown }[]).some(({ content }) => content === null),
		tells: [/wants a text in each message/],
	},
	{
		...streamOptions(
			"an error with status 200",
			{ error: { message: "stream_options is not supported", type: "invalid_request_error", code: 400 } },
			200,
		),
	},
];

const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const never = new AbortController().signal;

describe("a server that refuses one thing is asked again without it, or as it wants it", () => {
	let server: ModelServer;
	let folder = "";
	const opened: Agents[] = [];
	before(async () => {
		server = await startModelServer({ script: () => ({ text: "ok" }) });
	});
	after(() => server.close());
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-refusals-"));
	});
	afterEach(() => {
		for (const each of opened.splice(0)) each.close();
		rmSync(folder, { recursive: true });
	});

	function open(more: object = {}): Agents {
		const provider = { id: "local", baseUrl: server.baseUrl, contextWindows: { m: 100_000 }, ...more };
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		const agents = openAgents({ config: loadConfig(folder, {}), log, acp: noAcpAgents });
		opened.push(agents);
		return agents;
	}

	function scripted(row: Row): (request: ModelRequest) => Scripted {
		return ({ body }) => {
			if (row.stands(body)) return { status: row.status ?? 400, body: row.error };
			return { text: "ok" };
		};
	}

	async function take(agents: Agents, row: Pick<Row, "planner" | "effort" | "images">) {
		const told: string[] = [];
		const onAdapted: Turn["onAdapted"] = async ({ text: sentence }) => void told.push(sentence);
		const shown = event("message.added", {
			messageId: "m1" as never,
			threadId: "t1" as never,
			from: "goal",
			text: "Go.",
			images: [imageOf("mock.png", png())],
		});
		const transcript = [
			row.images ? shown : message("goal", "Go."),
			...requested("c-1", "readFile", { path: "a" }),
			...completed("c-1", { output: output("x") }),
			...requested("c-2", "readFile", { path: "b" }),
			...completed("c-2", { output: output("y") }),
		];
		const parts = row.planner ? { role: "planner", tools: [] } : { tools: createTools({}), transcript };
		const turn = makeTurn({ ...parts, onAdapted, readImage: async () => png() });
		const reserved = { tokens: 40_000, usd: null, inputTokens: 8000, outputTokens: 32_000 };
		const thread = { ...turn.thread, turn: { turnId: "turn9" as never, epoch: 1, reserved } };
		const choice = { provider: "local", model: "m", effort: row.effort };
		const outcome = await agents.agentFor(choice).takeTurn({ ...turn, thread: thread as never }, never);
		return { outcome, told };
	}

	for (const row of rows) {
		it(`${row.of}: ${JSON.stringify(row.error).slice(0, 110)}`, async () => {
			server.use(scripted(row));
			const agents = open();
			const { outcome, told } = await take(agents, row);
			assert.equal(outcome.kind, "answered", JSON.stringify(outcome));
			assert.ok(
				row.becomes?.(server.requests.at(-1)!.body) ?? true,
				JSON.stringify(server.requests.at(-1)!.body).slice(0, 3000),
			);
			assert.equal(told.length, row.tells.length, told.join("\n"));
			for (const [at, tells] of row.tells.entries()) assert.match(told[at]!, tells);

			const before = server.requests.length;
			const again = await take(open(), row);
			assert.equal(again.outcome.kind, "answered");
			assert.equal(server.requests.length, before + 1, "after a restart it is refused no more");
		});
	}

	it("and what was asked for and is not had is told again in each goal", async () => {
		const row = rows.find(({ effort: chosen }) => chosen === "high")!;
		server.use(scripted(row));
		assert.equal((await take(open(), row)).told.length, 1);
		const agents = open();
		assert.match((await take(agents, row)).told[0] ?? "", /refuses a reasoning effort/);
		assert.match(
			agents.effortProblem({ provider: "local", model: "m", effort: "high" }) ?? "",
			/refuses a reasoning effort/,
		);
		assert.deepEqual((await take(agents, {})).told, [], "nothing is lost where none was chosen");
	});

	it("by model and address, until the provider is configured anew", async () => {
		const row = rows[0]!;
		server.use(scripted(row));
		await take(open(), row);
		const asked = async (agents: Agents, model = "m") => {
			const before = server.requests.length;
			await agents.agentFor({ provider: "local", model }).takeTurn(makeTurn({}), never);
			return server.requests.length - before;
		};
		assert.equal(await asked(open()), 1);
		assert.equal(await asked(open(), "another"), 2, "another model may take it");
		assert.equal(await asked(open({ prices: { m: { input: 1, output: 1 } } })), 1, "a price changes nothing");
		assert.equal(await asked(open({ efforts: ["low"] })), 2);
		assert.ok(!readFileSync(path.join(folder, "learned.json"), "utf8").includes("undefined"));
	});

	it("for a month, and a file that cannot be read is begun anew", () => {
		const file = path.join(folder, "learned.json");
		const problems: string[] = [];
		let now = Date.parse("2030-01-01");
		const learned = () => openLearned(file, { now: () => now, onProblem: (problem) => problems.push(problem) });
		const provider = {
			id: "local",
			kind: "openai-compatible",
			baseUrl: "http://user:secret@host/v1",
			structuredOutput: true,
		} as const;
		learned().learn(provider, "m", { parameter: "stream_options", instead: "left out" });
		assert.equal(learned().of(provider, "m").length, 1);
		assert.ok(!readFileSync(file, "utf8").includes("secret"));
		now += 31 * 24 * 60 * 60 * 1000;
		assert.deepEqual(learned().of(provider, "m"), []);
		assert.deepEqual(problems, []);
		writeFileSync(file, "{");
		assert.deepEqual(learned().of(provider, "m"), []);
		assert.match(problems[0] ?? "", /learned\.json cannot be read/);
	});

	for (const [name, status, error] of [
		["of nothing that it sent", 400, { error: { message: "frobnicate is not supported", param: "frobnicate" } }],
		[
			"of what was said",
			400,
			{
				error: {
					message: "The response was filtered: the prompt mentions tools and stream_options.",
					code: "content_filter",
				},
			},
		],
		["of a key", 401, { error: { message: "stream_options is not supported" } }],
		["that it is busy", 429, { error: { message: "stream_options is not supported" } }],
		["that it failed", 500, { error: { message: "CUDA out of memory" } }],
	] as const)
		it(`but is not asked again after an error ${name}`, async () => {
			server.use(() => ({ status, body: error }));
			const before = server.requests.length;
			const { outcome, told } = await take(open(), {});
			assert.equal(outcome.kind, "failed");
			assert.equal(server.requests.length, before + 1);
			assert.deepEqual(told, []);
		});

	it("no more often than it has something to give up", async () => {
		server.use(({ body }) => ({
			status: 400,
			body: {
				error: {
					message: `${Object.keys(body).join(", ")} and tools: none of them is supported; system role not supported`,
				},
			},
		}));
		const before = server.requests.length;
		const { outcome } = await take(open(), { effort: "high" });
		assert.equal(outcome.kind, "failed");
		assert.ok(server.requests.length - before <= 8, `${server.requests.length - before} requests`);
	});
});
