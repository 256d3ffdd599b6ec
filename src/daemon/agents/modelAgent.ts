import type { LanguageModelV3CallOptions } from "@ai-sdk/provider";
import { charsPerToken, costOf, priceIn } from "../../core/rules/budget.ts";
import type { TokenCount } from "../../core/textTokens.ts";
import type { ModelChoice, Price, Usage } from "../../core/values.ts";
import type { Limits } from "../config/configSchema.ts";
import type { Adaptation } from "../endpoint/adaptationRow.ts";
import { adaptationText, lossOf, noImages, otherProtocol, teaches } from "../endpoint/adaptations.ts";
import type { Learned } from "../endpoint/learned.ts";
import type { Asked } from "../endpoint/modelFailure.ts";
import { askedEffort } from "../providers/efforts.ts";
import { priceOf, seesImages } from "../providers/modelFacts.ts";
import type { Provider } from "../providers/provider.ts";
import type { ProviderRow, WireName } from "../providers/providerRow.ts";
import type { OpenedModel, OpenModel } from "../providers/wires/wire.ts";
import { wires } from "../providers/wires/wires.ts";
import { type KeyChain, keySource } from "../secrets/providerKeys.ts";
import { type JsonSchema, toolSchema } from "../tools/toolSchema.ts";
import type { Agent, Turn, TurnOutcome } from "./agent.ts";
import { answerShapes } from "./answerShapes.ts";
import { sentTokens } from "./countedUsage.ts";
import { callModel } from "./modelCall.ts";
import { picturesOf } from "./pictures.ts";
import { conversationText, promptMessages, threadImages } from "./promptMessages.ts";
import { systemPrompt } from "./prompts.ts";
import { goesBack } from "./signedAnswer.ts";
import { lookAround } from "./surroundings.ts";
import { summaryInstructions, summarySchema } from "./threadSummary.ts";

/**
 * An agent that is a model behind an endpoint: one streamed call a turn, no loop and no retry of its own, because the
 * engine records, judges and repeats. An answer counts only when the provider said that it is finished; half of one is a
 * failure, never a result. Long, because one turn is told from its prompt to what it cost.
 */
export interface ModelAgentParts {
	readonly provider: Provider;
	/** What is known of providers. */
	readonly known: readonly ProviderRow[];
	readonly choice: ModelChoice;
	readonly keys: KeyChain;
	readonly limits: Limits;
	/** What refusals taught of endpoints; shared, so that each is refused once. */
	readonly learned: Learned;
	/** Aborts when the daemon stops. */
	readonly closing: AbortSignal;
	/** What opens its model, where that is not the wire of its provider. */
	readonly load?: () => Promise<OpenModel>;
	/** What helps when it cannot be reached, where it has no address. */
	readonly remedy?: string;
}

export function createModelAgent(parts: ModelAgentParts): Agent {
	const kept: Kept = {};
	return { takeTurn: (turn, signal) => takeTurn(parts, kept, turn, signal) };
}

/** What one turn leaves for the next. */
interface Kept {
	/** Made once for a key: the package makes its schemas anew with each model, which takes as long as a request. */
	opened?: OpenedModel & { readonly key: string | undefined; readonly wire: WireName };
}

async function takeTurn(parts: ModelAgentParts, kept: Kept, turn: Turn, signal: AbortSignal): Promise<TurnOutcome> {
	const { provider, choice, keys, limits, known, learned } = parts;
	const spoken = () => learned.of(provider, choice.model).find(({ parameter }) => parameter === otherProtocol)?.instead;
	const load = (name: WireName) => (parts.load ?? wires[name].load)();
	const loading = load(wireName(spoken() ?? provider.kind));
	const [key, surroundings] = await Promise.all([keys.resolveKey(provider), lookAround(turn.goal.workspace)]);
	if (key.kind === "missing") return { kind: "failed", code: "keyNeeded", reason: key.reason, retryable: false };
	await loading;
	const apiKey = key.kind === "key" ? key.key.reveal() : undefined;
	const name = `${provider.id}/${choice.model}`;
	const tell = (adaptation: Adaptation) =>
		turn.onAdapted({ ...adaptation, text: keys.redact(adaptationText(adaptation, name)) });
	let wire = wireName(spoken() ?? provider.kind);
	let outcome = await askOn(wire);
	const fallback = parts.load ? undefined : wires[wire].fallback;
	if (outcome.kind === "failed" && outcome.unknownPath && fallback) {
		wire = fallback;
		outcome = await askOn(wire);
		// A proxy whose server is away knows no path at all: only an answer shows what is spoken.
		if (outcome.kind === "answered") {
			const adaptation = { parameter: otherProtocol, instead: fallback };
			await tell(adaptation);
			learned.learn(provider, choice.model, adaptation);
		}
	}
	const price = priceIn(turn.goal, choice, priceOf(provider, choice.model, known));
	switch (outcome.kind) {
		case "failed":
			if (outcome.code === "unauthorized") keys.forget(provider.id);
			return { ...outcome, reason: keys.redact(outcome.reason), used: outcome.used && priced(outcome.used, price) };
		case "aborted":
			return { ...outcome, used: outcome.used && priced(outcome.used, price) };
		case "answered":
			return { ...outcome, usage: priced(outcome.usage, price), ...(price && { price }) };
		default:
			return outcome;
	}

	async function askOn(wire: WireName): Promise<TurnOutcome> {
		const effort = choice.effort && askedEffort({ ...provider, kind: wire }, choice.model, choice.effort, known);
		if (kept.opened?.key !== apiKey || kept.opened?.wire !== wire) {
			const openModel = await load(wire);
			kept.opened = { key: apiKey, wire, ...openModel({ provider, model: choice.model, apiKey, effort }) };
		}
		const { model, begin, prepare, signs, images: takes = { inResults: false }, writeSchema = asItIs } = kept.opened!;
		const tools = turn.compaction
			? []
			: turn.tools.map((tool) => ({
					type: "function" as const,
					name: tool.name,
					description: tool.description,
					inputSchema: writeSchema(toolSchema(tool)),
				}));
		const adaptations = learned.of(provider, choice.model);
		const images = turn.compaction ? [] : threadImages(turn.thread.role, turn.transcript);
		const isBlind = seesImages(provider, choice.model, known) === false;
		const refused =
			isBlind || adaptations.some((each) => lossOf(each) === "images") ? `${name} sees no images.` : undefined;
		const pictures = await picturesOf(images, turn, takes, refused);
		const room =
			promptChars(turn, limits) -
			(tools.length > 0 ? JSON.stringify(tools).length : 0) -
			pictures.tokens * charsPerToken;
		const options: LanguageModelV3CallOptions = {
			prompt: turn.compaction
				? summaryPrompt(turn, room)
				: promptMessages(
						systemPrompt(turn, surroundings),
						turn.thread.role,
						turn.transcript,
						room,
						(earlier) => goesBack(earlier, choice, signs),
						pictures,
					),
			tools,
			maxOutputTokens: turn.thread.turn?.reserved.outputTokens,
		};
		const asked: Omit<Asked, "began"> = {
			provider: provider.id,
			model: choice.model,
			baseUrl: provider.baseUrl,
			keySource: keySource(provider, keys),
			remedy: parts.remedy,
			protocol: wires[wire].protocol,
		};
		const sent = sentTokens(options, pictures.tokens);
		const tooLarge = beyondReserved(turn, sent);
		if (tooLarge) return tooLarge;
		const shape = turn.compaction ? { name: "summary", schema: summarySchema } : answerShapes[turn.thread.purpose];
		const wantsSchema = shape !== undefined && provider.structuredOutput;
		const isWanted = {
			reasoning_effort: effort !== undefined,
			tools: tools.length > 0,
			response_format: wantsSchema,
			images: images.length > 0,
		};
		if (isBlind && isWanted.images) await tell(noImages);
		for (const each of adaptations) {
			const loss = lossOf(each);
			if (loss && isWanted[loss]) await tell(each);
		}
		const written = wantsSchema && { type: "json" as const, ...shape, schema: writeSchema(shape.schema) };
		const wanted = { ...options, responseFormat: written || undefined };
		return callModel({
			model,
			sent,
			options: prepare ? prepare(wanted) : wanted,
			longest: options.maxOutputTokens,
			signs,
			asked,
			turn,
			signal: AbortSignal.any([signal, parts.closing]),
			limits,
			begin: (abortSignal, onPiece, onError) =>
				begin(abortSignal, {
					adaptations,
					onPiece,
					onError,
					async onAdapted(adaptation) {
						await tell(adaptation);
						if (teaches(adaptation)) learned.learn(provider, choice.model, adaptation);
					},
				}),
		});
	}
}

/** What was learned may have been written by another version. */
function wireName(name: string): WireName {
	return Object.hasOwn(wires, name) ? (name as WireName) : "openai-compatible";
}

function asItIs(schema: JsonSchema): JsonSchema {
	return schema;
}

function priced(usage: Usage, price: Price | undefined): Usage {
	return { ...usage, costUsd: costOf(usage, price) };
}

/**
 * The prompt is longer than was reserved for it, so that the turn might break a limit: it is not sent. What was reserved
 * after a turn rests on what that turn was counted as; before the first one it is a guess, so the likely number decides.
 */
function beyondReserved({ thread, compaction }: Turn, sent: TokenCount): TurnOutcome | undefined {
	const reserved = thread.turn?.reserved;
	if (reserved?.outputTokens === undefined || compaction) return undefined;
	const needed = thread.last ? sent.fewest : sent.likely;
	if (needed <= reserved.tokens - reserved.outputTokens) return undefined;
	return { kind: "unsent", promptTokens: Math.max(sent.likely, needed) };
}

/** Of the window, a part is left for the answer; a summary is longer than most answers. */
const promptShare = 0.9;
const summaryPromptShare = 0.75;

function promptChars({ contextWindow, compaction }: Turn, limits: Limits): number {
	if (contextWindow === undefined) return limits.promptChars;
	const share = compaction ? summaryPromptShare : promptShare;
	return Math.min(limits.promptChars, Math.floor(contextWindow * share * charsPerToken));
}

/** The conversation as one text: messages with calls in them are refused by some endpoints where no tools are offered. */
function summaryPrompt(
	{ compaction, thread, transcript }: Turn,
	maxChars: number,
): LanguageModelV3CallOptions["prompt"] {
	const { account = "", problem } = compaction ?? {};
	const again = problem
		? `\n\nYour last answer could not be used. ${problem} Answer again with one JSON document.`
		: "";
	const known = account ? `\n\nWhat the daemon knows by itself:\n${account}` : "";
	const room = maxChars - summaryInstructions.length - known.length - again.length - 100;
	const text = `The conversation:\n\n${conversationText(thread.role, transcript, Math.max(0, room))}${known}${again}`;
	return [
		{ role: "system", content: summaryInstructions },
		{ role: "user", content: [{ type: "text", text }] },
	];
}
