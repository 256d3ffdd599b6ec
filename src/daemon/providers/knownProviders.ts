import type { Env } from "../platform/ports.ts";
import type { Provider } from "./provider.ts";
import type { ProviderRow } from "./providerRow.ts";

/** The provider of a row, as one that config.jsonc names would be. */
export function asProvider(row: ProviderRow, env: Env, baseUrl = row.baseUrl): Provider {
	const apiKeyEnv = row.keyNames.find((name) => env[name]?.trim()) ?? row.keyNames[0];
	const address = (row.baseUrlName && env[row.baseUrlName]) || baseUrl;
	return { id: row.id, kind: row.wire, baseUrl: address, apiKeyEnv, structuredOutput: true };
}

/** Providers that need no configuration, because the environment says all there is to say. */
export function providersOfEnvironment(env: Env, rows: readonly ProviderRow[]): readonly Provider[] {
	const isNamed = ({ keyNames, baseUrlName }: ProviderRow) =>
		keyNames.some((name) => env[name]?.trim()) || (baseUrlName !== undefined && Boolean(env[baseUrlName]));
	return rows.filter((row) => row.offer === "hosted" && isNamed(row)).map((row) => asProvider(row, env));
}

/** Those that can be chosen by their id without a line of configuration. */
export function offered(rows: readonly ProviderRow[]): readonly ProviderRow[] {
	return rows.filter(({ offer }) => offer !== "unlisted");
}
