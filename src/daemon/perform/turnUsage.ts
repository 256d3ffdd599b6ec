import type { Thread } from "../../protocol/goal.ts";
import type { Usage } from "../../protocol/values.ts";

/** What a turn is charged whose real usage nobody can know any more. */
export function reservedUsage({ reserved }: NonNullable<Thread["turn"]>): Usage {
	return { inputTokens: reserved.tokens, outputTokens: 0, costUsd: reserved.usd };
}

export const nothingUsed: Usage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
