import { createHash } from "node:crypto";
import { isRecord } from "./isRecord.ts";

/** A request, and the same in another shape for servers that do not take the usual one. */
export type Body = Readonly<Record<string, unknown>>;

type Message = Readonly<Record<string, unknown>>;

function withMessages(body: Body, change: (messages: readonly Message[]) => readonly Message[]): Body {
	return Array.isArray(body.messages) ? { ...body, messages: change(body.messages.filter(isRecord)) } : body;
}

/** Instructions under another role: `developer`, or at the beginning of what the `user` says first. */
export function withoutSystem(body: Body, role: string): Body {
	return withMessages(body, ([system, first, ...rest]) => {
		if (system?.role !== "system") return [system, first, ...rest].filter((message) => message !== undefined);
		if (role !== "user" || typeof first?.content !== "string")
			return [{ ...system, role }, ...(first ? [first, ...rest] : rest)];
		return [{ ...first, content: `${String(system.content)}\n\n${first.content}` }, ...rest];
	});
}

/** Ids of nine letters and digits. */
export function withShortIds(body: Body): Body {
	return withMessages(body, (messages) =>
		messages.map(({ tool_calls, tool_call_id, ...message }) => ({
			...message,
			...(Array.isArray(tool_calls) && {
				tool_calls: tool_calls.filter(isRecord).map((call) => ({ ...call, id: shortId(String(call.id)) })),
			}),
			...(tool_call_id !== undefined && { tool_call_id: shortId(String(tool_call_id)) }),
		})),
	);
}

function shortId(id: string): string {
	return createHash("sha256").update(id).digest("hex").slice(0, 9);
}

export function withTextContent(body: Body): Body {
	return withMessages(body, (messages) => messages.map((message) => ({ ...message, content: message.content ?? "" })));
}

/** JSON schemas without some of their keywords. A property may bear the name of one. */
export function withoutKeywords(body: Body, keywords: readonly string[]): Body {
	return withSchemas(body, (holder) =>
		Object.fromEntries(
			Object.entries(holder).map(([key, each]) => [
				key,
				key === "parameters" || key === "schema" ? cleared(each, keywords) : each,
			]),
		),
	);
}

export function withoutStrict(body: Body): Body {
	return withSchemas(body, ({ strict: _, ...holder }) => holder);
}

/** What holds a schema: each tool's function, and the format of the answer. */
function withSchemas(body: Body, change: (holder: Message) => Message): Body {
	const changed = (value: unknown, key: string) => {
		const holder = isRecord(value) ? value[key] : undefined;
		return isRecord(value) && isRecord(holder) ? { ...value, [key]: change(holder) } : value;
	};
	const { tools, response_format } = body;
	return {
		...body,
		...(Array.isArray(tools) && { tools: tools.map((tool) => changed(tool, "function")) }),
		...(response_format !== undefined && { response_format: changed(response_format, "json_schema") }),
	};
}

function cleared(value: unknown, keywords: readonly string[], isNames = false): unknown {
	if (Array.isArray(value)) return value.map((each) => cleared(each, keywords));
	if (!isRecord(value)) return value;
	const kept = Object.entries(value).filter(([key]) => isNames || !keywords.includes(key));
	return Object.fromEntries(
		kept.map(([key, each]) => [key, cleared(each, keywords, !isNames && key === "properties")]),
	);
}

/** Tools as a part of the instructions, calls and their results as what was said. */
export function asText({ tools, tool_choice: _choice, parallel_tool_calls: _parallel, ...body }: Body): Body {
	const offered = (Array.isArray(tools) ? tools : []).map((tool) => (isRecord(tool) ? tool.function : undefined));
	const lines = offered.map((tool) => JSON.stringify(tool)).join("\n");
	return withMessages(body, (messages) => {
		const texts = messages.map(messageAsText);
		const [system, ...rest] = texts;
		if (lines === "") return inTurn(texts);
		if (system?.role !== "system") return inTurn([{ role: "system", content: toolsText(lines) }, ...texts]);
		return inTurn([{ ...system, content: `${String(system.content)}\n\n${toolsText(lines)}` }, ...rest]);
	});
}

function toolsText(lines: string): string {
	return `# Tools\nTo call a tool, write exactly this, once for each call, and nothing after it:\n<tool_call>\n{"name": "the tool's name", "arguments": {}}\n</tool_call>\nThe results come in the next message. The tools, each with a JSON schema of its arguments:\n${lines}`;
}

function messageAsText({ role, content, tool_calls, tool_call_id: _id, ...message }: Message): Message {
	if (role === "tool")
		return { ...message, role: "user", content: `<tool_response>\n${String(content)}\n</tool_response>` };
	if (!Array.isArray(tool_calls)) return { ...message, role, content };
	const calls = tool_calls.filter(isRecord).map((call) => {
		const { name, arguments: args } = isRecord(call.function) ? call.function : {};
		return `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${typeof args === "string" && args !== "" ? args : "{}"}}\n</tool_call>`;
	});
	return { ...message, role, content: [content, ...calls].filter(Boolean).join("\n") };
}

/** Results of several calls are one message. */
function inTurn(messages: readonly Message[]): readonly Message[] {
	const turns: Message[] = [];
	for (const message of messages) {
		const last = turns.at(-1);
		if (last?.role === "user" && message.role === "user")
			turns[turns.length - 1] = { ...last, content: `${String(last.content)}\n\n${String(message.content)}` };
		else turns.push(message);
	}
	return turns;
}

function messagesOf({ messages }: Body): readonly Record<string, unknown>[] {
	return Array.isArray(messages) ? messages.filter(isRecord) : [];
}

export function hasCalls(body: Body): boolean {
	return messagesOf(body).some((message) => message.tool_calls !== undefined);
}

export function hasNullContent(body: Body): boolean {
	return messagesOf(body).some((message) => message.content === null || message.content === undefined);
}

export function hasStrict({ response_format, tools }: Body): boolean {
	return JSON.stringify([response_format, tools]).includes('"strict":');
}
