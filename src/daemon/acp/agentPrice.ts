import type { ModelChoice, Price } from "../../core/values.ts";
import type { Config } from "../config/config.ts";
import type { Env } from "../platform/ports.ts";
import { acpRows } from "../providers/acpRows.ts";
import { asProvider } from "../providers/knownProviders.ts";
import { priceOf } from "../providers/modelFacts.ts";

/** Whose models these agents use. */
const vendors: Readonly<Record<string, string>> = {
	"claude-code": "anthropic",
	codex: "openai",
	"gemini-cli": "google",
};

/**
 * What a model costs that an agent asks with a key of the person's. Nobody knows what it costs with a subscription, nor
 * where a model is asked that is in no list.
 */
export function agentPrice(
	{ provider, model }: Pick<ModelChoice, "provider" | "model">,
	{ known }: Pick<Config, "known">,
	env: Env,
): Price | undefined {
	const row = acpRows.find(({ id }) => id === provider);
	if (!row?.keyNames.some((name) => env[name]?.trim())) return undefined;
	const slash = model.indexOf("/");
	const vendor = vendors[provider] ?? (slash > 0 ? model.slice(0, slash) : undefined);
	const name = vendors[provider] ? model : model.slice(slash + 1);
	const found = known.find(({ id }) => id === vendor);
	return found && priceOf(asProvider(found, env), name, known);
}
