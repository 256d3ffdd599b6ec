import { createHash } from "node:crypto";
import type { LanguageModelV3Message, LanguageModelV3Prompt, SharedV3ProviderOptions } from "@ai-sdk/provider";
import type { RecordedEvent } from "../../core/events.ts";
import { type Image, imageText } from "../../core/image.ts";
import type { SignedAnswer } from "../../core/signedAnswer.ts";
import type { Output } from "../../core/values.ts";
import { isStartOf } from "../guidance/guidance.ts";
import { named, type Pictures } from "./pictures.ts";
import { compactedText } from "./threadSummary.ts";

/**
 * A thread as messages to a model, made anew from the log for every turn. A message is placed where the turn begins that
 * could read it first: what a person writes while the model answers comes after that answer and its calls. Reasoning is
 * sent back only where its provider signed it and `signedOf` says that it goes there; others refuse it or pass over it.
 * Long, because a thread is told from its events to its messages.
 */
export function promptMessages(
	system: string,
	role: string,
	transcript: readonly RecordedEvent[],
	maxChars: number,
	signedOf: SignedOf = () => undefined,
	pictures: Pictures = named,
): LanguageModelV3Prompt {
	const pieces = readThread(role, transcript, signedOf);
	shorten(pieces, maxChars - system.length);
	const told = pictures.inResults ? pieces : pieces.flatMap((piece) => shownBehind(piece, pictures));
	return [{ role: "system", content: system }, ...inTurn(told).flatMap((piece) => toMessages(piece, pictures))];
}

/** Those that a prompt can show, in the order of their worth: what people gave, then what came last. */
export function threadImages(role: string, transcript: readonly RecordedEvent[]): readonly Image[] {
	const pieces = readThread(role, transcript).toReversed();
	return [
		...pieces.flatMap((piece) => (piece.kind === "heard" ? piece.images : [])),
		...pieces.flatMap((piece) =>
			piece.kind === "said" ? piece.calls.flatMap((call) => call.images).toReversed() : [],
		),
	];
}

/** Of what a compaction leaves out, what people gave stays to be seen: the first message is kept whole. */
export function keptImages(transcript: readonly RecordedEvent[], upTo: number): readonly Image[] {
	return transcript.flatMap((event) =>
		event.type === "message.added" && event.seq <= upTo ? (event.images ?? []) : [],
	);
}

/** Where a result is nothing but text, what it shows comes in a message behind the results. */
function shownBehind(piece: Heard | Said, pictures: Pictures): readonly (Heard | Said)[] {
	const images =
		piece.kind === "said"
			? piece.calls.flatMap((call) => call.images.filter((image) => "base64" in pictures.of(image)))
			: [];
	if (piece.kind === "heard" || images.length === 0) return [piece];
	const calls = piece.calls.map((call) => ({
		...call,
		images: call.images.filter((image) => !images.includes(image)),
		result: call.images.some((image) => images.includes(image)) ? `${call.result}\n[It is shown below.]` : call.result,
	}));
	return [
		{ ...piece, calls },
		{ kind: "heard", text: "What the calls came to, to look at:", images },
	];
}

/** What goes back of an answer to the model that is asked. */
type SignedOf = (turn: RecordedEvent<"turn.completed">) => SignedAnswer | undefined;

/**
 * What the strictest templates and endpoints take: the first and the last to speak is not the model, no side speaks twice
 * in a row, no message is empty, and between the results of calls and a person's message stands a word of the model's.
 */
function inTurn(pieces: readonly (Heard | Said)[]): readonly (Heard | Said)[] {
	const turns: (Heard | Said)[] = [];
	for (const piece of pieces) {
		const last = turns.at(-1);
		const isSilent =
			piece.text.trim() === "" && (piece.kind === "heard" ? piece.images.length === 0 : piece.calls.length === 0);
		if (isSilent) continue;
		if (piece.kind === "heard") {
			if (last?.kind === "heard")
				turns[turns.length - 1] = {
					kind: "heard",
					text: joined(last.text, piece.text),
					images: [...last.images, ...piece.images],
				};
			else if (last && last.calls.length > 0) turns.push({ kind: "said", text: afterResults, calls: [] }, piece);
			else turns.push(piece);
		} else if (!last) turns.push({ kind: "heard", text: opening, images: [] }, piece);
		else if (last.kind === "said" && last.calls.length === 0)
			turns[turns.length - 1] = { ...piece, text: joined(last.text, piece.text) };
		else turns.push(piece);
	}
	const last = turns.at(-1);
	if (!last) return [{ kind: "heard", text: opening, images: [] }];
	// Some endpoints take a last message of the assistant's as the beginning of the answer, others refuse it.
	return last.kind === "said" && last.calls.length === 0
		? [...turns, { kind: "heard", text: "Go on.", images: [] }]
		: turns;
}

const opening = "Begin.";
const afterResults = "I have read the results.";

function joined(before: string, after: string): string {
	return [before, after].filter((text) => text.trim() !== "").join("\n\n");
}

/** The same conversation as one text, for whoever is to sum it up: at most `maxChars` of it. */
export function conversationText(role: string, transcript: readonly RecordedEvent[], maxChars: number): string {
	const pieces = readThread(role, transcript);
	shorten(pieces, Math.floor(maxChars * 0.8));
	const texts = pieces.map((piece) => {
		if (piece.kind === "heard") return `To the worker:\n${withNames(piece.text, piece.images, named)}`;
		const calls = piece.calls.map(
			({ name, args, result, images }) =>
				`The worker called ${name} ${JSON.stringify(args)}\nIt came to:\n${withNames(result, images, named)}`,
		);
		return [piece.text && `The worker:\n${piece.text}`, ...calls].filter(Boolean).join("\n");
	});
	const [first = "", ...rest] = texts;
	let room = maxChars - first.length;
	const newest: string[] = [];
	for (const text of rest.toReversed()) {
		room -= text.length + 40;
		if (room < 0) break;
		newest.unshift(text);
	}
	const left = rest.length - newest.length;
	const gap = left > 0 ? [`(${left} parts in between are left out here.)`] : [];
	return [first.slice(0, maxChars), ...gap, ...newest].join("\n\n");
}

/** What was left out by a compaction is told by it; the first message, which says what the thread is for, always stays. */
function readThread(
	role: string,
	transcript: readonly RecordedEvent[],
	signedOf: SignedOf = () => undefined,
): (Heard | Said)[] {
	const compacted = transcript.findLast((event) => event.type === "thread.compacted");
	if (!compacted) return readTranscript(role, transcript, signedOf);
	const first = transcript.find((event) => event.type === "message.added");
	// What the workspace says of the files that the thread works on counts as before.
	const isKept = (event: RecordedEvent) => event.seq > compacted.upTo || event.type === "guidance.given";
	const rest = transcript.filter((event) => isKept(event) && event !== first);
	return [
		...(first ? [{ kind: "heard" as const, text: heardText(first.from, first.text), images: first.images ?? [] }] : []),
		{
			kind: "heard",
			text: compactedText(compacted),
			images: keptImages(transcript, compacted.upTo).filter((image) => !first?.images?.includes(image)),
		},
		...readTranscript(role, rest, signedOf),
	];
}

interface Heard {
	readonly kind: "heard";
	readonly text: string;
	readonly images: readonly Image[];
}
interface Said {
	readonly kind: "said";
	readonly turnId?: string;
	readonly text: string;
	readonly calls: Call[];
	signed?: SignedAnswer;
}
interface Call {
	readonly id: string;
	readonly name: string;
	args: Readonly<Record<string, unknown>>;
	result: string;
	readonly images: readonly Image[];
}

function readTranscript(role: string, transcript: readonly RecordedEvent[], signedOf: SignedOf): (Heard | Said)[] {
	const results = resultsOf(transcript);
	const pieces: (Heard | Said)[] = [];
	let waiting: Heard[] = [];
	/** Of the turn whose answer is being read. */
	let signed: SignedAnswer | undefined;
	const deliver = () => {
		pieces.push(...waiting);
		waiting = [];
	};
	for (const event of transcript) {
		if (event.type === "turn.started") deliver();
		else if (event.type === "turn.completed") signed = signedOf(event);
		else if (event.type === "guidance.given") {
			// The turn that is about to be taken reads it; how the thread began is told before the conversation.
			if (!isStartOf(event)) pieces.push({ kind: "heard", text: event.text, images: [] });
		} else if (event.type === "message.added") {
			// An answer that was only reasoning says nothing, and endpoints refuse an empty message.
			if (event.from === role && event.text === "") continue;
			if (event.from === role) pieces.push({ kind: "said", text: event.text, calls: [], signed });
			else waiting.push({ kind: "heard", text: heardText(event.from, event.text), images: event.images ?? [] });
			// The first says what the thread is for; nothing was under way then.
			if (pieces.length === 0) deliver();
		} else if (event.type === "tool.requested") {
			const last = pieces.at(-1);
			const { text: result, images } = results.get(event.toolCallId) ?? {
				text: "This was not carried out.",
				images: [],
			};
			const call = { id: wireId(event.toolCallId), name: event.name, args: event.args, result, images };
			const isSameTurn = last?.kind === "said" && (last.calls.length === 0 || last.turnId === event.turnId);
			if (isSameTurn) pieces[pieces.length - 1] = { ...last, turnId: event.turnId, calls: [...last.calls, call] };
			else pieces.push({ kind: "said", turnId: event.turnId, text: "", calls: [call], signed });
		}
	}
	deliver();
	return pieces;
}

function heardText(from: string, text: string): string {
	if (from === "goal" || from === "daemon") return text;
	return from === "person" ? `The person who watches over this goal says:\n${text}` : `The ${from} says:\n${text}`;
}

interface CallResult {
	readonly text: string;
	readonly images: readonly Image[];
}

/** What each call came to, by its id. A call that ran again after it was interrupted has its last outcome. */
function resultsOf(transcript: readonly RecordedEvent[]): ReadonlyMap<string, CallResult> {
	const results = new Map<string, CallResult>();
	for (const event of transcript) {
		if (event.type === "tool.completed") {
			const output = outputText(event.output);
			const refusal =
				event.refused !== undefined && !output.includes(event.refused) ? `Not carried out: ${event.refused}` : "";
			const exit = event.exitCode === undefined ? "" : `[exit code ${event.exitCode}]`;
			const text = [refusal, exit, output].filter(Boolean).join("\n");
			const { images = [] } = event;
			results.set(event.toolCallId, { text: text.trim() === "" ? "[no output]" : text, images });
		} else if (event.type === "tool.interrupted") {
			const why = event.reason ? ` ${event.reason}` : "";
			const text =
				(event.outcome as string) === "unknown"
					? `The outcome is unknown: verify it before you repeat anything.${why}`
					: `This was not carried out.${why}`;
			results.set(event.toolCallId, { text, images: [] });
		}
	}
	return results;
}

function outputText({ head, tail, bytes }: Output): string {
	const left = bytes - Buffer.byteLength(head) - Buffer.byteLength(tail);
	if (tail === "") return left > 0 ? `${head}\n[${left} bytes left out]` : head;
	return left > 0 ? `${head}\n[… ${left} of ${bytes} bytes left out …]\n${tail}` : `${head}${tail}`;
}

/** Results and arguments longer than this are cut when the whole has become too long. */
const keptChars = 400;

/**
 * Keeps the prompt below a bound where compacting has not: what was thought before the newest answer goes first, then
 * outputs of the oldest calls, then what the oldest calls wrote, last the newest output. What was said is never cut.
 */
function shorten(pieces: readonly (Heard | Said)[], maxChars: number): void {
	const calls = pieces.flatMap((piece) => (piece.kind === "said" ? piece.calls : []));
	const argsChars = (call: Call) => JSON.stringify(call.args).length;
	let chars = pieces.reduce((sum, piece) => sum + piece.text.length, 0);
	for (const call of calls) chars += call.result.length + argsChars(call);
	const thought = pieces.filter((piece) => piece.kind === "said" && piece.signed) as Said[];
	for (const piece of thought) chars += signedChars(piece);
	for (const piece of thought.slice(0, -1)) {
		if (chars <= maxChars) return;
		chars -= signedChars(piece);
		piece.signed = undefined;
	}
	// The newest result is what the model is about to read.
	for (const call of calls.slice(0, -1)) {
		if (chars <= maxChars) return;
		const before = call.result.length;
		call.result = cut(call.result, keptChars);
		chars -= before - call.result.length;
	}
	for (const call of calls) {
		if (chars <= maxChars) return;
		const before = argsChars(call);
		call.args = Object.fromEntries(
			Object.entries(call.args).map(([name, value]) => [
				name,
				typeof value === "string" ? cut(value, keptChars) : value,
			]),
		);
		chars -= before - argsChars(call);
	}
	const last = calls.at(-1);
	if (last && chars > maxChars)
		last.result = cut(last.result, Math.max(keptChars, last.result.length - (chars - maxChars) - 60));
}

function signedChars({ signed }: Said): number {
	return signed ? JSON.stringify(signed.parts).length : 0;
}

function cut(text: string, toChars: number): string {
	if (text.length <= toChars + 60) return text;
	return `${text.slice(0, toChars)}\n[… ${text.length - toChars} characters left out to save space …]`;
}

/** Some endpoints take no longer id. */
function wireId(toolCallId: string): string {
	if (toolCallId.length <= 40) return toolCallId;
	return createHash("sha256").update(toolCallId).digest("hex").slice(0, 40);
}

function toMessages(piece: Heard | Said, pictures: Pictures): readonly LanguageModelV3Message[] {
	if (piece.kind === "heard") {
		const files = bodiesOf(piece.images, pictures).map(({ mediaType, base64 }) => ({
			type: "file" as const,
			mediaType,
			data: base64,
		}));
		const text = withNames(piece.text, piece.images, pictures);
		return [{ role: "user", content: [{ type: "text", text }, ...files] }];
	}
	const said: LanguageModelV3Message = { role: "assistant", content: contentOf(piece) };
	if (piece.calls.length === 0) return [said];
	const results = piece.calls.map((call) => ({
		type: "tool-result" as const,
		toolCallId: call.id,
		toolName: call.name,
		output: resultOutput(call, pictures),
	}));
	return [said, { role: "tool", content: results }];
}

type ResultOutput = Extract<
	Extract<LanguageModelV3Message, { role: "tool" }>["content"][number],
	{ type: "tool-result" }
>["output"];

function resultOutput({ result, images }: Call, pictures: Pictures): ResultOutput {
	const bodies = bodiesOf(images, pictures);
	const value = withNames(result, images, pictures);
	if (bodies.length === 0) return { type: "text", value };
	const data = bodies.map(({ mediaType, base64 }) => ({ type: "image-data" as const, mediaType, data: base64 }));
	return { type: "content", value: [{ type: "text", text: value }, ...data] };
}

function bodiesOf(images: readonly Image[], pictures: Pictures) {
	return images.flatMap((image) => {
		const picture = pictures.of(image);
		return "base64" in picture ? [{ mediaType: image.mediaType, base64: picture.base64 }] : [];
	});
}

/** Each image by its name, in their order; of one that is not shown, why. */
function withNames(text: string, images: readonly Image[], pictures: Pictures): string {
	const lines = images.map((image) => {
		const picture = pictures.of(image);
		const why = "left" in picture && picture.left ? ` It is not shown. ${picture.left}` : "";
		return `[Image: ${imageText(image)}.${why}]`;
	});
	return lines.length === 0 ? text : [text, ...lines].join("\n");
}

type SaidContent = Extract<LanguageModelV3Message, { role: "assistant" }>["content"];

function contentOf({ text, calls, signed }: Said): SaidContent {
	const toolCalls = calls.map((call) => ({
		type: "tool-call" as const,
		toolCallId: call.id,
		toolName: call.name,
		input: call.args,
	}));
	const ofParts = (of: "calls" | "text", length: "count" | "chars") =>
		(signed?.parts ?? []).reduce((sum, part) => sum + (part.of === of ? (part[length] ?? 0) : 0), 0);
	// Calls that were read out of the text are no parts of the answer as it was signed.
	if (!signed || ofParts("calls", "count") !== calls.length) return [...textContent(text), ...toolCalls];
	const isWhole = ofParts("text", "chars") === text.length;
	const content: SaidContent = [];
	let read = 0;
	for (const { of, text: thought = "", chars = 0, count = 0, data } of withText(signed.parts, text)) {
		const providerOptions = data && { [signed.by]: data };
		if (of === "reasoning") content.push({ type: "reasoning", text: thought, providerOptions });
		else if (of === "text") {
			// A text that was changed since stands where it began.
			content.push(...textContent(isWhole ? text.slice(read, read + chars) : read === 0 ? text : "", providerOptions));
			read += Math.max(chars, 1);
		} else
			content.push(
				...toolCalls
					.splice(0, count)
					.map((call, at) => (at === 0 && providerOptions ? { ...call, providerOptions } : call)),
			);
	}
	return content;
}

/** A text that came with no part of its own stands before the calls. */
function withText(parts: SignedAnswer["parts"], text: string): SignedAnswer["parts"] {
	if (text.trim() === "" || parts.some(({ of }) => of === "text")) return parts;
	const calls = parts.findIndex(({ of }) => of === "calls");
	return parts.toSpliced(calls === -1 ? parts.length : calls, 0, { of: "text", chars: text.length });
}

function textContent(text: string, providerOptions?: SharedV3ProviderOptions): SaidContent {
	return text.trim() ? [{ type: "text", text, ...(providerOptions && { providerOptions }) }] : [];
}
