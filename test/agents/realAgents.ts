import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fetchAgent } from "../../scripts/agents.mjs";
import type { AgentCall } from "../support/agentModels.ts";

/**
 * Agents that people really have, with their models on loopback: how each is pointed there, which calls its model makes,
 * and which of them a model names. Nothing of it is told to the daemon, except where a person would have to.
 */
export interface RealAgent {
	readonly id: string;
	/** Fetched and run by every `npm test`; the others by `npm run test:agents -- --all`. */
	readonly isInEveryRun: boolean;
	/** It needs a Node that is newer than the oldest one we run on. */
	readonly leastNode: number;
	/** Writes its own settings into the home folder, as its own tool would have. */
	settle(home: string, models: string): void;
	/** What the daemon's environment has for it. */
	environment(home: string, models: string): Record<string, string>;
	/** What config.jsonc has for it, where the environment is not enough. */
	readonly configured?: { readonly env: Record<string, string> };
	/** A model to choose that is not its own choice, as it is named in the roster. */
	readonly otherModel: string;
	/** The effort to choose with it, where it takes one. */
	readonly effort?: string;
	/** The calls of its tools. All paths are absolute. */
	edit(file: string, from: string, to: string): readonly AgentCall[];
	shell(command: string, folder: string): AgentCall;
}

export const realAgents: readonly RealAgent[] = [
	{
		id: "gemini-cli",
		isInEveryRun: true,
		leastNode: 20,
		settle: (home) =>
			write(path.join(home, ".gemini/settings.json"), {
				security: { auth: { selectedType: "gemini-api-key" } },
				privacy: { usageStatisticsEnabled: false },
				telemetry: { enabled: false },
				general: { enableAutoUpdate: false },
			}),
		environment: (_home, models) => ({ GEMINI_API_KEY: "x", GOOGLE_GEMINI_BASE_URL: models }),
		otherModel: "gemini-2.5-pro",
		edit: (file_path, old_string, new_string) => [
			{ name: "read_file", args: { file_path } },
			{ name: "replace", args: { file_path, instruction: "Change the greeting", old_string, new_string } },
		],
		shell: (command) => ({ name: "run_shell_command", args: { command, description: "a step" } }),
	},
	{
		id: "qwen-code",
		isInEveryRun: true,
		leastNode: 22,
		settle: (home) =>
			write(path.join(home, ".qwen/settings.json"), {
				security: { auth: { selectedType: "openai" } },
				privacy: { usageStatisticsEnabled: false },
				telemetry: { enabled: false },
				general: { disableAutoUpdate: true },
			}),
		environment: (_home, models) => ({
			OPENAI_API_KEY: "x",
			OPENAI_BASE_URL: `${models}/v1`,
			OPENAI_MODEL: "scripted",
		}),
		otherModel: "scripted-other",
		edit: (file_path, old_string, new_string) => [
			{ name: "read_file", args: { file_path } },
			{ name: "edit", args: { file_path, old_string, new_string } },
		],
		shell: (command) => ({ name: "run_shell_command", args: { command, is_background: false, description: "a step" } }),
	},
	{
		id: "claude-code",
		isInEveryRun: false,
		leastNode: 22,
		settle() {},
		environment: (_home, models) => ({
			ANTHROPIC_API_KEY: "sk-ant-x",
			ANTHROPIC_BASE_URL: models,
			CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
			DISABLE_TELEMETRY: "1",
			DISABLE_AUTOUPDATER: "1",
		}),
		// It refuses to work for root unless it is told that root's machine is a sandbox.
		configured: { env: { IS_SANDBOX: "1" } },
		otherModel: "opus",
		effort: "high",
		edit: (file_path, old_string, new_string) => [
			{ name: "Read", args: { file_path } },
			{ name: "Edit", args: { file_path, old_string, new_string } },
		],
		shell: (command) => ({ name: "Bash", args: { command, description: "a step" } }),
	},
	{
		id: "codex",
		isInEveryRun: false,
		leastNode: 20,
		settle: (home, models) =>
			write(
				path.join(home, ".codex/config.toml"),
				[
					'model = "scripted"',
					'model_provider = "local"',
					"check_for_update_on_startup = false",
					"[analytics]",
					"enabled = false",
					"[model_providers.local]",
					'name = "Local"',
					`base_url = "${models}/v1"`,
					'wire_api = "responses"',
					'env_key = "OPENAI_API_KEY"',
					"requires_openai_auth = false",
				].join("\n"),
			),
		environment: () => ({ OPENAI_API_KEY: "x" }),
		otherModel: "gpt-5.5",
		effort: "high",
		edit: (file, from, to) => [
			{ name: "exec_command", args: { cmd: `cat ${file}`, workdir: path.dirname(file) } },
			escalated(`sed -i "s/${from}/${to}/" ${file}`, path.dirname(file)),
		],
		shell: (command, folder) => escalated(command, folder),
	},
	{
		id: "opencode",
		isInEveryRun: false,
		leastNode: 20,
		settle: (home, models) =>
			write(path.join(home, ".config/opencode/opencode.json"), {
				model: "local/scripted",
				small_model: "local/scripted",
				autoupdate: false,
				share: "disabled",
				provider: {
					local: {
						npm: "@ai-sdk/openai-compatible",
						name: "Local",
						options: { baseURL: `${models}/v1`, apiKey: "x" },
						models: Object.fromEntries(
							["scripted", "other"].map((id) => [
								id,
								{ name: id, tool_call: true, limit: { context: 128_000, output: 8192 } },
							]),
						),
					},
				},
			}),
		environment: () => ({
			OPENCODE_DISABLE_AUTOUPDATE: "1",
			OPENCODE_DISABLE_MODELS_FETCH: "1",
			OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
			OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
		}),
		otherModel: "local/other",
		edit: (filePath, oldString, newString) => [
			{ name: "read", args: { filePath } },
			{ name: "edit", args: { filePath, oldString, newString } },
		],
		shell: (command) => ({ name: "bash", args: { command, description: "a step" } }),
	},
];

/** Those of this run. */
export const agentsToRun = realAgents.filter(
	({ isInEveryRun }) => isInEveryRun || process.env.MISSION_TEST_AGENTS === "all",
);

export interface AgentWorld {
	/** The environment of who starts it: the daemon's. */
	readonly environment: Record<string, string>;
	/** The `agents` of config.jsonc. */
	readonly agents: readonly object[];
}

/** Fetches the agent and makes it a home of its own. Where the Node at hand is too old for it, one is named to it. */
export async function settleAgent(agent: RealAgent, home: string, models: string): Promise<AgentWorld> {
	const programs = await fetchAgent(agent.id);
	const major = Number(process.versions.node.split(".")[0]);
	const node = major < agent.leastNode ? path.join(await fetchAgent("node"), "node") : undefined;
	agent.settle(home, models);
	const isConfigured = node !== undefined || agent.configured !== undefined;
	return {
		environment: {
			PATH: [programs, process.env.PATH].join(path.delimiter),
			HOME: home,
			XDG_CONFIG_HOME: path.join(home, ".config"),
			XDG_DATA_HOME: path.join(home, ".local/share"),
			XDG_CACHE_HOME: path.join(home, ".cache"),
			XDG_STATE_HOME: path.join(home, ".local/state"),
			NO_PROXY: "127.0.0.1,localhost",
			...agent.environment(home, models),
		},
		agents: isConfigured ? [{ id: agent.id, ...agent.configured, ...(node && { node }) }] : [],
	};
}

function escalated(cmd: string, workdir: string): AgentCall {
	const args = { cmd, workdir, sandbox_permissions: "require_escalated", justification: "It has to be written." };
	return { name: "exec_command", args };
}

function write(file: string, content: object | string): void {
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}
