import type { LanguageModelV3CallOptions, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { editorProvider } from "../../core/agentKinds.ts";
import type { EditorAnswerEnd, EditorAnswerPart } from "../../protocol/editorModels.ts";
import { maxMessageBytes } from "../../protocol/methods.ts";
import type { OpenedModel } from "../providers/wires/wire.ts";
import { failedInWindow, notAllowed, noWindow, tooLarge, tooMuch, windowGone } from "./editorFailure.ts";
import { editorMessages, editorTools } from "./editorPrompt.ts";
import { type EditorWindows, nameOfModel, WindowGone } from "./editorWindows.ts";

/**
 * A model of another extension of VS Code as one of ours: what is asked goes to a window, what it streams comes back in
 * the parts that endpoints answer with. The loop, the tools and the limits around it are those of every model.
 */
export function openEditorModel(windows: EditorWindows, name: string): OpenedModel {
	const heard = new WeakMap<AbortSignal, () => void>();
	return {
		model: {
			specificationVersion: "v3",
			provider: editorProvider,
			modelId: name,
			supportedUrls: {},
			doGenerate: () => Promise.reject(new Error("A model of VS Code answers in a stream.")),
			async doStream(options) {
				const { abortSignal } = options;
				const onPiece = abortSignal && heard.get(abortSignal);
				return { stream: streamOf(windows, name, options, onPiece) };
			},
		},
		begin: (abortSignal, { onPiece }) => void heard.set(abortSignal, onPiece),
	};
}

/** What one answer may hold, in characters. */
const maxAnswerChars = 8_000_000;
const justification = "A goal of Mission Control asks this model for its next step.";

function streamOf(
	windows: EditorWindows,
	name: string,
	{ prompt, tools, abortSignal }: LanguageModelV3CallOptions,
	onPiece: (() => void) | undefined,
): ReadableStream<LanguageModelV3StreamPart> {
	const ending = new AbortController();
	const signal = abortSignal ? AbortSignal.any([abortSignal, ending.signal]) : ending.signal;
	const full = `${editorProvider}/${name}`;
	return new ReadableStream<LanguageModelV3StreamPart>({
		async start(controller) {
			const answer = answerParts((part) => controller.enqueue(part));
			let chars = 0;
			let flooded = false;
			const request = {
				messages: editorMessages(prompt),
				tools: editorTools(tools),
				justification,
				onParts(parts: readonly EditorAnswerPart[]) {
					if (signal.aborted) return;
					onPiece?.();
					for (const part of parts) chars += part.kind === "text" ? part.text.length : part.input.length;
					flooded ||= chars > maxAnswerChars;
					if (flooded) ending.abort();
					else for (const part of parts) answer.add(part);
				},
			};
			try {
				if (JSON.stringify(request).length > maxMessageBytes / 3 - 10_000) throw tooLarge(full);
				const told = await windows.ask(name, request, signal);
				if (told.kind === "noWindow")
					throw noWindow(
						name,
						windows.offered().flatMap(({ models }) => models.flatMap((model) => nameOfModel(model) ?? [])),
					);
				if (told.kind === "notAllowed") throw notAllowed(name, told.windows);
				if (told.end.kind === "failed") throw failedInWindow(full, told.end.why, told.end.message);
				if (told.end.kind === "cancelled") throw windowGone(full);
				answer.end(told.end, nameOfModel(told.model) ?? name);
				controller.close();
			} catch (cause) {
				controller.error(flooded ? tooMuch(full) : cause instanceof WindowGone ? windowGone(full) : cause);
			}
		},
		cancel: () => ending.abort(),
	});
}

/** The pieces in the shape of an endpoint's stream. */
function answerParts(emit: (part: LanguageModelV3StreamPart) => void) {
	let isOpen = false;
	let calls = 0;
	return {
		add(part: EditorAnswerPart): void {
			if (part.kind === "text") {
				if (!isOpen) emit({ type: "text-start", id: "text" });
				isOpen = true;
				emit({ type: "text-delta", id: "text", delta: part.text });
				return;
			}
			calls++;
			const { id, name: toolName, input } = part;
			emit({ type: "tool-input-start", id, toolName });
			emit({ type: "tool-input-delta", id, delta: input });
			emit({ type: "tool-input-end", id });
			emit({ type: "tool-call", toolCallId: id, toolName, input });
		},
		end({ inputTokens, outputTokens }: Extract<EditorAnswerEnd, { kind: "done" }>, answered: string): void {
			if (isOpen) emit({ type: "text-end", id: "text" });
			emit({ type: "response-metadata", modelId: answered });
			emit({
				type: "finish",
				finishReason: { unified: calls > 0 ? "tool-calls" : "stop", raw: undefined },
				usage: {
					inputTokens: { total: inputTokens, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
					outputTokens: { total: outputTokens, text: undefined, reasoning: undefined },
					// Counted by us over the texts, not by who charges for them.
					raw: { estimated: true },
				},
			});
		},
	};
}
