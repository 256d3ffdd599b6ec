import { agentKindName } from "../agentKinds.ts";
import { formatModelRef } from "../modelRef.ts";
import type { ModelChoice, Price } from "../values.ts";

/**
 * That a limit of money cannot be held over these models, whose price is unknown: a sentence for each, once. The goal
 * asks before such a model's first turn, so it is better known before it begins.
 */
export function unpricedTexts(models: readonly Pick<ModelChoice, "provider" | "model">[]): readonly string[] {
	const names = models.map(({ provider, model }) => formatModelRef({ provider, model }));
	return [...new Set(names)].map(
		(name) =>
			`No price is known for ${name}, so a limit of money cannot be held, and the goal asks before that model's first turn. ${remedy(name)}`,
	);
}

function remedy(name: string): string {
	return agentKindName({ provider: name.slice(0, name.indexOf("/")) }) === "editor"
		? "Who pays its vendor by subscription can limit tokens instead."
		: "Set its price in config.jsonc (`prices` of its provider), or limit tokens instead.";
}

/** A price as people read it. */
export function priceWords({ input, output, cacheWrite }: Pick<Price, "input" | "output" | "cacheWrite">): string {
	if (input === 0 && output === 0 && !cacheWrite) return "nothing";
	const kept = cacheWrite === undefined ? "" : `, $${cacheWrite} kept in the cache`;
	return `$${input} a million tokens read, $${output} written${kept}`;
}
