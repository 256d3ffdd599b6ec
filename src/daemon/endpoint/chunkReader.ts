import { type CallPiece, createCallAssembly } from "./callAssembly.ts";
import { errorIn } from "./errorIn.ts";
import { finishOf } from "./finishReasons.ts";
import { isRecord } from "./isRecord.ts";

/**
 * Chunks as servers write them, made into chunks as the protocol describes them. Calls are held back until they are
 * whole, because only then is it known which pieces belong together.
 */
export interface ChunkReader {
	/** The chunks, as JSON, that stand for these documents. `event` is the event's name, where it has one. */
	read(documents: readonly string[], event: string | undefined): readonly string[];
	/** What is left when nothing more comes. */
	end(): readonly string[];
}

interface Answer {
	readonly id?: unknown;
	readonly model?: unknown;
	readonly created?: unknown;
	readonly usage?: unknown;
	readonly choices?: unknown;
}

export function createChunkReader(): ChunkReader {
	const book = createCallAssembly();
	let isDone = false;
	let hasAnswered = false;
	let hasFailed = false;
	let finish: string | undefined;

	function chunk(document: string, event: string | undefined): readonly string[] {
		const text = document.trim();
		if (text === "") return [];
		if (text === "[DONE]") {
			isDone = true;
			return [];
		}
		const parsed = parse(text);
		// Not even JSON: of a stream that broke off, or no answer of a model.
		if (parsed === undefined) return hasAnswered ? [] : [text];
		const value = Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : parsed;
		const error = errorIn(value, event);
		if (error) {
			hasFailed = true;
			return [JSON.stringify({ error })];
		}
		if (!isRecord(value)) return [text];
		return answerChunk(value);
	}

	function answerChunk({ id, model, created, usage, choices }: Answer): readonly string[] {
		const choice = (Array.isArray(choices) ? choices : []).find(isRecord);
		const delta = choice ? deltaOf(choice) : {};
		for (const piece of callsIn(delta)) book.add(piece);
		const said = finishOf(choice?.finish_reason);
		if (said === "error") {
			hasFailed = true;
			return [
				JSON.stringify({ error: { message: "The provider ended the answer with an error.", type: "server_error" } }),
			];
		}
		finish = said ?? finish;
		hasAnswered ||= choice !== undefined;
		return [
			JSON.stringify({
				...(typeof id === "string" && { id }),
				...(typeof model === "string" && { model }),
				...(typeof created === "number" && { created }),
				...(isRecord(usage) && { usage }),
				choices: choice
					? [{ delta: { content: textOf(delta), reasoning_content: reasoningOf(delta), refusal: refusalOf(delta) } }]
					: [],
			}),
		];
	}

	return {
		read: (documents, event) => documents.flatMap((document) => chunk(document, event)),
		end() {
			if (hasFailed) return [];
			const calls = book.whole();
			// Whoever says that the stream is over says that the answer is.
			const ended = finish ?? (isDone && hasAnswered ? "stop" : undefined);
			if (ended === undefined) return [];
			const finish_reason = calls.length > 0 && ended === "stop" ? "tool_calls" : (protocolWords[ended] ?? ended);
			return [JSON.stringify({ choices: [{ delta: calls.length > 0 ? { tool_calls: calls } : {}, finish_reason }] })];
		},
	};
}

/** Meanings that the protocol has words of its own for. */
const protocolWords: Readonly<Record<string, string>> = {
	"tool-calls": "tool_calls",
	"content-filter": "content_filter",
};

/** Answers in one piece have a message, old endpoints a text. */
function deltaOf(choice: Record<string, unknown>): Record<string, unknown> {
	const found = [choice.delta, choice.message].find(isRecord);
	return found ?? (typeof choice.text === "string" ? { content: choice.text } : {});
}

function callsIn({ tool_calls, function_call }: Record<string, unknown>): readonly CallPiece[] {
	const calls = Array.isArray(tool_calls) ? tool_calls : isRecord(tool_calls) ? [tool_calls] : [];
	const all = isRecord(function_call) ? [...calls, { index: 0, function: function_call }] : calls;
	return all.filter(isRecord).map((call) => {
		const { name = call.name, arguments: args = call.arguments } = isRecord(call.function) ? call.function : {};
		const isText = typeof args === "string" || args === undefined || args === null;
		return {
			index: typeof call.index === "number" ? call.index : undefined,
			id: typeof call.id === "string" && call.id !== "" ? call.id : undefined,
			name: typeof name === "string" && name !== "" ? name : undefined,
			args: isText ? (args ?? "") : JSON.stringify(args),
			isWhole: !isText,
			extra: call.extra_content,
		};
	});
}

/** A text, or an array of parts of several kinds. */
function textOf({ content }: Record<string, unknown>): string {
	return partsOf(content)
		.filter(({ type }) => !isThought(type))
		.map(({ text }) => text)
		.join("");
}

function reasoningOf(delta: Record<string, unknown>): string {
	const { reasoning_content, reasoning, thinking, reasoning_details } = delta;
	const named = [reasoning_content, reasoning, thinking].map((each) => textsIn(each)).find((text) => text !== "");
	if (named !== undefined) return named;
	const thoughts = partsOf(delta.content).filter(({ type }) => isThought(type));
	return thoughts.length > 0 ? thoughts.map(({ text }) => text).join("") : textsIn(reasoning_details);
}

function refusalOf({ refusal }: Record<string, unknown>): string | undefined {
	return typeof refusal === "string" && refusal !== "" ? refusal : undefined;
}

function isThought(type: string): boolean {
	return /think|reason|thought/.test(type);
}

function partsOf(content: unknown): readonly { readonly type: string; readonly text: string }[] {
	if (typeof content === "string") return [{ type: "text", text: content }];
	const parts = Array.isArray(content) ? content : isRecord(content) ? [content] : [];
	return parts.map((part) => ({ type: isRecord(part) ? String(part.type ?? "text") : "text", text: textsIn(part) }));
}

/** All text in it, however it is wrapped. */
function textsIn(value: unknown): string {
	if (typeof value === "string") return value;
	if (Array.isArray(value)) return value.map(textsIn).join("");
	if (!isRecord(value)) return "";
	return textsIn(value.text ?? value.content ?? value.thinking ?? value.reasoning ?? value.summary);
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
