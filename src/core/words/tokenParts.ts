import type { Usage } from "../values.ts";

type Counted = Pick<Usage, "cachedInputTokens" | "cacheWriteTokens" | "reasoningTokens"> & {
	readonly estimatedTokens?: number;
};

/** What is known of the tokens that were used, as ends of “so many of them …”; what a provider does not say is left out. */
export function tokenParts(used: Counted): readonly string[] {
	const rows: readonly (readonly [tokens: number | undefined, what: string])[] = [
		[used.cachedInputTokens, "read from the provider's cache"],
		[used.cacheWriteTokens, "kept in it"],
		[used.reasoningTokens, "to think"],
		[used.estimatedTokens, "estimated"],
	];
	return rows.flatMap(([tokens, what]) => (tokens ? [`${tokens.toLocaleString("en-US")} ${what}`] : []));
}
