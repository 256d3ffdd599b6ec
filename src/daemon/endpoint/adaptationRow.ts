import { type Refused, refuses } from "./refusal.ts";
import type { Body } from "./requestShapes.ts";

/** What a server refused, and what it is asked for instead. */
export interface Adaptation {
	/** The id of its row: the name of a parameter, or what it is about. */
	readonly parameter: string;
	readonly instead: string;
}

/**
 * One thing that servers refuse in a request: how the refusal is recognised, and what is asked instead. A row that stands
 * earlier in its table is tried earlier. `instead` says in a word what takes the parameter's place, so that it can be
 * kept; the same parameter can be refused again, and then gets another one.
 */
export interface AdaptationRow {
	readonly parameter: string;
	/** What was asked for and is not had with it: a person is told in each goal. */
	readonly loses?: "images" | "reasoning_effort" | "response_format" | "tools";
	/** It is about what this conversation holds, and teaches nothing of the endpoint. */
	readonly once?: true;
	/** What to ask instead; undefined when it was not this that was refused. `before` is what is asked instead already. */
	refused(refused: Refused, sent: Body, before: string | undefined): string | undefined;
	apply(body: Body, instead: string): Body;
	/** In a sentence that begins with the model's name. */
	told(instead: string): string;
}

export const left = "left out";

/** A parameter without which the request means the same. */
export function leftOut(parameter: string): AdaptationRow {
	return {
		parameter,
		refused: (refused, sent, before) =>
			sent[parameter] !== undefined && !before && refuses(refused, parameter) ? left : undefined,
		apply: (body) => without(body, parameter),
		told: () => `refuses ${parameter} and is asked without it from now on`,
	};
}

export function without(body: Body, ...names: readonly string[]): Body {
	return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}
