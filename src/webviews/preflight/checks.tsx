import { useState } from "preact/hooks";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import { Button } from "../shared/controls/button.tsx";
import { TextField } from "../shared/controls/textField.tsx";
import { Link } from "../shared/link.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import { checksOf, type Draft } from "./draft.ts";
import { Field, SourceNote, sourceWords } from "./field.tsx";

/** Commands that must succeed before the goal is done. */
export function CheckFields(props: {
	readonly webview: Webview;
	readonly draft: Draft;
	readonly prepared: LaunchPreparation;
	readonly change: (fields: Partial<Draft>) => void;
}) {
	const { webview, draft, prepared, change } = props;
	const [adding, setAdding] = useState<string>();
	const given = prepared.settings.checks;
	const checks = checksOf(draft, prepared);
	const isOwn = prepared.playbook ? checks.length > given.length : draft.checks !== undefined;
	const isFirm = (command: string) => prepared.playbook !== undefined && given.includes(command);
	const add = () => {
		const command = adding?.trim() ?? "";
		if (command !== "" && !checks.includes(command)) change({ checks: [...checks, command] });
		setAdding(undefined);
	};
	return (
		<Field
			id="checks"
			name={t("Checks")}
			note={
				isOwn ? (
					<SourceNote
						webview={webview}
						source={prepared.sources.checks}
						of={t("Checks")}
						onBack={() => change({ checks: undefined })}
					/>
				) : (
					<span class="source">{t("must be green on the final tree")}</span>
				)
			}
			action={
				<Link class="small row add" onOpen={() => setAdding(adding ?? "")}>
					<i class="codicon codicon-add" aria-hidden="true" />
					{t("Add check")}
				</Link>
			}
		>
			<ul class="checks">
				{checks.map((command) => (
					<li key={command} class="row">
						<code class="plain cut" title={command}>
							{command}
						</code>
						<span class="grow" />
						<span class="source">
							{given.includes(command) ? sourceWords(prepared.sources.checks) : t("added here")}
						</span>
						{isFirm(command) ? null : (
							<button
								type="button"
								class="tool-button"
								aria-label={t("Remove {0}", command)}
								title={t("Remove")}
								onClick={() => change({ checks: checks.filter((one) => one !== command) })}
							>
								<i class="codicon codicon-close" aria-hidden="true" />
							</button>
						)}
					</li>
				))}
				{adding === undefined ? null : (
					<li class="row adding">
						<TextField
							value={adding}
							label={t("Command of the check")}
							placeholder="npm test"
							focused
							onInput={setAdding}
							onKeyDown={(event) => {
								if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) add();
								if (event.key === "Escape") setAdding(undefined);
							}}
						/>
						<Button small onClick={add}>
							{t("Add")}
						</Button>
					</li>
				)}
			</ul>
			{checks.length === 0 && adding === undefined ? (
				<p class="quiet small">{t("None. Without a check or a reviewer the result is shown as unverified.")}</p>
			) : null}
		</Field>
	);
}
