import path from "node:path";
import { formatModelRef } from "../../core/modelRef.ts";
import { playbookAgent } from "../../core/settings.ts";
import type { ModelChoice, Price } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { Config } from "../config/config.ts";
import { type Directory, openDirectory } from "../discovery/directory.ts";
import { adaptationText } from "../endpoint/adaptations.ts";
import { openLearned } from "../endpoint/learned.ts";
import type { Env, Log } from "../platform/ports.ts";
import type { Trace } from "../platform/trace.ts";
import { effortProblem } from "../providers/efforts.ts";
import { contextWindowOf, priceOf } from "../providers/modelFacts.ts";
import { wires } from "../providers/wires/wires.ts";
import type { Agent } from "./agent.ts";
import { createModelAgent } from "./modelAgent.ts";
import { createPlaybookAgent } from "./playbookAgent.ts";
import { tracedAgent } from "./tracedAgent.ts";

/** The agents that assignments name, made when they are first needed. */
export interface Agents {
	/** Never fails: an assignment that names nobody gets an agent whose turns say so. */
	agentFor(choice: ModelChoice): Agent;
	/** A model that its provider is known to have. */
	isListed(provider: string, model: string): boolean;
	/** One that a goal can be launched with. */
	isProvider(id: string): boolean;
	/** Models that config.jsonc lists, and those that providers were heard to have. */
	listedModels(): readonly { readonly provider: string; readonly model: string }[];
	/** Why the effort that was chosen is left out, in a sentence; undefined where it is not. */
	effortProblem(choice: ModelChoice): string | undefined;
	/** Undefined where nobody names one. The built-in agent is free. */
	priceOf(choice: Pick<ModelChoice, "provider" | "model">): Price | undefined;
	/** The model's context window in tokens; undefined where nobody names one. */
	windowOf(choice: ModelChoice): number | undefined;
	/** Looks whether each provider answers, in about a second; what was heard lately counts unless `refresh` asks anew. */
	listProviders(refresh?: boolean): Promise<Result<Methods, "provider/list">>;
	/** Takes the key of a provider over, or forgets it. Whether it is another than before. */
	giveKey(id: string, key: string | undefined): boolean;
	/** Whether a provider of this name can take a key. */
	takesKey(id: string): boolean;
	/** Loads what the first turn of a model will need, so that it need not wait for it. */
	prepare(): void;
	/** Other settings are in force: agents are made anew, turns under way go on as they began. */
	configChanged(): void;
	/** Turns under way end as aborted. */
	close(): void;
}

export interface AgentsOptions {
	readonly config: Config;
	readonly log: Log;
	readonly trace?: Trace;
	/** Where agents' programs and keys are looked for. */
	readonly env?: Env;
}

export function openAgents({ config, log, trace, env = {} }: AgentsOptions): Agents {
	const playbook = createPlaybookAgent();
	const agents = new Map<string, Agent>();
	const learned = openLearned(path.join(config.folder, "learned.json"), { onProblem: (problem) => log.warn(problem) });
	const closing = new AbortController();
	const directory: Directory = openDirectory(config, env);
	const providerOf = directory.find;
	const { known } = config;

	function create(choice: ModelChoice): Agent {
		if (choice.provider === playbookAgent.provider) {
			return choice.model === playbookAgent.model
				? playbook
				: nobody(`There is no built-in agent “${choice.model}”: the only one is ${formatModelRef(playbookAgent)}.`);
		}
		const provider = providerOf(choice.provider);
		if (!provider) {
			const others = config.providers.map(({ id }) => `“${id}”`).join(", ");
			return nobody(
				`There is no provider “${choice.provider}”: add it to config.jsonc in the data folder, or choose another one${others && ` (${others})`}.`,
			);
		}
		return createModelAgent({
			provider,
			known,
			choice,
			keys: config.keys,
			limits: config.limits,
			denied: [config.folder],
			learned,
			closing: closing.signal,
		});
	}

	function priceOfChoice({ provider: id, model }: ModelChoice): Price | undefined {
		if (id === playbookAgent.provider) return { input: 0, output: 0 };
		const provider = providerOf(id);
		return provider && priceOf(provider, model, known);
	}

	return {
		agentFor(choice) {
			const name = formatModelRef(choice);
			const agent = agents.get(name) ?? (trace ? tracedAgent(create(choice), name, trace) : create(choice));
			agents.set(name, agent);
			return agent;
		},
		listedModels: directory.listedModels,
		isListed: directory.isListed,
		isProvider: (id) => id === playbookAgent.provider || directory.isThere(id),
		effortProblem({ provider: id, model, effort }) {
			const provider = providerOf(id);
			if (!provider || !effort) return undefined;
			const learnt = learned.of(provider, model).find(({ parameter }) => parameter === "reasoning_effort");
			const name = formatModelRef({ provider: id, model });
			return effortProblem(provider, model, effort, known) ?? (learnt && adaptationText(learnt, name));
		},
		priceOf: priceOfChoice,
		windowOf({ provider: id, model }) {
			const provider = providerOf(id);
			return provider && contextWindowOf(provider, model, known);
		},
		async listProviders(refresh = false) {
			const providers = (await directory.list(refresh)).map((one) => ({
				...one,
				priced: one.models.filter((model) => priceOfChoice({ provider: one.id, model }) !== undefined),
			}));
			return { providers, primary: config.agent };
		},
		giveKey(id, key) {
			directory.forget(id);
			return config.keys.give(id, key);
		},
		takesKey: (id) => providerOf(id) !== undefined,
		prepare() {
			const used = new Set(config.providers.map(({ kind }) => wires[kind]));
			for (const wire of used)
				wire.load().catch((cause) => log.error("The package for models cannot be loaded", cause));
		},
		configChanged() {
			agents.clear();
			directory.configChanged();
		},
		close: () => closing.abort(),
	};
}

function nobody(reason: string): Agent {
	return { takeTurn: async () => ({ kind: "failed", code: "noAgent", reason, retryable: false }) };
}
