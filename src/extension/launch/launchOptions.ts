import { isLimit, isWhole, mostOf } from "../../core/budgetLimits.ts";
import { SandboxMode } from "../../core/sandbox.ts";
import { LaunchSettings, type PartialLaunchSettings } from "../../core/settings.ts";
import { Autonomy, type BudgetResource, PlanApproval, Priority, ProposedServers } from "../../core/values.ts";
import { t } from "../words/words.ts";

/** What a person may set at launch besides the prompt and the agent. What is left alone is decided by the daemon. */
export interface LaunchChoices {
	readonly title?: string;
	readonly settings: PartialLaunchSettings;
}

export type LaunchOption =
	| {
			readonly kind: "pick";
			readonly label: string;
			readonly values: readonly string[];
			readonly get: (choices: LaunchChoices) => string | undefined;
			readonly set: (choices: LaunchChoices, value: string) => LaunchChoices;
	  }
	| {
			readonly kind: "text";
			readonly label: string;
			readonly prompt: string;
			readonly get: (choices: LaunchChoices) => string | undefined;
			/** A sentence when the text cannot be used. */
			readonly problem?: (text: string) => string | undefined;
			/** An empty text takes the choice back. */
			readonly set: (choices: LaunchChoices, text: string) => LaunchChoices;
	  };

export function launchOptions(): readonly LaunchOption[] {
	return [
		{
			kind: "text",
			label: t("Title"),
			prompt: t("A short name for the goal. Empty: made from the prompt."),
			get: (choices) => choices.title,
			set: (choices, text) => ({ ...choices, title: text || undefined }),
		},
		picked("priority", t("Priority"), Priority.options),
		picked("autonomy", t("Autonomy"), Autonomy.options),
		picked("planApproval", t("Plan approval"), PlanApproval.options),
		picked("restart", t("When the daemon starts again"), LaunchSettings.entries.restart.options),
		picked("proposedServers", t("Proposed MCP servers"), ProposedServers.options),
		picked("sandbox", t("Sandbox"), SandboxMode.options),
		{
			kind: "text",
			label: t("Check"),
			prompt: t("A command that must succeed before the goal is done. Several: one after another, with && between."),
			get: ({ settings }) => settings.checks?.join(" && "),
			set: (choices, text) => withSetting(choices, "checks", text ? [text] : undefined),
		},
		budget("usd", t("Budget: USD")),
		budget("tokens", t("Budget: tokens")),
		budget("minutes", t("Budget: minutes")),
		budget("turns", t("Budget: turns")),
	];
}

function picked(
	key: "priority" | "autonomy" | "planApproval" | "restart" | "proposedServers" | "sandbox",
	label: string,
	values: readonly string[],
): LaunchOption {
	return {
		kind: "pick",
		label,
		values,
		get: ({ settings }) => settings[key],
		set: (choices, value) => withSetting(choices, key, value as never),
	};
}

function budget(resource: BudgetResource, label: string): LaunchOption {
	return {
		kind: "text",
		label,
		prompt: t("The most this goal may use. Empty: no limit."),
		get: ({ settings }) => settings.budget?.[resource]?.toString(),
		problem: (text) => (text.trim() === "" || isLimit(resource, Number(text)) ? undefined : limitSentence(resource)),
		set: (choices, text) =>
			withSetting(choices, "budget", {
				...choices.settings.budget,
				[resource]: text.trim() === "" ? undefined : Number(text),
			}),
	};
}

function limitSentence(resource: BudgetResource): string {
	const most = mostOf(resource).toLocaleString("en-US");
	return isWhole(resource)
		? t("A whole number from 1 to {0}. Leave it empty for no limit.", most)
		: t("A number above 0, at most {0}. Leave it empty for no limit.", most);
}

function withSetting<K extends keyof PartialLaunchSettings>(
	choices: LaunchChoices,
	key: K,
	value: PartialLaunchSettings[K],
): LaunchChoices {
	return { ...choices, settings: { ...choices.settings, [key]: value } };
}
