import { nobody, type ProgramAgents } from "../../src/daemon/agents/agentKinds.ts";

/** For tests of models: no agent is a program of its own. */
export const noAcpAgents = (): ProgramAgents => ({
	create: () => nobody("No agents are started in this test."),
	isThere: () => false,
	priceOf: () => undefined,
	windowOf: () => undefined,
	sees: () => undefined,
	effortProblem: () => undefined,
	builtIn: [],
	endAgent: async () => {},
	close() {},
});
