import { formatModelRef } from "../modelRef.ts";
import type { ModelChoice } from "../values.ts";

/** What a person should know who gives images, of models that are known to see none: a sentence each. */
export function blindTexts(choices: readonly Pick<ModelChoice, "provider" | "model">[]): readonly string[] {
	const names = new Set(choices.map(({ provider, model }) => formatModelRef({ provider, model })));
	return [...names].map((name) => `${name} sees no images: it is told the names of those that you give, and no more.`);
}
