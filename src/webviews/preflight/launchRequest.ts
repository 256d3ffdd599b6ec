import type { PartialLaunchSettings } from "../../core/settings.ts";
import { budgetResources } from "../../core/values.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import type { Input, Methods } from "../../protocol/methods.ts";
import type { PlaybookText } from "../../protocol/webview.ts";
import { addedChecks, amountOf, budgetText, checksOf, type Draft } from "./draft.ts";
import { givenInputs, isFixed } from "./playbookModel.ts";
import { assignmentsOf, rowsOf } from "./roleRows.ts";

/** Everything that the form shows, as settings: what is launched is what stands there. */
export function settingsOf(draft: Draft, prepared: LaunchPreparation): PartialLaunchSettings {
	const { settings } = prepared;
	const amounts = budgetResources.map((resource) => [resource, amountOf(budgetText(draft, prepared, resource))]);
	return {
		priority: draft.priority ?? settings.priority,
		// A playbook whose steps are all fixed is its own agent.
		...(isFixed(prepared)
			? { assignments: settings.assignments }
			: { agent: draft.agent ?? settings.agent, assignments: assignmentsOf(rowsOf(draft, prepared)) }),
		autonomy: draft.autonomy ?? settings.autonomy,
		planApproval: draft.planApproval ?? settings.planApproval,
		restart: draft.restart ?? settings.restart,
		proposedServers: draft.proposedServers ?? settings.proposedServers,
		sandbox: draft.sandbox ?? settings.sandbox,
		budget: Object.fromEntries(amounts.filter(([, amount]) => amount !== undefined)),
		// A launch names what comes on top of a playbook's own.
		checks: [...(prepared.playbook ? addedChecks(draft, settings.checks) : checksOf(draft, prepared))],
	};
}

export function launchRequest(
	draft: Draft,
	prepared: LaunchPreparation,
	workspace: string,
	playbook: PlaybookText | undefined,
): Input<Methods, "goal/launch"> {
	return {
		prompt: draft.prompt,
		title: draft.title.trim() || undefined,
		workspace,
		settings: settingsOf(draft, prepared),
		preset: prepared.preset ?? "",
		...(playbook &&
			prepared.playbook && {
				playbook: {
					path: playbook.path,
					text: playbook.text,
					inputs: givenInputs(draft, prepared.playbook.inputs),
				},
				grantPlaybook: draft.granted === playbook.sha256,
			}),
	};
}
