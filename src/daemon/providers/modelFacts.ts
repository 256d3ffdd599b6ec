import type { Price } from "../../core/values.ts";
import { knownModel } from "./catalogue.ts";
import type { Provider } from "./provider.ts";
import type { ProviderRow } from "./providerRow.ts";

/** What a model costs and how much it reads: as config.jsonc says, else as the catalogue does, else unknown. */
export function priceOf(provider: Provider, model: string, rows?: readonly ProviderRow[]): Price | undefined {
	const configured = provider.prices?.[model];
	if (configured) return { ...configured, source: "config" };
	const { price } = knownModel(provider, model, rows);
	return price && { ...price, source: "catalogue" };
}

/** In tokens; undefined where it is unknown. */
export function contextWindowOf(provider: Provider, model: string, rows?: readonly ProviderRow[]): number | undefined {
	return provider.contextWindows?.[model] ?? knownModel(provider, model, rows).contextWindow;
}
