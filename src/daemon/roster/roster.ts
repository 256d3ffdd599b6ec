import type { Goal } from "../../core/goal.ts";
import { isRefusal, Refusal, refuse } from "../../core/refusal.ts";
import { untrackedRefusal, writingRefusal } from "../../core/rules/stepControls.ts";
import type { Actor } from "../../core/values.ts";
import type { Methods, Params, Result } from "../../protocol/methods.ts";
import { viewRoster } from "../../protocol/view.ts";
import { takeBack, type UndoServices } from "../undo/undoSteps.ts";
import { type AgentIds, withProviderIds } from "./agentIds.ts";
import { editRoster, type RosterRequest, restartedSteps, rosterEffect } from "./editRoster.ts";
import { type EffortRules, withPossibleEdits } from "./possibleEfforts.ts";
import { type ProviderNames, requireProviders } from "./requireProviders.ts";
import { type Prices, unpricedEdits } from "./unpriced.ts";

export interface RosterServices extends UndoServices, ProviderNames, EffortRules, Prices, AgentIds {}

/** The roster as it stands, as it would stand, or as it stands after an edit; what the edit means is told with it. */
export async function changeRoster(
	{ goalId, edits: named, apply, revision, undo, preview }: Params<Methods, "roster/edit">,
	services: RosterServices,
	by: Actor,
): Promise<Result<Methods, "roster/edit">> {
	const now = await services.supervisor.goal(goalId);
	const edits = withProviderIds(named, services);
	if (edits.length === 0) return answer(now, "Nothing changes.");
	requireProviders(edits, services);
	const { edits: possible, notes } = withPossibleEdits(edits, now, services);
	const request: RosterRequest = { edits: possible, apply, revision, undo };
	const unpriced = unpricedEdits(possible, now, services);
	const told = (goal: Goal, effect: string) => answer(goal, [effect, ...notes, ...unpriced].join(" "));
	try {
		editRoster(request, now, by);
	} catch (cause) {
		// Without the effort nothing may be left to change.
		if (isRefusal(cause) && cause.code === "empty" && notes.length > 0)
			throw new Refusal("empty", [...notes, cause.message].join(" "));
		throw cause;
	}
	if (undo && restartedSteps(request, now).length > 0) {
		const effect = await undoAndRestart(now, request, preview, services, by);
		return told(preview ? now : await services.supervisor.goal(goalId), effect);
	}
	if (preview) return told(now, rosterEffect(request, now));
	let effect = "";
	const after = await services.supervisor.commit(goalId, (goal) => {
		effect = rosterEffect(request, goal);
		return editRoster(request, goal, by);
	});
	return told(after, effect);
}

/** What the steps changed is taken back first; both are one decision, and a crash in between finishes it. */
async function undoAndRestart(
	now: Goal,
	request: RosterRequest,
	preview: boolean,
	services: RosterServices,
	by: Actor,
): Promise<string> {
	const { goalId } = now;
	editRoster(request, now, by);
	const { files } = await takeBack(services, by, {
		goalId,
		preview,
		stepsOf(goal) {
			refuse(untrackedRefusal(goal));
			refuse(writingRefusal(goal));
			return restartedSteps(request, goal);
		},
		restart: (goal) => editRoster(request, goal, by),
	});
	const left = files.filter(({ action }) => action === "conflict").length;
	const changed = files.filter(({ action }) => action !== "unchanged").length;
	return rosterEffect(request, now, { files: changed, left });
}

function answer(goal: Goal, effect: string): Result<Methods, "roster/edit"> {
	return { revision: goal.roster.revision, assignments: viewRoster(goal), effect };
}
