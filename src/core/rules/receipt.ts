import { agentKind, agentsOwnModel } from "../agentKinds.ts";
import { isSameModel } from "../modelRef.ts";
import type { ModelChoice } from "../values.ts";

/**
 * Who answered, beside who was asked, for every kind of agent. `own`: the agent was left to choose, and says what it took.
 * `untold`: it was left to choose, and does not say. `other`: another model than the one that was asked.
 */
export type Receipt = "asAsked" | "own" | "untold" | "other";

export function receiptOf(asked: ModelChoice, answered: string): Receipt {
	if (agentKind(asked).runsTools === "agent" && asked.model === agentsOwnModel)
		return answered === agentsOwnModel ? "untold" : "own";
	return isSameModel(asked.model, answered) ? "asAsked" : "other";
}
