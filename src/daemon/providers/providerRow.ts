import type { Effort } from "../../core/values.ts";

/** How requests to a provider are written: each has a client in `wires`. */
export const wireNames = ["openai-compatible", "openai", "anthropic", "google"] as const;
export type WireName = (typeof wireNames)[number];

/** All that is known of one provider. Its row in `providerRows` is all that adding it takes. */
export interface ProviderRow {
	readonly id: string;
	readonly name: string;
	/** Where it answers unless the config says otherwise. */
	readonly baseUrl: string;
	readonly wire: WireName;
	/**
	 * `hosted`: can be chosen as soon as there is a key. `local`: runs on this machine and is looked for without
	 * configuration. `unlisted`: only recognized by its address, when config.jsonc names it.
	 */
	readonly offer: "hosted" | "local" | "unlisted";
	/** Domains by which it is recognized under any id, with those below them. A server on this machine is known by its id. */
	readonly hosts: readonly string[];
	/** Variables that its key is commonly kept in; the first that is set counts. */
	readonly keyNames: readonly string[];
	/** Variables in which the vendor's own tools look for another address. */
	readonly baseUrlNames?: readonly string[];
	/** What those tools add to that address by themselves. */
	readonly basePath?: string;
	/** Its name in the catalogue of prices and context windows. */
	readonly catalogue?: string;
	/** Undefined where it is unknown: an effort is passed on as it was asked for. */
	readonly efforts?: KnownEfforts;
}

/** Which reasoning efforts the models of a provider take, and in which words they are asked for. */
export interface KnownEfforts {
	readonly takes: readonly Effort[];
	/** Models that take other ones; the first that fits counts. */
	readonly models?: readonly (readonly [name: RegExp, takes: readonly Effort[]])[];
	/** What those take that are asked in OpenAI's chat protocol, where that is not the row's own; absent: the same. */
	readonly inChat?: readonly Effort[];
	/** What goes into the body of a request in OpenAI's chat protocol; without it `reasoning_effort`. */
	readonly inBody?: (effort: Effort) => EffortBody;
}

export type EffortBody = Readonly<Record<string, unknown>>;

/** The row that a provider is recognized by, whatever id it was given. */
export function rowOf(
	{ id, baseUrl }: { readonly id: string; readonly baseUrl: string },
	rows: readonly ProviderRow[],
): ProviderRow | undefined {
	const host = hostOf(baseUrl);
	const byHost = rows.find(({ hosts }) => hosts.some((domain) => host === domain || host.endsWith(`.${domain}`)));
	// An id alone tells what a server on this machine is, but not what a proxy of that name is.
	return byHost ?? rows.find((row) => row.id === id && row.hosts.length === 0);
}

function hostOf(baseUrl: string): string {
	try {
		return new URL(baseUrl).hostname;
	} catch {
		return "";
	}
}
