import { knownAcpAgents, ownAgentPrefix } from "../../core/agentKinds.ts";

/**
 * All that is known of one agent that speaks the Agent Client Protocol. Its row is all that adding it takes; the ids are
 * reserved in core. What a person writes under “agents” in config.jsonc wins over it.
 */
export interface AcpRow {
	readonly id: (typeof knownAcpAgents)[number];
	readonly name: string;
	/** Commands that begin it as such an agent; the first whose program is on the path counts. */
	readonly commands: readonly (readonly [program: string, ...args: string[]])[];
	/** Where it comes from, and the version that it was tested with. */
	readonly npm: { readonly package: string; readonly version: string };
	/** The oldest major version of Node that runs it, where its package does not say. */
	readonly leastNode?: number;
	/** The session mode in which it asks before it acts, set by `session/set_mode`. Some begin in one that does not. */
	readonly mode?: string;
	/** Set whatever the daemon's own environment says: how to make it ask, where no session mode does. */
	readonly environment?: Readonly<Record<string, string>>;
	/** Takes the model as an argument behind this one; otherwise it is chosen among the session's options. */
	readonly modelFlag?: string;
	/** Reasoning efforts can be chosen for it. */
	readonly hasEfforts: boolean;
	/** Variables that carry its key: one of them is enough to work. */
	readonly keyNames: readonly string[];
	/** Further variables that it gets of the daemon's environment; with `*` at the end, all that begin so. */
	readonly passes: readonly string[];
	readonly login: AcpLogin;
	/** The folders that it keeps in the home folder, and what of them it has inside a sandbox. */
	readonly own: readonly AcpFolder[];
}

/**
 * A folder of the agent's. Inside a sandbox each thread has one of its own in its place: what an agent writes into the
 * person's is run, or believed, where there are no walls.
 */
export interface AcpFolder {
	/** Below the home folder, with slashes. */
	readonly folder: string;
	/** The variable that names another one, and what is appended to it; it is always set inside. */
	readonly variable?: readonly [name: string, below?: string];
	/** Files of the person's that it writes itself when a login is renewed: they are the person's own. */
	readonly login?: readonly string[];
	/** Files that it begins with, as they are when its program starts; what becomes of them stays inside. */
	readonly settings?: readonly string[];
	/** Files that are the person's own, and only read. */
	readonly read?: readonly string[];
	/** Settings that lie in the home folder itself, unless the folder is named by its variable. */
	readonly atHome?: readonly string[];
	/** It holds nothing but what can be fetched again: all threads have one. */
	readonly isCache?: true;
}

export interface AcpLogin {
	/** What a person does to sign in. */
	readonly how: string;
	/** Signs of a login, any of which is enough; none: it works without. */
	readonly signs: readonly LoginSign[];
	/** On a Mac it may lie in the keychain, where nobody looks. */
	readonly inKeychain?: true;
}

export interface LoginSign {
	/** Below the folder that the variable names, else below the home folder's `folder`. */
	readonly folder: string;
	readonly folderName?: string;
	readonly file: string;
	/** Only if it holds this. */
	readonly holds?: RegExp;
}

export const acpRows: readonly AcpRow[] = [
	{
		id: "claude-code",
		name: "Claude Code",
		commands: [["claude-agent-acp"], ["claude-code-acp"]],
		npm: { package: "@agentclientprotocol/claude-agent-acp", version: "0.101.0" },
		leastNode: 22,
		// It begins in `auto`, in which a model decides what need not be asked.
		mode: "default",
		hasEfforts: true,
		keyNames: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
		passes: ["ANTHROPIC_*", "CLAUDE_CODE_*", "CLAUDE_CONFIG_DIR", "DISABLE_TELEMETRY", "DISABLE_AUTOUPDATER"],
		login: {
			how: "run `claude` and sign in with /login",
			signs: [{ folder: ".claude", folderName: "CLAUDE_CONFIG_DIR", file: ".credentials.json" }],
			inKeychain: true,
		},
		own: [
			{
				folder: ".claude",
				variable: ["CLAUDE_CONFIG_DIR"],
				login: [".credentials.json"],
				settings: ["settings.json", "settings.local.json", "CLAUDE.md", ".claude.json"],
				read: ["agents", "commands", "skills", "plugins", "rules", "output-styles"],
				// Where the variable is set, it lies in the folder.
				atHome: [".claude.json"],
			},
		],
	},
	{
		id: "codex",
		name: "Codex",
		commands: [["codex-acp"]],
		npm: { package: "@agentclientprotocol/codex-acp", version: "2.6.0" },
		// Otherwise a model of its own approves in place of the person.
		environment: { INITIAL_AGENT_MODE: "read-only" },
		hasEfforts: true,
		keyNames: ["CODEX_API_KEY", "OPENAI_API_KEY"],
		passes: ["CODEX_HOME", "OPENAI_BASE_URL", "OPENAI_ORGANIZATION", "OPENAI_PROJECT"],
		login: {
			how: "run `codex login`",
			signs: [
				{ folder: ".codex", folderName: "CODEX_HOME", file: "auth.json" },
				{ folder: ".codex", folderName: "CODEX_HOME", file: "config.toml", holds: /^\s*model_provider\s*=/m },
			],
		},
		own: [
			{
				folder: ".codex",
				variable: ["CODEX_HOME"],
				login: ["auth.json", ".credentials.json"],
				settings: ["config.toml", "AGENTS.md", "AGENTS.override.md", "installation_id", "models_cache.json"],
				read: ["prompts", "skills", "rules", "plugins"],
			},
		],
	},
	{
		id: "gemini-cli",
		name: "Gemini CLI",
		commands: [["gemini", "--acp"]],
		npm: { package: "@google/gemini-cli", version: "0.61.0" },
		leastNode: 20,
		mode: "default",
		modelFlag: "--model",
		hasEfforts: false,
		keyNames: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"],
		passes: [
			"GOOGLE_GEMINI_BASE_URL",
			"GOOGLE_VERTEX_BASE_URL",
			"GOOGLE_GENAI_USE_VERTEXAI",
			"GOOGLE_GENAI_USE_GCA",
			"GOOGLE_CLOUD_*",
			"GEMINI_CLI_TRUST_WORKSPACE",
			"GEMINI_CLI_HOME",
		],
		login: {
			how: "run `gemini` and sign in with /auth",
			signs: [
				{ folder: ".gemini", file: "oauth_creds.json" },
				{ folder: ".gemini", file: "gemini-credentials.json" },
				{ folder: ".gemini", file: ".env" },
				{ folder: ".gemini", file: "settings.json", holds: /"selectedType"/ },
			],
			inKeychain: true,
		},
		own: [
			{
				folder: ".gemini",
				variable: ["GEMINI_CLI_HOME", ".gemini"],
				login: ["oauth_creds.json", "gemini-credentials.json", "mcp-oauth-tokens.json", "mcp-oauth-tokens-v2.json"],
				settings: [
					...["settings.json", "trustedFolders.json", "google_accounts.json", "installation_id", "state.json"],
					...["GEMINI.md", "projects.json"],
				],
				read: [".env", "commands", "extensions", "skills", "agents", "policies"],
			},
		],
	},
	{
		id: "qwen-code",
		name: "Qwen Code",
		commands: [["qwen", "--acp"]],
		npm: { package: "@qwen-code/qwen-code", version: "0.24.4" },
		leastNode: 22,
		// It begins in `auto`, in which a model decides what need not be asked.
		mode: "default",
		modelFlag: "--model",
		hasEfforts: false,
		keyNames: ["OPENAI_API_KEY", "DASHSCOPE_API_KEY"],
		passes: ["OPENAI_BASE_URL", "OPENAI_MODEL", "QWEN_MODEL", "QWEN_HOME"],
		login: {
			how: "run `qwen` and sign in with /auth",
			signs: [
				{ folder: ".qwen", file: "oauth_creds.json" },
				{ folder: ".qwen", file: ".env" },
				{ folder: ".qwen", file: "settings.json", holds: /"selectedType"/ },
			],
		},
		own: [
			{
				folder: ".qwen",
				variable: ["QWEN_HOME"],
				login: ["oauth_creds.json", "mcp-oauth-tokens.json"],
				settings: ["settings.json", "trustedFolders.json", "installation_id", "QWEN.md", "output-language.md"],
				read: [".env", "commands", "extensions", "skills", "agents"],
			},
		],
	},
	{
		id: "opencode",
		name: "OpenCode",
		commands: [["opencode", "acp"]],
		npm: { package: "opencode-ai", version: "1.18.33" },
		environment: { OPENCODE_PERMISSION: '{"edit":"ask","bash":"ask","webfetch":"ask"}' },
		hasEfforts: false,
		keyNames: ["OPENCODE_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY"],
		passes: ["OPENCODE_CONFIG", "OPENCODE_CONFIG_DIR", "OPENCODE_CONFIG_CONTENT", "OPENCODE_DISABLE_*"],
		login: { how: "run `opencode auth login`", signs: [] },
		own: [
			{
				folder: ".config/opencode",
				variable: ["XDG_CONFIG_HOME", "opencode"],
				settings: ["opencode.json", "opencode.jsonc", "config.json", "tui.json", "AGENTS.md", "package.json"],
				read: [
					...["agent", "agents", "command", "commands", "mode", "modes", "plugin", "plugins", "skill", "skills"],
					...["tool", "tools", "themes", "node_modules"],
				],
			},
			{
				folder: ".local/share/opencode",
				variable: ["XDG_DATA_HOME", "opencode"],
				login: ["auth.json", "mcp-auth.json"],
			},
			{ folder: ".local/state/opencode", variable: ["XDG_STATE_HOME", "opencode"] },
			{ folder: ".cache/opencode", variable: ["XDG_CACHE_HOME", "opencode"], isCache: true },
		],
	},
];

/** Further programs that speak the protocol, with the arguments for it: found on the path, they can be configured. */
export const otherAcpPrograms: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] =
	[
		{ name: "Goose", command: ["goose", "acp"] },
		{ name: "Auggie", command: ["auggie", "--acp"] },
		{ name: "Kimi CLI", command: ["kimi", "acp"] },
	];

/** How an agent of config.jsonc is named in `provider/model`, so that it is never taken for a provider of models. */
export function configuredAgentName(id: string): string {
	return (knownAcpAgents as readonly string[]).includes(id) ? id : `${ownAgentPrefix}${id}`;
}

/** The same of a name that a person may have taken from there; every other name stays as it is. */
export function ownAgentId(
	name: string,
	providers: readonly { id: string }[],
	agents: readonly { id: string }[],
): string {
	const isAgent = agents.some(({ id }) => id === name) && providers.every(({ id }) => id !== name);
	return isAgent ? configuredAgentName(name) : name;
}
