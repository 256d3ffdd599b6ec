import type { Image } from "../../core/image.ts";
import type { PartialLaunchSettings } from "../../core/settings.ts";
import type { BudgetResource, Effort, ModelChoice } from "../../core/values.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import type { Methods, Result } from "../../protocol/methods.ts";

/**
 * What a person has said in the form, and only that: everything else is what the daemon's preparation says. So a field
 * goes back to where its value came from by forgetting what was said, and another preset changes what was not touched.
 */
export interface Draft {
	readonly prompt: string;
	/** The length of a text that was too long for the prompt and was not put in, until the prompt is changed. */
	readonly leftOutChars?: number;
	readonly title: string;
	/** That go with the prompt. Their bytes are kept by the editor. */
	readonly images: readonly Image[];
	/** The file of the playbook that is run. */
	readonly playbook?: string;
	/** What was typed for its inputs. */
	readonly inputs?: Readonly<Record<string, string>>;
	/** The digest of the playbook's text whose actions are approved: another text is not. */
	readonly granted?: string;
	readonly workspace?: string;
	/** Undefined: the default preset. Empty: none. */
	readonly preset?: string;
	readonly agent?: ModelChoice;
	readonly roles: Readonly<Record<string, RoleEdit>>;
	/** Roles of the person's own, in their order. */
	readonly added: readonly AddedRole[];
	readonly priority?: PartialLaunchSettings["priority"];
	readonly autonomy?: PartialLaunchSettings["autonomy"];
	readonly planApproval?: PartialLaunchSettings["planApproval"];
	readonly restart?: PartialLaunchSettings["restart"];
	readonly proposedServers?: PartialLaunchSettings["proposedServers"];
	readonly sandbox?: PartialLaunchSettings["sandbox"];
	/** As typed. */
	readonly budget: Readonly<Partial<Record<BudgetResource, string>>>;
	readonly checks?: readonly string[];
	/** How checks ended that were run in the form, by folder and command: they are there when its tab was hidden. */
	readonly checked?: Readonly<Record<string, CheckedToday>>;
}

/** What a person has said about a role; what is absent stays as it was prepared. */
export interface RoleEdit {
	readonly enabled?: boolean;
	/** Nothing: the primary agent. */
	readonly agent?: ModelChoice | null;
	/** Empty: the model's own. */
	readonly effort?: Effort | "";
	readonly instructions?: string;
}

export interface CheckedToday {
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** A sentence where it could not be run. */
	readonly outcome: Result<Methods, "baseline/check"> | string;
}

export interface AddedRole {
	/** Stays while the name is written. */
	readonly key: string;
	readonly name: string;
}

export type Providers = Result<Methods, "provider/list">;
export type Provider = Providers["providers"][number];

export const emptyDraft: Draft = { prompt: "", title: "", images: [], roles: {}, added: [], budget: {} };

/** What was kept before a reload, as far as it can still be read. */
export function draftFrom(memory: unknown): Draft {
	const kept = memory as Partial<Draft> | null | undefined;
	if (typeof kept !== "object" || kept === null || typeof kept.prompt !== "string") return emptyDraft;
	return { ...emptyDraft, ...kept };
}

/** What the budget fields show: what was typed, else what the preparation says. */
export function budgetText(draft: Draft, prepared: LaunchPreparation, resource: BudgetResource): string {
	return draft.budget[resource] ?? prepared.settings.budget[resource]?.toLocaleString("en-US") ?? "";
}

export function amountOf(text: string): number | undefined {
	const amount = Number(text.trim().replaceAll(/(?<=\d)[ _,](?=\d{3})/g, ""));
	return text.trim() !== "" && Number.isFinite(amount) ? amount : undefined;
}

/** The checks of the launch: those of a playbook stay, and what is added comes on top. */
export function checksOf(draft: Draft, { settings, playbook }: LaunchPreparation): readonly string[] {
	return playbook ? [...settings.checks, ...addedChecks(draft, settings.checks)] : (draft.checks ?? settings.checks);
}

export function addedChecks({ checks = [] }: Draft, given: readonly string[]): readonly string[] {
	return checks.filter((command) => !given.includes(command));
}
