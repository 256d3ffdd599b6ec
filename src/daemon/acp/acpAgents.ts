import { type AgentMaker, nobody } from "../agents/agentKinds.ts";

/** Agents that are programs of their own and speak the Agent Client Protocol. */
export function acpAgents(): AgentMaker {
	return {
		create: ({ provider }) =>
			nobody(
				`“${provider}” is an agent that is a program of its own. This version cannot start it yet: choose a model.`,
			),
		isThere: () => false,
		priceOf: () => undefined,
		windowOf: () => undefined,
		effortProblem: () => undefined,
		builtIn: [],
	};
}
