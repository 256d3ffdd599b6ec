import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { LLMock } from "@copilotkit/aimock";

/**
 * The models of real agents behind real HTTP, on every wire that they speak (Gemini, OpenAI chat and responses,
 * Anthropic): a mock of the wires answers what a script decides, and a small server before it keeps every request as it
 * came. A script decides by what a request says, never by the order of requests: an agent asks its model for titles and
 * suggestions too, and after a crash the same comes again.
 */
export interface AgentModels {
	/** Without a path. */
	readonly url: string;
	/** As they came. */
	readonly requests: readonly AgentModelRequest[];
	/** Replaces the script. */
	use(script: AgentScript): void;
	close(): Promise<void>;
}

export interface AgentModelRequest {
	readonly path: string;
	/** The model that is asked, from the body or the address. */
	readonly model: string;
	/** In whatever words the wire asks for it. */
	readonly effort?: string;
	/** The whole body, for searching. */
	readonly text: string;
	/** When its first byte had come, in milliseconds of this process (`performance.now`). */
	readonly at: number;
	/** When the last byte of its answer was handed over. */
	answeredAt?: number;
}

export interface AgentAsks {
	/** Who it is, as it was told. */
	readonly role: "planner" | "reviewer" | "reflector" | "implementer";
	/** The first `[[name]]` in what the person said: tests put one into each goal's prompt. */
	readonly marker?: string;
	/** What the last message with the marker says. */
	readonly said: string;
	/** What the calls since that message came to. */
	readonly results: readonly string[];
	/** All that any call came to, as far as the agent still tells. */
	readonly allResults: readonly string[];
	/** Everything that was said, for searching. */
	readonly text: string;
}

export interface AgentAnswer {
	readonly text?: string;
	readonly calls?: readonly AgentCall[];
}

export interface AgentCall {
	readonly name: string;
	readonly args: object;
}

/** Asked only for the work itself: what an agent wants besides gets a short text. */
export type AgentScript = (asks: AgentAsks) => AgentAnswer | Promise<AgentAnswer>;

export async function startAgentModels(first: AgentScript): Promise<AgentModels> {
	let script = first;
	const requests: AgentModelRequest[] = [];
	const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
	mock.on({ predicate: () => true }, async (request) => {
		const asks = work(request as unknown as Wire);
		const { text = "", calls } = asks ? await script(asks) : { text: "{}" };
		const toolCalls = calls?.map(({ name, args }) => ({ name, arguments: JSON.stringify(args) }));
		return { content: text, ...(toolCalls && { toolCalls }) };
	});
	await mock.start();

	const server = http.createServer((incoming, outgoing) => {
		pass(incoming, outgoing).catch(() => outgoing.destroy());
	});

	async function pass(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
		const at = performance.now();
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString("utf8");
		const path = incoming.url ?? "/";
		const request = told(path, text, at);
		if (incoming.method === "POST") requests.push(request);
		const { host: _, connection: _connection, "content-length": _length, ...headers } = incoming.headers;
		const gone = new AbortController();
		outgoing.once("close", () => gone.abort());
		const response = await fetch(`${mock.url}${path}`, {
			method: incoming.method,
			headers: headers as Record<string, string>,
			signal: gone.signal,
			...(incoming.method === "POST" && { body: text }),
		});
		outgoing.writeHead(response.status, {
			"content-type": response.headers.get("content-type") ?? "application/json",
		});
		for await (const chunk of response.body ?? []) outgoing.write(chunk);
		outgoing.end();
		request.answeredAt = performance.now();
	}

	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	let closing: Promise<void> | undefined;
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		use(next) {
			script = next;
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

/** A request in the shape into which the mock brings those of every wire. */
interface Wire {
	readonly messages?: readonly { readonly role: string; readonly content?: unknown }[];
	readonly tools?: readonly unknown[];
}

/** Undefined where the agent wants something else of its model: a title, a suggestion, a look at itself. */
function work({ messages = [], tools = [] }: Wire): AgentAsks | undefined {
	if (tools.length === 0) return undefined;
	const said = messages.map(({ role, content }) => ({ role, text: textOf(content) }));
	const isMarked = ({ role, text }: { role: string; text: string }) => role === "user" && marker(text) !== undefined;
	const at = said.findLastIndex(isMarked);
	if (at < 0) return undefined;
	// Behind the last thing that the model said, the agent may have asked for something of its own.
	const open = said.slice(said.findLastIndex(({ role }) => role === "assistant" || role === "tool") + 1);
	if (open.some(({ text }) => ownWish.test(text) && marker(text) === undefined)) return undefined;
	const whole = said.map(({ text }) => text).join("\n");
	const results = (from: number) => said.slice(from).flatMap(({ role, text }) => (role === "tool" ? [text] : []));
	return {
		role: roles.find(([, says]) => says.test(whole))?.[0] ?? "implementer",
		marker: marker(said[at]!.text),
		said: said[at]!.text,
		results: results(at + 1),
		allResults: results(0),
		text: whole,
	};
}

const roles = [
	["planner", /You plan the work on a goal/],
	["reviewer", /You are the independent reviewer/],
	["reflector", /Write the closing reflection/],
] as const;

/** What agents ask their models beside the work: what a person may say next, what is worth keeping, whether it goes on well. */
const ownWish = /SUGGESTION MODE|memory extraction|extract.{0,40}memor|non-productive state|title for this/i;

function marker(text: string): string | undefined {
	return /\[\[([\w-]+)\]\]/.exec(text)?.[1];
}

function textOf(content: unknown): string {
	if (typeof content === "string") return content;
	if (Array.isArray(content))
		return content.map((part) => textOf((part as { text?: unknown }).text ?? part)).join("\n");
	return content == null ? "" : JSON.stringify(content);
}

function told(path: string, text: string, at: number): AgentModelRequest {
	let body: Record<string, unknown> = {};
	try {
		body = JSON.parse(text) as Record<string, unknown>;
	} catch {
		// Not one that asks a model.
	}
	const effortOf = (value: unknown) => (value as { effort?: string } | undefined)?.effort;
	return {
		path,
		model: String(body.model ?? /\/models\/([^/:]+)/.exec(path)?.[1] ?? ""),
		effort: (body.reasoning_effort as string | undefined) ?? effortOf(body.reasoning) ?? effortOf(body.output_config),
		text,
		at,
	};
}
