import type { Goal } from "../../protocol/goal.ts";
import type { Methods, Params, Result } from "../../protocol/methods.ts";
import type { Actor } from "../../protocol/values.ts";
import { viewRoster } from "../../protocol/view.ts";
import { editRoster, type RosterRequest, rosterEffect } from "../engine/editRoster.ts";
import { Refusal } from "../engine/refusal.ts";
import { impossibleEfforts } from "./possibleEfforts.ts";
import type { Services } from "./services.ts";

/** The roster as it stands, as it would stand, or as it stands after an edit; what the edit means is told with it. */
export async function changeRoster(
	{ goalId, edits, apply, revision, preview }: Params<Methods, "roster/edit">,
	services: Services,
	by: Actor,
): Promise<Result<Methods, "roster/edit">> {
	const now = await services.supervisor.goal(goalId);
	if (edits.length === 0) return answer(now, "Nothing changes.");
	requireProviders(edits, services);
	const request: RosterRequest = { edits, apply, revision };
	const leftOut = impossibleEfforts(edits, now, services);
	if (preview) {
		editRoster(request, now, by);
		return answer(now, [rosterEffect(request, now), ...leftOut].join(" "));
	}
	let effect = "";
	const after = await services.supervisor.commit(goalId, (goal) => {
		effect = rosterEffect(request, goal);
		return editRoster(request, goal, by);
	});
	return answer(after, [effect, ...leftOut].join(" "));
}

function answer(goal: Goal, effect: string): Result<Methods, "roster/edit"> {
	return { revision: goal.roster.revision, assignments: viewRoster(goal), effect };
}

export function requireProviders(named: readonly { readonly provider?: string }[], services: Services): void {
	for (const { provider } of named) {
		if (provider !== undefined && !services.isProvider(provider)) {
			if (services.keys.takes(provider))
				throw new Refusal(
					"keyNeeded",
					`Provider “${provider}” needs a key: set it with “Set Provider Key…” in VS Code or \`mission providers key ${provider}\`.`,
				);
			throw new Refusal(
				"unknownProvider",
				`There is no provider “${provider}”. \`mission providers\` lists those that are set up.`,
			);
		}
	}
}
