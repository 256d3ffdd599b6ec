import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { Effort, ModelChoice } from "../../../src/core/values.ts";
import type { TurnOutcome } from "../../../src/daemon/agents/agent.ts";
import { type Agents, openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { sha256 } from "../../../src/daemon/platform/digest.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { imageOf, images, png } from "../../support/images.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { type ErrorKind, type Json, type Said, type WireFixture, wireFixtures } from "../../support/wireFixtures.ts";
import { type RawAnswer, startWireServer, type WireScript, type WireServer } from "../../support/wireServer.ts";
import { completed, event, makeTurn, message, output, requested } from "../agents/turns.ts";

/**
 * What holds of a model whatever protocol it is spoken to in: each over real HTTP, against a server of our own that
 * writes what the vendor's server writes, and keeps what it was sent.
 */
const tools = createTools({});
const never = new AbortController().signal;
const secret = "sk-test-0123456789";
const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const usage = { input: 12_000, output: 340, cached: 8000, thought: 40 };

for (const fixture of wireFixtures)
	describe(`a model that is spoken to in ${fixture.wire}`, function () {
		this.timeout(60_000);
		let server: WireServer;
		let folder: string;
		let agents: Agents;
		const opened: Agents[] = [];
		before(async () => {
			server = await startWireServer(fixture, [fixture.model, "other"]);
		});
		after(() => server.close());
		beforeEach(() => {
			folder = mkdtempSync(path.join(os.tmpdir(), "mission-wire-"));
			agents = open({});
		});
		afterEach(() => {
			for (const each of opened.splice(0)) each.close();
			rmSync(folder, { recursive: true });
		});

		/** Under an id by which the catalogue finds its prices. */
		function open({ limits, ...more }: { readonly limits?: object } & Record<string, unknown>): Agents {
			const { provider: id, wire: kind } = fixture;
			const provider = { id, kind, baseUrl: server.baseUrl, apiKeyEnv: "WIRE_KEY", ...more };
			writeFileSync(path.join(folder, "config.jsonc"), JSON.stringify({ providers: [provider], limits }));
			const config = loadConfig(folder, { WIRE_KEY: secret });
			assert.deepEqual(config.problems, []);
			const made = openAgents({ config, log, acp: noAcpAgents });
			opened.push(made);
			return made;
		}

		interface Asking {
			readonly turn?: Parameters<typeof makeTurn>[0];
			readonly choice?: Partial<ModelChoice>;
			readonly signal?: AbortSignal;
			readonly outputTokens?: number;
		}

		function take(said: Said | RawAnswer | WireScript, { turn, choice, signal = never, outputTokens }: Asking = {}) {
			server.use(typeof said === "function" ? said : () => said);
			const assignment = { provider: fixture.provider, model: fixture.model, ...choice };
			const made = makeTurn({ tools, workspace: folder, assignment, ...turn });
			const reserved = outputTokens && { tokens: 200_000, usd: null, outputTokens };
			const thread = reserved ? { ...made.thread, turn: { turnId: "u" as never, epoch: 1, reserved } } : made.thread;
			return agents.agentFor(assignment).takeTurn({ ...made, thread }, signal);
		}
		const sent = () => server.requests.at(-1)!;
		const isGemini = fixture.wire === "google";

		describe("asks", () => {
			it("at its path, with the key where it belongs, with instructions, tools, the longest answer, for a stream", async () => {
				answered(await take({ text: "ok" }, { outputTokens: 5000 }));
				const { path: asked, headers, body } = sent();
				assert.equal(asked, `${fixture.basePath}${fixture.path(fixture.model)}`);
				assert.equal(fixture.key(headers), secret);
				assert.match(fixture.system(body), /Make a report of the numbers\./);
				assert.deepEqual(
					fixture.toolNames(body),
					tools.map(({ name }) => name),
				);
				assert.ok(isGemini || body.stream === true);
				const longest = [body.max_tokens, body.max_output_tokens, body.generationConfig?.maxOutputTokens];
				assert.deepEqual(
					longest.filter((each) => each !== undefined),
					[5000],
				);
			});

			it("without any key where the provider needs none, whatever the environment of this process holds", async () => {
				const names = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"];
				const before = names.map((name) => process.env[name]);
				for (const name of names) process.env[name] = "sk-of-somebody-else";
				try {
					agents = open({ apiKeyEnv: undefined });
					answered(await take({ text: "ok" }));
					assert.ok(!JSON.stringify(sent().headers).includes("sk-of-somebody-else"));
					assert.equal(fixture.key(sent().headers), undefined);
				} finally {
					for (const [at, name] of names.entries())
						if (before[at] === undefined) delete process.env[name];
						else process.env[name] = before[at];
				}
			});

			it("for which models there are, in its own words", async () => {
				const { providers } = await agents.listProviders(true);
				const { usable, models } = providers.find(({ id }) => id === fixture.provider)!;
				assert.deepEqual([usable, models], [true, [fixture.model, "other"]]);
			});

			it("with the results of parallel calls together, in the order of the calls", async () => {
				const transcript = [
					message("goal", "Go."),
					...requested("c-1", "readFile", { path: "a" }, "turn1"),
					...requested("c-2", "readFile", { path: "b" }, "turn1"),
					...completed("c-2", { output: output("of b") }),
					...completed("c-1", { output: output("of a") }),
				];
				answered(await take({ text: "ok" }, { turn: { transcript } }));
				assert.deepEqual(fixture.results(sent().body), [["of a", "of b"]]);
			});

			it("with the effort in its own words, and with none where none was chosen", async () => {
				answered(await take({ text: "ok" }, { choice: { effort: "low" }, outputTokens: 10_000 }));
				assert.deepEqual(fixture.effort(sent().body), efforts[fixture.wire].low);
				answered(await take({ text: "ok" }, { choice: { effort: "high" }, outputTokens: 10_000 }));
				assert.deepEqual(fixture.effort(sent().body), efforts[fixture.wire].high);
				answered(await take({ text: "ok" }));
				assert.equal(fixture.effort(sent().body), undefined);
			});

			it("for a plan in its shape, where the endpoint has structured output", async () => {
				answered(await take({ text: "{}" }, { turn: { role: "planner", tools: [] } }));
				assert.deepEqual(Object.keys((fixture.schema(sent().body) as Json).properties), [
					"title",
					"summary",
					"steps",
					"checks",
				]);
				agents = open({ structuredOutput: false });
				answered(await take({ text: "{}" }, { turn: { role: "planner", tools: [] } }));
				assert.equal(fixture.schema(sent().body), undefined);
			});
		});

		describe("answers", () => {
			it("with text, reasoning and calls as they arrive, who answered, and what it took", async () => {
				const deltas: [string, boolean][] = [];
				const calls = [
					{ name: "listFiles", args: '{"path":"src"}' },
					{ name: "readFile", args: '{"path":"a.ts"}' },
				];
				const outcome = answered(
					await take(
						{ reasoning: "First I look.", text: "I list the files.", calls, usage },
						{ turn: { onDelta: (text, reasoning) => deltas.push([text, reasoning]) } },
					),
				);
				assert.deepEqual(
					[outcome.text, outcome.reasoning, outcome.finish, outcome.answered],
					["I list the files.", "First I look.", "tool-calls", fixture.model],
				);
				assert.deepEqual(
					outcome.calls,
					calls.map(({ name, args }) => ({ name, args: JSON.parse(args) })),
				);
				assert.deepEqual(
					[outcome.usage.inputTokens, outcome.usage.outputTokens, outcome.usage.cachedInputTokens],
					[12_000, 340, 8000],
				);
				assert.equal(outcome.usage.reasoningTokens, 40);
				assert.deepEqual(
					deltas.map(([, reasoning]) => reasoning),
					[true, true, false, false],
				);
			});

			it("at the price of the catalogue, with what it read from its cache at that price", async () => {
				const { usage: used, price } = answered(await take({ text: "ok", usage }));
				assert.equal(price?.source, "catalogue");
				const { input, output: written, cachedInput } = price!;
				assert.ok(cachedInput! < input);
				const cost = (4000 * input + 8000 * cachedInput! + 340 * written) / 1e6;
				assert.ok(Math.abs(used.costUsd! - cost) < 1e-9, `${used.costUsd} for ${cost}`);
				agents = open({ prices: { [fixture.model]: { input: 1, output: 2, cachedInput: 0.5 } } });
				const own = answered(await take({ text: "ok", usage })).usage;
				assert.ok(Math.abs(own.costUsd! - (4000 + 8000 * 0.5 + 340 * 2) / 1e6) < 1e-9, `${own.costUsd}`);
				const unknown = answered(await take({ text: "ok", usage }, { choice: { model: "nobody-knows-it" } }));
				assert.deepEqual([unknown.usage.costUsd, unknown.price], [null, undefined]);
			});

			it("with an estimate that says so, where the endpoint counts nothing", async () => {
				const { usage: used } = answered(await take({ text: "one word after the other ".repeat(100) }));
				assert.equal(used.estimated, true);
				assert.ok(used.inputTokens > 500 && used.outputTokens > 300, JSON.stringify(used));
			});

			it("with a thousand calls at once, in their order", async () => {
				const calls = Array.from({ length: 1000 }, (_, at) => ({ name: "readFile", args: `{"path":"f${at}"}` }));
				const outcome = answered(await take({ calls, usage }));
				assert.deepEqual(
					outcome.calls.map(({ args }) => (args as Json).path),
					calls.map((_, at) => `f${at}`),
				);
			});

			it("with calls of tools that there are not, and without any arguments", async () => {
				const outcome = answered(
					await take({
						calls: [
							{ name: "flyAway", args: '{"to":"the moon"}' },
							{ name: "listFiles", args: "" },
						],
					}),
				);
				assert.deepEqual(outcome.calls, [
					{ name: "flyAway", args: { to: "the moon" } },
					{ name: "listFiles", args: {} },
				]);
			});

			if (!isGemini)
				it("with calls whose arguments are no JSON marked, and the others whole", async () => {
					const calls = [
						{ name: "readFile", args: '{"path": "a' },
						{ name: "readFile", args: '["a"]' },
						{ name: "readFile", args: '{"path":"b"}' },
					];
					const outcome = answered(await take({ calls }));
					assert.match(outcome.calls[0]?.malformed ?? "", /not valid JSON/);
					assert.match(outcome.calls[1]?.malformed ?? "", /must be a JSON object/);
					assert.deepEqual(outcome.calls[2], { name: "readFile", args: { path: "b" } });
				});

			it("with calls that share one id, each as it is", async () => {
				const calls = ["a", "b"].map((name) => ({ name: "readFile", args: `{"path":"${name}"}`, id: "call_1" }));
				const outcome = answered(await take({ calls }));
				assert.deepEqual(
					outcome.calls.map(({ args }) => (args as Json).path),
					["a", "b"],
				);
			});

			it("with half of a character and a zero in its arguments, as the model wrote them", async () => {
				const outcome = answered(await take({ calls: [{ name: "readFile", args: '{"path":"a\\u0000\\ud800b"}' }] }));
				assert.deepEqual(outcome.calls, [{ name: "readFile", args: { path: "a\u0000\ud800b" } }]);
				const transcript = [
					message("goal", "Go."),
					...requested("c-1", "readFile", { path: "a\u0000\ud800b" }, "turn1"),
					...completed("c-1", { output: output("\ud800") }),
				];
				answered(await take({ text: "ok" }, { turn: { transcript } }));
				assert.deepEqual(fixture.results(sent().body), [["\ud800"]]);
			});

			if (!isGemini)
				it("with a call that its length limit cut off, and what to do instead", async () => {
					const calls = [
						{ name: "readFile", args: '{"path":"a"}' },
						{ name: "writeFile", args: '{"path":"b","content":"word word' },
					];
					const outcome = answered(await take({ text: "I write it.", calls, finish: "length" }));
					assert.deepEqual(outcome.calls[0], { name: "readFile", args: { path: "a" } });
					assert.match(outcome.calls[1]?.malformed ?? "", /length limit before their end\. Write less in one call/);
				});

			it("that were cut at their length, or stopped by a filter, as what they are", async () => {
				assert.equal(answered(await take({ text: "half", finish: "length" })).finish, "length");
				assert.equal(answered(await take({ text: "No.", finish: "refused" })).finish, "content-filter");
			});
		});

		describe("fails", () => {
			const statuses: readonly [status: number, kind: ErrorKind, code: string, retryable: boolean, says: RegExp][] = [
				[400, "invalid", "badRequest", false, /refused the request \(400\): It is wrong/],
				[401, "auth", "unauthorized", false, /refused the key \(401\): check WIRE_KEY/],
				[403, "auth", "unauthorized", false, /refused the key \(403\)/],
				[404, "notFound", "notFound", false, /knows no model .* \(404\)/],
				[408, "server", "unreachable", true, /it took too long/],
				[409, "server", "serverError", true, /failed \(409\)/],
				[413, "invalid", "contextLength", false, /too long/],
				[429, "rateLimit", "rateLimited", true, /asks to wait \(429\)/],
				[500, "server", "serverError", true, /failed \(500\): It is wrong/],
				[503, "overloaded", "serverError", true, /failed \(503\)/],
				[529, "overloaded", "serverError", true, /failed \(529\)/],
			];
			for (const [status, kind, code, retryable, says] of statuses)
				it(`with ${status} as ${code}, in a sentence, ${retryable ? "to be asked again" : "for a person to see"}`, async () => {
					const said = kind === "notFound" ? `The model ${fixture.model} does not exist.` : "It is wrong.";
					const failure = failed(await take({ status, pieces: [fixture.error(kind, said)] }));
					assert.deepEqual([failure.code, failure.retryable], [code, retryable], failure.reason);
					assert.match(failure.reason, says);
					// A server that took too long may have worked on it.
					assert.equal(failure.used !== undefined, status === 408);
				});

			it("with the wait that it asks for, in seconds or as a date, never longer than a day", async () => {
				const limited = (headers: Record<string, string>) =>
					take({ status: 429, headers, pieces: [fixture.error("rateLimit", "Slow down.")] });
				assert.equal(failed(await limited({ "retry-after": "7" })).retryAfterMs, 7000);
				const date = "Sun, 06 Nov 2095 08:49:30 GMT";
				const now = "Sun, 06 Nov 2095 08:49:00 GMT";
				assert.equal(failed(await limited({ "retry-after": date, date: now })).retryAfterMs, 30_000);
				assert.equal(failed(await limited({ "retry-after": "9999999" })).retryAfterMs, 86_400_000);
			});

			it("with a prompt that is too long as what it is, with the window that it names, and not as a refusal to adapt to", async () => {
				const { status, message: said, window } = fixture.tooLong;
				const before = server.requests.length;
				const failure = failed(await take({ status, pieces: [fixture.error("invalid", said)] }));
				assert.deepEqual([failure.code, failure.contextWindow], ["contextLength", window], failure.reason);
				assert.equal(server.requests.length, before + 1);
			});

			it("without showing the key that an error repeats", async () => {
				const failure = failed(await take({ status: 400, pieces: [fixture.error("invalid", `Bad key ${secret}.`)] }));
				assert.ok(!failure.reason.includes(secret), failure.reason);
			});

			it("where an error comes in the middle of the stream", async () => {
				const begun = fixture.stream({ text: "Half of it", isUnfinished: true }, fixture.model);
				const error = JSON.stringify(fixture.error("overloaded", "Overloaded"));
				const failure = failed(await take({ pieces: [...begun, `event: error\ndata: ${error}\n\n`] }));
				assert.ok(failure.retryable, failure.reason);
				assert.notEqual(failure.code, "badRequest");
			});

			it("where the stream is no JSON, or no answer of a model at all", async () => {
				for (const pieces of [
					["data: {this is no JSON}\n\n"],
					["<html>Welcome to the gateway</html>"],
					["data: [1,2]\n\n"],
				]) {
					const failure = failed(await take({ pieces }));
					assert.ok(failure.retryable && ["serverError", "cutOff"].includes(failure.code), JSON.stringify(failure));
				}
			});

			it("where it ends, or breaks, before the end of the answer: half of one is none", async () => {
				const begun = fixture.stream({ text: "Half of it", isUnfinished: true }, fixture.model);
				for (const breaks of [false, true]) {
					const failure = failed(await take({ pieces: begun, breaks }));
					assert.equal(failure.code, "cutOff", failure.reason);
					assert.ok(failure.used!.inputTokens > 0);
				}
			});

			it("where nothing comes, or nothing more, for as long as the configuration bears", async () => {
				agents = open({ limits: { modelSilenceMs: 2500 } });
				const begun = fixture.stream({ text: "Half of it", isUnfinished: true }, fixture.model);
				const answers = [{ pieces: begun, hangs: true }, { pieces: [], hangs: true }, new Promise<Said>(() => {})];
				const before = server.requests.length + 1;
				const script: WireScript = (_, number) => answers[number - before]!;
				const outcomes = await Promise.all(answers.map(() => take(script)));
				const codes = outcomes.map((outcome) => codeOf(outcome).join());
				assert.deepEqual(codes.sort(), ["cutOff,true", "cutOff,true", "unreachable,true"]);
			});

			it("where it cannot be reached", async () => {
				const gone = await startWireServer(fixture);
				await gone.close();
				agents = open({ baseUrl: gone.baseUrl });
				assert.deepEqual(codeOf(await take({ text: "ok" })), ["unreachable", true]);
			});
		});

		it("is stopped in the middle of an answer at once, and what came is counted", async () => {
			const stop = new AbortController();
			const begun = fixture.stream({ text: "Half of it", isUnfinished: true }, fixture.model);
			const outcome = await take(
				{ pieces: begun, hangs: true },
				{ signal: stop.signal, turn: { onDelta: () => stop.abort() } },
			);
			assert.equal(outcome.kind, "aborted");
			assert.ok(outcome.kind === "aborted" && outcome.used!.inputTokens > 0);
		});

		describe("is shown", () => {
			const shot = png(40, 30);
			const icon = images.webp;
			const kept = new Map([shot, icon, images.gif, images.jpeg].map((bytes) => [sha256(bytes), bytes]));
			const readImage = async ({ sha256: digest }: { readonly sha256: string }) => kept.get(digest);
			const given = (...named: readonly [string, Uint8Array][]) =>
				event("message.added", {
					messageId: "m-given" as never,
					threadId: "t1" as never,
					from: "goal",
					text: "Build it like this.",
					images: named.map(([name, bytes]) => imageOf(name, bytes)),
				});
			const readCall = (id: string, ...bytes: readonly Uint8Array[]) =>
				completed(id, { output: output("shot.png."), images: bytes.map((one) => imageOf("shot.png", one)) });
			const show = (transcript: readonly RecordedEvent[], more: Asking["turn"] = {}, choice?: Partial<ModelChoice>) =>
				take({ text: "ok" }, { turn: { transcript, readImage, ...more }, choice });
			const asSent = (bytes: Buffer, mediaType: string, inResult: boolean) => ({
				mediaType,
				base64: bytes.toString("base64"),
				inResult,
			});

			it("the images of a message, each by its name, in their order", async () => {
				answered(await show([given(["mock.png", shot], ["icon.webp", icon])]));
				const { body } = sent();
				assert.deepEqual(fixture.images(body), [asSent(shot, "image/png", false), asSent(icon, "image/webp", false)]);
				const text = JSON.stringify(body);
				assert.ok(text.includes("Build it like this."));
				assert.match(
					text,
					/\[Image: mock\.png \(PNG, 40×30 pixels, \d+ bytes\)\.\]\\n\[Image: icon\.webp \(WebP, 12×8/,
				);
			});

			it("the image that a call came to, in its result or in the message behind the results", async () => {
				const transcript = [
					message("goal", "Go."),
					...requested("c-1", "readFile", { path: "shot.png" }, "turn1"),
					...requested("c-2", "readFile", { path: "b" }, "turn1"),
					...readCall("c-1", shot),
					...completed("c-2", { output: output("of b") }),
					message("person", "Well?"),
				];
				answered(await show(transcript));
				const { body } = sent();
				const inResult = fixture.wire !== "openai-compatible";
				assert.deepEqual(fixture.images(body), [asSent(shot, "image/png", inResult)]);
				const [[first, second]] = fixture.results(body) as [[string, string]];
				assert.ok(first!.startsWith("shot.png."), first);
				assert.equal(second, "of b");
				if (inResult) return;
				assert.match(first, /\[It is shown below\.\]$/);
				const roles = body.messages.map(({ role }: Json) => role);
				assert.deepEqual(roles, ["system", "user", "assistant", "tool", "tool", "assistant", "user"]);
				assert.match(body.messages.at(-1).content[0].text, /to look at:[\s\S]*Well\?/);
			});

			it("a GIF, where its models read that, and else is told why not", async () => {
				answered(await show([given(["dance.gif", images.gif])]));
				const { body } = sent();
				assert.deepEqual(fixture.images(body), isGemini ? [] : [asSent(images.gif, "image/gif", false)]);
				assert.equal(/It is not shown\. You can look at no GIF/.test(JSON.stringify(body)), isGemini);
			});

			it("no image where its model is known to see none, and the person is told once a turn", async () => {
				agents = open({ images: { [fixture.model]: false } });
				const told: string[] = [];
				const transcript = [
					given(["mock.png", shot]),
					...requested("c-1", "readFile", { path: "shot.png" }, "turn1"),
					...readCall("c-1", shot),
				];
				answered(await show(transcript, { onAdapted: async ({ text }) => void told.push(text) }));
				const { body } = sent();
				assert.deepEqual(fixture.images(body), []);
				assert.equal(JSON.stringify(body).match(/It is not shown\. \S+ sees no images\./g)?.length, 2);
				const name = `${fixture.provider}/${fixture.model}`;
				assert.deepEqual(told, [`${name} sees no images: it is told their names in their place.`]);
			});

			it("images of a model of which nothing is known; what is refused is told, learned, and goes on without", async () => {
				const told: string[] = [];
				const refuse: WireScript = ({ body }) =>
					fixture.images(body).length > 0
						? { status: 400, pieces: [fixture.error("invalid", "This model does not support image input.")] }
						: { text: "ok" };
				const before = server.requests.length;
				const transcript = [
					given(["mock.png", shot]),
					...requested("c-1", "readFile", { path: "shot.png" }, "turn1"),
					...readCall("c-1", shot),
				];
				const again = () =>
					take(refuse, {
						choice: { model: "nobody-knows-it" },
						turn: { transcript, readImage, onAdapted: async ({ text }) => void told.push(text) },
					});
				answered(await again());
				assert.equal(server.requests.length, before + 2);
				assert.equal(fixture.images(server.requests[before]!.body).length, 2);
				assert.match(JSON.stringify(sent().body), /Here was an image\. It is not shown: you see no images\./);
				assert.match(told[0]!, /nobody-knows-it sees no images/);
				answered(await again());
				assert.equal(server.requests.length, before + 3, "it was learned");
			});

			it("goes on without images where one of them cannot be read, and shows them again at the next turn", async () => {
				const refuse: WireScript = ({ body }) =>
					fixture.images(body).length > 0
						? { status: 400, pieces: [fixture.error("invalid", "messages.0: Could not process image")] }
						: { text: "ok" };
				const turn = { transcript: [given(["mock.png", shot])], readImage };
				answered(await take(refuse, { turn }));
				assert.deepEqual(fixture.images(sent().body), []);
				answered(await take({ text: "ok" }, { turn }));
				assert.equal(fixture.images(sent().body).length, 1);
			});

			it("the newest twenty of many, and what people gave before what it read", async () => {
				const calls = Array.from({ length: 25 }, (_, at) => [
					...requested(`c-${at}`, "readFile", { path: `${at}` }, `turn${at}`),
					...completed(`c-${at}`, {
						output: output("read."),
						images: [{ ...imageOf("s.jpg", images.jpeg), name: `${at}.jpg` }],
					}),
				]).flat();
				answered(await show([given(["mock.png", shot]), ...calls]));
				const { body } = sent();
				assert.equal(fixture.images(body).length, 20);
				assert.equal(fixture.images(body)[0]!.mediaType, "image/png");
				const text = JSON.stringify(body);
				assert.match(text, /Image: 5\.jpg[^\]]*It is not shown\. It is left out to save space/);
				assert.doesNotMatch(text, /Image: 6\.jpg[^\]]*It is not shown/);
			});

			it("a sentence in place of an image that is not kept any more", async () => {
				answered(await show([given(["gone.png", png(3, 3)])]));
				assert.deepEqual(fixture.images(sent().body), []);
				assert.match(JSON.stringify(sent().body), /gone\.png[^\]]*It is not shown\. It is not kept any more\./);
			});

			it("after a compaction what people gave, and by name alone what it read", async () => {
				const before = [
					given(["mock.png", shot]),
					...requested("c-1", "readFile", { path: "shot.png" }, "turn1"),
					...readCall("c-1", images.jpeg),
					event("message.added", {
						messageId: "m-2" as never,
						threadId: "t1" as never,
						from: "person",
						text: "More like this.",
						images: [imageOf("better.webp", icon)],
					}),
				];
				const compacted = event("thread.compacted", {
					threadId: "t1" as never,
					upTo: before.at(-1)!.seq,
					account: "It looked at shot.png.",
					chars: 100,
				});
				answered(await show([...before, compacted]));
				assert.deepEqual(
					fixture.images(sent().body).map(({ mediaType }) => mediaType),
					["image/png", "image/webp"],
				);
			});

			it("and counts each by its size, not by its letters, where the endpoint counts nothing", async () => {
				const big = png(1000, 1000);
				kept.set(sha256(big), big);
				const { usage: without } = answered(await show([given()]));
				const { usage: with1 } = answered(await show([given(["big.png", big])]));
				const tokens = with1.inputTokens - without.inputTokens;
				assert.ok(tokens > 1300 && tokens < 1400, `${tokens} tokens of an image with ${big.length} bytes`);
			});
		});

		describe("takes back what it signed", () => {
			const signature = "c2lnbmVkIHRob3VnaHRz".repeat(20);
			const calls = [
				{ name: "readFile", args: '{"path":"a"}' },
				{ name: "readFile", args: '{"path":"b"}' },
			];
			const asked = { provider: fixture.provider, model: fixture.model };

			/** As the log tells it to the next turn. */
			function afterwards(outcome: TurnOutcome & { kind: "answered" }, by: ModelChoice): RecordedEvent[] {
				return [
					message("goal", "Go."),
					event("turn.completed", {
						turnId: "turn1" as never,
						threadId: "t1" as never,
						asked: by,
						answered: outcome.answered,
						usage: outcome.usage,
						finish: outcome.finish,
						signed: JSON.parse(JSON.stringify(outcome.signed ?? null)) ?? undefined,
					}),
					...(outcome.text ? [message("implementer", outcome.text)] : []),
					...outcome.calls.flatMap(({ name, args }, at) => requested(`c-${at}`, name, args as Json, "turn1")),
					...outcome.calls.flatMap((_, at) => completed(`c-${at}`)),
				];
			}

			if (fixture.wire === "openai-compatible") {
				it("not at all: nothing is signed in this protocol", async () => {
					const outcome = answered(await take({ reasoning: "First I look.", calls }));
					assert.equal(outcome.signed, undefined);
					answered(await take({ text: "ok" }, { turn: { transcript: afterwards(outcome, asked) } }));
					assert.ok(!JSON.stringify(sent().body).includes("First I look."));
				});
				return;
			}

			it("word for word, before the calls that it led to", async () => {
				const outcome = answered(await take({ reasoning: "First I look.", signature, text: "I read both.", calls }));
				assert.ok(outcome.signed);
				answered(await take({ text: "ok" }, { turn: { transcript: afterwards(outcome, asked) }, choice: asked }));
				assert.deepEqual(fixture.signatures(sent().body), [signature]);
				const body = JSON.stringify(sent().body);
				assert.ok(isGemini || body.indexOf(signature) < body.indexOf("I read both."));
				assert.deepEqual(fixture.results(sent().body), [["done", "done"]]);
			});

			it("with any effort, but no other model and no other provider", async () => {
				const outcome = answered(await take({ reasoning: "First I look.", signature, calls }));
				const told = (by: ModelChoice) => take({ text: "ok" }, { turn: { transcript: afterwards(outcome, by) } });
				answered(await told({ ...asked, effort: "high" }));
				assert.equal(fixture.signatures(sent().body).length, 1);
				for (const by of [
					{ ...asked, model: "another" },
					{ ...asked, provider: "another" },
				]) {
					answered(await told(by));
					assert.deepEqual(fixture.signatures(sent().body), []);
					assert.deepEqual(fixture.results(sent().body), [["done", "done"]]);
				}
			});

			it("but not what a compaction has summed up", async () => {
				const outcome = answered(await take({ reasoning: "First I look.", signature, calls }));
				const before = afterwards(outcome, asked);
				const compacted = event("thread.compacted", {
					threadId: "t1" as never,
					upTo: before.at(-1)!.seq,
					account: "It read two files.",
					chars: 100,
				});
				answered(await take({ text: "ok" }, { turn: { transcript: [...before, compacted] } }));
				assert.deepEqual(fixture.signatures(sent().body), []);
				assert.match(JSON.stringify(sent().body), /It read two files/);
			});

			it("and is asked without it, once, where it takes it back no more", async () => {
				const outcome = answered(await take({ reasoning: "First I look.", signature, calls }));
				const adapted: string[] = [];
				const refuse: WireScript = ({ body }) =>
					fixture.signatures(body).includes(signature)
						? { status: 400, pieces: [fixture.error("invalid", signatureRefusals[fixture.wire] ?? "")] }
						: { text: "ok" };
				const again = () =>
					take(refuse, {
						turn: { transcript: afterwards(outcome, asked), onAdapted: async ({ text }) => void adapted.push(text) },
					});
				answered(await again());
				answered(await again());
				assert.equal(adapted.length, 2, "nothing is learned of the endpoint by it");
				assert.match(adapted[0]!, /does not take back what it thought earlier/);
			});
		});
	});

const efforts: Readonly<Record<WireFixture["wire"], Partial<Record<Effort, unknown>>>> = {
	"openai-compatible": { low: "low", high: "high" },
	openai: { low: "low", high: "high" },
	anthropic: { low: { type: "enabled", budget_tokens: 2000 }, high: { type: "enabled", budget_tokens: 7500 } },
	google: { low: 1024, high: 24_576 },
};

/** As they were seen. */
const signatureRefusals: Partial<Record<WireFixture["wire"], string>> = {
	openai:
		"The encrypted content gAAA... could not be verified. Reason: Encrypted content could not be decrypted or parsed.",
	anthropic: "messages.1.content.0: Invalid `signature` in `thinking` block",
	google: "Thought signature is not valid.",
};

function answered(outcome: TurnOutcome) {
	assert.equal(outcome.kind, "answered", JSON.stringify(outcome));
	return outcome as TurnOutcome & { kind: "answered" };
}

function failed(outcome: TurnOutcome) {
	assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
	return outcome as TurnOutcome & { kind: "failed" };
}

function codeOf(outcome: TurnOutcome): readonly [string, boolean] {
	const { code, retryable } = failed(outcome);
	return [code, retryable];
}
