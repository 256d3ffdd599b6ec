import type { Methods, Result } from "../../protocol/methods.ts";
import { formatModelRef, parseModelRef } from "../../protocol/modelRef.ts";
import type { ModelChoice } from "../../protocol/values.ts";
import { t } from "../words.ts";

export type Providers = Result<Methods, "provider/list">;

/** A row of the list of agents: one that can be chosen, or the reason why a provider cannot. */
export interface AgentRow {
	readonly label: string;
	readonly description?: string;
	readonly detail?: string;
	readonly agent?: ModelChoice;
}

/** Usable models first; what was typed stands on top when it names a model, listed or not, with or without an effort. */
export function agentRows(providers: Providers, typed: string): readonly AgentRow[] {
	const usable = providers.providers.filter((provider) => provider.usable);
	const isListed = (id: string, model: string) =>
		providers.providers.some((provider) => provider.id === id && provider.models.includes(model));
	const listed = usable.flatMap((provider) =>
		provider.models.map((model): AgentRow => {
			const label = `${provider.id}/${model}`;
			const agent = { provider: provider.id, model };
			return { label, description: label === providers.primary ? t("default") : provider.kind, agent };
		}),
	);
	const unusable = providers.providers
		.filter((provider) => !provider.usable)
		.map((provider): AgentRow => ({ label: provider.id, description: t("not usable"), detail: provider.reason }));
	const written = parseModelRef(typed.trim(), isListed);
	const isNew = written && !listed.some((row) => row.label === typed.trim());
	return [
		...(isNew ? [{ label: formatModelRef(written), description: t("as typed"), agent: written }] : []),
		...listed,
		...unusable,
	];
}

/** Which agent Enter will launch with, in one sentence. */
export function agentSentence(agent: ModelChoice | undefined, providers: Providers | undefined): string {
	if (agent) return t("Agent: {0}.", formatModelRef(agent));
	if (!providers) return t("Looking for agents…");
	if (providers.primary) return t("Agent: {0}.", providers.primary);
	const reason = providers.providers.find((provider) => !provider.usable && provider.reason)?.reason;
	return [t("No agent can be used here; a playbook runs without one."), reason].filter(Boolean).join(" ");
}
