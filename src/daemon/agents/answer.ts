import type { LanguageModelV3StreamPart, LanguageModelV3Usage } from "@ai-sdk/provider";
import type { SignedAnswer } from "../../core/signedAnswer.ts";
import { tokenMeter } from "../../core/textTokens.ts";
import { isTooDeep } from "../config/jsonDepth.ts";
import { finishReason } from "../endpoint/finishReasons.ts";
import type { SignedFields } from "../providers/wires/wire.ts";
import type { ProposedCall, Turn } from "./agent.ts";
import { signatureBook } from "./signedAnswer.ts";

/** What has arrived of an answer. */
export class Answer {
	text = "";
	reasoning = "";
	readonly calls: ProposedCall[] = [];
	answered: string | undefined;
	/** As the provider counted it. */
	usage: LanguageModelV3Usage | undefined;
	/** All that was written, whatever becomes of it. */
	readonly received = tokenMeter();
	/** Set once the provider said that the answer is whole. */
	finish: string | undefined;
	error: unknown;
	/** A stream came back, whatever is in it. */
	began = false;
	/** It was the beginning of an answer. */
	understood = false;
	readonly #signatures;

	constructor(signs: SignedFields | undefined) {
		this.#signatures = signs && signatureBook(signs);
	}

	/** What the provider wants to see again of it. */
	get signed(): SignedAnswer | undefined {
		return this.#signatures?.whole();
	}

	add(part: LanguageModelV3StreamPart, onDelta: Turn["onDelta"]): void {
		this.#signatures?.add(part);
		this.understood ||= ofAnswer.has(part.type);
		switch (part.type) {
			case "response-metadata":
				this.answered = part.modelId || undefined;
				break;
			case "text-delta":
				this.text += part.delta;
				this.received.add(part.delta);
				onDelta(part.delta, false);
				break;
			case "reasoning-delta":
				this.reasoning += part.delta;
				this.received.add(part.delta);
				onDelta(part.delta, true);
				break;
			case "tool-input-start":
				this.received.add(part.toolName);
				break;
			case "tool-input-delta":
				this.received.add(part.delta);
				break;
			case "tool-call":
				this.calls.push(proposedCall(part.toolName, part.input));
				break;
			case "error":
				this.error ??= part.error ?? new Error("The provider reported an error.");
				break;
			case "finish":
				this.finish = isBlocked(part) ? "content-filter" : finishReason(part.finishReason);
				this.usage = part.usage;
				if (this.finish === "length") this.#tellCut();
				break;
			default:
		}
	}

	/** The last call, where the end of the answer cut it off: to write it once more would end in the same way. */
	#tellCut(): void {
		const last = this.calls.at(-1);
		if (!last?.malformed) return;
		const malformed = "the answer reached its length limit before their end. Write less in one call, in several parts.";
		this.calls[this.calls.length - 1] = { ...last, malformed };
	}

	/** It is longer than it may be: what has come counts as an answer that reached its length limit. */
	cutShort(): void {
		this.finish = "length";
	}
}

/** Parts that only an answer has: its name, or something of what it says. */
const ofAnswer: ReadonlySet<LanguageModelV3StreamPart["type"]> = new Set([
	"response-metadata",
	"text-delta",
	"reasoning-delta",
	"tool-input-start",
	"tool-call",
] as const);

/** Gemini refuses a prompt without an answer, and so without a reason why one ended. */
function isBlocked({ providerMetadata }: LanguageModelV3StreamPart & { type: "finish" }): boolean {
	const feedback = providerMetadata?.google?.promptFeedback as { readonly blockReason?: unknown } | null | undefined;
	return typeof feedback?.blockReason === "string";
}

/** A model that has nothing to say about arguments may send none at all. */
function proposedCall(name: string, input: string): ProposedCall {
	if (input.trim() === "") return { name, args: {} };
	if (isTooDeep(input)) return { name, args: {}, malformed: "the arguments have too many brackets in each other." };
	try {
		const args = JSON.parse(input) as unknown;
		if (typeof args === "object" && args !== null && !Array.isArray(args)) return { name, args };
		return { name, args, malformed: "the arguments must be a JSON object." };
	} catch (cause) {
		return { name, args: input, malformed: `the arguments are not valid JSON (${(cause as Error).message}).` };
	}
}
