import { createParser } from "eventsource-parser";
import { createChunkReader } from "./chunkReader.ts";
import { isPage, pageWords } from "./webPageWords.ts";

/**
 * The body of an answer, as real servers write it, made into the stream that the protocol describes: one JSON chunk an
 * event, errors as `{ error: { message } }`, each call whole, an end that says so. What is no answer at all is passed
 * on as it came, for the reader behind to refuse.
 */
export function readableAnswer(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
	const decoder = new TextDecoder();
	const encoder = new TextEncoder();
	const chunks = createChunkReader();
	let begun = "";
	let form: "unknown" | "events" | "json" = "unknown";
	let json = "";
	let out: TransformStreamDefaultController<Uint8Array>;
	const parser = createParser({
		maxBufferSize: maxChars,
		onEvent: ({ data, event }) => send(chunks.read(documentsIn(data), event)),
		onError: ({ type }) => {
			if (type === "max-buffer-size-exceeded") throw new Error("A piece of the answer is too long.");
		},
	});

	function send(texts: readonly string[]): void {
		for (const text of texts) out.enqueue(encoder.encode(`data: ${text}\n\n`));
	}

	function take(text: string): void {
		if (form === "unknown") {
			begun += text;
			const first = begun.trimStart()[0];
			if (first === undefined) return;
			if (isPage(begun)) throw new Error(pageWords(begun));
			form = first === "{" || first === "[" ? "json" : "events";
			take(form === "json" ? begun : begun.trimStart());
		} else if (form === "events") {
			parser.feed(text);
		} else {
			json += text;
			if (json.length > maxChars) throw new Error("The answer is too long.");
		}
	}

	return body.pipeThrough(
		new TransformStream<Uint8Array, Uint8Array>({
			start(controller) {
				out = controller;
			},
			transform(piece) {
				take(decoder.decode(piece, { stream: true }));
			},
			flush() {
				take(decoder.decode());
				// The last event counts without the empty line behind it, too.
				if (form === "events") parser.feed("\n\n");
				if (form === "json") send(chunks.read(documentsIn(json), undefined));
				send(chunks.end());
			},
		}),
	);
}

/** No chunk, and no answer in one piece, is as long as this. */
const maxChars = 32 * 1024 * 1024;

/** Some servers leave out the empty line between events, or write one JSON document a line without any events. */
function documentsIn(text: string): readonly string[] {
	if (!text.includes("\n") || isJson(text)) return [text];
	return text.split("\n").filter((line) => line.trim() !== "");
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
