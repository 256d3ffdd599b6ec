import type { Tool } from "../tools/tool.ts";
import type { ProposedCall } from "./agent.ts";
import { readValue, skipSpace } from "./looseValue.ts";
import { argumentNames, callsOf, isObject, toolName, typedArgs } from "./writtenCall.ts";

/**
 * The shapes in which models write calls into their text when a server does not read them: their training's own, or what
 * another product's prompts have taught. Each begins with a mark that is not written by chance. A new one is a row.
 */
export interface CallShape {
	/** For people. */
	readonly name: string;
	/** Where one begins. */
	opens(tools: readonly Tool[]): RegExp;
	/** What stands behind the mark; undefined when it cannot be read. */
	read(place: Place): ReadCalls | undefined;
	/** Its mark is weaker: it counts only where nothing follows it. */
	readonly mustEnd?: true;
}

export interface Place {
	readonly text: string;
	/** Behind the opening mark. */
	readonly at: number;
	readonly opened: RegExpExecArray;
	readonly tools: readonly Tool[];
}

export interface ReadCalls {
	readonly calls: readonly ProposedCall[];
	readonly end: number;
}

export const callShapes: readonly CallShape[] = [
	{
		name: "<tool_call>",
		opens: () => /<(?:\|\s*)?(?:tool_?calls?|function_?calls?|tool_use|tool_call_start)(?:\s*\|)?>(?!\s*<invoke)/gi,
		read: readAny,
	},
	{ name: "<function=…>", opens: () => /<function\s*=\s*"?([\w.:-]+)"?\s*>/g, read: readFunctionTag },
	{
		name: "<invoke>",
		opens: () => /<(?:\w+:)?(?:invoke|function|tool_call)\s+name\s*=\s*["']([\w.:-]+)["']\s*>/g,
		read: readFunctionTag,
	},
	{ name: "<|python_tag|>", opens: () => /<\|python_tag\|>/g, read: readAny },
	{ name: "[TOOL_CALLS]", opens: () => /\[TOOL_CALLS?\]/g, read: readBracketed },
	{ name: "functools", opens: () => /\bfunctools(?=\[\s*\{)/g, read: readJson },
	{
		name: "tool▁call▁begin",
		opens: () => /<[|｜]tool[▁_ ]call[▁_ ]begin[|｜]>(?:\s*function\s*<[|｜]tool[▁_ ]sep[|｜]>)?\s*([\w.:-]+)/g,
		read: readNamedJson,
	},
	{ name: "<|START_ACTION|>", opens: () => /<\|START_ACTION\|>/g, read: readJson },
	{
		name: "to=functions",
		opens: () => /(?:<\|start\|>\w*\s*)?(?:<\|channel\|>\w+\s*)?\bto=([\w.:-]+)[^{\n]*?<\|message\|>/g,
		read: readNamedJson,
	},
	{
		name: "```tool_code",
		opens: () => /^[ \t]*(?:```|~~~)(?:tool_code|tool_calls?|function_calls?)[ \t]*\r?\n/gm,
		read: readAny,
	},
	{
		name: "Action:",
		opens: () => /^[ \t*]*Action[ *]*:[ *]*`?([\w.:-]+)`?[ \t]*\r?\n[ \t*]*Action Input[ *]*:/gm,
		read: readNamedJson,
		mustEnd: true,
	},
	{
		name: "<tool name>",
		opens: (tools) => new RegExp(`<(${names(tools)})>(?=\\s*<\\w+>)`, "g"),
		read: readNameTag,
		mustEnd: true,
	},
	{
		name: "[name(…)]",
		opens: (tools) => new RegExp(`^\\s*(?=\\[\\s*(?:${names(tools)})\\()`, "g"),
		read: readPython,
		mustEnd: true,
	},
];

function names(tools: readonly Tool[]): string {
	return tools.map(({ name }) => name.replace(/\W/g, "\\$&")).join("|") || "(?!)";
}

/** Inside tags of which several models make use, each in its own way. */
function readAny(place: Place): ReadCalls | undefined {
	return readJson(place) ?? readInner(place) ?? readArgKeys(place) ?? readPython(place);
}

function readInner(place: Place): ReadCalls | undefined {
	const at = skipSpace(place.text, place.at);
	for (const shape of callShapes) {
		if (shape.read === readAny || shape.mustEnd) continue;
		const opens = new RegExp(shape.opens(place.tools).source, "y");
		opens.lastIndex = at;
		const opened = opens.exec(place.text);
		if (opened) return shape.read({ ...place, at: opens.lastIndex, opened });
	}
	return undefined;
}

/** One document or several, a list or one after the other. */
function readJson({ text, at, tools }: Place): ReadCalls | undefined {
	const calls: ProposedCall[] = [];
	let end = at;
	for (;;) {
		const from = /^(?:\s|;|,|```(?:json)?[ \t]*\n)*/.exec(text.slice(end))![0].length + end;
		if (text[from] !== "{" && text[from] !== "[") break;
		const read = readValue(text, from);
		const found = read && callsOf(read.value, tools);
		if (!found) return undefined;
		calls.push(...found);
		end = read.end;
	}
	return calls.length > 0 ? { calls, end } : undefined;
}

/** The name is in the mark, the arguments are a document behind it. */
function readNamedJson({ text, at, opened }: Place): ReadCalls | undefined {
	const from =
		at +
		/^(?:\s|<[|｜]tool[▁_ ](?:sep|call[▁_ ]argument[▁_ ]begin)[|｜]>|```(?:json)?)*/.exec(text.slice(at))![0].length;
	const read = readValue(text, from);
	if (!read || !isObject(read.value)) return undefined;
	return { calls: [{ name: toolName(opened[1]!), args: read.value }], end: read.end };
}

/** A list of calls, or a name with its arguments behind it, again and again. */
function readBracketed(place: Place): ReadCalls | undefined {
	const json = readJson(place);
	if (json) return json;
	const named = /\s*([\w.:-]+)\s*(?:\[CALL_ID\]\s*[\w-]+\s*)?(?:\[ARGS\])?\s*(?=\{)/y;
	named.lastIndex = place.at;
	const opened = named.exec(place.text);
	return opened ? readNamedJson({ ...place, at: named.lastIndex, opened }) : undefined;
}

/** The arguments as a document, or each between tags. A value that its tag does not end may be cut off. */
function readFunctionTag({ text, at, opened, tools }: Place): ReadCalls | undefined {
	const name = toolName(opened[1]!);
	const from = skipSpace(text, at);
	if (text[from] === "{") {
		const read = readValue(text, from);
		return read && isObject(read.value) ? { calls: [{ name, args: read.value }], end: read.end } : undefined;
	}
	const parameter =
		/\s*<(?:\w+:)?(?:parameter|param|arg)(?:\s*=\s*"?([\w.-]+)"?|\s+name\s*=\s*["']([\w.-]+)["'])[^<>]*>([\s\S]*?)<\/(?:\w+:)?(?:parameter|param|arg)>(?=\s*(?:<|$))/y;
	return readPairs(parameter, from, text, name, tools, /\s*(?:<\/(?:\w+:)?(?:function|invoke|tool_call)>|$)/y);
}

function readArgKeys({ text, at, tools }: Place): ReadCalls | undefined {
	const named = /\s*([\w.:-]+)\s*(?=<arg_key>)/y;
	named.lastIndex = at;
	const opened = named.exec(text);
	if (!opened) return undefined;
	const pair = /\s*<arg_key>\s*([\w.-]+)\s*<\/arg_key>\s*<arg_value>()([\s\S]*?)<\/arg_value>/y;
	return readPairs(pair, named.lastIndex, text, toolName(opened[1]!), tools, /\s*(?:<\/tool_call>|$)/y);
}

function readNameTag({ text, at, opened, tools }: Place): ReadCalls | undefined {
	const name = opened[1]!;
	const pair = /\s*<(\w+)>()([\s\S]*?)<\/\1>(?=\s*(?:<|$))/y;
	return readPairs(pair, at, text, name, tools, new RegExp(`\\s*(?:</${name}>|$)`, "y"));
}

/** Name and value, again and again, up to the mark that ends the call. */
function readPairs(
	pair: RegExp,
	from: number,
	text: string,
	name: string,
	tools: readonly Tool[],
	ends: RegExp,
): ReadCalls | undefined {
	const written: Record<string, string> = {};
	let end = from;
	pair.lastIndex = from;
	for (let match = pair.exec(text); match; match = pair.exec(text)) {
		written[match[1] || match[2]!] = match[3]!;
		end = pair.lastIndex;
	}
	ends.lastIndex = end;
	if (!ends.test(text)) return undefined;
	const tool = tools.find((one) => one.name === name);
	return { calls: [{ name, args: typedArgs(tool, written) }], end: ends.lastIndex };
}

/** Calls as Python writes them, with literals as their arguments. */
function readPython({ text, at, tools }: Place): ReadCalls | undefined {
	const calls: ProposedCall[] = [];
	const begins = /(?:\s|[[\],;]|#[^\n]*\n)*(print\(\s*)?(?:\w+\s*=\s*)?((?:\w+\.)*?)(\w+)(?:\.call)?\(/y;
	let end = at;
	for (;;) {
		begins.lastIndex = end;
		const opened = begins.exec(text);
		if (!opened) break;
		const name = opened[3]!;
		const read = readArguments(text, begins.lastIndex, name, tools);
		if (!read) return undefined;
		calls.push({ name, args: read.args });
		end = read.end;
		if (opened[1] && text[skipSpace(text, end)] === ")") end = skipSpace(text, end) + 1;
	}
	const closed = /^\s*\]/.exec(text.slice(end));
	return calls.length > 0 ? { calls, end: end + (closed?.[0].length ?? 0) } : undefined;
}

function readArguments(
	text: string,
	from: number,
	name: string,
	tools: readonly Tool[],
): { readonly args: Record<string, unknown>; readonly end: number } | undefined {
	const order = argumentNames(tools, name);
	const entries: [string, unknown][] = [];
	for (let at = skipSpace(text, from); ; ) {
		if (text[at] === ")") return { args: Object.fromEntries(entries), end: at + 1 };
		const named = /^(\w+)\s*=\s*/.exec(text.slice(at, at + 80));
		const key = named?.[1] ?? order[entries.length];
		const value = readValue(text, at + (named?.[0].length ?? 0));
		if (!key || !value) return undefined;
		entries.push([key, value.value]);
		at = skipSpace(text, value.end);
		if (text[at] === ",") at = skipSpace(text, at + 1);
		else if (text[at] !== ")") return undefined;
	}
}
