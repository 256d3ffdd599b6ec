import { type Effort, efforts, type ModelChoice } from "./values.ts";

/**
 * A model is named `provider/model`, with `:effort` behind it where one is chosen. The first `/` ends the provider; a
 * suffix is an effort only if it is one of the known words and the whole name is not a listed model, so that
 * `local/qwen3:8b` has none.
 */
export function parseModelRef(
	text: string,
	isListed: (provider: string, model: string) => boolean = () => false,
): ModelChoice | undefined {
	const slash = text.indexOf("/");
	if (slash < 1 || slash === text.length - 1) return undefined;
	const provider = text.slice(0, slash);
	const model = text.slice(slash + 1);
	const colon = model.lastIndexOf(":");
	const suffix = colon > 0 ? model.slice(colon + 1) : "";
	if (!isEffort(suffix) || isListed(provider, model)) return { provider, model };
	return { provider, model: model.slice(0, colon), effort: suffix };
}

export function formatModelRef({ provider, model, effort }: ModelChoice): string {
	return `${provider}/${model}${effort ? `:${effort}` : ""}`;
}

/**
 * Whether the model that answered is the one that was asked. Providers leave out a vendor's name, or add the date or the
 * build of a version; that is no other model.
 */
export function isSameModel(asked: string, answered: string): boolean {
	const [a, b] = [bareName(asked), bareName(answered)];
	return a === b || b.startsWith(`${a}-20`) || b.startsWith(`${a}@`) || b.startsWith(`${a}:`) || a === `${b}:latest`;
}

function bareName(model: string): string {
	return model.slice(model.lastIndexOf("/") + 1).toLowerCase();
}

function isEffort(text: string): text is Effort {
	return (efforts as readonly string[]).includes(text);
}
