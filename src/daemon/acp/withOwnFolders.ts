import type { OwnAgentProcesses } from "../agents/process/agentProcesses.ts";
import type { OwnFolders } from "./ownFolders.ts";

/** What agents keep in folders of their own goes with their processes, also where a daemon died between the two. */
export function withOwnFolders(processes: OwnAgentProcesses, folders: OwnFolders): OwnAgentProcesses {
	return {
		...processes,
		async kept() {
			const [keys, threads] = await Promise.all([processes.kept(), folders.threads()]);
			return [...new Set([...keys, ...threads.map((thread) => `${thread}.0`)])];
		},
		async forget(keys) {
			await processes.forget(keys);
			await folders.forget(keys.map((key) => key.slice(0, key.lastIndexOf("."))));
		},
	};
}
