import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/**
 * An OpenAI-compatible endpoint that answers at once and measures: it reads a request without looking into it, notes the
 * moment it was whole, and writes the next scripted answer in one piece. What is between an answer and the next request
 * is the daemon's own time.
 */
export interface ModelEndpoint {
	readonly baseUrl: string;
	/** When each request had arrived whole, and when its answer had been written, on performance.now()'s clock. */
	readonly turns: readonly { readonly askedAt: number; readonly answeredAt: number }[];
	/** The longest request, as it came. */
	longestRequest(): string;
	close(): Promise<void>;
}

export type Answer =
	| { readonly text: string }
	| { readonly tool: string; readonly args: Readonly<Record<string, unknown>> };

/** Answers `answers` in order, the last one for ever. */
export async function openModelEndpoint(answers: readonly Answer[]): Promise<ModelEndpoint> {
	const streams = answers.map((answer, index) => stream(answer, index));
	const turns: { askedAt: number; answeredAt: number }[] = [];
	let longest: Buffer = Buffer.alloc(0);
	const server = http.createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on("data", (chunk: Buffer) => chunks.push(chunk));
		request.on("end", () => {
			const askedAt = performance.now();
			const body = Buffer.concat(chunks);
			if (body.length > longest.length) longest = body;
			response.writeHead(200, { "content-type": "text/event-stream" });
			response.end(streams[Math.min(turns.length, streams.length - 1)]);
			turns.push({ askedAt, answeredAt: performance.now() });
		});
	});
	server.keepAliveTimeout = 60_000;
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		turns,
		longestRequest: () => longest.toString("utf8"),
		async close() {
			server.closeAllConnections();
			server.close();
		},
	};
}

function stream(answer: Answer, index: number): string {
	const piece = (delta: object, finish: string | null) => ({
		id: `answer-${index}`,
		object: "chat.completion.chunk",
		created: 1_760_000_000,
		model: "scripted",
		choices: [{ index: 0, delta, finish_reason: finish }],
	});
	const usage = { prompt_tokens: 1000, completion_tokens: 20, total_tokens: 1020 };
	const pieces =
		"text" in answer
			? [piece({ role: "assistant", content: answer.text }, null), { ...piece({}, "stop"), usage }]
			: [
					piece({ role: "assistant", content: null, tool_calls: [toolCall(answer, index)] }, null),
					{ ...piece({}, "tool_calls"), usage },
				];
	return [...pieces.map((one) => JSON.stringify(one)), "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
}

function toolCall({ tool, args }: Extract<Answer, { tool: string }>, index: number) {
	return {
		index: 0,
		id: `call-${index}`,
		type: "function",
		function: { name: tool, arguments: JSON.stringify(args) },
	};
}
