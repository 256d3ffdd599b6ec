import type { LanguageModelV3CallOptions, LanguageModelV3Prompt } from "@ai-sdk/provider";
import type { EditorMessage, EditorMessagePart, EditorRequest } from "../../protocol/editorModels.ts";

/**
 * A prompt as VS Code takes it. It has no role for a system: what that says is the first part of the first message of the
 * user. Results of calls are a message of the user, too. What it cannot take is named in the text.
 */
export function editorMessages(prompt: LanguageModelV3Prompt): EditorMessage[] {
	const messages: { role: EditorMessage["role"]; parts: EditorMessagePart[] }[] = [];
	for (const message of prompt) {
		const role = message.role === "assistant" ? "assistant" : "user";
		const parts = partsOf(message);
		const last = messages.at(-1);
		if (last?.role === role) last.parts.push(...parts);
		else if (parts.length > 0) messages.push({ role, parts });
	}
	return messages;
}

/** With a text in place of each image, for a model that sees none. */
export function withoutImages(messages: readonly EditorMessage[]): EditorMessage[] {
	const instead = (part: ResultPart): ResultPart =>
		part.kind === "image" ? text("[Here was an image. It is not shown: you see no images.]") : part;
	return messages.map(({ role, parts }) => ({
		role,
		parts: parts.map((part) => {
			if (part.kind === "result") return { ...part, parts: part.parts.map(instead) };
			return part.kind === "image" ? instead(part) : part;
		}),
	}));
}

export function editorTools(tools: LanguageModelV3CallOptions["tools"] = []): EditorRequest["tools"] {
	return tools.flatMap((tool) =>
		tool.type === "function"
			? [
					{
						name: tool.name,
						description: tool.description ?? "",
						inputSchema: tool.inputSchema as Record<string, unknown>,
					},
				]
			: [],
	);
}

type Message = LanguageModelV3Prompt[number];
type ResultPart = Extract<EditorMessagePart, { kind: "result" }>["parts"][number];

function partsOf(message: Message): EditorMessagePart[] {
	if (message.role === "system") return [text(message.content)];
	return message.content.flatMap((part): EditorMessagePart[] => {
		switch (part.type) {
			case "text":
				return [text(part.text)];
			case "file":
				return [fileOf(part.mediaType, part.data)];
			case "tool-call":
				return [{ kind: "call", id: part.toolCallId, name: part.toolName, input: recordOf(part.input) }];
			case "tool-result":
				return [{ kind: "result", id: part.toolCallId, parts: resultOf(part.output) }];
			default:
				// Reasoning is its provider's; VS Code takes none back.
				return [];
		}
	});
}

type ToolResult = Extract<Extract<Message, { role: "tool" }>["content"][number], { type: "tool-result" }>["output"];

function resultOf(output: ToolResult): ResultPart[] {
	switch (output.type) {
		case "text":
		case "error-text":
			return [text(output.value)];
		case "json":
		case "error-json":
			return [text(JSON.stringify(output.value))];
		case "execution-denied":
			return [text(output.reason ?? "This was not carried out.")];
		case "content":
			return output.value.map((part) => {
				if (part.type === "text") return text(part.text);
				const isImage =
					(part.type === "file-data" || part.type === "image-data") && part.mediaType.startsWith("image/");
				return isImage
					? { kind: "image", mediaType: part.mediaType, base64: part.data }
					: text(`(Here was something that cannot be handed on: ${part.type}.)`);
			});
	}
}

function fileOf(mediaType: string, data: Uint8Array | string | URL): ResultPart {
	if (!mediaType.startsWith("image/") || data instanceof URL)
		return text(`(Here was a file that cannot be handed on: ${mediaType}.)`);
	const base64 = typeof data === "string" ? data : Buffer.from(data).toString("base64");
	return { kind: "image", mediaType, base64 };
}

function text(value: string) {
	return { kind: "text" as const, text: value };
}

function recordOf(input: unknown): Record<string, unknown> {
	return typeof input === "object" && input !== null && !Array.isArray(input)
		? (input as Record<string, unknown>)
		: { input };
}
