import { agentKind } from "../../core/agentKinds.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import type { ModelChoice } from "../../core/values.ts";
import { blindTexts } from "../../core/words/blind.ts";

export interface Sight {
	/** Undefined where nobody knows until it is asked. */
	sees(choice: Pick<ModelChoice, "provider" | "model">): boolean | undefined;
}

/** What a launch with images says of the models of its roster that see none. */
export function blindNotes({ agent, assignments }: LaunchSettings, { sees }: Sight): readonly string[] {
	const named = assignments
		.filter(({ enabled }) => enabled)
		.map(({ provider = agent.provider, model = agent.model }) => ({ provider, model }));
	return blindTexts([agent, ...named].filter((choice) => agentKind(choice).readsMessages && sees(choice) === false));
}
