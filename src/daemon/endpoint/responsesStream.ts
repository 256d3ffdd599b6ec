import { isRecord } from "./isRecord.ts";

/**
 * OpenAI's responses as they come, except where a model refuses: its package passes over what is said then, so it is
 * told as the text of an answer that was stopped. Everything else goes through untouched.
 */
export function withRefusals(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
	const decoder = new TextDecoder();
	const encoder = new TextEncoder();
	let rest = "";
	let hasRefused = false;

	function shown(block: string): string {
		if (!block.includes('"response.')) return block;
		const isRefusal = block.includes('"response.refusal.delta"');
		if (!isRefusal && !(hasRefused && block.includes('"response.completed"'))) return block;
		const event = dataOf(block);
		if (!event) return block;
		hasRefused = true;
		if (isRefusal) return written({ ...event, type: "response.output_text.delta" });
		const response = isRecord(event.response) ? event.response : {};
		return written({
			...event,
			type: "response.incomplete",
			response: { ...response, incomplete_details: { reason: "content_filter" } },
		});
	}

	return body.pipeThrough(
		new TransformStream<Uint8Array, Uint8Array>({
			transform(piece, controller) {
				const blocks = (rest + decoder.decode(piece, { stream: true })).split(/(?<=\r?\n\r?\n)/);
				rest = blocks.pop() ?? "";
				// The end of a block shows only behind it.
				if (/\n\r?\n$/.test(rest)) {
					blocks.push(rest);
					rest = "";
				}
				if (blocks.length > 0) controller.enqueue(encoder.encode(blocks.map(shown).join("")));
			},
			flush(controller) {
				const last = rest + decoder.decode();
				if (last !== "") controller.enqueue(encoder.encode(shown(last)));
			},
		}),
	);
}

function dataOf(block: string): Record<string, unknown> | undefined {
	const data = block
		.split(/\r?\n/)
		.flatMap((line) => (line.startsWith("data:") ? [line.slice("data:".length)] : []))
		.join("\n");
	try {
		const value = JSON.parse(data) as unknown;
		return isRecord(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function written(event: Record<string, unknown>): string {
	return `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`;
}
