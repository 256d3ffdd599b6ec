import { type Effort, efforts } from "../../core/values.ts";
import { knownModel } from "./catalogue.ts";
import type { Provider } from "./provider.ts";
import { type EffortBody, type KnownEfforts, type ProviderRow, rowOf } from "./providerRow.ts";
import { providerRows } from "./providerRows.ts";

type Named = Pick<Provider, "id" | "baseUrl" | "efforts"> & Partial<Pick<Provider, "kind">>;

const chat = "openai-compatible";

/** What asks for an effort: its level, and how that is written in OpenAI's chat protocol. */
export interface AskedEffort {
	readonly level: Effort;
	readonly body: EffortBody;
}

/**
 * The reasoning efforts that some model of the provider takes; of one model, where it is named. Empty where none is
 * taken. What is unknown is passed on as it was asked for.
 */
export function effortsOf(
	provider: Named,
	model?: string,
	rows: readonly ProviderRow[] = providerRows,
): readonly Effort[] {
	const own = configured(provider, model);
	if (own) return own;
	// Whoever speaks a vendor's own protocol takes what that vendor's models take, wherever it lies.
	const row = rowOf(provider, rows) ?? rows.find(({ wire }) => wire !== chat && wire === provider.kind);
	const known = row?.efforts;
	if (!known) return efforts;
	const inChat = provider.kind === chat && row.wire !== chat ? known.inChat : undefined;
	if (inChat) return inChat;
	return model === undefined ? ofAnyModel(known) : ofModel(provider, model, known, rows);
}

function configured({ efforts: own }: Named, model: string | undefined): readonly Effort[] | undefined {
	if (own === undefined || isList(own)) return own;
	if (model !== undefined) return Object.hasOwn(own, model) ? own[model] : undefined;
	return undefined;
}

function isList(value: NonNullable<Named["efforts"]>): value is Effort[] {
	return Array.isArray(value);
}

function ofAnyModel({ takes, models = [] }: KnownEfforts): readonly Effort[] {
	const some = new Set([...takes, ...models.flatMap(([, others]) => others)]);
	return efforts.filter((effort) => some.has(effort));
}

/** The catalogue knows which models do not reason at all. */
function ofModel(provider: Named, model: string, known: KnownEfforts, rows: readonly ProviderRow[]): readonly Effort[] {
	const bare = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
	const named = known.models?.find(([name]) => name.test(bare))?.[1];
	if (named) return named;
	return knownModel(provider, model, rows).reasons === false ? [] : known.takes;
}

/** Undefined when the model takes no such effort. */
export function askedEffort(
	provider: Named,
	model: string,
	effort: Effort,
	rows: readonly ProviderRow[] = providerRows,
): AskedEffort | undefined {
	if (!effortsOf(provider, model, rows).includes(effort)) return undefined;
	return { level: effort, body: rowOf(provider, rows)?.efforts?.inBody?.(effort) ?? { reasoning_effort: effort } };
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
