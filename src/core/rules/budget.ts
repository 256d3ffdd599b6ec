import { agentKind, agentKindOfRef } from "../agentKinds.ts";
import type { Goal, Thread } from "../goal.ts";
import { type Image, imageTokens } from "../image.ts";
import { formatModelRef } from "../modelRef.ts";
import type { BudgetResource, ModelChoice, Price, Usage } from "../values.ts";
import { threads } from "./threads.ts";
import { workedMs } from "./workingTime.ts";

/**
 * What a goal may still use. Every turn reserves the most that it can cost before the model is asked, so that a goal
 * stops inside its limits instead of behind them. Pure; prices are handed in.
 */

/** What a model costs: as a person said for this goal, or as it is known otherwise. */
export function priceIn(
	{ prices }: Pick<Goal, "prices">,
	{ provider, model }: Pick<ModelChoice, "provider" | "model">,
	known: Price | undefined,
): Price | undefined {
	return prices?.[formatModelRef({ provider, model })] ?? known;
}

/** Where nobody says what is kept in a provider's cache costs, it is taken for so much dearer than what is only read. */
export const cacheWriteRatio = 1.25;

export interface Reservation {
	/** Of the prompt and the answer together. */
	readonly tokens: number;
	/** The longest answer that still fits; the model is told. */
	readonly outputTokens: number;
	/** Null where no price is known. */
	readonly usd: number | null;
}

export interface BrokenLimit {
	readonly resource: BudgetResource;
	readonly limit: number;
	/** Null for money spent at an unknown price. */
	readonly used: number | null;
	/** The model whose price is unknown, where that is why the limit cannot be held. */
	readonly unpriced?: Pick<ModelChoice, "provider" | "model">;
	/** One sentence. */
	readonly reason: string;
}

/** Instructions and tools, before anything is said. */
export const firstPromptTokens = 5_000;
/** Text has fewer tokens than this many characters. */
export const charsPerToken = 3;
const longestAnswerTokens = 16_000;
/** An answer shorter than this would be of no use. */
const shortestAnswerTokens = 256;

/** What the thread's next turn may use at most, within what is left. */
export function reserve(
	goal: Goal,
	thread: Thread,
	price: Price | undefined,
	contextWindow: number | undefined,
): Reservation {
	if (isFree(thread)) return { tokens: 0, outputTokens: 0, usd: 0 };
	const prompt = promptTokens(thread);
	const left = [longestAnswerTokens];
	if (contextWindow !== undefined) left.push(contextWindow - prompt);
	const { tokens, usd } = goal.budget;
	if (tokens !== undefined) left.push(tokens - usedTokens(goal) - prompt);
	if (usd !== undefined && price && price.output > 0) {
		left.push(Math.floor(((usd - (usedMoney(goal) ?? usd)) * 1_000_000 - prompt * dearestInput(price)) / price.output));
	}
	const outputTokens = Math.max(shortestAnswerTokens, Math.min(...left));
	return { tokens: prompt + outputTokens, outputTokens, usd: price ? mostCost(price, prompt, outputTokens) : null };
}

/** The first limit that the thread's next turn would break. Minutes end what runs, so they are the whole goal's: `brokenMinutes`. */
export function brokenLimit(goal: Goal, thread: Thread, price: Price | undefined): BrokenLimit | undefined {
	for (const resource of ["usd", "tokens", "turns"] as const) {
		const limit = goal.budget[resource];
		const broken = limit === undefined ? undefined : checks[resource](goal, thread, limit, price);
		if (broken) return { resource, limit: limit!, ...broken };
	}
	return undefined;
}

/** What the thread's turn under way has reserved would fit once more. */
export function fitsAgain(goal: Goal, { turn }: Thread): boolean {
	if (!turn) return false;
	const { tokens, usd } = goal.budget;
	if (tokens !== undefined && usedTokens(goal) + turn.reserved.tokens > tokens) return false;
	if (usd === undefined) return true;
	const used = usedMoney(goal);
	return used !== null && turn.reserved.usd !== null && used + turn.reserved.usd <= usd;
}

/** Its limit of minutes, where that is used up. */
export function brokenMinutes(goal: Goal, now: number): BrokenLimit | undefined {
	const limit = goal.budget.minutes;
	if (limit === undefined) return undefined;
	const used = workedMs(goal, now) / 60_000;
	if (used < limit) return undefined;
	const unit = limit === 1 ? "minute" : "minutes";
	return { resource: "minutes", limit, used, reason: `${limit} ${unit} of working time are used.` };
}

/** What was used, at a price. */
export function costOf(usage: Omit<Usage, "costUsd">, price: Price | undefined): number | null {
	if (!price) return null;
	const cached = Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens);
	const kept = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached);
	const saved = (cached * (price.input - (price.cachedInput ?? price.input))) / 1_000_000;
	const more = (kept * ((price.cacheWrite ?? price.input) - price.input)) / 1_000_000;
	return cost(price, usage.inputTokens, usage.outputTokens) - saved + more;
}

type Check = (
	goal: Goal,
	thread: Thread,
	limit: number,
	price: Price | undefined,
) => Pick<BrokenLimit, "used" | "unpriced" | "reason"> | undefined;

const checks: { readonly [R in Exclude<BudgetResource, "minutes">]: Check } = {
	usd(goal, thread, limit, price) {
		if (isFree(thread)) return undefined;
		const used = usedMoney(goal);
		if (!price || used === null) {
			const { provider, model } = (price && usedUnpriced(goal)) || thread.assignment;
			const reason = `No price is known for ${provider}/${model}, so a limit of ${limit} USD cannot be held.`;
			return { used, unpriced: { provider, model }, reason };
		}
		const needed = mostCost(price, promptTokens(thread), shortestAnswerTokens);
		if (used + needed <= limit) return undefined;
		return {
			used,
			reason: `${used.toFixed(4)} of ${limit} USD are used; the next turn may cost ${needed.toFixed(4)} or more.`,
		};
	},
	tokens(goal, thread, limit) {
		if (isFree(thread)) return undefined;
		const used = usedTokens(goal);
		const needed = promptTokens(thread) + shortestAnswerTokens;
		if (used + needed <= limit) return undefined;
		return { used, reason: `${used} of ${limit} tokens are used; the next turn needs about ${needed}.` };
	},
	turns(goal, thread, limit) {
		if (isFree(thread)) return undefined;
		const used = modelTurns(goal) + inFlight(goal).length;
		return used < limit ? undefined : { used, reason: `${used} of ${limit} turns are used.` };
	},
};

/** A model that the goal has used, and whose price is unknown. */
function usedUnpriced({ usage }: Goal): ModelChoice | undefined {
	const name = Object.keys(usage.byModel).find((one) => usage.byModel[one]?.costUsd === null);
	const slash = name?.indexOf("/") ?? 0;
	return name === undefined ? undefined : { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}

function isFree(thread: Thread): boolean {
	return !agentKind(thread.assignment).priced;
}

/** Of the thread's next prompt: what the provider counted, and what came since. */
export function promptTokens({ last, newChars }: Pick<Thread, "last" | "newChars">): number {
	const known = last ? last.inputTokens + last.outputTokens : firstPromptTokens;
	return known + Math.ceil(newChars / charsPerToken);
}

/** So many characters of Latin text have as many tokens as these images have at most. */
export function imageChars(images: readonly Image[] = []): number {
	return images.reduce((sum, image) => sum + imageTokens(image).most, 0) * charsPerToken;
}

/** Where the whole prompt is kept for later. */
function mostCost(price: Price, input: number, output: number): number {
	return cost({ ...price, input: dearestInput(price) }, input, output);
}

function dearestInput({ input, cacheWrite }: Price): number {
	return Math.max(input, cacheWrite ?? 0);
}

function cost(price: Price, input: number, output: number): number {
	return (input * price.input + output * price.output) / 1_000_000;
}

function usedTokens(goal: Goal): number {
	const reserved = inFlight(goal).reduce((sum, turn) => sum + turn.reserved.tokens, 0);
	return goal.usage.inputTokens + goal.usage.outputTokens + reserved;
}

function usedMoney(goal: Goal): number | null {
	return inFlight(goal).reduce<number | null>(
		(sum, turn) => (sum === null || turn.reserved.usd === null ? null : sum + turn.reserved.usd),
		goal.usage.costUsd,
	);
}

function modelTurns(goal: Goal): number {
	const free = Object.entries(goal.usage.byModel).filter(([name]) => !agentKindOfRef(name).priced);
	return free.reduce((turns, [, used]) => turns - used.turns, goal.usage.turns);
}

function inFlight(goal: Goal) {
	return threads(goal).flatMap((thread) => (thread.turn && !isFree(thread) ? [thread.turn] : []));
}
