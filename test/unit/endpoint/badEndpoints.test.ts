import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import tls from "node:tls";
import zlib from "node:zlib";
import type { TurnOutcome } from "../../../src/daemon/agents/agent.ts";
import { openAgents } from "../../../src/daemon/agents/agents.ts";
import { loadConfig } from "../../../src/daemon/config/config.ts";
import { createTools } from "../../../src/daemon/tools/tools.ts";
import { noAcpAgents } from "../../support/noAcpAgents.ts";
import { processorTime } from "../../support/processorTime.ts";
import { type WireFixture, wireFixtures } from "../../support/wireFixtures.ts";
import { type RawAnswer, startWireServer, type WireScript, type WireServer } from "../../support/wireServer.ts";
import { makeTurn } from "../agents/turns.ts";

/**
 * What servers, and what stands before them, answer in place of an answer: in every protocol it comes to a sentence that
 * says what happened and what to do, and it is asked again only where that can help.
 */
const tools = createTools({});
const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const secret = "sk-test-0123456789";

interface Row {
	readonly what: string;
	readonly answer: (fixture: WireFixture) => RawAnswer;
	readonly code: string;
	readonly isRetried: boolean;
	readonly says: RegExp;
	readonly waitMs?: number;
	/** What came of an answer is counted. */
	readonly isCounted?: true;
	readonly silenceMs?: number;
}

const page = (title: string) =>
	`<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body></html>`;
const json = (status: number, body: object, headers: Record<string, string> = {}): RawAnswer => ({
	status,
	headers,
	pieces: [body],
});
/** As each vendor writes an error into a stream. */
const errorEvent = (fixture: WireFixture, kind: Parameters<WireFixture["error"]>[0], said: string) => {
	const error = fixture.error(kind, said) as { error: object };
	if (fixture.wire === "openai")
		return `event: error\ndata: ${JSON.stringify({ type: "error", ...error.error, sequence_number: 3 })}\n\n`;
	const name = fixture.wire === "anthropic" ? "event: error\n" : "";
	return `${name}data: ${JSON.stringify(error)}\n\n`;
};
const begun = (fixture: WireFixture) => fixture.stream({ text: "Half of it", isUnfinished: true }, fixture.model);
const whole = (fixture: WireFixture) => fixture.stream({ text: "Whole." }, fixture.model).join("");

const rows: readonly Row[] = [
	{
		what: "422 with what is wrong",
		answer: (fixture) => json(422, fixture.error("invalid", "The field x is wrong.")),
		code: "badRequest",
		isRetried: false,
		says: /refused the request \(422\): The field x is wrong\.$/,
	},
	{
		what: "a page with status 404",
		answer: () => ({ status: 404, pieces: [page("404 Not Found")] }),
		code: "notFound",
		isRetried: false,
		says: /knows no model “[^”]+” at \S+ \(404\): 404 Not Found\. Check the model's name and the provider's baseUrl\.$/,
	},
	{
		what: "a gateway's page with status 502",
		answer: () => ({ status: 502, pieces: [page("502 Bad Gateway")] }),
		code: "serverError",
		isRetried: true,
		says: /failed \(502\): 502 Bad Gateway\.$/,
	},
	{
		what: "504 without a word, after which it may have worked on it",
		answer: () => ({ status: 504, pieces: [] }),
		code: "unreachable",
		isRetried: true,
		says: /it took too long/,
		isCounted: true,
	},
	{
		what: "a status of nobody's",
		answer: () => ({ status: 520, pieces: ["error code: 520"] }),
		code: "serverError",
		isRetried: true,
		says: /failed \(520\): error code: 520\.$/,
	},
	{
		what: "304, which nobody asked for",
		answer: () => ({ status: 304, pieces: [] }),
		code: "badRequest",
		isRetried: false,
		says: /refused the request \(304\)/,
	},
	{
		what: "503 with a wait",
		answer: () => ({ status: 503, headers: { "retry-after": "3" }, pieces: [] }),
		code: "serverError",
		isRetried: true,
		says: /failed \(503\) and asks to wait 3 s/,
		waitMs: 3000,
	},
	{
		what: "429 with a wait in milliseconds",
		answer: (fixture) => json(429, fixture.error("rateLimit", "Slow down."), { "retry-after-ms": "1500" }),
		code: "rateLimited",
		isRetried: true,
		says: /asks to wait 2 s \(429\): Slow down\.$/,
		waitMs: 1500,
	},
	{
		what: "429 of an account that has used up what it may",
		answer: (fixture) =>
			json(
				429,
				fixture.error("rateLimit", "You exceeded your current quota, please check your plan and billing details."),
			),
		code: "rateLimited",
		isRetried: false,
		says: /has no credit left \(429\): .* Add some, then resume the goal\.$/,
	},
	{
		what: "an error in gzip",
		answer: (fixture) => ({
			status: 429,
			headers: { "content-encoding": "gzip", "retry-after": "5" },
			pieces: [zlib.gzipSync(JSON.stringify(fixture.error("rateLimit", "Zipped.")))],
		}),
		code: "rateLimited",
		isRetried: true,
		says: /asks to wait 5 s \(429\): Zipped\.$/,
		waitMs: 5000,
	},
	{
		what: "a sign-in page with status 200",
		answer: () => ({ headers: { "content-type": "text/html" }, pieces: [`<!doctype html>${page("Sign in")}`] }),
		code: "serverError",
		isRetried: true,
		says: /something that is not a model's answer: Sign in\. Check that http:\S+ speaks /,
	},
	{
		what: "nothing, with status 200",
		answer: () => ({ pieces: [] }),
		code: "serverError",
		isRetried: true,
		says: /something that is not a model's answer.*Check that http:\S+ speaks /,
	},
	{
		what: "204",
		answer: () => ({ status: 204, pieces: [] }),
		code: "serverError",
		isRetried: true,
		says: /something that is not a model's answer/,
	},
	{
		what: "nothing but that it is done",
		answer: () => ({ pieces: ["data: [DONE]\n\n"] }),
		code: "serverError",
		isRetried: true,
		says: /something that is not a model's answer/,
	},
	{
		what: "an error as a document with status 200",
		answer: (fixture) => json(200, fixture.error("rateLimit", "Rate limit reached. Please try again in 7s.")),
		code: "rateLimited",
		isRetried: true,
		says: /asks to wait 7 s \(429\): Rate limit reached/,
		waitMs: 7000,
	},
	{
		what: "a stream that begins with a refusal of its key",
		answer: (fixture) => ({ pieces: [errorEvent(fixture, "auth", "No.")] }),
		code: "unauthorized",
		isRetried: false,
		says: /refused the key \(40[13]\): check BAD_KEY\.$/,
	},
	{
		what: "a stream that breaks off with a rate limit",
		answer: (fixture) => ({
			pieces: [...begun(fixture), errorEvent(fixture, "rateLimit", "Rate limit reached. Please try again in 7s.")],
		}),
		code: "rateLimited",
		isRetried: true,
		says: /asks to wait 7 s \(429\): Rate limit reached/,
		waitMs: 7000,
		isCounted: true,
	},
	{
		what: "a stream that breaks off because the prompt was too long",
		answer: (fixture) => ({ pieces: [...begun(fixture), errorEvent(fixture, "invalid", fixture.tooLong.message)] }),
		code: "contextLength",
		isRetried: false,
		says: /The conversation is too long for /,
		isCounted: true,
	},
	{
		what: "a stream in which an error stands in another vendor's words",
		answer: (fixture) => ({
			pieces: [
				...begun(fixture),
				`data: ${JSON.stringify({ error: { message: "Out of memory.", type: "server_error" } })}\n\n`,
			],
		}),
		code: "serverError",
		isRetried: true,
		says: /failed \(500\): Out of memory\.$/,
		isCounted: true,
	},
	{
		what: "what is said to be gzip and is not",
		answer: (fixture) => ({ headers: { "content-encoding": "gzip" }, pieces: [whole(fixture)] }),
		code: "serverError",
		isRetried: true,
		says: /something that is not a model's answer/,
	},
	{
		what: "a stream in gzip that breaks off",
		answer: (fixture) => ({
			headers: { "content-encoding": "gzip" },
			pieces: [zlib.gzipSync(whole(fixture)).subarray(0, -30)],
		}),
		code: "cutOff",
		isRetried: true,
		says: /broke off before its end/,
		isCounted: true,
	},
	{
		what: "a refusal whose words never end",
		answer: () => ({ status: 503, pieces: Array.from({ length: 40 }, () => "x".repeat(100_000)), hangs: true }),
		code: "serverError",
		isRetried: true,
		says: /failed \(503\): x{300}\.$/,
		silenceMs: 60_000,
	},
];

for (const fixture of wireFixtures)
	describe(`a server that is spoken to in ${fixture.wire}`, function () {
		this.timeout(60_000);
		let server: WireServer;
		let folder: string;
		const opened: { close(): void }[] = [];
		before(async () => {
			server = await startWireServer(fixture);
			folder = mkdtempSync(path.join(os.tmpdir(), "mission-bad-endpoint-"));
		});
		after(async () => {
			await server.close();
			rmSync(folder, { recursive: true });
		});
		afterEach(() => {
			for (const each of opened.splice(0)) each.close();
		});

		async function ask(script: WireScript, modelSilenceMs = 10_000, baseUrl = server.baseUrl): Promise<TurnOutcome> {
			server.use(script);
			const provider = { id: fixture.provider, kind: fixture.wire, baseUrl, apiKeyEnv: "BAD_KEY" };
			writeFileSync(
				path.join(folder, "config.jsonc"),
				JSON.stringify({ providers: [provider], limits: { modelSilenceMs } }),
			);
			const agents = openAgents({ config: loadConfig(folder, { BAD_KEY: secret }), log, acp: noAcpAgents });
			opened.push(agents);
			const assignment = { provider: fixture.provider, model: fixture.model };
			const turn = makeTurn({ tools, workspace: folder, assignment });
			return agents.agentFor(assignment).takeTurn(turn, new AbortController().signal);
		}
		const failed = (outcome: TurnOutcome) => {
			if (outcome.kind !== "failed") assert.fail(JSON.stringify(outcome));
			return outcome;
		};

		for (const { what, answer, code, isRetried, says, waitMs, isCounted, silenceMs } of rows)
			it(`and answers ${what}: ${code}, ${isRetried ? "to be asked again" : "for a person to see"}`, async () => {
				const failure = failed(await ask(() => answer(fixture), silenceMs));
				assert.deepEqual([failure.code, failure.retryable], [code, isRetried], failure.reason);
				assert.match(failure.reason, says);
				assert.equal(failure.retryAfterMs, waitMs);
				assert.equal(failure.used !== undefined, isCounted === true, "what is counted");
				assert.ok(failure.reason.length < 700 && !/[\r\n]|<html|Type validation/.test(failure.reason), failure.reason);
			});

		it("and answers in gzip, in Brotli, behind a mark of byte order or with lines of its own kind, is read", async () => {
			const text = whole(fixture);
			const answers: readonly RawAnswer[] = [
				{ headers: { "content-encoding": "gzip" }, pieces: [zlib.gzipSync(text)] },
				{ headers: { "content-encoding": "br" }, pieces: [zlib.brotliCompressSync(text)] },
				{ pieces: [`\uFEFF${text}`] },
				{ pieces: [text.replaceAll("\n", "\r\n")] },
				{ pieces: text.match(/[\s\S]{1,5}/g) ?? [] },
				{ pieces: [`: a comment\n\n${text}`] },
			];
			for (const answer of answers) {
				const outcome = await ask(() => answer);
				assert.ok(outcome.kind === "answered" && outcome.text === "Whole.", JSON.stringify(outcome));
			}
		});

		// What is common to all protocols, and takes its time.
		if (fixture.wire === "anthropic") {
			it("and says no word behind a status, is taken by its status", async () => {
				const before = performance.now();
				const failure = failed(await ask(() => ({ status: 401, pieces: ["{"], hangs: true }), 60_000));
				assert.deepEqual([failure.code, failure.used], ["unauthorized", undefined]);
				assert.ok(performance.now() - before < 20_000);
			});

			it("and only shows that it lives for longer than the silence that is borne, is waited for", async () => {
				const pieces = [...Array(14).fill(": alive\n\n"), whole(fixture)];
				assert.equal((await ask(() => ({ pieces, pauseMs: 250 }), 3000)).kind, "answered");
			});
		}

		it("and writes a call of five million characters, is read in seconds", async () => {
			const content = "word ".repeat(1_000_000);
			const args = JSON.stringify({ path: "a.txt", content });
			const pieces = fixture.stream({ calls: [{ name: "writeFile", args }] }, fixture.model);
			const tookMs = processorTime();
			const outcome = await ask(() => ({ pieces }), 30_000);
			if (outcome.kind !== "answered") assert.fail(JSON.stringify(outcome));
			assert.equal((outcome.calls[0]!.args as { content: string }).content.length, content.length);
			assert.ok(tookMs() < 20_000, `${tookMs()} ms of processor time`);
		});

		describe("that sends requests on", () => {
			it("to another address of its own is followed with all that was asked", async () => {
				for (const status of [307, 308]) {
					const before = server.requests.length;
					const outcome = await ask((_, number) =>
						number % 2 === (before + 1) % 2
							? { status, headers: { location: `${fixture.path(fixture.model)}?again` }, pieces: [] }
							: { text: "There." },
					);
					assert.ok(outcome.kind === "answered", JSON.stringify(outcome));
				}
			});

			for (const status of [301, 302, 303, 307, 308])
				it(`to another server with ${status} is not followed there, so that its key stays here`, async () => {
					const reached: http.IncomingHttpHeaders[] = [];
					const other = http.createServer(({ headers }, outgoing) => {
						reached.push(headers);
						outgoing.end();
					});
					other.listen(0, "127.0.0.1");
					await once(other, "listening");
					try {
						const base = `http://127.0.0.1:${(other.address() as AddressInfo).port}${fixture.basePath}`;
						const location = `${base}${fixture.path(fixture.model)}?alt=sse`;
						const failure = failed(await ask(() => ({ status, headers: { location }, pieces: [] })));
						assert.deepEqual([failure.code, failure.retryable], ["redirected", false]);
						assert.ok(failure.reason.includes(`sends requests on to ${base} (${status})`), failure.reason);
						assert.match(failure.reason, /write it as its baseUrl in config\.jsonc\.$/);
						assert.deepEqual(reached, []);
					} finally {
						other.close();
					}
				});

			it("with a status after which nothing of the request would be left, or in a circle, is not followed", async () => {
				for (const status of [301, 302, 303, 308]) {
					const before = server.requests.length;
					const location = `${fixture.basePath}${fixture.path(fixture.model)}`;
					const failure = failed(await ask(() => ({ status, headers: { location }, pieces: [] })));
					assert.equal(failure.code, "redirected", failure.reason);
					assert.ok(server.requests.length - before <= 6);
				}
			});
		});

		it("and speaks no TLS where its address says so, or has no certificate, says what to correct", async () => {
			const plain = `${server.baseUrl.replace("http:", "https:")}`;
			const wrong = failed(await ask(() => ({ text: "ok" }), 10_000, plain));
			assert.deepEqual([wrong.code, wrong.retryable], ["unreachable", false]);
			assert.match(wrong.reason, /\(it does not speak TLS there\)\. Correct its baseUrl .* http:\/\/\.$/);
			const bare = tls.createServer({}).listen(0, "127.0.0.1");
			await once(bare, "listening");
			try {
				const url = `https://127.0.0.1:${(bare.address() as AddressInfo).port}/v1`;
				assert.equal(failed(await ask(() => ({ text: "ok" }), 10_000, url)).code, "unreachable");
			} finally {
				bare.close();
			}
		});

		it("and has a name that nobody knows, says so", async () => {
			const failure = failed(await ask(() => ({ text: "ok" }), 10_000, "http://no-such-host.invalid/v1"));
			assert.deepEqual([failure.code, failure.retryable], ["unreachable", true]);
			assert.match(failure.reason, /name/);
		});
	});
