import type { Price } from "../../core/values.ts";
import type { Provider } from "../providers/provider.ts";
import { knownModel } from "./catalogue.ts";

/** What a model costs and how much it reads: as config.jsonc says, else as the catalogue does, else unknown. */
export function priceOf(provider: Provider, model: string): Price | undefined {
	const configured = provider.prices?.[model];
	if (configured) return { ...configured, source: "config" };
	const { price } = knownModel(provider, model);
	return price && { ...price, source: "catalogue" };
}

/** In tokens; undefined where nobody says. */
export function contextWindowOf(provider: Provider, model: string): number | undefined {
	return provider.contextWindows?.[model] ?? knownModel(provider, model).contextWindow;
}
