import type { Methods, Result } from "../../protocol/methods.ts";
import { formatModelRef } from "../../protocol/modelRef.ts";
import { playbookAgent } from "../../protocol/settings.ts";
import type { ModelChoice, Price } from "../../protocol/values.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../engine/ports.ts";
import type { Agent } from "./agent.ts";
import { createModelAgent, warm } from "./modelAgent.ts";
import { contextWindowOf, priceOf } from "./modelFacts.ts";
import { createPlaybookAgent } from "./playbookAgent.ts";
import { providerStatus } from "./providerStatus.ts";

/** The agents that assignments name, made when they are first needed. */
export interface Agents {
	/** Never fails: an assignment that names nobody gets an agent whose turns say so. */
	agentFor(choice: ModelChoice): Agent;
	/** A listed model of a configured provider. */
	isListed(provider: string, model: string): boolean;
	isProvider(id: string): boolean;
	/** Models that config.jsonc lists. */
	listedModels(): readonly { readonly provider: string; readonly model: string }[];
	/** Undefined where nobody names one. The built-in agent is free. */
	priceOf(choice: ModelChoice): Price | undefined;
	/** The model's context window in tokens; undefined where nobody names one. */
	windowOf(choice: ModelChoice): number | undefined;
	/** Looks whether each provider answers, in about a second. */
	listProviders(): Promise<Result<Methods, "provider/list">>;
	/** Loads what the first turn of a model will need, so that it need not wait for it. */
	prepare(): void;
	/** Turns under way end as aborted. */
	close(): void;
}

export function openAgents({ config, log }: { readonly config: Config; readonly log: Log }): Agents {
	const playbook = createPlaybookAgent();
	const agents = new Map<string, Agent>();
	const withoutSchema = new Set<string>();
	const closing = new AbortController();
	const providerOf = (id: string) => config.providers.find((provider) => provider.id === id);

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
			choice,
			keys: config.keys,
			limits: config.limits,
			denied: [config.folder],
			withoutSchema,
			closing: closing.signal,
		});
	}

	return {
		agentFor(choice) {
			const name = formatModelRef(choice);
			const known = agents.get(name) ?? create(choice);
			agents.set(name, known);
			return known;
		},
		isListed: (provider, model) => providerOf(provider)?.models?.includes(model) ?? false,
		isProvider: (id) => id === playbookAgent.provider || providerOf(id) !== undefined,
		listedModels: () =>
			config.providers.flatMap(({ id, models }) => (models ?? []).map((model) => ({ provider: id, model }))),
		priceOf({ provider: id, model }) {
			if (id === playbookAgent.provider) return { input: 0, output: 0 };
			const provider = providerOf(id);
			return provider && priceOf(provider, model);
		},
		windowOf({ provider: id, model }) {
			const provider = providerOf(id);
			return provider && contextWindowOf(provider, model);
		},
		async listProviders() {
			const models = await Promise.all(config.providers.map((provider) => providerStatus(provider, config.keys)));
			const builtIn = { id: playbookAgent.provider, kind: "playbook", models: [playbookAgent.model], usable: true };
			return { providers: [...models, builtIn], primary: config.agent };
		},
		prepare() {
			if (config.providers.length > 0)
				warm().catch((cause) => log.error("The package for models cannot be loaded", cause));
		},
		close: () => closing.abort(),
	};
}

function nobody(reason: string): Agent {
	return { takeTurn: async () => ({ kind: "failed", code: "noAgent", reason, retryable: false }) };
}
