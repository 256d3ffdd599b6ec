// placeholder by the lead so that the daemon runs: the agents helper overwrites this file
import { createPlaybookAgent } from "./playbookAgent.ts";
export function openAgents(_: object) {
	const playbook = createPlaybookAgent();
	return {
		agentFor: () => playbook,
		isListed: () => false,
		isProvider: (id: string) => id === "builtin",
		listProviders: async () => ({ providers: [], primary: undefined }),
		close() {},
	};
}
