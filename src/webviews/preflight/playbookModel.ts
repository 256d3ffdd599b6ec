import { agentKind } from "../../core/agentKinds.ts";
import { type GivenInputs, type InputSpec, type InputValue, readInput } from "../../core/inputs.ts";
import { assignedChoice } from "../../core/rules/roster.ts";
import type { ModelChoice } from "../../core/values.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import { type PlaybookPreview, playbookActions } from "../../protocol/playbookActions.ts";
import type { PlaybookText } from "../../protocol/webview.ts";
import { plural } from "../shared/format.ts";
import type { Draft } from "./draft.ts";
import { assignmentsOf, rowsOf } from "./roleRows.ts";

/** The playbook that the form launches, as far as it is known. */
export interface ChosenPlaybook {
	readonly file: string;
	readonly read?: PlaybookText;
	/** Why it cannot be read, or what is wrong in it: a sentence a line. */
	readonly refusal?: string;
}

/** What stands in an input's field: what was typed, else its default. */
export function inputText({ inputs = {} }: Draft, { name, default: usual = "" }: InputSpec): string {
	return inputs[name] ?? usual;
}

/** What a launch says of the inputs; what was left as it is stays the playbook's to say. */
export function givenInputs({ inputs = {} }: Draft, specs: readonly InputSpec[]): GivenInputs {
	const said = specs.filter(({ name, default: usual }) => inputs[name] !== undefined && inputs[name] !== usual);
	return Object.fromEntries(said.map(({ name }) => [name, inputs[name]!]));
}

/** The values that commands would get, as far as they are any. */
export function inputValues(draft: Draft, specs: readonly InputSpec[]): readonly InputValue[] {
	return specs.flatMap((spec) => {
		const text = inputText(draft, spec);
		const { name, variable } = spec;
		if (text.trim() === "") return spec.required ? [] : [{ name, variable, value: "" }];
		const read = readInput(spec, text);
		return "value" in read ? [{ name, variable, value: read.value }] : [];
	});
}

export interface HandedStep {
	readonly stepId: string;
	readonly title: string;
	/** Nobody where none is set up. */
	readonly agent?: ModelChoice;
}

/** Steps that are for agents, with who would do each as the form stands. */
export function handedSteps(draft: Draft, prepared: LaunchPreparation): readonly HandedStep[] {
	const { playbook, settings } = prepared;
	const roster = { agent: draft.agent ?? settings.agent, assignments: assignmentsOf(rowsOf(draft, prepared)) };
	return (playbook?.agents ?? []).map(({ stepId }) => {
		const step = playbook!.steps.find((one) => one.stepId === stepId);
		const choice = assignedChoice(roster, step?.role ?? "implementer");
		const agent = agentKind(choice).takesRoles ? choice : undefined;
		return { stepId, title: step?.title ?? stepId, agent };
	});
}

/** A playbook whose steps are all fixed needs no agent, and takes none. */
export function isFixed({ playbook }: LaunchPreparation): boolean {
	return playbook !== undefined && playbook.agents.length === 0;
}

/** `4 commands, 1 file to write, 8 checks` */
export function whatItSays(playbook: PlaybookPreview): string {
	const actions = playbookActions(playbook).map(({ action }) => action);
	const commands = actions.filter((action) => action === "command").length;
	const checks = actions.filter((action) => action === "check").length;
	const files = actions.length - commands - checks;
	return [
		commands > 0 ? plural(commands, "{0} command", "{0} commands") : "",
		files > 0 ? plural(files, "{0} file to write", "{0} files to write") : "",
		checks > 0 ? plural(checks, "{0} check", "{0} checks") : "",
	]
		.filter((part) => part !== "")
		.join(", ");
}

/** `report.md:12: step “join” needs …` in its parts. */
export function refusedLines(
	refusal: string,
	path: string | undefined,
): readonly { readonly line?: number; readonly sentence: string }[] {
	return refusal.split("\n").map((told) => {
		const rest = path !== undefined && told.startsWith(`${path}:`) ? told.slice(path.length + 1) : undefined;
		const [, line, sentence] = /^(\d+): (.*)$/s.exec(rest ?? "") ?? [];
		return line === undefined ? { sentence: told } : { line: Number(line), sentence: sentence! };
	});
}
