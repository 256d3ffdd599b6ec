import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import { Dropdown } from "../shared/controls/dropdown.tsx";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import type { Draft } from "./draft.ts";
import { Field } from "./field.tsx";

/** Which preset is taken, whose it is, and its file. Files that cannot be read say where; the rest still counts. */
export function PresetField(props: {
	readonly webview: Webview;
	readonly draft: Draft;
	readonly prepared: LaunchPreparation;
	readonly playbookPath: string | undefined;
	readonly change: (fields: Partial<Draft>) => void;
}) {
	const { webview, draft, prepared, playbookPath, change } = props;
	const chosen = prepared.presets.find(({ name }) => name === prepared.preset);
	// What is wrong with a playbook's inputs stands beside these.
	const problems = prepared.problems.filter(({ path }) => path !== playbookPath);
	const open = (path: string, line?: number) => webview.open({ kind: "settingsFile", path, line });
	return (
		<Field
			id="preset"
			name={t("Preset")}
			hint={
				chosen ? (
					<span class="cut block-line">
						{chosen.source === "repository" ? t("From the repository") : t("Your own")}
						{draft.preset === undefined && chosen.isDefault ? `, ${t("the default")}` : ""} ·{" "}
						<Link class="small" onOpen={() => open(chosen.path)}>
							{shortPath(chosen.path)}
						</Link>
					</span>
				) : undefined
			}
		>
			<Dropdown
				label={t("Preset")}
				value={prepared.preset ?? ""}
				options={[
					{ value: "", label: t("None") },
					...prepared.presets.map(({ name }) => ({ value: name, label: name })),
				]}
				onChange={(preset) => change({ preset })}
			/>
			{problems.map(({ path, line, message, fix }) => (
				<div key={`${path}:${line}:${message}`} class="wrong known" role="status">
					<Icon icon="warning" tone="wait" />
					<span>
						<Link class="small" onOpen={() => open(path, line)}>
							{`${shortPath(path)}:${line}`}
						</Link>{" "}
						{[message, fix].filter(Boolean).join(" ")}
					</span>
				</div>
			))}
		</Field>
	);
}

function shortPath(path: string): string {
	return path.split(/[\\/]/).slice(-2).join("/");
}
