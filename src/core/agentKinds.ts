import { parseModelRef } from "./modelRef.ts";
import type { ModelChoice } from "./values.ts";

/**
 * What rules may know of whoever works in a thread. A rule asks for what it is about (is it priced, does it read
 * messages), never for which agent it is, so that another kind of agent is one more row.
 */
export interface AgentKind {
	/** Who carries its calls out: the engine, or the agent itself, which then tells of them. */
	readonly runsTools: "engine" | "agent";
	/**
	 * It reads what it is told and what its calls came to, failures among them, and decides by it. Otherwise it follows
	 * what was written beforehand.
	 */
	readonly readsMessages: boolean;
	/** A person can choose it, and its model, for a role or a whole goal. Otherwise steps bring it with them. */
	readonly takesRoles: boolean;
	/** Its turns cost tokens and money, which limits count. */
	readonly priced: boolean;
	/** How much it reads at once is limited. */
	readonly hasWindow: boolean;
	/** The daemon shortens its thread before the window is full. */
	readonly compacts: boolean;
	/** A turn of it goes on while no daemon runs. */
	readonly outlivesDaemon: boolean;
}

export const agentKinds = {
	playbook: {
		runsTools: "engine",
		readsMessages: false,
		takesRoles: false,
		priced: false,
		hasWindow: false,
		compacts: false,
		outlivesDaemon: false,
	},
	model: {
		runsTools: "engine",
		readsMessages: true,
		takesRoles: true,
		priced: true,
		hasWindow: true,
		compacts: true,
		outlivesDaemon: false,
	},
	/** A model that another extension of VS Code provides, asked through a window. */
	editor: {
		runsTools: "engine",
		readsMessages: true,
		takesRoles: true,
		priced: true,
		hasWindow: true,
		compacts: true,
		outlivesDaemon: false,
	},
	/** A program of its own that speaks the Agent Client Protocol. */
	acp: {
		runsTools: "agent",
		readsMessages: true,
		takesRoles: true,
		priced: true,
		hasWindow: false,
		compacts: false,
		outlivesDaemon: true,
	},
} as const satisfies Readonly<Record<string, AgentKind>>;

export type AgentKindName = keyof typeof agentKinds;

/** The built-in agent, which needs no model: it runs playbooks. */
export const playbookAgent: ModelChoice = { provider: "builtin", model: "playbook" };

/** The id of models that other extensions of VS Code provide: `editor/vendor/model`. */
export const editorProvider = "editor";

/** Agents that people have as programs, by the ids under which they are known. */
export const knownAcpAgents = ["claude-code", "codex", "gemini-cli", "qwen-code", "opencode"] as const;

/** One that is set up by its command in config.jsonc: `agent-` and what it is called there. */
export const ownAgentPrefix = "agent-";

/** The model that such an agent takes by itself: it is asked for no other. */
export const agentsOwnModel = "default";

/** Ids that stand for a kind by themselves; every other id is that of a provider of models. */
const ownIds: ReadonlyMap<string, AgentKindName> = new Map<string, AgentKindName>([
	[playbookAgent.provider, "playbook"],
	[editorProvider, "editor"],
	...knownAcpAgents.map((id) => [id, "acp"] as const),
]);

export function isOwnId(provider: string): boolean {
	return agentKindName({ provider }) !== "model";
}

export function agentKindName({ provider }: Pick<ModelChoice, "provider">): AgentKindName {
	return ownIds.get(provider) ?? (provider.startsWith(ownAgentPrefix) ? "acp" : "model");
}

export function agentKind(choice: Pick<ModelChoice, "provider">): AgentKind {
	return agentKinds[agentKindName(choice)];
}

/** Of one that is named `provider/model`, as in what was used by whom. */
export function agentKindOfRef(ref: string): AgentKind {
	return agentKind(parseModelRef(ref) ?? { provider: ref });
}
