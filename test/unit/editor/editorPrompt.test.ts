import assert from "node:assert/strict";
import type { LanguageModelV3Prompt } from "@ai-sdk/provider";
import { editorMessages } from "../../../src/daemon/editor/editorPrompt.ts";

const png = Buffer.from("not really a picture");
const rows: readonly { readonly name: string; readonly prompt: LanguageModelV3Prompt; readonly messages: unknown }[] = [
	{
		name: "what a system says is the first part of the first message, since VS Code knows no such role",
		prompt: [
			{ role: "system", content: "Be brief." },
			{ role: "user", content: [{ type: "text", text: "Hello" }] },
		],
		messages: [
			{
				role: "user",
				parts: [
					{ kind: "text", text: "Be brief." },
					{ kind: "text", text: "Hello" },
				],
			},
		],
	},
	{
		name: "calls are the assistant's, what they came to is the user's, and the next word goes with it",
		prompt: [
			{
				role: "assistant",
				content: [
					{ type: "text", text: "Looking." },
					{ type: "tool-call", toolCallId: "c1", toolName: "readFile", input: { path: "a" } },
					{ type: "tool-call", toolCallId: "c2", toolName: "readFile", input: "not an object" },
				],
			},
			{
				role: "tool",
				content: [
					{ type: "tool-result", toolCallId: "c1", toolName: "readFile", output: { type: "text", value: "A" } },
					{ type: "tool-result", toolCallId: "c2", toolName: "readFile", output: { type: "json", value: { b: 1 } } },
				],
			},
			{ role: "user", content: [{ type: "text", text: "Go on." }] },
		],
		messages: [
			{
				role: "assistant",
				parts: [
					{ kind: "text", text: "Looking." },
					{ kind: "call", id: "c1", name: "readFile", input: { path: "a" } },
					{ kind: "call", id: "c2", name: "readFile", input: { input: "not an object" } },
				],
			},
			{
				role: "user",
				parts: [
					{ kind: "result", id: "c1", parts: [{ kind: "text", text: "A" }] },
					{ kind: "result", id: "c2", parts: [{ kind: "text", text: '{"b":1}' }] },
					{ kind: "text", text: "Go on." },
				],
			},
		],
	},
	{
		name: "images are handed on as bytes, also those of a result; other files are named",
		prompt: [
			{
				role: "user",
				content: [
					{ type: "file", mediaType: "image/png", data: png },
					{ type: "file", mediaType: "image/png", data: new URL("https://example.invalid/a.png") },
					{ type: "file", mediaType: "application/pdf", data: "JVBERi0=" },
				],
			},
			{
				role: "tool",
				content: [
					{
						type: "tool-result",
						toolCallId: "c1",
						toolName: "readFile",
						output: { type: "content", value: [{ type: "image-data", mediaType: "image/png", data: "AAAA" }] },
					},
				],
			},
		],
		messages: [
			{
				role: "user",
				parts: [
					{ kind: "image", mediaType: "image/png", base64: png.toString("base64") },
					{ kind: "text", text: "(Here was a file that cannot be handed on: image/png.)" },
					{ kind: "text", text: "(Here was a file that cannot be handed on: application/pdf.)" },
					{ kind: "result", id: "c1", parts: [{ kind: "image", mediaType: "image/png", base64: "AAAA" }] },
				],
			},
		],
	},
];

describe("a prompt as VS Code takes it", () => {
	for (const { name, prompt, messages } of rows) it(name, () => assert.deepEqual(editorMessages(prompt), messages));
});
