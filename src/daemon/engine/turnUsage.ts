import type { Thread } from "../../core/goal.ts";
import type { Usage } from "../../core/values.ts";

/**
 * What a turn is charged whose real usage can no longer be known: what was reserved, and never less than what was
 * certainly sent and received.
 */
export function reservedUsage({ reserved }: NonNullable<Thread["turn"]>, certain?: Usage): Usage {
	if (certain && certain.inputTokens + certain.outputTokens > reserved.tokens) return certain;
	return {
		inputTokens: reserved.tokens,
		outputTokens: 0,
		costUsd: reserved.usd,
		estimated: reserved.tokens > 0 || undefined,
	};
}

export const nothingUsed: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
