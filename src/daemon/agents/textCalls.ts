import type { Tool } from "../tools/tool.ts";
import type { ProposedCall } from "./agent.ts";
import { type CallShape, callShapes } from "./callShapes.ts";
import { type CodeSpan, codeSpans } from "./codeInText.ts";
import { documents } from "./jsonInText.ts";
import { readValue } from "./looseValue.ts";
import { callsOf, isOffered, toolName } from "./writtenCall.ts";

/**
 * Calls that a model wrote into its answer instead of making them. They are carried out as what they are, so it must be
 * sure that they are meant: a mark that only calls have, or JSON that is nothing but a call of a tool that was offered,
 * and with which the answer ends. What is shown as code within prose is an example, and what only looks like a call is
 * answered with what to do. The text must be free of reasoning.
 */
export type TextCalls =
	| { readonly kind: "none" }
	/** `prose`: what the answer says beside them. */
	| { readonly kind: "calls"; readonly calls: readonly WrittenCall[]; readonly prose: string }
	/** A sentence for the model. It may have been an example where `isExample`. */
	| { readonly kind: "unread"; readonly problem: string; readonly isExample: boolean };

export type WrittenCall = ProposedCall & { readonly writtenAs: string };

export function textCalls(text: string, tools: readonly Tool[]): TextCalls {
	if (tools.length === 0 || text.trim() === "") return { kind: "none" };
	const spans = codeSpans(text);
	const marked = markedCalls(text, spans, tools);
	return marked.kind === "none" ? jsonCalls(text, tools) : marked;
}

/** What models invent behind their calls: results that were never given. */
const inventedResult =
	/<[|｜]?\/?(?:tool_?(?:response|result|output)s?|function_?(?:response|result)s?)\b|^[ \t*]*Observation[ *]*:|^[ \t]*(?:```|~~~)tool_outputs?\b/gim;
/** What may be left around calls: tags that hold several, their ends, and ends of a turn. */
const leftover = String.raw`(?:\s|;|</?(?:\w+:)?(?:tool|function|invoke)\w*>|<[|｜][^|｜<>]*(?:tool|call|action|im_end|eo[tm])[^|｜<>]*[|｜]>|\[/?TOOL_CALLS?\]|\x60\x60\x60|~~~)*`;
const onlyLeftover = new RegExp(`^${leftover}$`, "i");

/** Marks that are looked at, so that hostile text stays cheap. */
const maxMarks = 100;

function markedCalls(whole: string, spans: readonly CodeSpan[], tools: readonly Tool[]): TextCalls {
	const calls: WrittenCall[] = [];
	const ranges: (readonly [from: number, to: number])[] = [];
	let text = whole;
	let end = 0;
	for (let at = 0, marks = 0; marks < maxMarks; marks++) {
		const next = nextMark(text, at, spans, tools);
		if (!next) break;
		const { shape, opened, after } = next;
		const from = opened.index;
		const read = shape.read({ text, at: after, opened, tools });
		if (!read) {
			// What cannot be read but is clearly a call is answered as one; what cannot be told is only said.
			const name = nameIn(text.slice(from), opened[1]);
			if (shape.mustEnd || !isAtLineStart(text, from, end)) {
				at = after;
				continue;
			}
			const malformed = `they were written as text (${shape.name}) and cannot be read. Write them as JSON, and to their end.`;
			if (!name || !isOffered(tools, name)) {
				if (calls.length === 0) return { kind: "unread", problem: unreadCall(shape.name), isExample: false };
			} else calls.push({ name, args: {}, malformed, writtenAs: shape.name });
			ranges.push([from, text.length]);
			end = text.length;
			break;
		}
		if (calls.length === 0) {
			const invented = invention(text, read.end);
			if (invented !== undefined) text = text.slice(0, invented);
		}
		const isLast = onlyLeftover.test(text.slice(read.end));
		const isSure = isLast || (!shape.mustEnd && isAtLineStart(text, from, end));
		if (!isSure) {
			at = read.end;
			continue;
		}
		calls.push(...read.calls.map((call) => ({ ...call, writtenAs: shape.name })));
		ranges.push([from, read.end]);
		at = read.end;
		end = read.end;
	}
	if (calls.length === 0) return { kind: "none" };
	return { kind: "calls", calls, prose: without(text, ranges) };
}

interface Mark {
	readonly shape: CallShape;
	readonly opened: RegExpExecArray;
	readonly after: number;
}

/** The nearest one that is not shown as code; where two begin at one place, the first of the table. */
function nextMark(text: string, from: number, spans: readonly CodeSpan[], tools: readonly Tool[]): Mark | undefined {
	let nearest: Mark | undefined;
	for (const shape of callShapes) {
		const opens = shape.opens(tools);
		opens.lastIndex = from;
		for (let opened = opens.exec(text); opened; opened = opens.exec(text)) {
			if (opened[0] === "") opens.lastIndex++;
			if (nearest && opened.index >= nearest.opened.index) break;
			if (isShown(text, opened.index, spans)) continue;
			nearest = { shape, opened, after: opened.index + opened[0].length };
			break;
		}
	}
	return nearest;
}

/** A fence around nothing but calls, with no prose behind it, or one that says that it holds calls, shows nothing. */
function isShown(text: string, at: number, spans: readonly CodeSpan[]): boolean {
	const span = spans.find((one) => one.from <= at && at < one.to);
	if (!span) return false;
	const { fence } = span;
	if (!fence) return true;
	if (/^(?:tool_code|tool_calls?|function_calls?)$/.test(fence.info)) return false;
	const before = text.slice(fence.from, at).trim();
	if (before !== "" && !/^<[\s\S]*>$/.test(before)) return true;
	const later = spans.filter((one) => one.fence && one.from >= span.to).map(({ from, to }) => [from, to] as const);
	return (
		without(
			text.slice(span.to),
			later.map(([from, to]) => [from - span.to, to - span.to]),
		) !== ""
	);
}

function isAtLineStart(text: string, at: number, end: number): boolean {
	const line = text.slice(Math.max(text.lastIndexOf("\n", at - 1) + 1, end), at);
	return onlyLeftover.test(line);
}

function invention(text: string, from: number): number | undefined {
	inventedResult.lastIndex = from;
	return inventedResult.exec(text)?.index;
}

function jsonCalls(text: string, tools: readonly Tool[]): TextCalls {
	const found: {
		readonly from: number;
		readonly to: number;
		readonly end: number;
		readonly calls: readonly ProposedCall[];
	}[] = [];
	const spans = codeSpans(text);
	let broken: string | undefined;
	for (const { from, to, text: part, value } of documents(text)) {
		const fence = spans.find((span) => span.fence && span.from <= from && from < span.to);
		const before = Math.max(found.at(-1)?.end ?? 0, fence?.fence?.from ?? 0);
		if (fence ? text.slice(before, from).trim() !== "" : !isAtLineStart(text, from, before)) continue;
		// A line break in a string is no JSON, but means one thing only.
		const calls = callsOf(value ?? readValue(part, 0)?.value, tools);
		if (calls) found.push({ from: fence?.from ?? from, to: fence?.to ?? to, end: to, calls });
		else if (value === undefined) broken = nameIn(part);
	}
	const last = found.at(-1);
	const known = found.filter(({ calls }) => calls.every(({ name }) => isOffered(tools, name)));
	if (last && known.length > 0) {
		const endsWithIt = known.at(-1) === last && onlyLeftover.test(text.slice(last.to));
		if (!endsWithIt) return { kind: "unread", problem: shownCall(known.at(-1)!.calls[0]!.name), isExample: true };
		const calls = known.flatMap(({ calls: ones }) => ones.map((call) => ({ ...call, writtenAs: "JSON" })));
		return {
			kind: "calls",
			calls,
			prose: without(
				text,
				known.map(({ from, to }) => [from, to]),
			),
		};
	}
	const only = last && without(text, [[last.from, last.to]]) === "" ? last.calls[0] : undefined;
	if (only) {
		const offered = tools.map(({ name }) => name).join(", ");
		return {
			kind: "unread",
			problem: `Your answer looks like a call of ${only.name}, but there is no such tool. The tools are: ${offered}. Call one of them.`,
			isExample: false,
		};
	}
	if (broken !== undefined && isOffered(tools, broken))
		return { kind: "unread", problem: unreadCall(broken), isExample: !/^\s*(?:```\w*\s*)?[{[]/.test(text) };
	return { kind: "none" };
}

function nameIn(text: string, inMark?: string): string | undefined {
	const name = inMark ?? /["'](?:name|tool|tool_name|function)["']\s*:\s*["']([\w.:-]+)["']/.exec(text)?.[1];
	return name && toolName(name);
}

function without(text: string, ranges: readonly (readonly [from: number, to: number])[]): string {
	let prose = "";
	let at = 0;
	for (const [from, to] of ranges) {
		prose += `${text.slice(at, from)}\n`;
		at = to;
	}
	const left = prose + text.slice(at);
	return left
		.replace(new RegExp(`^${leftover}|(?<=\\n)${leftover}$`, "gi"), "")
		.replace(/^[ \t]*<\/?(?:\w+:)?(?:tool|function|invoke)\w*>[ \t]*$/gm, "")
		.replace(/^[ \t]*(?:```|~~~)\w*[ \t]*\n\s*(?:```|~~~)[ \t]*$/gm, "")
		.replace(/\n{3,}/g, "\n\n")
		.trim();
}

const callIt =
	'Make it with the tool call of the API. If you cannot, end your answer with one JSON object and nothing after it: { "name": "…", "arguments": { … } }';

function unreadCall(what: string): string {
	return `Your answer holds a call that was written as text (${what}) and cannot be read, so it was not carried out. ${callIt}`;
}

function shownCall(name: string): string {
	return `Your answer holds what looks like a call of ${name}, written as text with other text after it, so it was not carried out. ${callIt} If it was only an example, end your work with a report in plain words.`;
}
