import type { AnyMessage, Stream } from "@agentclientprotocol/sdk";
import type { AgentLine, AgentProcess } from "../agents/process/agentProcess.ts";

/**
 * The conversation with an agent's process as a stream that remembers. It is read from its beginning each time: a request
 * of ours that was written before is not written again, its answer is taken from what was printed; a request of the
 * agent's that was answered before is not asked again. What the agent tells is handed on one after the other, each
 * with its place in the output, so that whoever records it knows what it has.
 */
export interface SpooledStream {
	readonly stream: Stream;
	/** The request with exactly these params is known by this name, in the spool and to every daemon. */
	name(params: object, key: string): void;
	/** It was written, by this daemon or by one before it. */
	wasSent(key: string): boolean;
	/** What it was written with; undefined where it was not. */
	sentWith(key: string): unknown;
	/** Names of what was written before this one. */
	sentBefore(key: string): readonly string[];
	/** Reads from the beginning on. Resolves when all was read and the process has ended, or on abort; rejects when who listens does. */
	read(): Promise<void>;
}

export interface SpoolListener {
	/** Waited for before anything that came later is read. */
	onUpdate(params: unknown, place: Place): Promise<void> | void;
	/** The agent asks for something; `isAnswered`: it was answered before, and is not handed on. */
	onRequest(request: Request, isAnswered: boolean, place: Place): void;
	/** The agent does not wait any more for the answer to what it asked under this id. */
	onWithdrawn(id: unknown): void;
	/** One of our requests was answered; called before whoever waits for it goes on. */
	onAnswer(answer: Answer, place: Place): Promise<void> | void;
	/** It is no message. */
	onGarbage(line: string): void;
	/** Takes out of a line what may stand in no log. */
	redact(line: string): string;
}

/** In the output: the offset behind the line, in bytes. */
export type Place = Pick<AgentLine, "end">;
/** To a request as it was written, by whichever daemon. */
export interface Answer {
	readonly key: string;
	readonly params: unknown;
	/** Undefined where it is an error. */
	readonly result: unknown;
}
type Id = string | number | null;
export interface Request {
	readonly id: Id;
	readonly method: string;
	readonly params?: unknown;
}

export async function openSpooledStream(
	process: AgentProcess,
	listener: SpoolListener,
	signal: AbortSignal,
): Promise<SpooledStream> {
	const before = readWritten(await process.written());
	/** With what was asked. */
	const sent = new Map<string, unknown>(before.requests.map(({ id, params }) => [String(id), params]));
	const answered = new Map<string, number>();
	for (const id of before.answers) answered.set(id, (answered.get(id) ?? 0) + 1);
	const names = new WeakMap<object, string>();
	/** Requests of this daemon that wait: their name in the spool, and their number on this connection. */
	const waiting = new Map<string, Id>();
	/** Answers that came before anybody asked, as they do when the conversation is read again. */
	const early = new Map<string, AnyMessage>();
	let unnamed = 0;
	let into: ReadableStreamDefaultController<AnyMessage>;

	const readable = new ReadableStream<AnyMessage>({
		start(controller) {
			into = controller;
		},
	});
	const writable = new WritableStream<AnyMessage>({
		async write(message) {
			if (!isRequest(message)) return process.write(JSON.stringify(message));
			const { params } = message;
			const key = (isRecord(params) && names.get(params)) || `${message.method}#${++unnamed}`;
			waiting.set(key, message.id);
			const known = early.get(key);
			if (known) {
				early.delete(key);
				answer(key, known);
			} else if (!sent.has(key)) {
				sent.set(key, params);
				await process.write(JSON.stringify({ ...message, id: key }));
			}
		},
	});
	return {
		stream: { readable, writable },
		name: (params, key) => void names.set(params, key),
		wasSent: (key) => sent.has(key),
		sentWith: (key) => sent.get(key),
		sentBefore(key) {
			const keys = [...sent.keys()];
			return keys.slice(0, keys.indexOf(key));
		},
		read: readAll,
	};

	async function readAll(): Promise<void> {
		try {
			for await (const { line, end } of process.lines(0, signal)) {
				const message = parse(line);
				if (message) await receive(message, line, { end });
				else if (line.trim() !== "") listener.onGarbage(listener.redact(line));
			}
		} finally {
			close();
		}
	}

	/** Of what is told, and asked about: a file is written as the agent has it. */
	function told(message: Record<string, unknown>, line: string): Record<string, unknown> {
		const clean = listener.redact(line);
		return clean === line ? message : (parse(clean) ?? {});
	}

	async function receive(message: Record<string, unknown>, line: string, place: Place): Promise<void> {
		if (typeof message.method !== "string") {
			const key = String(message.id);
			// Nobody asked: a stranger's answer, or one to an error that was reported without an id.
			if (!sent.has(key)) return;
			await listener.onAnswer({ key, params: sent.get(key), result: message.result }, place);
			if (waiting.has(key)) answer(key, message as AnyMessage);
			else early.set(key, message as AnyMessage);
		} else if (!("id" in message)) {
			if (message.method === "session/update") return listener.onUpdate(told(message, line).params, place);
			if (message.method === "$/cancel_request" && isRecord(message.params))
				listener.onWithdrawn(message.params.requestId);
			hand(message as AnyMessage);
		} else {
			const request = message as unknown as Request;
			const id = JSON.stringify(request.id);
			const times = answered.get(id) ?? 0;
			if (times > 0) answered.set(id, times - 1);
			listener.onRequest({ ...request, params: told(message, line).params }, times > 0, place);
			if (times > 0) return;
			hand((message.method.startsWith("fs/") ? message : told(message, line)) as AnyMessage);
		}
	}

	function answer(key: string, message: AnyMessage): void {
		const id = waiting.get(key)!;
		waiting.delete(key);
		hand({ ...message, id } as AnyMessage);
	}

	function hand(message: AnyMessage): void {
		try {
			into.enqueue(message);
		} catch {
			// The connection was closed: nobody waits for it any more.
		}
	}

	function close(): void {
		try {
			into.close();
		} catch {
			// It is closed.
		}
	}
}

/** What was said to the process: requests by their names, and ids of the agent's own that were answered. */
function readWritten(lines: readonly string[]): { readonly requests: Request[]; readonly answers: string[] } {
	const requests: Request[] = [];
	const answers: string[] = [];
	for (const line of lines) {
		const message = parse(line);
		if (!message || !("id" in message)) continue;
		if (typeof message.method === "string") requests.push(message as unknown as Request);
		else answers.push(JSON.stringify(message.id));
	}
	return { requests, answers };
}

function parse(line: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return isRecord(value) && value.jsonrpc === "2.0" ? value : undefined;
	} catch {
		return undefined;
	}
}

function isRequest(message: AnyMessage): message is AnyMessage & Request {
	return "method" in message && "id" in message;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
