import { playbookAgent } from "../../../src/core/agentKinds.ts";
import { Refusal } from "../../../src/core/refusal.ts";
import { defaultSettings, type Source } from "../../../src/core/settings.ts";
import type { BaselineRow } from "../../../src/protocol/baseline.ts";
import type { LaunchPreparation } from "../../../src/protocol/launchDefaults.ts";
import type { Methods, Result } from "../../../src/protocol/methods.ts";
import type { FormSeed, WebviewMethods } from "../../../src/protocol/webview.ts";
import { goalId } from "./story.ts";

/** What a daemon and an editor would answer to the launch form; tests change it before they ask. */
const team: Source = {
	kind: "preset",
	name: "payments-team",
	path: "/home/mara/payments/.mission/presets/payments-team.yaml",
};
const lastGoal: Source = { kind: "lastGoal", name: "Refund tests" };

const prepared: LaunchPreparation = {
	settings: {
		...defaultSettings,
		agent: { provider: "codex", model: "gpt-5-codex", effort: "medium" },
		assignments: [
			{
				role: "planner",
				provider: "anthropic",
				model: "claude-sonnet-4-5",
				effort: "high",
				enabled: true,
				source: "preset",
				from: "payments-team",
			},
			{
				role: "reviewer",
				provider: "local",
				model: "qwen3",
				enabled: true,
				source: "roleFile",
				from: "reviewer.agent.md",
			},
			{
				role: "researcher",
				provider: "google",
				model: "gemini-2.5-flash",
				enabled: true,
				source: "preset",
				from: "payments-team",
			},
		],
		budget: { usd: 8, tokens: 4_000_000, minutes: 180 },
		checks: ["npm run typecheck", "npm test -- contract"],
	},
	sources: {
		priority: { kind: "default" },
		agent: team,
		assignments: team,
		autonomy: { kind: "default" },
		planApproval: lastGoal,
		restart: { kind: "default" },
		proposedServers: { kind: "default" },
		sandbox: { kind: "default" },
		budget: team,
		checks: team,
	},
	layers: [],
	roles: [
		{ role: "planner", about: "Makes the plan.", source: team },
		{ role: "implementer", about: "Does the work of a step.", source: { kind: "primaryAgent" } },
		{
			role: "reviewer",
			about: "Looks at each step's result.",
			instructions: "Look for changed status codes.",
			source: {
				kind: "roleFile",
				name: "reviewer.agent.md",
				path: "/home/mara/payments/.github/agents/reviewer.agent.md",
			},
		},
		{ role: "researcher", about: "Finds something out.", source: team },
		{
			role: "api-historian",
			about: "Knows the public routes.",
			source: { kind: "roleFile", name: "historian.md", path: "/home/mara/payments/.claude/agents/historian.md" },
		},
	],
	preset: "payments-team",
	presets: [
		{
			name: "payments-team",
			source: "repository",
			settings: {},
			isDefault: false,
			path: "/home/mara/payments/.mission/presets/payments-team.yaml",
		},
		{
			name: "careful",
			source: "user",
			settings: {},
			isDefault: true,
			path: "/home/mara/.mission/presets/careful.yaml",
		},
	],
	notes: [],
	problems: [],
};

const providers: Result<Methods, "provider/list"> = {
	providers: [
		provider("codex", ["gpt-5-codex", "default"], {
			kind: "acp",
			source: "acp",
			name: "Codex",
			version: "2.6.0",
			efforts: ["low", "medium", "high"],
		}),
		provider("anthropic", ["claude-sonnet-4-5", "claude-opus-4-5"], { latencyMs: 210 }),
		provider("local", ["qwen3"], { source: "local", latencyMs: 12, efforts: [], priced: [] }),
		provider("google", ["gemini-2.5-flash"], {
			usable: false,
			needsKey: true,
			reason: "GOOGLE_GENERATIVE_AI_API_KEY is not set. Set it, or choose another model.",
		}),
		provider("claude-code", ["default"], {
			kind: "acp",
			source: "acp",
			name: "Claude Code",
			usable: false,
			needsLogin: true,
			reason:
				"Claude Code has no login here: run `claude` and sign in with /login, or give the daemon ANTHROPIC_API_KEY in its environment.",
		}),
		provider("qwen-code", [], {
			kind: "acp",
			source: "acp",
			name: "Qwen Code",
			usable: false,
			install: "npm install -g @qwen-code/qwen-code",
			reason:
				"Qwen Code is not here: “qwen” is not on the daemon's path. Install it with `npm install -g @qwen-code/qwen-code`, or name its command under “agents” in config.jsonc.",
		}),
	],
	primary: "codex/gpt-5-codex",
};

type Provider = (typeof providers)["providers"][number];
function provider(id: string, models: string[], more: Partial<Provider>): Provider {
	return { id, kind: "openai-compatible", source: "config", models, usable: true, ...more };
}

function withModels(count: number): typeof providers {
	const [first, ...rest] = providers.providers;
	const models = Array.from({ length: count }, (_, index) => `model-${index}`);
	return { ...providers, providers: [{ ...first!, models }, ...rest] };
}

const baseline: Record<string, BaselineRow[]> = {
	git: [
		{ id: "git.commit", state: "ok", label: "Git", value: "4c1e9b2" },
		{
			id: "git.dirty",
			state: "note",
			label: "2 files not committed",
			detail: "Kept apart from the goal’s changes.",
		},
	],
	tracking: [{ id: "tracking", state: "ok", label: "Changes can be tracked" }],
	tools: [
		{ id: "rg", state: "ok", label: "ripgrep", value: "14.1" },
		{
			id: "mcp.inputs",
			state: "note",
			label: "Inputs of MCP servers",
			value: "1 of 2 not entered",
			detail: "You are asked when a goal first needs them: token of tickets.",
		},
	],
	disk: [{ id: "disk", state: "ok", label: "Disk", value: "41 GB free" }],
	sandbox: [{ id: "sandbox", state: "note", label: "No sandbox here", detail: "Commands run as you." }],
	guidance: [{ id: "guidance.instructions", state: "ok", label: "Instructions found", value: "AGENTS.md" }],
};

const story = new URLSearchParams(location.search).get("story");

/** Named, so that what is derived from it can say it without spelling it out. */
export interface Prepared {
	prepared: LaunchPreparation;
}

const world = {
	providers: story === "models" ? withModels(10_000) : providers,
	baseline,
	folders: [{ name: "payments-service", path: "/home/mara/payments" }],
	seed: undefined as FormSeed | undefined,
	/** What the next choice of an agent, and the next saving of a preset, comes to. */
	chosen: {} as Result<WebviewMethods, "form/chooseAgent">,
	saved: undefined as string | undefined,
	trial: { ok: true, tookMs: 2310, models: ["gpt-5-codex"] } as Result<Methods, "provider/try">,
	check: { exitCode: 1, durationMs: 900, output: "express@4.19.2 is installed\n" } as Result<Methods, "baseline/check">,
	/** Files by their path, what the next choice of a playbook comes to, and what the daemon reads in one. */
	files: {} as Record<string, string>,
	chosenFile: {} as Result<WebviewMethods, "form/choosePlaybook">,
	unsaved: [] as string[],
	playbook: undefined as LaunchPreparation["playbook"],
	badPlaybook: undefined as string | undefined,
	/** Parts of the baseline, and lists, that never answer. */
	silent: story === "slow" ? ["git", "tracking", "tools", "disk", "sandbox", "guidance", "providers"] : [],
};

export const launchWorld: Prepared & typeof world = { prepared, ...world };

const never = new Promise<never>(() => undefined);

export const launchHandlers = {
	"form/start": () => ({ folders: launchWorld.folders, seed: launchWorld.seed }),
	"form/chooseAgent": () => launchWorld.chosen,
	"form/choosePlaybook": () => launchWorld.chosenFile,
	"form/readPlaybook": ({ file }: { file: string }) => {
		const text = launchWorld.files[file];
		if (text === undefined)
			throw new Refusal("nothingThere", `${file} cannot be read. Choose another playbook, or none.`);
		return {
			path: file.split("/").at(-1)!,
			text,
			sha256: `sha256 of ${text}`,
			isUnsaved: launchWorld.unsaved.includes(file),
		};
	},
	"form/setKey": () => ({}),
	"form/savePreset": () => ({ name: launchWorld.saved }),
	"launch/prepare": ({ preset, playbook }: { preset?: string; playbook?: object }): LaunchPreparation => ({
		...(playbook ? preparedPlaybook() : launchWorld.prepared),
		...(preset === undefined ? {} : { preset: preset || undefined }),
	}),
	"goal/launch": () => ({ goalId, notes: [] }),
	"provider/list": () => (launchWorld.silent.includes("providers") ? never : launchWorld.providers),
	"baseline/read": ({ part }: { part: string }) =>
		launchWorld.silent.includes(part) ? never : { rows: launchWorld.baseline[part] ?? [] },
	"provider/try": () => launchWorld.trial,
	"baseline/check": () => launchWorld.check,
};

/** As the daemon prepares it: its checks are its own, and its agent too where no step is for another. */
function preparedPlaybook(): LaunchPreparation {
	const { prepared, playbook, badPlaybook } = launchWorld;
	if (badPlaybook !== undefined || !playbook) throw new Refusal("badPlaybook", badPlaybook ?? "No playbook was set.");
	const agent = playbook.agents.length === 0 ? { agent: playbookAgent } : {};
	const checks = playbook.checks.map(({ command }) => command);
	return {
		...prepared,
		settings: { ...prepared.settings, ...agent, checks },
		sources: { ...prepared.sources, checks: { kind: "playbook" } },
		playbook,
	};
}
