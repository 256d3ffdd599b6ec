import { heardEvents, readEvent } from "./eventStream.ts";
import { isRecord } from "./isRecord.ts";

/**
 * OpenAI's responses as they come, except where a model refuses: its package passes over what is said then, so it is
 * told as the text of an answer that was stopped. Everything else goes through untouched.
 */
export function withRefusals(
	body: ReadableStream<Uint8Array>,
	onError: (error: Error) => void,
): ReadableStream<Uint8Array> {
	let hasRefused = false;
	return heardEvents(body, onError, (text) => {
		if (!text.includes('"response.')) return text;
		const isRefusal = text.includes('"response.refusal.delta"');
		if (!isRefusal && !(hasRefused && text.includes('"response.completed"'))) return text;
		const event = eventIn(text);
		if (!event) return text;
		hasRefused = true;
		if (isRefusal) return written({ ...event, type: "response.output_text.delta" });
		const response = isRecord(event.response) ? event.response : {};
		return written({
			...event,
			type: "response.incomplete",
			response: { ...response, incomplete_details: { reason: "content_filter" } },
		});
	});
}

function eventIn(text: string): Record<string, unknown> | undefined {
	try {
		const value = JSON.parse(readEvent(text).data) as unknown;
		return isRecord(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function written(event: Record<string, unknown>): string {
	return `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`;
}
