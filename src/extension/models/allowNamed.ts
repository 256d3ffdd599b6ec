import { editorProvider } from "../../core/agentKinds.ts";
import { Refusal } from "../../core/refusal.ts";
import { resolve } from "../../core/settings.ts";
import type { Input, MethodName, Methods, Params } from "../../protocol/methods.ts";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import type { EditorModels } from "./editorModels.ts";

/**
 * Before what a person asks for goes to the daemon: a launch or a roster that names a model of this window that VS Code
 * has not let us use yet. The person is asked now, because later nobody may be there. Refused, nothing is asked for.
 */
export async function allowNamed<M extends MethodName>(
	models: EditorModels,
	daemon: Pick<Daemon, "ask">,
	method: M,
	params: Input<Methods, M>,
): Promise<void> {
	const named = await namedModels(daemon, method, params);
	for (const name of new Set(named)) {
		const model = await models.find(name);
		if (model && !(await models.allow(model)))
			throw new Refusal(
				"notAllowed",
				t("VS Code was not allowed to use {0} for Mission Control. Allow it, or choose another agent.", model.name),
			);
	}
}

async function namedModels(
	daemon: Pick<Daemon, "ask">,
	method: MethodName,
	params: unknown,
): Promise<readonly string[]> {
	if (method === "roster/edit") {
		const { edits, preview } = params as Input<Methods, "roster/edit">;
		return preview ? [] : ofEditor(edits);
	}
	if (method !== "goal/launch") return [];
	const { settings = {}, workspace, preset, playbook, roles } = params as Params<Methods, "goal/launch">;
	const { agent, assignments } = settings;
	const prepared = await daemon.ask("launch/prepare", { workspace, preset, playbook, agent, assignments, roles });
	const steps = prepared.playbook?.agents;
	// Such a playbook asks no model.
	if (steps?.length === 0) return [];
	const { settings: taken } = resolve([
		{ source: { kind: "launch" }, settings },
		// What only a form takes, because it shows it.
		...prepared.layers.filter(({ source }) => source.kind !== "lastGoal" && source.kind !== "roleFile"),
	]);
	return ofEditor([
		taken.agent,
		...taken.assignments.map((one) => ({ ...one, provider: one.provider ?? taken.agent.provider })),
		...(steps ?? []).flatMap((step) => step.agent ?? []),
	]);
}

function ofEditor(
	choices: readonly { readonly provider?: string; readonly model?: string; readonly enabled?: boolean }[],
): readonly string[] {
	return choices.flatMap(({ provider, model, enabled = true }) =>
		provider === editorProvider && model !== undefined && enabled ? [model] : [],
	);
}
