import { formatModelRef } from "../../core/modelRef.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import type { ModelChoice } from "../../core/values.ts";

export interface Doubts {
	/**
	 * Why what was chosen may give no answer, as far as it is known without asking anybody: a key or a login is missing,
	 * its provider does not answer, or does not list the model. Undefined where nothing speaks against it.
	 */
	doubtOf(choice: ModelChoice): string | undefined;
	/** Hears what these providers say of themselves, so that `doubtOf` knows it. */
	hear(providers: readonly string[]): Promise<void>;
}

/** What a launch says of the agents of its roster that may give no answer; each sentence once. */
export function doubtNotes(settings: LaunchSettings, { doubtOf }: Doubts): readonly string[] {
	return [...new Set(chosenIn(settings).flatMap((choice) => doubtOf(choice) ?? []))];
}

/** The primary agent, and whoever works in a role, each once. */
export function chosenIn({ agent, assignments }: LaunchSettings): readonly ModelChoice[] {
	const named = assignments
		.filter(({ enabled }) => enabled)
		.map(({ provider = agent.provider, model = agent.model }) => ({ provider, model }));
	const all = [{ provider: agent.provider, model: agent.model }, ...named];
	return [...new Map(all.map((choice) => [formatModelRef(choice), choice])).values()];
}
