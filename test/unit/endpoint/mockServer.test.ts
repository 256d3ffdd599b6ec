import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type ChatCompletionRequest, LLMock } from "@copilotkit/aimock";
import type { TurnOutcome } from "../../../src/daemon/agents/agent.ts";
import { type Agents, openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { type WireFixture, wireFixtures } from "../../support/wireFixtures.ts";
import { completed, event, makeTurn, message, output, requested } from "../agents/turns.ts";

type Factory = Extract<Parameters<LLMock["on"]>[1], (...args: never[]) => unknown>;

/**
 * The same protocols against a mock server that others write, and that the vendors' own clients are tested with: what our
 * own server in `contract.test.ts` may have misread, this one does not share.
 */
const tools = createTools({});
const never = new AbortController().signal;
const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

describe("a mock server of every vendor", function () {
	this.timeout(60_000);
	let mock: LLMock;
	let brain: Factory;
	let last: ChatCompletionRequest;
	let folder: string;
	let agents: Agents | undefined;
	before(async () => {
		mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent", chunkSize: 8 });
		mock.on({ predicate: () => true }, (request) => {
			last = request;
			return brain(request);
		});
		await mock.start();
	});
	after(() => mock.stop());
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), "mission-mock-"));
	});
	afterEach(() => {
		agents?.close();
		rmSync(folder, { recursive: true });
	});

	function take({ wire, basePath, model }: WireFixture, parts: Parameters<typeof makeTurn>[0] = {}, signal = never) {
		agents?.close();
		const provider = { id: "mock", kind: wire, baseUrl: `${mock.url}${basePath}`, apiKeyEnv: "MOCK_KEY" };
		writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers: [provider] }));
		const config = loadConfig(folder, { MOCK_KEY: "sk-mock-0123456789" });
		agents = openAgents({ config, log, acp: noAcpAgents });
		const assignment = { provider: "mock", model };
		return agents.agentFor(assignment).takeTurn(makeTurn({ tools, workspace: folder, assignment, ...parts }), signal);
	}

	/** Under the names that each vendor has for it. */
	const usage = (input: number, written: number) => ({
		prompt_tokens: input,
		completion_tokens: written,
		input_tokens: input,
		output_tokens: written,
		promptTokenCount: input,
		candidatesTokenCount: written,
	});

	for (const fixture of wireFixtures)
		describe(`answers in ${fixture.wire}`, () => {
			it("with text, reasoning, parallel calls and usage", async () => {
				brain = () => ({
					content: "I will list the files now.",
					reasoning: "First look.",
					toolCalls: [
						{ name: "listFiles", arguments: '{"path":"src"}' },
						{ name: "readFile", arguments: '{"path":"a.ts"}' },
					],
					usage: usage(20_000, 340),
				});
				const outcome = answered(await take(fixture));
				assert.deepEqual(
					[outcome.text, outcome.reasoning, outcome.finish],
					["I will list the files now.", "First look.", "tool-calls"],
				);
				assert.deepEqual(outcome.calls, [
					{ name: "listFiles", args: { path: "src" } },
					{ name: "readFile", args: { path: "a.ts" } },
				]);
				assert.deepEqual([outcome.usage.inputTokens, outcome.usage.outputTokens], [20_000, 340]);
			});

			it("to the results of its calls, which it reads as they were, with what it signed before them", async () => {
				brain = () => ({
					reasoning: "First look.",
					reasoningSignature: "c2lnbmVk",
					toolCalls: [{ name: "readFile", arguments: '{"path":"a"}' }],
				});
				const first = answered(await take(fixture));
				brain = ({ messages }) => ({ content: `I read ${messages.filter(({ role }) => role === "tool").length}.` });
				const transcript = [
					message("goal", "Go."),
					event("turn.completed", {
						turnId: "turn1" as never,
						threadId: "t1" as never,
						asked: { provider: "mock", model: fixture.model },
						answered: first.answered,
						usage: first.usage,
						finish: first.finish,
						signed: first.signed,
					}),
					...requested("c-1", "readFile", { path: "a" }, "turn1"),
					...completed("c-1", { output: output("what is in a") }),
				];
				assert.equal(answered(await take(fixture, { transcript })).text, "I read 1.");
				assert.match(JSON.stringify(last.messages), /what is in a/);
			});

			it("with a document of a shape", async () => {
				const plan = JSON.stringify({ title: "T", summary: "S", steps: [], checks: null });
				brain = (request) =>
					request.tools?.some(({ function: { name } }) => name === "json")
						? { toolCalls: [{ name: "json", arguments: plan }] }
						: { content: plan };
				assert.equal(answered(await take(fixture, { role: "planner", tools: [] })).text, plan);
			});

			it("that it is busy, that it failed, or not to the end, as what it is", async () => {
				brain = () => ({ content: "ok" });
				mock.nextRequestError(429, { message: "Slow down.", type: "rate_limit_error" });
				const busy = failed(await take(fixture));
				assert.deepEqual([busy.code, busy.retryable], ["rateLimited", true]);
				mock.nextRequestError(500, { message: "It broke.", type: "server_error" });
				assert.equal(failed(await take(fixture)).code, "serverError");
				mock.nextRequestError(401, { message: "bad key", type: "authentication_error" });
				assert.equal(failed(await take(fixture)).code, "unauthorized");
				for (const chaos of [{ disconnectRate: 1 }, { malformedRate: 1 }]) {
					mock.setChaos(chaos);
					const broken = await take(fixture).finally(() => mock.clearChaos());
					assert.ok(failed(broken).retryable, JSON.stringify(broken));
				}
			});

			it("until it is stopped", async () => {
				brain = () => ({ content: "word ".repeat(2000) });
				const stop = new AbortController();
				let pieces = 0;
				const onDelta = () => {
					if (++pieces === 3) stop.abort();
				};
				assert.equal((await take(fixture, { onDelta }, stop.signal)).kind, "aborted");
			});
		});
});

function answered(outcome: TurnOutcome) {
	assert.equal(outcome.kind, "answered", JSON.stringify(outcome));
	return outcome as TurnOutcome & { kind: "answered" };
}

function failed(outcome: TurnOutcome) {
	assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
	return outcome as TurnOutcome & { kind: "failed" };
}
