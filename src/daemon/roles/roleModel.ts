import { parseModelRef } from "../../core/modelRef.ts";
import type { ModelChoice } from "../../core/values.ts";

/**
 * Which model a role file means: files name models as their makers do (`Claude Sonnet 4.5 (copilot)`, `sonnet`, an id),
 * and here a model is one of a provider that is set up. The first name that fits something is taken.
 */
export interface ListedModel {
	readonly provider: string;
	readonly model: string;
}

export function roleModel(
	names: readonly string[],
	listed: readonly ListedModel[],
	isProvider: (id: string) => boolean,
): ModelChoice | "inherit" | undefined {
	for (const name of names) {
		if (name.toLowerCase() === "inherit") return "inherit";
		const isListed = (provider: string, model: string) =>
			listed.some((one) => one.provider === provider && one.model === model);
		const ref = parseModelRef(name, isListed);
		if (ref && isProvider(ref.provider)) return ref;
		const found = fitting(name, listed);
		if (found) return { provider: found.provider, model: found.model };
	}
	return undefined;
}

const families: ReadonlySet<string> = new Set(["sonnet", "opus", "haiku"]);

function fitting(name: string, listed: readonly ListedModel[]): ListedModel | undefined {
	const wanted = plain(name.replace(/\([^)]*\)\s*$/, ""));
	if (wanted === "") return undefined;
	const same = listed.find(({ model }) => plain(model) === wanted);
	if (same) return same;
	if (families.has(wanted)) return newest(listed.filter(({ model }) => plain(model).split("-").includes(wanted)));
	// A dated release is the same model.
	return newest(listed.filter(({ model }) => new RegExp(`^${wanted}-20\\d{2}`).test(plain(model))));
}

function newest(models: readonly ListedModel[]): ListedModel | undefined {
	return [...models].sort((a, b) => b.model.localeCompare(a.model, "en", { numeric: true }))[0];
}

/** `anthropic/Claude Sonnet 4.5` and `claude-sonnet-4.5` are one name. */
function plain(name: string): string {
	return name
		.slice(name.lastIndexOf("/") + 1)
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-+|-+$/g, "");
}
