import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { LLMock } from "@copilotkit/aimock";

/**
 * A model behind real HTTP: a faithful mock of the wire answers what a script decides for each request, and a small
 * server before it records every request as it came, slows answers down, and breaks them.
 *
 * A script decides by what the request says (its marker, its purpose, how many tool results it carries), never by the
 * order of requests: after a crash the same request comes again.
 */
export interface ModelRequest {
	/** From 1, over all requests. */
	readonly number: number;
	readonly model: string;
	/** `reasoning_effort` as it was sent. */
	readonly effort?: string;
	readonly purpose: "plan" | "work" | "review" | "reflect" | "summary";
	/** The first `[[name]]` in its messages: tests put one into each goal's prompt. */
	readonly marker?: string;
	readonly messages: readonly WireMessage[];
	/** Names of the tools offered. */
	readonly tools: readonly string[];
	/** Messages that carry the result of a tool. */
	readonly toolResults: number;
	/** Everything that was said, for searching. */
	readonly text: string;
	readonly body: Readonly<Record<string, unknown>>;
	readonly headers: http.IncomingHttpHeaders;
	readonly at: number;
}

export interface WireMessage {
	readonly role: "system" | "user" | "assistant" | "tool";
	readonly content: string | null;
	readonly tool_calls?: readonly {
		readonly id: string;
		readonly function: { readonly name: string; readonly arguments: string };
	}[];
	readonly tool_call_id?: string;
}

export interface Answer {
	readonly text?: string;
	readonly reasoning?: string;
	/** Arguments given as a string are sent as they are, valid JSON or not. */
	readonly calls?: readonly { readonly name: string; readonly args: object | string }[];
	/** Tokens read and written. */
	readonly usage?: readonly [input: number, output: number];
	/** The model that says it answered; otherwise the one that was asked. */
	readonly answered?: string;
	readonly finish?: string;
	/** Before the first byte. */
	readonly delayMs?: number;
	/** Between two pieces of the stream. */
	readonly chunkMs?: number;
	/** The connection breaks after this many pieces. */
	readonly cutAfter?: number;
}

export interface Refusal {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: unknown;
}

/** `cut`: the connection breaks in the middle of an answer. `hang`: nothing ever comes. */
export type Scripted = Answer | Refusal | "cut" | "hang";
export type Script = (request: ModelRequest) => Scripted | Promise<Scripted>;

export interface ModelServer {
	/** For a provider's `baseUrl`. */
	readonly baseUrl: string;
	/** Every request so far, as it came. */
	readonly requests: readonly ModelRequest[];
	/** Milliseconds the server itself took for each answer, in order. */
	readonly tookMs: readonly number[];
	/** Replaces the script. */
	use(script: Script): void;
	/** Resolves with the first request, past or to come, that fits. */
	seen(fits: (request: ModelRequest) => boolean): Promise<ModelRequest>;
	close(): Promise<void>;
}

export interface ModelServerOptions {
	readonly script: Script;
	/** What GET /models answers. */
	readonly models?: readonly string[];
	/** Requests with another key are refused with 401. */
	readonly key?: string;
	readonly port?: number;
}

/** What a model may say when a goal is looked back on. */
export const plainReflection = JSON.stringify({ summary: "It is done.", reflection: "Nothing was in the way." });

export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
	let { script } = options;
	const answers = new Map<number, Answer>();
	const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent", chunkSize: 12 });
	mock.on({ predicate: () => true }, (request) => toMock(answers.get(request._answer as number) ?? {}));
	await mock.start();
	const requests: ModelRequest[] = [];
	const tookMs: number[] = [];
	const waiting = new Set<(request: ModelRequest) => void>();

	const server = http.createServer((incoming, outgoing) => {
		answer(incoming, outgoing).catch((cause) => {
			if (!outgoing.destroyed) outgoing.destroy(cause as Error);
		});
	});

	async function answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
		const startedAt = performance.now();
		if (options.key !== undefined && incoming.headers.authorization !== `Bearer ${options.key}`) {
			incoming.resume();
			refuse(outgoing, {
				status: 401,
				body: { error: { message: `Incorrect key: ${incoming.headers.authorization}` } },
			});
			return;
		}
		if (incoming.method === "GET") {
			const data = (options.models ?? []).map((id) => ({ id, object: "model" }));
			refuse(outgoing, { status: 200, body: { object: "list", data } });
			return;
		}
		const request = readRequest(await readAll(incoming), incoming.headers, requests.length + 1);
		requests.push(request);
		for (const tell of waiting) tell(request);
		const scripted = await script(request);
		if (scripted === "hang") return;
		if (scripted !== "cut" && "status" in scripted) {
			refuse(outgoing, scripted);
			return;
		}
		const wanted: Answer = scripted === "cut" ? { text: "This answer is never finished.", cutAfter: 3 } : scripted;
		if (wanted.delayMs) await sleep(wanted.delayMs);
		answers.set(request.number, wanted);
		await stream(request, wanted, outgoing);
		answers.delete(request.number);
		tookMs.push(performance.now() - startedAt);
	}

	async function stream({ number, body }: ModelRequest, wanted: Answer, outgoing: http.ServerResponse): Promise<void> {
		const response = await fetch(`${mock.url}/v1/chat/completions`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ ...body, _answer: number }),
		});
		outgoing.writeHead(response.status, { "content-type": response.headers.get("content-type") ?? "application/json" });
		const pieces = (await response.text()).split(/(?<=\n\n)/);
		for (const [at, piece] of pieces.entries()) {
			if (outgoing.destroyed) return;
			if (at === wanted.cutAfter) {
				// What was written arrives first: a connection that breaks at once takes it along.
				await sleep(20);
				outgoing.destroy();
				return;
			}
			if (at > 0 && wanted.chunkMs) await sleep(wanted.chunkMs);
			outgoing.write(piece);
		}
		outgoing.end();
	}

	server.listen(options.port ?? 0, "127.0.0.1");
	await once(server, "listening");
	let closing: Promise<void> | undefined;
	return {
		baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		requests,
		tookMs,
		use(next) {
			script = next;
		},
		seen(fits) {
			const known = requests.find(fits);
			if (known) return Promise.resolve(known);
			return new Promise((resolve) => {
				const tell = (request: ModelRequest) => {
					if (!fits(request)) return;
					waiting.delete(tell);
					resolve(request);
				};
				waiting.add(tell);
			});
		},
		close() {
			closing ??= (async () => {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
				await mock.stop();
			})();
			return closing;
		},
	};
}

function readRequest(body: Record<string, unknown>, headers: http.IncomingHttpHeaders, number: number): ModelRequest {
	const messages = (body.messages ?? []) as readonly WireMessage[];
	const tools = (body.tools ?? []) as readonly { readonly function: { readonly name: string } }[];
	const text = messages.map((message) => message.content ?? "").join("\n");
	const system = messages.find((message) => message.role === "system")?.content ?? "";
	return {
		number,
		model: String(body.model),
		effort: body.reasoning_effort as string | undefined,
		purpose: tools.length > 0 ? "work" : purposeOf(system.slice(0, 200)),
		marker: /\[\[([\w-]+)\]\]/.exec(text)?.[1],
		messages,
		tools: tools.map((tool) => tool.function.name),
		toolResults: messages.filter((message) => message.role === "tool").length,
		text,
		body,
		headers,
		at: Date.now(),
	};
}

function purposeOf(instructions: string): ModelRequest["purpose"] {
	if (/keep the record of a conversation/.test(instructions)) return "summary";
	if (/\breviewer\b/i.test(instructions)) return "review";
	return /\breflection\b/i.test(instructions) ? "reflect" : "plan";
}

function toMock({ text, reasoning, calls, usage, answered, finish }: Answer) {
	return {
		content: text ?? "",
		...(reasoning && { reasoning }),
		...(calls && {
			toolCalls: calls.map(({ name, args }) => ({
				name,
				arguments: typeof args === "string" ? args : JSON.stringify(args),
			})),
		}),
		...(usage && { usage: { prompt_tokens: usage[0], completion_tokens: usage[1] } }),
		...(answered && { model: answered }),
		...(finish && { finishReason: finish }),
	};
}

function refuse(outgoing: http.ServerResponse, { status, headers, body }: Refusal): void {
	outgoing.writeHead(status, { "content-type": "application/json", ...headers });
	outgoing.end(typeof body === "string" ? body : JSON.stringify(body ?? { error: { message: `status ${status}` } }));
}

async function readAll(incoming: http.IncomingMessage): Promise<Record<string, unknown>> {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming) chunks.push(chunk as Buffer);
	return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
}

/** A model that looks around once in each step, which is an act, and then says that it is done. */
export function looking(plan: object): Script {
	return ({ purpose, toolResults }) => {
		if (purpose === "plan") return { text: JSON.stringify(plan) };
		return purpose === "work" && toolResults === 0 ? { calls: [{ name: "listFiles", args: {} }] } : { text: "Done." };
	};
}
