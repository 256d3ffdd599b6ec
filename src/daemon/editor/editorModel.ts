import type { LanguageModelV3CallOptions, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { editorProvider } from "../../core/agentKinds.ts";
import type { EditorAnswerEnd, EditorAnswerPart, EditorMessage } from "../../protocol/editorModels.ts";
import { maxMessageBytes } from "../../protocol/methods.ts";
import { noImages } from "../endpoint/adaptations.ts";
import { seesNone } from "../endpoint/imageAdaptations.ts";
import type { EndpointCall, OpenedModel } from "../providers/wires/wire.ts";
import { failedInWindow, notAllowed, noWindow, tooLarge, tooMuch, windowGone } from "./editorFailure.ts";
import { editorMessages, editorTools, withoutImages } from "./editorPrompt.ts";
import { type EditorWindows, nameOfModel, WindowGone } from "./editorWindows.ts";

/**
 * A model of another extension of VS Code as one of ours: what is asked goes to a window, what it streams comes back in
 * the parts that endpoints answer with. The loop, the tools and the limits around it are those of every model.
 */
export function openEditorModel(windows: EditorWindows, name: string): OpenedModel {
	const calls = new WeakMap<AbortSignal, EndpointCall>();
	return {
		model: {
			specificationVersion: "v3",
			provider: editorProvider,
			modelId: name,
			supportedUrls: {},
			doGenerate: () => Promise.reject(new Error("A model of VS Code answers in a stream.")),
			async doStream(options) {
				const { abortSignal } = options;
				return { stream: streamOf(windows, name, options, abortSignal && calls.get(abortSignal)) };
			},
		},
		begin: (abortSignal, call) => void calls.set(abortSignal, call),
		images: { inResults: true, maxBytes: maxShownBytes },
	};
}

/** What one answer may hold, in characters. */
const maxAnswerChars = 8_000_000;
const justification = "A goal of Mission Control asks this model for its next step.";

function streamOf(
	windows: EditorWindows,
	name: string,
	{ prompt, tools, abortSignal }: LanguageModelV3CallOptions,
	call: EndpointCall | undefined,
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
					call?.onPiece();
					for (const part of parts) chars += part.kind === "text" ? part.text.length : part.input.length;
					flooded ||= chars > maxAnswerChars;
					if (flooded) ending.abort();
					else for (const part of parts) answer.add(part);
				},
			};
			try {
				if (isTooLarge(request)) throw tooLarge(full);
				let told = await windows.ask(name, request, signal);
				if (told.kind === "ended" && isBlind(told.end, request.messages) && chars === 0) {
					await call?.onAdapted(noImages);
					told = await windows.ask(name, { ...request, messages: withoutImages(request.messages) }, signal);
				}
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

/** Images with which a message of the wire has room for a long text, too. */
const maxShownBytes = 8_000_000;

/** A letter of a text may be three bytes. */
function isTooLarge(request: { readonly messages: readonly EditorMessage[] }): boolean {
	const texts = { ...request, messages: withoutImages(request.messages) };
	if (JSON.stringify(texts).length > maxMessageBytes / 3 - 10_000) return true;
	return Buffer.byteLength(JSON.stringify(request)) > maxMessageBytes - 10_000;
}

/** It was shown images, and says that it sees none. */
function isBlind(end: EditorAnswerEnd, messages: readonly EditorMessage[]): boolean {
	return end.kind === "failed" && seesNone(end.message) && JSON.stringify(messages).includes('"kind":"image"');
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
