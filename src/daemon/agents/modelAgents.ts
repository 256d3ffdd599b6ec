import { formatModelRef } from "../../core/modelRef.ts";
import type { Config } from "../config/config.ts";
import type { Directory } from "../discovery/directory.ts";
import { adaptationText, lossOf } from "../endpoint/adaptations.ts";
import type { Learned } from "../endpoint/learned.ts";
import { effortProblem } from "../providers/efforts.ts";
import { contextWindowOf, keepsPrompts, priceOf, seesImages } from "../providers/modelFacts.ts";
import { type AgentMaker, nobody } from "./agentKinds.ts";
import { createModelAgent } from "./modelAgent.ts";

export interface ModelAgentsParts {
	readonly config: Config;
	readonly directory: Directory;
	readonly learned: Learned;
	readonly closing: AbortSignal;
}

/** Agents that are models of a provider. */
export function modelAgents({ config, directory, learned, closing }: ModelAgentsParts): AgentMaker {
	const { known } = config;
	return {
		create(choice) {
			const provider = directory.find(choice.provider);
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
				learned,
				closing,
			});
		},
		isThere: directory.isThere,
		priceOf({ provider: id, model }) {
			const provider = directory.find(id);
			return provider && priceOf(provider, model, known);
		},
		keepsPrompts(id) {
			const provider = directory.find(id);
			return provider !== undefined && keepsPrompts(provider);
		},
		windowOf({ provider: id, model }) {
			const provider = directory.find(id);
			return provider && contextWindowOf(provider, model, known);
		},
		sees({ provider: id, model }) {
			const provider = directory.find(id);
			if (!provider) return undefined;
			const isRefused = learned.of(provider, model).some((each) => lossOf(each) === "images");
			return isRefused ? false : seesImages(provider, model, known);
		},
		effortProblem({ provider: id, model, effort }) {
			const provider = directory.find(id);
			if (!provider || !effort) return undefined;
			const learnt = learned.of(provider, model).find((each) => lossOf(each) === "reasoning_effort");
			const name = formatModelRef({ provider: id, model });
			return effortProblem(provider, model, effort, known) ?? (learnt && adaptationText(learnt, name));
		},
		builtIn: [],
	};
}
