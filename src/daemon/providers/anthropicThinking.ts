import type { Effort } from "../../core/values.ts";

/** Models of Anthropic's that think within a number of tokens; later ones are told how hard to try, and decide themselves. */
export const thinksByBudget = /^claude-(3-7|(sonnet|opus|haiku)-4($|-[0-5]($|-)|-\d{6,}|-latest))/;

/** Anthropic's own models of the kind that decides. Others that speak its protocol are asked by a budget, as it was first. */
export function decidesItself(model: string): boolean {
	return /(^|[/.])claude-/.test(model) && !thinksByBudget.test(model.slice(model.lastIndexOf("/") + 1));
}

/** The protocol takes no smaller budget. */
const leastBudget = 1024;

/** What part of an answer may be thought, by effort. */
const shares: Readonly<Record<Effort, number>> = {
	none: 0,
	minimal: 0.1,
	low: 0.2,
	medium: 0.5,
	high: 0.75,
	xhigh: 0.85,
};

/** The tokens to think with, of an answer that may have so many; undefined where that leaves no room for both. */
export function thinkingBudget(effort: Effort, answerTokens: number): number | undefined {
	if (effort === "none") return undefined;
	const budget = Math.max(leastBudget, Math.floor(answerTokens * shares[effort]));
	return answerTokens - budget >= leastBudget ? budget : undefined;
}
