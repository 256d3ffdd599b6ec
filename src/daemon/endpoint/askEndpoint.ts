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
	/** What a stream says went wrong, in place of the rest of it. */
	onError(error: Error): void;
}

/** What is particular of a protocol: what its servers refuse, and how their answers are put in order. */
export interface Dialect {
	readonly adaptations: readonly AdaptationRow[];
	/** The body of an answer as the protocol describes it, a refusal in it as an error. */
	readonly readable: (body: ReadableStream<Uint8Array>, onError: Asking["onError"]) => ReadableStream<Uint8Array>;
}

/** Each try has learned something: a request has no more to give up than this. */
const maxTries = 8;

export async function askEndpoint(
	input: string | URL | Request,
	init: RequestInit,
	{ fetch, dialect, adaptations, onAdapted, onPiece, onError }: Asking,
): Promise<Response> {
	const { body } = init;
	const rows = dialect.adaptations;
	let known = adaptations;
	for (let tries = 1; ; tries++) {
		const text = typeof body === "string" && known.length > 0 ? JSON.stringify(formOf(rows, body, known)) : body;
		// As bytes: a long thread as text would be gone through twice more before it is sent.
		const bytes = typeof text === "string" ? Buffer.from(text) : text;
		const { response, refusal } = await answerOf(await fetch(input, { ...init, body: bytes }), dialect, {
			onPiece,
			onError,
		});
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
/** Those of which the platform makes no response with a body. */
const bodiless = [304];
const maxErrorBytes = 1024 * 1024;
/** The status says enough where the words behind it do not come. */
const maxErrorMs = 2000;

interface Answered {
	readonly response: Response;
	/** What was said in place of an answer, where it may be about the request. */
	readonly refusal?: string;
}

async function answerOf(
	response: Response,
	{ readable }: Dialect,
	{ onPiece, onError }: Pick<Asking, "onPiece" | "onError">,
): Promise<Answered> {
	const { status, statusText, headers } = response;
	if (!response.ok) {
		const text = await boundedText(response.body);
		const body = bodiless.includes(status) ? null : text;
		const said = new Response(body, { status, statusText, headers: kept(headers) });
		return { response: said, ...(refusals.includes(status) && { refusal: text }) };
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
	const reader = readable(heard, onError).getReader();
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
	const reader = body?.getReader();
	const late = setTimeout(() => void reader?.cancel().catch(() => {}), maxErrorMs);
	const pieces: Uint8Array[] = [];
	let bytes = 0;
	try {
		for (let next = await reader?.read(); next?.value && bytes < maxErrorBytes; next = await reader?.read()) {
			pieces.push(next.value);
			bytes += next.value.length;
		}
	} catch (cause) {
		// An error whose words broke off is that error all the same.
		if ((cause as Error).name === "AbortError") throw cause;
	} finally {
		clearTimeout(late);
		await reader?.cancel().catch(() => {});
	}
	return Buffer.concat(pieces).toString("utf8");
}
