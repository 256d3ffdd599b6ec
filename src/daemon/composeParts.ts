import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { acpAgents } from "./acp/acpAgents.ts";
import { openAgentWalls } from "./acp/agentWalls.ts";
import { openOwnFolders } from "./acp/ownFolders.ts";
import { withOwnFolders } from "./acp/withOwnFolders.ts";
import { type Agents, openAgents } from "./agents/agents.ts";
import { type OwnAgentProcesses, openAgentProcesses } from "./agents/process/agentProcesses.ts";
import { openShadowRepositories, type ShadowRepositories } from "./changes/shadowRepositories.ts";
import { commandEnvironment } from "./commands/commandEnvironment.ts";
import { type Commands, openCommands } from "./commands/commands.ts";
import { tracedCommands } from "./commands/tracedCommands.ts";
import { agentKeyVariables } from "./config/configuredAgent.ts";
import type { LiveConfig } from "./config/liveConfig.ts";
import {
	type OrganisationPolicy,
	organisationPolicyFile,
	readOrganisationPolicy,
} from "./config/organisationPolicy.ts";
import { type EditorWindows, openEditorWindows } from "./editor/editorWindows.ts";
import { readSkill } from "./guidance/readSkill.ts";
import { type GivenInputs, openGivenInputs } from "./mcp/givenInputs.ts";
import { type Mcp, openMcp } from "./mcp/mcp.ts";
import { type LastLines, openLastLines } from "./perform/lastLines.ts";
import type { Clock, Log, NewId } from "./platform/ports.ts";
import { type Trace, traceOf } from "./platform/trace.ts";
import { fileRulesOf } from "./policy/fileRules.ts";
import { type GoalFiles, openGoalFiles } from "./policy/goalFiles.ts";
import { openPolicyRules, type PolicyRules } from "./policy/policyRules.ts";
import { openSandbox } from "./policy/sandbox/openSandbox.ts";
import type { Sandbox } from "./policy/sandbox/sandbox.ts";
import { openStandingGrants, type StandingGrants } from "./policy/standingGrants.ts";
import { type ChangedFiles, openChangedFiles } from "./store/changedFiles.ts";
import type { Store } from "./store/eventStore.ts";
import { tracedStore } from "./store/tracedStore.ts";
import type { Tool } from "./tools/tool.ts";
import { createTools, row } from "./tools/tools.ts";
import { type Deltas, openDeltas } from "./wire/deltas.ts";

/** What the engine and the services are both made from. */
export interface DaemonParts {
	/** The data folder. */
	readonly home: string;
	readonly env: NodeJS.ProcessEnv;
	readonly clock: Clock;
	readonly newId: NewId;
	readonly log: Log;
	readonly trace: Trace | undefined;
	readonly config: LiveConfig;
	readonly commands: Commands;
	readonly sandbox: Sandbox;
	readonly agents: Agents;
	readonly windows: EditorWindows;
	readonly agentProcesses: OwnAgentProcesses;
	readonly store: Store;
	readonly changedFiles: ChangedFiles;
	readonly goalFiles: GoalFiles;
	readonly repositories: ShadowRepositories;
	readonly grants: StandingGrants;
	readonly organisation: OrganisationPolicy | undefined;
	readonly policy: PolicyRules;
	/** Those that any agent may have; servers' come to them. */
	readonly tools: readonly Tool[];
	readonly deltas: Deltas;
	readonly lastLines: LastLines;
	readonly mcp: Mcp;
	/** What a person gave for the inputs of MCP servers. */
	readonly mcpInputs: GivenInputs;
}

interface Given {
	readonly version: string;
	readonly home: string;
	readonly env: NodeJS.ProcessEnv;
	readonly config: LiveConfig;
	readonly log: Log;
	readonly isTraced: boolean;
	/** The store comes up in its own thread meanwhile. */
	readonly opening: Promise<Store>;
}

export async function composeParts({
	version,
	home,
	env,
	config,
	log,
	isTraced,
	opening,
}: Given): Promise<DaemonParts> {
	const trace = traceOf(log, isTraced);
	const clock: Clock = { now: () => Date.now() };
	const newId: NewId = <T extends string>(prefix: string) => `${prefix}-${randomBytes(8).toString("hex")}` as T;
	const sandbox = openSandbox({ dataFolder: home, env, settings: () => config.sandbox });
	const ownCommands = openCommands({ folder: path.join(home, "commands"), sandbox });
	const commands = trace ? tracedCommands(ownCommands, trace) : ownCommands;
	const windows = openEditorWindows();
	const ownFolders = openOwnFolders(path.join(home, "sandbox", "agents"));
	const agentProcesses = withOwnFolders(
		openAgentProcesses({
			folder: path.join(home, "agents"),
			relay: readFileSync(path.join(__dirname, "agentRelay.js"), "utf8"),
			limits: () => ({ aloneMs: config.limits.agentAloneMs }),
		}),
		ownFolders,
	);
	const organisation = readOrganisationPolicy(organisationPolicyFile(env));
	if (organisation && "unreadable" in organisation) log.error(organisation.unreadable);
	const policy = openPolicyRules(organisation, () => config.policy);
	const agents = openAgents({
		config,
		log,
		trace,
		env,
		acp: (hearAgent) =>
			acpAgents({
				config,
				env,
				log,
				processes: agentProcesses,
				version,
				redact: config.keys.redact,
				hearAgent,
				fileRules: (workspace) => fileRulesOf(policy.now, workspace),
				walls: openAgentWalls({ sandbox, folders: ownFolders, wish: () => config.sandbox }),
			}),
		windows,
	});
	const repositories = openShadowRepositories(home, log);
	const grants = openStandingGrants(path.join(home, "grants.json"), (problem) => log.warn(problem));
	const mcpInputs = openGivenInputs(config.keys.hide, config.keys.redact);
	const mcp = openMcp({
		version,
		home,
		env,
		environment: commandEnvironment(env),
		clock,
		log,
		inputs: mcpInputs,
		sandbox,
		configured: () => config.mcpServers,
		isKey: (variable) => keyVariables(config).has(variable),
	});
	const opened = await opening;
	const store = trace ? tracedStore(opened, trace) : opened;
	return {
		home,
		env,
		clock,
		newId,
		log,
		trace,
		config,
		commands,
		sandbox,
		agents,
		windows,
		agentProcesses,
		store,
		changedFiles: openChangedFiles(store),
		goalFiles: openGoalFiles(store),
		repositories,
		grants,
		organisation,
		policy,
		tools: [...createTools(env), row(readSkill)],
		deltas: openDeltas(),
		lastLines: openLastLines(),
		mcp,
		mcpInputs,
	};
}

/** Variables of the environment that hold keys of providers and agents. */
function keyVariables({ providers, known, acpAgents: agents }: LiveConfig): ReadonlySet<string> {
	const configured = providers.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []);
	return new Set([...configured, ...known.flatMap(({ keyNames }) => keyNames), ...agentKeyVariables(agents)]);
}
