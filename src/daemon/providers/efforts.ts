import { type Effort, efforts } from "../../core/values.ts";
import type { Provider } from "./provider.ts";
import { type EffortBody, type ProviderRow, rowOf } from "./providerRow.ts";
import { providerRows } from "./providerRows.ts";

type Named = Pick<Provider, "id" | "baseUrl" | "efforts">;

/**
 * The reasoning efforts that some model of the provider takes; of one model, where it is named. Empty where none is
 * taken. What is unknown is passed on as it was asked for.
 */
export function effortsOf(
	provider: Named,
	model?: string,
	rows: readonly ProviderRow[] = providerRows,
): readonly Effort[] {
	if (provider.efforts) return provider.efforts;
	const known = rowOf(provider, rows)?.efforts;
	if (!known) return efforts;
	if (model !== undefined) {
		const bare = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
		return known.models?.find(([name]) => name.test(bare))?.[1] ?? known.takes;
	}
	const some = new Set([...known.takes, ...(known.models ?? []).flatMap(([, takes]) => takes)]);
	return efforts.filter((effort) => some.has(effort));
}

/** What asks for the effort; undefined when the model takes no such one. */
export function effortInBody(
	provider: Named,
	model: string,
	effort: Effort,
	rows: readonly ProviderRow[] = providerRows,
): EffortBody | undefined {
	if (!effortsOf(provider, model, rows).includes(effort)) return undefined;
	return rowOf(provider, rows)?.efforts?.inBody?.(effort) ?? { reasoning_effort: effort };
}

/** Why an effort is left out, as a sentence; undefined when it is not. */
export function effortProblem(
	provider: Named,
	model: string,
	effort: Effort,
	rows: readonly ProviderRow[] = providerRows,
): string | undefined {
	const takes = effortsOf(provider, model, rows);
	if (takes.includes(effort)) return undefined;
	const name = `${provider.id}/${model}`;
	return takes.length === 0
		? `${name} takes no reasoning effort, so “${effort}” is left out.`
		: `${name} takes no reasoning effort “${effort}” (only ${takes.join(", ")}), so it is left out.`;
}
