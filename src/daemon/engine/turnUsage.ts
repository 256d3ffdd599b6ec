import type { Thread } from "../../core/goal.ts";
import type { Usage } from "../../core/values.ts";

/**
 * What a turn is charged whose real usage can no longer be known: what was reserved, and never less than what was
 * certainly sent and received.
 */
export function reservedUsage({ reserved }: NonNullable<Thread["turn"]>, certain?: Usage): Usage {
	const costUsd = dearer(reserved.usd, certain?.costUsd ?? null);
	if (certain && certain.inputTokens + certain.outputTokens > reserved.tokens) return { ...certain, costUsd };
	return { inputTokens: reserved.tokens, outputTokens: 0, costUsd, estimated: reserved.tokens > 0 || undefined };
}

function dearer(one: number | null, other: number | null): number | null {
	return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

export const nothingUsed: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
