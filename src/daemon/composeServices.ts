import { homedir } from "node:os";
import { commandEnvironment } from "./commands/commandEnvironment.ts";
import type { DaemonParts } from "./composeParts.ts";
import { openDossiers } from "./dossier/dossier.ts";
import { createRedaction } from "./dossier/redact.ts";
import type { Supervisor } from "./engine/supervisor.ts";
import type { AgentsLeft } from "./erase/agentsLeft.ts";
import { liftAwaitedModels } from "./keys/awaitedModels.ts";
import { openHandedKeys } from "./keys/handedKeys.ts";
import { openMcpInputs } from "./keys/mcpInputs.ts";
import { readFolderIdentity } from "./policy/folderIdentity.ts";
import { openPresets } from "./presets/presets.ts";
import { openAnsweredApprovals } from "./store/answeredApprovals.ts";
import { openApprovalHistory } from "./store/approvalHistory.ts";
import { openGrantLedger } from "./wire/grantLedger.ts";
import type { Services } from "./wire/services.ts";

/** The process itself, as requests ask about it and end it. */
type Process = Pick<Services, "clients" | "draining" | "stop"> & Pick<Services["about"], "version" | "startedAt">;

/** What requests are answered with. */
export function composeServices(
	parts: DaemonParts,
	supervisor: Supervisor,
	agentsLeft: AgentsLeft,
	process: Process,
): Services {
	const { home, env, clock, newId, log, config, commands, agents, store, repositories } = parts;
	const { version, startedAt, clients, draining, stop } = process;
	const { keys } = config;
	liftAwaitedModels({ windows: parts.windows, supervisor, log });
	return {
		supervisor,
		store,
		changedFiles: parts.changedFiles,
		answeredApprovals: openAnsweredApprovals(store),
		approvalHistory: openApprovalHistory(store),
		goalFiles: parts.goalFiles,
		agentsLeft,
		dossiers: openDossiers(store, createRedaction({ keys: keys.redact, env, homes: homeFolders(env) })),
		presets: openPresets(home),
		clock,
		newId,
		about: { version, startedAt, folder: home },
		config,
		isListed: agents.isListed,
		isProvider: agents.isProvider,
		whyNot: agents.whyNot,
		idOf: agents.idOf,
		ids: agents.ids,
		doubtOf: agents.doubtOf,
		hear: agents.hear,
		listedModels: agents.listedModels,
		listProviders: agents.listProviders,
		tryAgent: agents.tryAgent,
		readRegistry: agents.readRegistry,
		effortProblem: agents.effortProblem,
		priceOf: agents.priceOf,
		sees: agents.sees,
		windows: parts.windows,
		sandbox: parts.sandbox,
		mcp: parts.mcp,
		mcpInputs: parts.mcpInputs,
		serverInputs: openMcpInputs({ inputs: parts.mcpInputs, mcp: parts.mcp, supervisor }),
		keys: openHandedKeys({ agents, keys, supervisor, log }),
		baseline: {
			commands,
			env,
			environment: commandEnvironment(env),
			dataFolder: home,
			sandbox: parts.sandbox,
			get sandboxWish() {
				return config.sandbox;
			},
			mcp: parts.mcp,
			mcpInputs: parts.mcpInputs,
			get proposedServers() {
				return config.proposedServers;
			},
			get timeoutMs() {
				return config.limits.commandTimeoutMs;
			},
		},
		changes: (goal) => repositories.of(goal),
		folderNow: readFolderIdentity,
		policyRules: parts.policy,
		tools: parts.tools,
		organisation: parts.organisation,
		policyProblem: parts.organisation && "unreadable" in parts.organisation ? parts.organisation.unreadable : undefined,
		home: env.HOME ?? env.USERPROFILE,
		grants: parts.grants,
		grantLedger: openGrantLedger(supervisor),
		onDelta: parts.deltas.listen,
		lastLine: parts.lastLines.of,
		clients,
		draining,
		stop,
	};
}

/** As paths begin with them, whichever way a program asks. */
function homeFolders(env: NodeJS.ProcessEnv): string[] {
	return [homedir(), env.HOME, env.USERPROFILE].filter((folder) => folder !== undefined);
}
