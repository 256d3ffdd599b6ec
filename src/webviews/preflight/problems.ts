import { agentKind } from "../../core/agentKinds.ts";
import { isLimit, isWhole, mostOf } from "../../core/budgetLimits.ts";
import { readInput } from "../../core/inputs.ts";
import { primaryOfRoster } from "../../core/rules/roster.ts";
import { type BudgetResource, budgetResources, type ModelChoice } from "../../core/values.ts";
import { blindTexts } from "../../core/words/blind.ts";
import { unpricedTexts } from "../../core/words/unpriced.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import { maxPromptChars } from "../../protocol/methods.ts";
import { count } from "../shared/format.ts";
import { t } from "../shared/words.ts";
import { amountOf, budgetText, type Draft, type Providers } from "./draft.ts";
import { handedSteps, inputText, isFixed } from "./playbookModel.ts";
import { assignmentsOf, type RoleRow, rowsOf } from "./roleRows.ts";

/** Something that a person should know before the launch, beside its field. */
export interface Problem {
	/** `prompt`, `title`, `agent`, `budget.usd`, `role.reviewer`, … */
	readonly field: string;
	readonly sentence: string;
	/** With it the daemon would refuse the launch; without, it goes another way than one may think. */
	readonly stops: boolean;
	/** The provider whose key would help. */
	readonly needsKey?: string;
}

export function problemsOf(
	draft: Draft,
	prepared: LaunchPreparation,
	providers: Providers | undefined,
): readonly Problem[] {
	return [
		...promptProblems(draft),
		...playbookProblems(draft, prepared),
		...(isFixed(prepared)
			? unseenProblems(draft)
			: [
					...agentProblems(draft, prepared, providers),
					...blindProblems(draft, prepared, providers),
					...roleProblems(rowsOf(draft, prepared), providers),
				]),
		...budgetProblems(draft, prepared),
		...unpricedProblems(draft, prepared, providers),
	];
}

/** What the daemon would say of the playbook's inputs and of who does its steps. */
function playbookProblems(draft: Draft, prepared: LaunchPreparation): Problem[] {
	const { playbook } = prepared;
	// What is wrong with the file stands beside it already.
	if (!playbook)
		return draft.playbook === undefined ? [] : [stop("playbook", t("The playbook cannot be launched yet."))];
	const inputs = playbook.inputs.flatMap((spec): Problem[] => {
		const text = inputText(draft, spec);
		const field = `input.${spec.name}`;
		if (text.trim() === "")
			return spec.required ? [stop(field, t("This playbook needs a value for {0}.", spec.name))] : [];
		const read = readInput(spec, text);
		return "problem" in read ? [stop(field, read.fix)] : [];
	});
	const alone = handedSteps(draft, prepared).find(({ agent }) => agent === undefined);
	const nobody = t("The step “{0}” is for an agent, and none is set up. Choose one.", alone?.title ?? "");
	return alone ? [...inputs, stop("agent", nobody)] : inputs;
}

/** Images that nobody would look at. */
function unseenProblems({ images }: Draft): Problem[] {
	if (images.length === 0) return [];
	return [
		stop(
			"images",
			t("The playbook hands no step to an agent, so that nobody would look at the images. Remove them to launch it."),
		),
	];
}

function promptProblems({ prompt, leftOutChars, title, playbook }: Draft): Problem[] {
	const found: Problem[] = [];
	const limit = t("at most {0} are taken", count(maxPromptChars));
	if (leftOutChars !== undefined)
		found.push(
			stop(
				"prompt",
				t(
					"A text of {0} characters was left out: {1}. Put it into a file and name the file here.",
					count(leftOutChars),
					limit,
				),
			),
		);
	else if (prompt.trim() === "" && playbook === undefined) found.push(stop("prompt", t("Say what is to be done.")));
	if (prompt.length > maxPromptChars)
		found.push(
			stop(
				"prompt",
				t(
					"The prompt has {0} characters, and {1}. Put the rest into a file and name it here.",
					count(prompt.length),
					limit,
				),
			),
		);
	if (title.length > maxTitleChars) found.push(stop("title", t("A title has at most {0} characters.", maxTitleChars)));
	return found;
}

function agentProblems(draft: Draft, prepared: LaunchPreparation, providers: Providers | undefined): Problem[] {
	const agent = draft.agent ?? prepared.settings.agent;
	const isNobody = !agentKind(agent).readsMessages;
	// Who does a playbook's steps is said step by step.
	if (isNobody && prepared.playbook) return [];
	// Nobody needs a primary agent where everybody who works has one of their own.
	if (isNobody && "agent" in primaryOfRoster(assignmentsOf(rowsOf(draft, prepared)))) return [];
	if (isNobody)
		return [
			stop(
				"agent",
				t(
					"No agent is set up for a prompt. Name a provider in config.jsonc or set a key; a playbook runs without one.",
				),
			),
		];
	if (agent.model.trim() === "") return [stop("agent", t("Choose a model."))];
	const missing = providerProblem(agent.provider, providers);
	return missing ? [{ field: "agent", ...missing }] : [];
}

function roleProblems(rows: readonly RoleRow[], providers: Providers | undefined): Problem[] {
	return rows.flatMap((row): Problem[] => {
		const field = `role.${row.key}`;
		const name = row.role.trim();
		if (row.isAdded && name === "") return [stop(field, t("Give the role a name."))];
		if (!roleName.test(name))
			return [
				stop(field, t("A role is named with lower-case letters, digits and dashes, for example security-reviewer.")),
			];
		if (rows.some((other) => other.key !== row.key && other.role.trim() === name) && row.isAdded)
			return [stop(field, t("There are two roles named {0}. Give one of them another name.", name))];
		const missing = row.enabled && row.agent ? providerProblem(row.agent.provider, providers) : undefined;
		return missing ? [{ field, ...missing }] : [];
	});
}

/** Said once the providers are known; until then nothing is wrong. */
function providerProblem(id: string, providers: Providers | undefined): Omit<Problem, "field"> | undefined {
	if (!providers) return undefined;
	const provider = providers.providers.find((one) => one.id === id);
	if (!provider) return { sentence: t("There is no provider “{0}” here. Choose another one.", id), stops: true };
	if (provider.usable) return undefined;
	const sentence = provider.reason ?? t("{0} cannot be reached just now.", id);
	return { sentence, stops: false, needsKey: provider.needsKey ? id : undefined };
}

function budgetProblems(draft: Draft, prepared: LaunchPreparation): Problem[] {
	return budgetResources.flatMap((resource) => {
		const text = budgetText(draft, prepared, resource);
		if (text.trim() === "") return [];
		const amount = amountOf(text);
		if (amount === undefined) return [stop(`budget.${resource}`, t("“{0}” is not a number.", shown(text)))];
		if (!isLimit(resource, amount)) return [stop(`budget.${resource}`, limitSentence(resource))];
		return [];
	});
}

/** Images for models that are known to see none. */
function blindProblems(draft: Draft, prepared: LaunchPreparation, providers: Providers | undefined): Problem[] {
	if (draft.images.length === 0) return [];
	const blind = chosenAgents(draft, prepared).filter(
		(choice) =>
			agentKind(choice).readsMessages &&
			providers?.providers.find(({ id }) => id === choice.provider)?.blind?.includes(choice.model),
	);
	return blindTexts(blind).map((sentence) => ({ field: "images", sentence, stops: false }));
}

function chosenAgents(draft: Draft, prepared: LaunchPreparation): readonly Pick<ModelChoice, "provider" | "model">[] {
	const named = rowsOf(draft, prepared).flatMap(({ enabled, agent }) => (enabled && agent ? [agent] : []));
	return [draft.agent ?? prepared.settings.agent, ...named];
}

function limitSentence(resource: BudgetResource): string {
	const most = count(mostOf(resource));
	return isWhole(resource)
		? t("A whole number from 1 to {0}. Leave it empty for no limit.", most)
		: t("A number above 0, at most {0}. Leave it empty for no limit.", most);
}

/** A limit of money with a model whose price is unknown: the goal would stop and ask. */
function unpricedProblems(draft: Draft, prepared: LaunchPreparation, providers: Providers | undefined): Problem[] {
	if (amountOf(budgetText(draft, prepared, "usd")) === undefined) return [];
	const unpriced = chosenAgents(draft, prepared).flatMap(({ provider: id, model }) => {
		const provider = providers?.providers.find((one) => one.id === id);
		const isUnpriced = provider?.priced && provider.models.includes(model) && !provider.priced.includes(model);
		return isUnpriced ? [{ provider: id, model }] : [];
	});
	return unpricedTexts(unpriced).map((sentence) => ({ field: "budget.usd", sentence, stops: false }));
}

function stop(field: string, sentence: string): Problem {
	return { field, sentence, stops: true };
}

function shown(text: string): string {
	return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

const roleName = /^[a-z][a-z0-9-]{0,39}$/;
const maxTitleChars = 300;
