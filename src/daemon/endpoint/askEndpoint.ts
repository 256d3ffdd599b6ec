import type { Adaptation, AdaptationRow } from "./adaptationRow.ts";
import { adaptationFor, adapted } from "./adaptations.ts";
import { refusedBy } from "./refusal.ts";
import type { Body } from "./requestShapes.ts";

/**
 * Sends a request, and sends it again in another form where the server refuses a part of it. Nothing was answered
 * before, so nothing is paid for twice. What comes back is readable as the protocol describes it.
 */
export interface Asking {
	readonly fetch: typeof globalThis.fetch;
	readonly dialect: Dialect;
	/** Learned before: what is sent is made with them. */
	readonly adaptations: readonly Adaptation[];
	/** Each one that a refusal taught, before it is asked again. */
	onAdapted(adaptation: Adaptation): Promise<void>;
	/** Every piece of a successful response, of those too that only keep the connection open. */
	onPiece(): void;
}

/** What is particular of a protocol: what its servers refuse, and how their answers are put in order. */
export interface Dialect {
	readonly adaptations: readonly AdaptationRow[];
	/** The body of an answer as the protocol describes it, a refusal in it as an error; absent where it is one as it comes. */
	readonly readable?: (body: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;
}

/** Each try has learned something: a request has no more to give up than this. */
const maxTries = 8;

export async function askEndpoint(
	input: string | URL | Request,
	init: RequestInit,
	{ fetch, dialect, adaptations, onAdapted, onPiece }: Asking,
): Promise<Response> {
	const { body } = init;
	const rows = dialect.adaptations;
	let known = adaptations;
	for (let tries = 1; ; tries++) {
		const text = typeof body === "string" && known.length > 0 ? JSON.stringify(formOf(rows, body, known)) : body;
		// As bytes: a long thread as text would be gone through twice more before it is sent.
		const bytes = typeof text === "string" ? Buffer.from(text) : text;
		const { response, refusal } = await answerOf(await fetch(input, { ...init, body: bytes }), dialect, onPiece);
		if (refusal === undefined || typeof body !== "string" || tries === maxTries) return response;
		const adaptation = adaptationFor(rows, refusedBy(refusal), formOf(rows, body, known), known);
		if (!adaptation) return response;
		await response.body?.cancel();
		await onAdapted(adaptation);
		known = [...known.filter(({ parameter }) => parameter !== adaptation.parameter), adaptation];
	}
}

function formOf(rows: readonly AdaptationRow[], body: string, adaptations: readonly Adaptation[]): Body {
	return adapted(rows, JSON.parse(body) as Body, adaptations);
}

/** Statuses with which servers refuse what stands in a request; with 500 and 501, too. */
const refusals = [400, 404, 405, 406, 415, 422, 500, 501];
const maxErrorBytes = 1024 * 1024;

interface Answered {
	readonly response: Response;
	/** What was said in place of an answer, where it may be about the request. */
	readonly refusal?: string;
}

async function answerOf(response: Response, { readable }: Dialect, onPiece: () => void): Promise<Answered> {
	const { status, statusText, headers } = response;
	if (!response.ok) {
		if (!refusals.includes(status)) return { response };
		const text = await boundedText(response.body);
		return { response: new Response(text, { status, statusText, headers: kept(headers) }), refusal: text };
	}
	if (!response.body) return { response };
	onPiece();
	const listening = new TransformStream<Uint8Array, Uint8Array>({
		transform(piece, controller) {
			onPiece();
			controller.enqueue(piece);
		},
	});
	const heard = response.body.pipeThrough(listening);
	if (!readable) return { response: new Response(heard, { status, statusText, headers: kept(headers) }) };
	const reader = readable(heard).getReader();
	// Some servers say with status 200 what they refuse.
	const first = await reader.read();
	const refusal = first.done ? undefined : errorText(first.value);
	return { response: new Response(rest(first, reader), { status, statusText }), refusal };
}

function errorText(chunk: Uint8Array): string | undefined {
	const text = Buffer.from(chunk).toString("utf8");
	return text.startsWith('data: {"error":') ? text.slice("data: ".length) : undefined;
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

function rest(first: Awaited<ReturnType<Reader["read"]>>, reader: Reader): ReadableStream<Uint8Array> {
	return new ReadableStream<Uint8Array>({
		start(controller) {
			if (first.done) controller.close();
			else controller.enqueue(first.value);
		},
		async pull(controller) {
			const { done, value } = await reader.read();
			if (done) controller.close();
			else controller.enqueue(value);
		},
		cancel: (reason) => reader.cancel(reason),
	});
}

/** Those that say how long to wait; what described the bytes on the way is no longer true. */
function kept(headers: Headers): Headers {
	const copy = new Headers(headers);
	for (const name of ["content-encoding", "content-length", "transfer-encoding"]) copy.delete(name);
	return copy;
}

async function boundedText(body: ReadableStream<Uint8Array> | null): Promise<string> {
	const pieces: Uint8Array[] = [];
	let bytes = 0;
	for await (const piece of body ?? []) {
		pieces.push(piece);
		bytes += piece.length;
		if (bytes > maxErrorBytes) break;
	}
	return Buffer.concat(pieces).toString("utf8");
}
