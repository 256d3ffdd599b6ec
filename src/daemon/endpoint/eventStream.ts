import { errorSaid } from "./saidInStream.ts";
import { isPage, pageWords } from "./webPageWords.ts";

/**
 * The events of a vendor's own stream, as they come, up to an error among them: its package tells some as what they are,
 * some as a stream that broke off, and some not at all. So is what is no stream of events. All that came before it is
 * read first, which an error of the stream itself would take along.
 */
export function heardEvents(
	body: ReadableStream<Uint8Array>,
	onError: (error: Error) => void,
	/** An event in other words, where its package does not know the server's. */
	shown: (event: string) => string = (event) => event,
): ReadableStream<Uint8Array> {
	const decoder = new TextDecoder();
	const encoder = new TextEncoder();
	const whole = wholeEvents();
	let isBegun = false;

	function take(texts: readonly string[], controller: TransformStreamDefaultController<Uint8Array>): void {
		for (const text of texts) {
			const error = isBegun ? errorOfEvent(text) : (errorOfDocument(text) ?? errorOfEvent(text));
			if (error) {
				onError(error);
				controller.terminate();
				return;
			}
			isBegun ||= text.trim() !== "";
			controller.enqueue(encoder.encode(shown(text)));
		}
	}

	return body.pipeThrough(
		new TransformStream<Uint8Array, Uint8Array>({
			transform: (piece, controller) => take(whole.add(decoder.decode(piece, { stream: true })), controller),
			flush: (controller) => take(whole.end(decoder.decode()), controller),
		}),
	);
}

/** The name and the data of one event. */
export function readEvent(event: string): { readonly name?: string; readonly data: string } {
	const lines = event.split(/\r\n|[\r\n]/);
	const of = (field: string) =>
		lines.flatMap((line) => (line.startsWith(field) ? [line.slice(field.length).replace(/^ /, "")] : []));
	return { name: of("event:").at(-1), data: of("data:").join("\n") };
}

function errorOfEvent(text: string): Error | undefined {
	if (!text.includes('error"') && !text.includes("event: error")) return undefined;
	const { name, data } = readEvent(text);
	return errorSaid(data, name);
}

/** A document or a page in place of a stream, of which its package would only say that nothing came. */
function errorOfDocument(text: string): Error | undefined {
	if (isPage(text)) return new Error(pageWords(text));
	const document = text.replace(/^\uFEFF/, "").trimStart();
	if (document[0] !== "{" && document[0] !== "[") return undefined;
	return errorSaid(document) ?? new Error("one document, where a stream was asked for");
}

/** No event is as long as this. */
const maxChars = 32 * 1024 * 1024;

/** Events by the empty lines behind them, in whatever pieces they come. */
function wholeEvents() {
	let pieces: string[] = [];
	let chars = 0;
	/** What may be the beginning of an empty line. */
	let tail = "";

	function joined(more: string): string {
		const text = pieces.join("") + more;
		pieces = [];
		chars = 0;
		tail = "";
		return text;
	}

	return {
		add(piece: string): readonly string[] {
			if (!/\n\r?\n/.test(tail + piece)) {
				pieces.push(piece);
				chars += piece.length;
				tail = (tail + piece).slice(-2);
				if (chars > maxChars) throw new Error("A piece of the answer is too long.");
				return [];
			}
			const events = joined(piece).split(/(?<=\n\r?\n)/);
			// The end of an event shows only behind it.
			const rest = /\n\r?\n$/.test(events.at(-1)!) ? "" : events.pop()!;
			if (rest !== "") {
				pieces.push(rest);
				chars = rest.length;
				tail = rest.slice(-2);
			}
			return events;
		},
		end(piece: string): readonly string[] {
			const text = joined(piece);
			return text === "" ? [] : [text];
		},
	};
}
