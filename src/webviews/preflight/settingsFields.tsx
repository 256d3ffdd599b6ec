import { SandboxMode } from "../../core/sandbox.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import {
	Autonomy,
	type BudgetResource,
	budgetResources,
	PlanApproval,
	Priority,
	ProposedServers,
} from "../../core/values.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import { Dropdown } from "../shared/controls/dropdown.tsx";
import { Segments } from "../shared/controls/segments.tsx";
import { TextField } from "../shared/controls/textField.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import { budgetText, type Draft } from "./draft.ts";
import { Field, SourceNote } from "./field.tsx";
import type { Problem } from "./problems.ts";

interface SettingsProps {
	readonly webview: Webview;
	readonly draft: Draft;
	readonly prepared: LaunchPreparation;
	readonly problemsAt: (field: string) => readonly Problem[];
	readonly change: (fields: Partial<Draft>) => void;
}

/** How far the goal goes by itself, and how far it may go at all. */
export function SettingsFields({ webview, draft, prepared, problemsAt, change }: SettingsProps) {
	const { settings, sources } = prepared;
	const autonomy = draft.autonomy ?? settings.autonomy;
	const noteOf = (
		key: "autonomy" | "planApproval" | "restart" | "priority" | "proposedServers" | "sandbox",
		name: string,
	) => (
		<SourceNote
			webview={webview}
			source={sources[key]}
			of={name}
			onBack={draft[key] === undefined ? undefined : () => change({ [key]: undefined })}
		/>
	);
	const isOwnBudget = Object.keys(draft.budget).length > 0;
	return (
		<>
			<div class="pair">
				<Field
					id="autonomy"
					name={t("Autonomy")}
					note={noteOf("autonomy", t("Autonomy"))}
					hint={autonomyHints[autonomy]()}
				>
					<Segments
						label={t("Autonomy")}
						value={autonomy}
						options={Autonomy.options}
						onChange={(value) => change({ autonomy: value })}
					/>
				</Field>
				<Field
					id="budget"
					name={t("Budget")}
					note={
						<SourceNote
							webview={webview}
							source={sources.budget}
							of={t("Budget")}
							onBack={isOwnBudget ? () => change({ budget: {} }) : undefined}
						/>
					}
					hint={t("Stops inside the limit and keeps its work. Empty: no limit.")}
					problems={budgetResources.flatMap((resource) => problemsAt(`budget.${resource}`))}
				>
					<div class="amounts">
						{budgetResources.map((resource) => (
							<TextField
								key={resource}
								value={budgetText(draft, prepared, resource)}
								label={t("Budget, {0}", units[resource].name())}
								placeholder={t("none")}
								end={units[resource].unit()}
								invalid={problemsAt(`budget.${resource}`).some(({ stops }) => stops)}
								onInput={(text) => change({ budget: { ...draft.budget, [resource]: text } })}
							/>
						))}
					</div>
				</Field>
			</div>
			<div class="pair">
				<Field id="plan-approval" name={t("Plan approval")} note={noteOf("planApproval", t("Plan approval"))}>
					<Dropdown
						label={t("Plan approval")}
						value={draft.planApproval ?? settings.planApproval}
						options={PlanApproval.options.map((value) => ({ value, label: planWords[value]() }))}
						onChange={(value) => change({ planApproval: value as LaunchSettings["planApproval"] })}
					/>
				</Field>
				<Field id="restart" name={t("After a restart")} note={noteOf("restart", t("After a restart"))}>
					<Dropdown
						label={t("After a restart")}
						value={draft.restart ?? settings.restart}
						options={[
							{ value: "resume", label: t("Goes on by itself") },
							{ value: "pause", label: t("Waits for you") },
						]}
						onChange={(value) => change({ restart: value as LaunchSettings["restart"] })}
					/>
				</Field>
			</div>
			<Field
				id="sandbox"
				name={t("Sandbox")}
				note={noteOf("sandbox", t("Sandbox"))}
				hint={t("Commands and checks inside walls: they write in the folder only, and see no keys.")}
			>
				<Dropdown
					label={t("Sandbox")}
					value={draft.sandbox ?? settings.sandbox}
					options={SandboxMode.options.map((value) => ({ value, label: sandboxWords[value]() }))}
					onChange={(value) => change({ sandbox: value as LaunchSettings["sandbox"] })}
				/>
			</Field>
			<div class="pair">
				<Field id="priority" name={t("Priority")} note={noteOf("priority", t("Priority"))}>
					<Dropdown
						label={t("Priority")}
						value={draft.priority ?? settings.priority}
						options={Priority.options.map((value) => ({ value, label: value }))}
						onChange={(value) => change({ priority: value as LaunchSettings["priority"] })}
					/>
				</Field>
				<Field
					id="proposed-servers"
					name={t("Proposed MCP servers")}
					note={noteOf("proposedServers", t("Proposed MCP servers"))}
				>
					<Dropdown
						label={t("Proposed MCP servers")}
						value={draft.proposedServers ?? settings.proposedServers}
						options={ProposedServers.options.map((value) => ({ value, label: serverWords[value]() }))}
						onChange={(value) => change({ proposedServers: value as LaunchSettings["proposedServers"] })}
					/>
				</Field>
			</div>
		</>
	);
}

const autonomyHints: { readonly [A in LaunchSettings["autonomy"]]: () => string } = {
	supervised: () => t("Asks before each step, edit and command."),
	aware: () => t("Reads pass, and commands that only read. All else asks."),
	autonomous: () =>
		t("Reads and edits in the folder pass, and in a sandbox commands that only write. Network and danger ask."),
};

const planWords: { readonly [P in LaunchSettings["planApproval"]]: () => string } = {
	always: () => t("Always"),
	lowConfidence: () => t("When confidence is low"),
	never: () => t("Never"),
};

const serverWords: { readonly [P in LaunchSettings["proposedServers"]]: () => string } = {
	ask: () => t("Asked about before they are used"),
	leaveOut: () => t("Left out"),
};

const sandboxWords: { readonly [S in LaunchSettings["sandbox"]]: () => string } = {
	off: () => t("Off: commands run as you"),
	auto: () => t("Where this machine has one"),
	required: () => t("Required: nothing runs outside"),
};

const units: { readonly [R in BudgetResource]: { readonly unit: () => string; readonly name: () => string } } = {
	usd: { unit: () => t("USD"), name: () => t("US dollars") },
	tokens: { unit: () => t("tokens"), name: () => t("tokens") },
	minutes: { unit: () => t("min"), name: () => t("minutes") },
	turns: { unit: () => t("turns"), name: () => t("turns") },
};
