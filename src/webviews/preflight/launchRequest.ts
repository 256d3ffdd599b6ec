import type { PartialLaunchSettings } from "../../core/settings.ts";
import { budgetResources } from "../../core/values.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import type { Input, Methods } from "../../protocol/methods.ts";
import { amountOf, budgetText, type Draft } from "./draft.ts";
import { assignmentsOf, rowsOf } from "./roleRows.ts";

/** Everything that the form shows, as settings: what is launched is what stands there. */
export function settingsOf(draft: Draft, prepared: LaunchPreparation): PartialLaunchSettings {
	const { settings } = prepared;
	const amounts = budgetResources.map((resource) => [resource, amountOf(budgetText(draft, prepared, resource))]);
	return {
		priority: draft.priority ?? settings.priority,
		agent: draft.agent ?? settings.agent,
		assignments: assignmentsOf(rowsOf(draft, prepared)),
		autonomy: draft.autonomy ?? settings.autonomy,
		planApproval: draft.planApproval ?? settings.planApproval,
		restart: draft.restart ?? settings.restart,
		proposedServers: draft.proposedServers ?? settings.proposedServers,
		sandbox: draft.sandbox ?? settings.sandbox,
		budget: Object.fromEntries(amounts.filter(([, amount]) => amount !== undefined)),
		checks: [...(draft.checks ?? settings.checks)],
	};
}

export function launchRequest(
	draft: Draft,
	prepared: LaunchPreparation,
	workspace: string,
): Input<Methods, "goal/launch"> {
	return {
		prompt: draft.prompt,
		title: draft.title.trim() || undefined,
		workspace,
		settings: settingsOf(draft, prepared),
		preset: prepared.preset ?? "",
	};
}
