import assert from "node:assert/strict";
import type { EditorAnswerEnd, EditorAnswerPart, EditorMessage } from "../../../src/protocol/editorModels.ts";
import { inEditor } from "../../support/inEditor.ts";

type Made = typeof import("../../../src/extension/models/answerOf.ts");

class LanguageModelTextPart {
	constructor(readonly value: string) {}
}
class LanguageModelToolCallPart {
	constructor(
		readonly callId: string,
		readonly name: string,
		readonly input: object,
	) {}
}
class LanguageModelToolResultPart {
	constructor(
		readonly callId: string,
		readonly content: readonly unknown[],
	) {}
}
class LanguageModelDataPart {
	private constructor(
		readonly data: Uint8Array,
		readonly mimeType: string,
	) {}
	static image(data: Uint8Array, mimeType: string): LanguageModelDataPart {
		return new LanguageModelDataPart(data, mimeType);
	}
}

/** An editor with one model, which says `parts`; what it was sent and what was said of it. */
async function answer(parts: readonly unknown[], messages: readonly EditorMessage[], countTokens?: () => unknown) {
	const sent: { role: string; content: readonly unknown[] }[] = [];
	const counted: string[] = [];
	const model = {
		countTokens: async (text: string) => {
			counted.push(text);
			return countTokens ? countTokens() : 7;
		},
		async sendRequest(said: typeof sent) {
			sent.push(...said);
			return {
				stream: (async function* () {
					yield* parts;
				})(),
			};
		},
	};
	const said = (role: string) => (content: readonly unknown[]) => ({ role, content });
	const vscode = {
		LanguageModelTextPart,
		LanguageModelToolCallPart,
		LanguageModelToolResultPart,
		LanguageModelDataPart,
		LanguageModelError: class extends Error {},
		LanguageModelChatMessage: { User: said("user"), Assistant: said("assistant") },
		LanguageModelChatToolMode: { Auto: 1 },
		CancellationTokenSource: class {
			readonly token = {};
			cancel() {}
			dispose() {}
		},
		lm: { selectChatModels: async () => [model] },
	};
	const { answerOf } = await inEditor<Made>("models/answerOf.ts", vscode);
	const heard: EditorAnswerPart[] = [];
	const request = { callId: "c", vendor: "reef", id: "keeper", messages: [...messages], tools: [], justification: "" };
	const emit = (more: EditorAnswerPart[]) => void heard.push(...more);
	const end: EditorAnswerEnd = await answerOf(request, () => true, emit, new AbortController().signal);
	return { sent, counted, heard, end };
}

describe("an answer of a model in a window", () => {
	it("is asked with images as bytes, those in results of calls among them, which are no text to be counted", async () => {
		const bytes = Buffer.from("not really a picture");
		const image = { kind: "image" as const, mediaType: "image/png", base64: bytes.toString("base64") };
		const { sent, counted, end } = await answer(
			[],
			[
				{ role: "user", parts: [{ kind: "text", text: "Build it." }, image] },
				{ role: "assistant", parts: [{ kind: "call", id: "c1", name: "readFile", input: { path: "a.png" } }] },
				{ role: "user", parts: [{ kind: "result", id: "c1", parts: [{ kind: "text", text: "a.png." }, image] }] },
			],
		);
		const picture = LanguageModelDataPart.image(bytes, "image/png");
		assert.deepEqual(sent, [
			{ role: "user", content: [new LanguageModelTextPart("Build it."), picture] },
			{ role: "assistant", content: [new LanguageModelToolCallPart("c1", "readFile", { path: "a.png" })] },
			{
				role: "user",
				content: [new LanguageModelToolResultPart("c1", [new LanguageModelTextPart("a.png."), picture])],
			},
		]);
		assert.equal(counted[0], 'Build it.\n{"path":"a.png"}\na.png.');
		assert.deepEqual(end, { kind: "done", inputTokens: 7, outputTokens: 7 });
	});

	it("is text and calls in pieces, and of parts that are neither a sign of life", async () => {
		const { heard } = await answer(
			[
				new LanguageModelTextPart("Half "),
				{ thinking: "hm" },
				new LanguageModelTextPart("of it."),
				new LanguageModelToolCallPart("c1", "readFile", { path: "a" }),
			],
			[],
		);
		assert.deepEqual(heard, [
			{ kind: "text", text: "Half " },
			{ kind: "text", text: "of it." },
			{ kind: "call", id: "c1", name: "readFile", input: '{"path":"a"}' },
		]);
	});

	for (const [what, countTokens] of [
		["throws", () => Promise.reject(new Error("no tokenizer"))],
		["counts less than nothing", () => -1],
		["counts no number", () => Number.NaN],
	] as const)
		it(`is not counted by a tokenizer that ${what}, and counts all the same`, async () => {
			const { end } = await answer([new LanguageModelTextPart("Done.")], [], countTokens);
			assert.deepEqual(end, { kind: "done", inputTokens: undefined, outputTokens: undefined });
		});
});
