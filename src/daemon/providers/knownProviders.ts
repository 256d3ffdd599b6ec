import type { Env } from "../platform/ports.ts";
import type { Provider } from "./provider.ts";
import type { ProviderRow } from "./providerRow.ts";

/** The provider of a row, as one that config.jsonc names would be. */
export function asProvider(row: ProviderRow, env: Env, baseUrl = row.baseUrl): Provider {
	const apiKeyEnv = row.keyNames.find((name) => env[name]?.trim()) ?? row.keyNames[0];
	const elsewhere = addressIn(env, row);
	const address = elsewhere === undefined ? baseUrl : withPath(elsewhere, row.basePath);
	return { id: row.id, kind: row.wire, baseUrl: address, apiKeyEnv, structuredOutput: true };
}

function addressIn(env: Env, { baseUrlNames = [] }: ProviderRow): string | undefined {
	return baseUrlNames.map((name) => env[name]?.trim()).find(Boolean);
}

/** As the vendor's own tools read it: they add the version themselves. Whoever wrote it down means the same. */
function withPath(address: string, basePath = ""): string {
	const bare = address.replace(/\/+$/, "");
	return bare.endsWith(basePath) ? bare : `${bare}${basePath}`;
}

/** Providers that need no configuration, because the environment says all there is to say. */
export function providersOfEnvironment(env: Env, rows: readonly ProviderRow[]): readonly Provider[] {
	const isNamed = (row: ProviderRow) =>
		row.keyNames.some((name) => env[name]?.trim()) || addressIn(env, row) !== undefined;
	return rows.filter((row) => row.offer === "hosted" && isNamed(row)).map((row) => asProvider(row, env));
}

/** Those that can be chosen by their id without a line of configuration. */
export function offered(rows: readonly ProviderRow[]): readonly ProviderRow[] {
	return rows.filter(({ offer }) => offer !== "unlisted");
}
