import { useState } from "preact/hooks";
import { roleOffMeans } from "../../core/words/roleOff.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import { Checkbox } from "../shared/controls/checkbox.tsx";
import { Picker } from "../shared/controls/picker.tsx";
import { TextArea } from "../shared/controls/textArea.tsx";
import { TextField } from "../shared/controls/textField.tsx";
import { Link } from "../shared/link.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t, tLabel } from "../shared/words.ts";
import { EffortChoice, effortsFor, withEffort } from "./agentFields.tsx";
import type { Draft, Providers, RoleEdit } from "./draft.ts";
import { Field, Problems, SourceNote } from "./field.tsx";
import type { Problem } from "./problems.ts";
import { type RoleRow, rowsOf } from "./roleRows.ts";

export interface RolesProps {
	readonly webview: Webview;
	readonly draft: Draft;
	readonly prepared: LaunchPreparation;
	readonly providers: Providers | undefined;
	readonly problemsAt: (field: string) => readonly Problem[];
	readonly onKey: (provider: string) => void;
	readonly change: (fields: Partial<Draft>) => void;
}

/** Who works in which role. What a role does not name itself is the primary agent's, and stands there quietly. */
export function Roles(props: RolesProps) {
	const { draft, prepared, change } = props;
	const add = () => {
		const key = `+${draft.added.length + 1}-${Date.now().toString(36)}`;
		change({ added: [...draft.added, { key, name: "" }] });
	};
	return (
		<Field
			id="roles"
			name={t("Roles")}
			action={
				<Link class="small row add" onOpen={add}>
					<i class="codicon codicon-add" aria-hidden="true" />
					{t("Add role")}
				</Link>
			}
		>
			<div class="role-head quiet small" aria-hidden="true">
				<span />
				<span>{t("Agent or model")}</span>
				<span>{t("Effort")}</span>
				<span>{t("Where it comes from")}</span>
			</div>
			{rowsOf(draft, prepared).map((row) => (
				<Role key={row.key} row={row} {...props} />
			))}
		</Field>
	);
}

function Role({ row, ...props }: RolesProps & { readonly row: RoleRow }) {
	const { webview, draft, prepared, providers, change } = props;
	const [open, setOpen] = useState(false);
	const problems = props.problemsAt(`role.${row.key}`);
	const primary = draft.agent ?? prepared.settings.agent;
	const name = row.role.trim() || t("new role");
	const edit = (fields: RoleEdit) =>
		change({ roles: { ...draft.roles, [row.key]: { ...draft.roles[row.key], ...fields } } });
	const forget = () => change({ roles: without(draft.roles, row.key) });
	const remove = () =>
		change({ added: draft.added.filter(({ key }) => key !== row.key), roles: without(draft.roles, row.key) });
	const rename = (text: string) =>
		change({ added: draft.added.map((one) => (one.key === row.key ? { ...one, name: text } : one)) });
	async function choose(): Promise<void> {
		const { agent, inherits } = await webview.host.request("form/chooseAgent", {
			title: t("Who works as {0}?", name),
			mayInherit: true,
		});
		if (inherits) edit({ agent: null, effort: undefined, enabled: true });
		else if (agent)
			edit({ agent: withEffort(agent, agent.effort ?? row.effort, providers), effort: undefined, enabled: true });
	}
	const agent = row.agent ?? primary;
	return (
		<fieldset class={`role${row.enabled ? "" : " off"}`} aria-label={t("Role {0}", name)} data-role={row.key}>
			<div class="role-row">
				<span class="role-name row">
					<Checkbox
						checked={row.enabled}
						label={t("{0} works on this goal", name)}
						onChange={(enabled) => edit({ enabled })}
					/>
					{row.isAdded ? (
						<TextField
							value={row.role}
							label={t("Name of the role")}
							placeholder={t("Name")}
							focused={row.role === ""}
							invalid={problems.some(({ stops }) => stops)}
							onInput={rename}
						/>
					) : (
						<span class="cut" title={row.about}>
							{row.role}
						</span>
					)}
				</span>
				<Picker
					label={t(
						"Agent of the {0}: {1}",
						name,
						row.agent ? `${agent.provider}/${agent.model}` : t("inherits {0}/{1}", agent.provider, agent.model),
					)}
					quiet={!row.agent}
					invalid={problems.some(({ stops }) => stops) && row.agent !== undefined && !row.isAdded}
					warned={problems.length > 0 && row.agent !== undefined}
					onOpen={() => void choose()}
				>
					{row.agent ? `${agent.provider}/${agent.model}` : `${agent.provider} · ${agent.model}`}
				</Picker>
				<EffortChoice
					label={t("Effort of the {0}", name)}
					value={row.effort}
					open={row.agent ? t("default") : (primary.effort ?? t("default"))}
					isInherited={!row.agent}
					allowed={effortsFor(agent.provider, providers)}
					onChange={(effort) => edit({ effort: effort ?? "" })}
				/>
				<span class="role-source row">
					{row.isAdded ? (
						<span class="source">{t("added here")}</span>
					) : (
						<SourceNote
							webview={webview}
							source={
								row.agent || row.isEdited || row.source.kind === "roleFile" ? row.source : { kind: "primaryAgent" }
							}
							of={name}
							short
							onBack={row.isEdited ? forget : undefined}
						/>
					)}
					<span class="grow" />
					<button
						type="button"
						class="tool-button"
						aria-label={t("Instructions of the {0}", name)}
						title={t("Instructions")}
						aria-expanded={open}
						onClick={() => setOpen(!open)}
					>
						<i
							class={`codicon codicon-${open ? "chevron-up" : row.instructions ? "note" : "edit"}`}
							aria-hidden="true"
						/>
					</button>
					{row.isAdded ? (
						<button
							type="button"
							class="tool-button"
							aria-label={t("Remove the role {0}", name)}
							title={t("Remove")}
							onClick={remove}
						>
							<i class="codicon codicon-close" aria-hidden="true" />
						</button>
					) : null}
				</span>
			</div>
			{row.enabled || !row.isEdited ? null : <p class="role-more quiet small">{tLabel(roleOffMeans(row.role))}</p>}
			{open ? (
				<div class="role-more">
					<TextArea
						value={row.instructions}
						rows={3}
						label={t("Instructions of the {0}", name)}
						placeholder={t("What the {0} has to keep to, besides the goal", name)}
						onInput={(instructions) => edit({ instructions })}
					/>
				</div>
			) : null}
			<Problems problems={problems} onKey={props.onKey}>
				{row.agent ? (
					<Link
						class="small"
						label={t("{0}: inherit instead", name)}
						onOpen={() => edit({ agent: null, effort: undefined })}
					>
						{t("Inherit instead")}
					</Link>
				) : null}
			</Problems>
		</fieldset>
	);
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
	return Object.fromEntries(Object.entries(record).filter(([one]) => one !== key));
}
