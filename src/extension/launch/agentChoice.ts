import { agentKind } from "../../core/agentKinds.ts";
import { formatModelRef, parseModelRef } from "../../core/modelRef.ts";
import type { ModelChoice } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import { t } from "../words/words.ts";

export type Providers = Result<Methods, "provider/list">;

/** A row of the list of agents: one that can be chosen, or the reason why a provider cannot. */
export interface AgentRow {
	readonly label: string;
	readonly description?: string;
	readonly detail?: string;
	readonly agent?: ModelChoice;
	/** Stands for those that cannot be chosen: accepting it shows them. */
	readonly unfolds?: boolean;
}

/** So many that cannot be chosen stand in the list by themselves; more are one row. */
const maxUnusable = 2;

/**
 * Usable models first, then who cannot be chosen, with the reason: folded into one row, unless something was typed or
 * there is no other agent. What was typed is a row when it names a model, listed or not, with or without an effort. It is
 * handed over last, though the editor shows it on top, as what fits best: rows are known to the editor by their place,
 * and if they moved with each letter, Enter pressed at once would choose the neighbour.
 */
export function agentRows(providers: Providers, typed: string, isUnfolded = false): readonly AgentRow[] {
	const usable = providers.providers.filter(
		(provider) => provider.usable && agentKind({ provider: provider.id }).takesRoles,
	);
	const isListed = (id: string, model: string) =>
		providers.providers.some((provider) => provider.id === id && provider.models.includes(model));
	const listed = usable.flatMap((provider) =>
		provider.models.map((model): AgentRow => {
			const label = `${provider.id}/${model}`;
			const agent = { provider: provider.id, model };
			const own = provider.name ?? provider.kind;
			return { label, description: label === providers.primary ? t("default") : own, agent };
		}),
	);
	const unusable = providers.providers
		.filter((provider) => !provider.usable)
		.map(
			(provider): AgentRow => ({ label: provider.id, description: unusableWord(provider), detail: provider.reason }),
		);
	const isFolded = !isUnfolded && typed === "" && listed.length > 0 && unusable.length > maxUnusable;
	const written = parseModelRef(typed.trim(), isListed);
	const isNew = written && !listed.some((row) => row.label === typed.trim());
	return [
		...listed,
		...(isFolded ? [foldedRow(unusable)] : unusable),
		...(isNew ? [{ label: formatModelRef(written), description: t("as typed"), agent: written }] : []),
	];
}

function unusableWord({ install, needsLogin }: Providers["providers"][number]): string {
	if (install) return t("not on this machine");
	return needsLogin ? t("not signed in") : t("not usable");
}

/** What Enter means before the editor has a row for what was typed. */
export function typedAgent(providers: Providers, typed: string): ModelChoice | undefined {
	return agentRows(providers, typed).find((row) => row.agent && row.label === typed.trim())?.agent;
}

function foldedRow(rows: readonly AgentRow[]): AgentRow {
	const names = rows.map(({ label }) => label).join(", ");
	return { label: t("{0} more cannot be used here, and why", rows.length), detail: names, unfolds: true };
}

/** Which agent Enter will launch with, in one sentence. */
export function agentSentence(agent: ModelChoice | undefined, providers: Providers | undefined): string {
	if (agent) return t("Agent: {0}.", formatModelRef(agent));
	if (!providers) return t("Looking for agents…");
	if (providers.primary) return t("Agent: {0}.", providers.primary);
	const reason = providers.providers.find(({ usable, reason, install }) => !usable && reason && !install)?.reason;
	return [t("No agent can be used here; a playbook runs without one."), reason].filter(Boolean).join(" ");
}
