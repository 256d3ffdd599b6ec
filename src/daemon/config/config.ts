import path from "node:path";
import type { Policy } from "../../core/policy/rule.ts";
import type { Assignment, ProposedServers } from "../../core/values.ts";
import { type ConfigProblem, configName } from "../../protocol/config.ts";
import type { Env } from "../platform/ports.ts";
import { providersOfEnvironment } from "../providers/knownProviders.ts";
import type { Provider } from "../providers/provider.ts";
import type { ProviderRow } from "../providers/providerRow.ts";
import { providerRows } from "../providers/providerRows.ts";
import { createKeyChain, type KeyChain } from "../secrets/providerKeys.ts";
import type { Approvals, Discovery, Fetch, Limits, Walls } from "./configSchema.ts";
import { agentSecrets, type ConfiguredAgent } from "./configuredAgent.ts";
import type { McpServer } from "./mcpServer.ts";
import { noSettings, parseConfig, wholeFile } from "./parseConfig.ts";
import { readConfigFile } from "./readConfigFile.ts";

/** The daemon's own settings: config.jsonc in the data folder, and the provider that keys in the environment imply. */
export interface Config {
	/** The data folder. */
	readonly folder: string;
	readonly file: string;
	/** Those of the file first; of two with one id the first counts. */
	readonly providers: readonly Provider[];
	/** Agents of the Agent Client Protocol that the file names. */
	readonly acpAgents: readonly ConfiguredAgent[];
	/** Those that are known without configuration. */
	readonly known: readonly ProviderRow[];
	/** Ids of those that the file names. */
	readonly configured: readonly string[];
	/** Where servers of this machine are looked for, beside the well-known places. */
	readonly discovery: Discovery;
	readonly fetch: Fetch;
	readonly approvals: Approvals;
	/** What a launch uses that names no agent, as `provider/model[:effort]`. */
	readonly agent?: string;
	/** The file names it; otherwise it is the first model that is listed. */
	readonly isAgentSaved: boolean;
	/** Who works in which role where a launch says nothing of it; undefined where the file says nothing of it. */
	readonly roster?: readonly Assignment[];
	readonly limits: Limits;
	/** MCP servers of the file. */
	readonly mcpServers: readonly McpServer[];
	/** Whether those that workspaces propose are left out where a launch says nothing of it. */
	readonly proposedServers?: ProposedServers;
	/** Walls around what agents start. */
	readonly sandbox: Walls;
	/** A person's rules. Undefined where the file cannot tell them. */
	readonly policy: Policy | undefined;
	readonly problems: readonly ConfigProblem[];
	readonly keys: KeyChain;
}

/** The file as it is now. */
export function loadConfig(
	folder: string,
	env: Env,
	keys = createKeyChain(env, []),
	known: readonly ProviderRow[] = providerRows,
): Config {
	const file = path.join(folder, configName);
	const found = readConfigFile(file);
	const settings = "text" in found ? parseConfig(found.text, known) : noSettings();
	if ("unreadable" in found) settings.problems.push(wholeFile(found.unreadable));
	const own = settings.providers;
	const implied = providersOfEnvironment(env, known).filter((provider) => own.every(({ id }) => id !== provider.id));
	const providers = [...own, ...implied];
	keys.know(providers);
	for (const secret of agentSecrets(settings.acpAgents, env)) keys.hide(secret);
	return {
		folder,
		file,
		providers,
		acpAgents: settings.acpAgents,
		known,
		configured: own.map(({ id }) => id),
		discovery: settings.discovery,
		fetch: settings.fetch,
		approvals: settings.approvals,
		agent: settings.agent ?? firstListed(providers),
		isAgentSaved: settings.agent !== undefined,
		roster: settings.roster,
		limits: settings.limits,
		mcpServers: settings.mcpServers,
		proposedServers: settings.proposedServers,
		sandbox: settings.sandbox,
		policy: settings.problems.some(({ blocks }) => blocks) ? undefined : settings.policy,
		problems: settings.problems,
		keys,
	};
}

function firstListed(providers: readonly Provider[]): string | undefined {
	const provider = providers.find(({ models }) => models?.length);
	return provider && `${provider.id}/${provider.models![0]}`;
}
