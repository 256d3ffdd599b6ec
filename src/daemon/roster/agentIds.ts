import type { LaunchSettings, PartialLaunchSettings } from "../../core/settings.ts";

export interface AgentIds {
	/** How an agent of config.jsonc is named elsewhere, also where a person named it as it is called there. */
	idOf(provider: string): string;
}

/** The settings with each agent under its id. */
export function withAgentIds<T extends PartialLaunchSettings | LaunchSettings>(settings: T, { idOf }: AgentIds): T {
	const { agent, assignments } = settings;
	return {
		...settings,
		...(agent && { agent: { ...agent, provider: idOf(agent.provider) } }),
		...(assignments && { assignments: withProviderIds(assignments, { idOf }) }),
	};
}

export function withProviderIds<T extends { readonly provider?: string }>(
	named: readonly T[],
	{ idOf }: AgentIds,
): T[] {
	return named.map((one) => (one.provider === undefined ? one : { ...one, provider: idOf(one.provider) }));
}
