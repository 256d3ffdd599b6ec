import { cacheWriteRatio } from "../../core/rules/budget.ts";
import type { Price } from "../../core/values.ts";
import { knownModel } from "./catalogue.ts";
import type { Provider } from "./provider.ts";
import type { ProviderRow } from "./providerRow.ts";

/** What a model costs, how much it reads, and whether it sees images: as config.jsonc says, else as the catalogue does, else unknown. */
export function priceOf(provider: Provider, model: string, rows?: readonly ProviderRow[]): Price | undefined {
	const configured = provider.prices?.[model];
	const { price } = knownModel(provider, model, rows);
	if (configured) return { ...configured, ...cacheWriteOf(provider, configured, price), source: "config" };
	return price && { ...price, source: "catalogue" };
}

/**
 * Of a price that says nothing of it: as much dearer as it is in the catalogue, or else at Anthropic's, where conversations
 * are kept without being told. Otherwise a turn would cost more than was reserved for it.
 */
function cacheWriteOf(
	{ kind }: Pick<Provider, "kind">,
	{ input, cacheWrite }: Price,
	known: Price | undefined,
): Pick<Price, "cacheWrite"> {
	if (cacheWrite !== undefined) return { cacheWrite };
	if (known?.cacheWrite !== undefined && known.input > 0)
		return { cacheWrite: (input * known.cacheWrite) / known.input };
	return kind === "anthropic" ? { cacheWrite: input * cacheWriteRatio } : {};
}

/** Conversations are marked to be kept, which such providers charge for. */
export function keepsPrompts({ kind, promptCaching }: Pick<Provider, "kind" | "promptCaching">): boolean {
	return kind === "anthropic" && promptCaching !== false;
}

/** In tokens; undefined where it is unknown. */
export function contextWindowOf(provider: Provider, model: string, rows?: readonly ProviderRow[]): number | undefined {
	return provider.contextWindows?.[model] ?? knownModel(provider, model, rows).contextWindow;
}

/** Undefined where it is unknown: it is shown them, and a refusal teaches. */
export function seesImages(provider: Provider, model: string, rows?: readonly ProviderRow[]): boolean | undefined {
	const { images } = provider;
	const configured = typeof images === "object" ? images[model] : images;
	return configured ?? knownModel(provider, model, rows).sees;
}
