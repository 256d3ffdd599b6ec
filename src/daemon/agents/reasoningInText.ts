import { type CodeSpan, codeSpans, isInside } from "./codeInText.ts";

/**
 * Reasoning that a model wrote into its answer, taken out of it. Only what is left was answered: a draft plan, a verdict
 * or a call that a model merely thought of must never count. In doubt text is reasoning, since asking again costs little.
 */
export interface Parted {
	readonly answer: string;
	readonly reasoning: string;
	/** It ends in the middle of its reasoning: there is no answer yet. */
	readonly isOpen: boolean;
}

/** The marks between which models reason. A new way of marking it is a row. */
const marks: readonly { readonly opens: string; readonly closes: string }[] = [
	tag("think|thinking|thoughts?|reasoning|analysis|scratchpad|inner_monologue|antthinking"),
	{ opens: String.raw`\[THINK\]`, closes: String.raw`\[/THINK\]` },
	{ opens: "◁think▷", closes: "◁/think▷" },
	{ opens: String.raw`<\|(?:START_THINKING|begin_of_thought|think|think_start)\|>`, closes: thoughtEnds() },
	{ opens: "<unused94>(?:thought)?", closes: "<unused95>" },
];

function tag(names: string): (typeof marks)[number] {
	return { opens: `<(?:\\w+:)?(?:${names})(?:\\s[^<>\\n]*)?>`, closes: `<\\s*/\\s*(?:\\w+:)?(?:${names})\\s*>` };
}

function thoughtEnds(): string {
	return String.raw`<\|(?:END_THINKING|end_of_thought|/think|think_end)\|>`;
}

const openings = marks.map(({ opens }) => opens).join("|");
const closings = marks.map(({ closes }) => closes).join("|");

export function partReasoning(text: string): Parted {
	const known = withoutChannels(text);
	const parted = partTags(known.answer);
	return {
		answer: withoutFrame(parted.answer).trim(),
		reasoning: [...known.reasoning, parted.reasoning]
			.map((part) => part.trim())
			.filter(Boolean)
			.join("\n\n"),
		isOpen: parted.isOpen || known.isOpen,
	};
}

function partTags(text: string): Parted {
	const found = [...text.matchAll(new RegExp(`(${openings})|(${closings})`, "gi"))];
	if (found.length === 0) return { answer: text, reasoning: "", isOpen: false };
	const code = codeSpans(text);
	let answer = "";
	let reasoning = "";
	let depth = 0;
	let at = 0;
	for (const match of found) {
		if (isQuoted(text, match.index, match[0].length, depth === 0 ? code : [])) continue;
		const before = text.slice(at, match.index);
		const opens = match[1] !== undefined;
		if (depth > 0) reasoning += before;
		else if (opens) answer += before;
		else {
			// Where the opening mark was part of the prompt, the text begins in the middle of the reasoning.
			reasoning += answer + before;
			answer = "";
		}
		depth = Math.max(0, depth + (opens ? 1 : -1));
		at = match.index + match[0].length;
		if (depth === 0) reasoning += "\n";
	}
	const rest = text.slice(at);
	return depth > 0
		? { answer, reasoning: reasoning + rest, isOpen: true }
		: { answer: answer + rest, reasoning, isOpen: false };
}

/** A mark that is shown, as code or in a string of a document, is spoken of and marks nothing. */
function isQuoted(text: string, at: number, length: number, code: readonly CodeSpan[]): boolean {
	if (isInside(code, at)) return true;
	const before = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
	const end = text.indexOf("\n", at);
	const after = text.slice(at + length, end < 0 ? text.length : end);
	return isOdd(before, /(?<!\\)"/g) && isOdd(after, /(?<!\\)"/g) ? true : isOdd(before, /`/g) && isOdd(after, /`/g);
}

function isOdd(text: string, mark: RegExp): boolean {
	return (text.match(mark)?.length ?? 0) % 2 === 1;
}

/**
 * Models that answer in channels: only the final one is the answer. A call that stands in the channel for calls is left
 * as it is, for whoever reads calls.
 */
function withoutChannels(text: string): { answer: string; reasoning: string[]; isOpen: boolean } {
	// With its special tokens lost, such an answer runs together like this.
	const bare = /^\s*analysis(?=[A-Z"'(\s])([\s\S]*?)assistant(?:commentary)?final/.exec(text);
	if (bare) return { answer: text.slice(bare[0].length), reasoning: [bare[1] ?? ""], isOpen: false };
	if (!text.includes("<|channel|>")) return { answer: text, reasoning: [], isOpen: false };
	const reasoning: string[] = [];
	let isOpen = false;
	const channel =
		/(?:<\|start\|>\w+(?:\s+to=[\w.-]+)?)?<\|channel\|>(\w+)([^<]*)(?:<\|constrain\|>[^<]*)?<\|message\|>([\s\S]*?)(<\|(?:end|return|call)\|>|(?=<\|(?:start|channel)\|>)|$)/g;
	const answer = text.replace(channel, (whole, name: string, _to: string, body: string, end: string, at: number) => {
		if (name === "analysis") {
			reasoning.push(body);
			isOpen = end === "" && at + whole.length === text.length;
			return "";
		}
		return /\bto=/.test(whole.slice(0, whole.indexOf("<|message|>"))) ? whole : body;
	});
	return { answer, reasoning, isOpen };
}

/** Marks that some models put around what is not reasoning, and ends of turns that a server let through. */
function withoutFrame(text: string): string {
	return text
		.replace(/<\|(?:START_RESPONSE|END_RESPONSE|begin_of_solution|end_of_solution)\|>/g, "")
		.replace(
			/(?:\s|<\|(?:im_end|eot_id|eom_id|end|return|endoftext|end_of_text|end_of_turn)\|>|<\/s>|<end_of_turn>)+$/,
			"",
		);
}

/**
 * The same for an answer that is still arriving, so that whoever watches sees its reasoning as reasoning: of an answer
 * that begins with it. Whatever else there is shows when the answer is whole.
 */
export function partArriving(show: (text: string, reasoning: boolean) => void): (text: string) => void {
	let state: "start" | "reasoning" | "answer" = "start";
	let held = "";
	const opens = new RegExp(`^\\s*(?:${openings}|<\\|channel\\|>analysis<\\|message\\|>)`, "i");
	const closes = new RegExp(`(?:${closings}|<\\|end\\|>)\\s*`, "i");
	return (text) => {
		held += text;
		if (state === "start") {
			const open = opens.exec(held);
			if (open) {
				state = "reasoning";
				held = held.slice(open[0].length);
			} else if (mayBecomeMark(held)) return;
			else state = "answer";
		}
		if (state === "reasoning") {
			const close = closes.exec(held);
			if (!close) {
				const last = held.search(/[<[◁][^<[◁]{0,40}$/);
				const sure = last < 0 ? held.length : last;
				if (sure > 0) show(held.slice(0, sure), true);
				held = held.slice(sure);
				return;
			}
			if (close.index > 0) show(held.slice(0, close.index), true);
			held = held.slice(close.index + close[0].length);
			state = "answer";
		}
		if (held !== "") show(held, false);
		held = "";
	};
}

function mayBecomeMark(text: string): boolean {
	return /^\s*(?:[<[◁][^>\]▷\n]{0,40})?$/.test(text) || /^\s*<\|channel\|>[\w<|]{0,20}$/.test(text);
}
