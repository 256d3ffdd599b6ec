import { agentKind } from "../../core/agentKinds.ts";
import { Refusal } from "../../core/refusal.ts";
import { bothWays, eitherWay, ways } from "../../core/ways.ts";
import { nearName } from "../../core/words/nearName.ts";
import { roleOffRefusal } from "../../core/words/roleOff.ts";

export interface ProviderNames {
	isProvider(provider: string): boolean;
	/** Those that can be named. */
	ids(): readonly string[];
	/** Why an agent that is a program cannot be used, and what to do; undefined for every other name. */
	whyNot(provider: string): string | undefined;
	/** Whether a provider of this name could be used with a key. */
	readonly keys: { takes(provider: string): boolean };
}

/** Refuses what names a provider that cannot be used now, and says what it lacks. */
export function requireProviders(named: readonly { readonly provider?: string }[], services: ProviderNames): void {
	for (const { provider } of named) {
		if (provider !== undefined && !services.isProvider(provider)) {
			const why = services.whyNot(provider);
			if (why) throw new Refusal("unknownProvider", why);
			if (services.keys.takes(provider))
				throw new Refusal(
					"keyNeeded",
					`Provider “${provider}” needs a key: set it with ${eitherWay(ways.providerKey, provider)}.`,
				);
			const near = nearName(provider, services.ids());
			throw new Refusal(
				"unknownProvider",
				`There is no provider “${provider}”.${near ? ` Did you mean “${near}”?` : ""} ${bothWays(ways.providers)} list those that are set up.`,
			);
		}
	}
}

/** Refuses a roster in which steps would be nobody's: what only runs playbooks in a role, or the implementer turned off. */
export function requireWorkers(
	named: readonly { readonly role: string; readonly provider?: string; readonly enabled?: boolean }[],
): void {
	for (const { role, provider, enabled } of named) {
		const off = enabled === false ? roleOffRefusal(role) : undefined;
		if (off) throw new Refusal("notOff", off);
		if (provider !== undefined && !agentKind({ provider }).takesRoles)
			throw new Refusal(
				"noRole",
				`“${provider}” runs the commands of playbooks and can do no step of its own, so it cannot be the ${role}. Name a model or an agent: ${bothWays(ways.providers)} list them.`,
			);
	}
}
