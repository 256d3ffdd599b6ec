import { useEffect, useRef, useState } from "preact/hooks";
import type { PartialLaunchSettings } from "../../core/settings.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import { maxPromptChars } from "../../protocol/methods.ts";
import { Button } from "../shared/controls/button.tsx";
import { Dropdown } from "../shared/controls/dropdown.tsx";
import { TextArea } from "../shared/controls/textArea.tsx";
import { TextField } from "../shared/controls/textField.tsx";
import { Icon } from "../shared/icon.tsx";
import { AddImage, WrittenImageList } from "../shared/images/imageFields.tsx";
import { useImages } from "../shared/images/useImages.ts";
import { sentence } from "../shared/sentence.ts";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import { AgentFields } from "./agentFields.tsx";
import { Baseline } from "./baseline.tsx";
import { CheckFields } from "./checks.tsx";
import { checksOf, type Draft, emptyDraft, type Providers } from "./draft.ts";
import { Field } from "./field.tsx";
import { launchRequest, settingsOf } from "./launchRequest.ts";
import { PlaybookField } from "./playbookField.tsx";
import { type ChosenPlaybook, isFixed } from "./playbookModel.ts";
import { PresetField } from "./presetField.tsx";
import { type Problem, problemsOf } from "./problems.ts";
import { Roles } from "./roles.tsx";
import { SettingsFields } from "./settingsFields.tsx";

export interface LaunchFormProps {
	readonly webview: Webview;
	readonly draft: Draft;
	readonly change: (fields: Partial<Draft>) => void;
	readonly replace: (draft: Draft) => void;
	readonly workspace: string;
	readonly folders: readonly { readonly name: string; readonly path: string }[];
	readonly prepared: LaunchPreparation;
	readonly chosen: ChosenPlaybook | undefined;
	/** Why the values could not be asked for anew. */
	readonly refusal: string | undefined;
	readonly providers: Providers | undefined;
	readonly providersRefusal: string | undefined;
	/** Asks which providers there are anew. */
	readonly lookAgain: () => void;
}

export function LaunchForm(props: LaunchFormProps) {
	const { webview, draft, change, workspace, folders, prepared, chosen, providers } = props;
	const [attempted, setAttempted] = useState(false);
	const [sending, setSending] = useState(false);
	const [refusal, setRefusal] = useState<string>();
	const written = useImages(webview.host, draft.images, (images) => change({ images }));
	const requestId = useRef<{ readonly of: string; readonly id: string } | undefined>(undefined);
	const found = problemsOf(draft, prepared, providers);
	// An empty form is not wrong yet.
	const isTouched = attempted || draft.prompt !== "" || draft.images.length > 0 || draft.leftOutChars !== undefined;
	const isAsked = (field: string) =>
		attempted || !field.startsWith("input.") || draft.inputs?.[field.slice("input.".length)] !== undefined;
	const shown = found.filter(
		({ field }) =>
			(isTouched || field !== "prompt") &&
			(attempted || chosen?.refusal !== undefined || field !== "playbook") &&
			isAsked(field),
	);
	const problemsAt = (field: string): readonly Problem[] => shown.filter((problem) => problem.field === field);

	async function launch(): Promise<void> {
		if (sending) return;
		setAttempted(true);
		setRefusal(undefined);
		const first = found.find(({ stops }) => stops);
		if (first) {
			focusField(first.field);
			return;
		}
		setSending(true);
		try {
			const request = launchRequest(draft, prepared, workspace, chosen?.read);
			// The same launch sent again is the same goal, so a connection that breaks in between makes no second one.
			const of = JSON.stringify([request, draft.images]);
			if (requestId.current?.of !== of) requestId.current = { of, id: crypto.randomUUID() };
			const { goalId } = await webview.host.request("goal/launch", {
				...request,
				images: await written.given(),
				requestId: requestId.current.id,
			});
			requestId.current = undefined;
			written.forget();
			webview.remember(null);
			props.replace(emptyDraft);
			setAttempted(false);
			webview.open({ kind: "launched", goalId });
		} catch (cause) {
			setRefusal(sentence(cause));
		}
		setSending(false);
	}

	async function savePreset(): Promise<void> {
		try {
			const { name } = await webview.host.request("form/savePreset", {
				settings: settingsOf(draft, prepared),
				workspace,
			});
			if (name === undefined) return;
			const { prompt, title, images, playbook, inputs, granted, checked } = draft;
			props.replace({
				...emptyDraft,
				prompt,
				title,
				images,
				playbook,
				inputs,
				granted,
				checked,
				workspace: draft.workspace,
				preset: name,
			});
		} catch (cause) {
			setRefusal(sentence(cause));
		}
	}

	const latest = useRef(launch);
	latest.current = launch;
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
			event.preventDefault();
			void latest.current();
		};
		window.addEventListener("keydown", onKey);
		return () => window.removeEventListener("keydown", onKey);
	}, []);

	const onKey = (provider: string) =>
		void webview.host
			.request("form/setKey", { provider })
			.then(props.lookAgain)
			.catch((cause) => setRefusal(sentence(cause)));
	const playbookPath = chosen?.read?.path;
	const parts = { webview, draft, prepared, providers, problemsAt, onKey, change, playbookPath };
	// A step that nobody does stands beside the agent already.
	const notes = prepared.notes.filter((note) => playbookPath === undefined || !note.startsWith(`${playbookPath}:`));
	const isOwn = folders.some(({ path }) => path === workspace);
	const inside = { name: workspace.split(/[\\/]/).at(-1)!, path: workspace };
	const choices = isOwn ? folders : [...folders, inside];
	const folder = choices.find(({ path }) => path === workspace)!.name;
	return (
		<>
			<div class="preflight">
				<main>
					<div class="row page-head">
						<h1 class="cut">{t("Launch a goal")}</h1>
						<span class="grow" />
						<span class="quiet small cut" title={workspace}>
							{folder}
						</span>
					</div>
					<Field
						id="prompt"
						name={t("Goal")}
						action={<AddImage written={written} />}
						problems={[
							...problemsAt("prompt"),
							...problemsAt("images"),
							...written.problems.map((sentence) => ({ field: "images", sentence, stops: false })),
						]}
					>
						<div class={`drop-here${written.isOver ? " over" : ""}`}>
							<TextArea
								value={draft.prompt}
								rows={3}
								class={draft.prompt.length < maxMeasuredChars ? "prompt grows" : "prompt"}
								label={t("Goal")}
								placeholder={
									prepared.playbook ? t("What the playbook says, unless you say it here") : t("What is to be done?")
								}
								invalid={problemsAt("prompt").length > 0}
								maxChars={maxPromptChars}
								onTooLong={(leftOutChars) => change({ leftOutChars })}
								onInput={(prompt) => change({ prompt, leftOutChars: undefined })}
							/>
							<WrittenImageList host={webview.host} written={written} />
						</div>
					</Field>
					<PlaybookField {...parts} chosen={chosen} workspace={workspace} />
					<div class="pair">
						<PresetField {...parts} />
						<Field id="title" name={t("Title")} problems={problemsAt("title")}>
							<TextField
								value={draft.title}
								label={t("Title")}
								placeholder={prepared.playbook ? prepared.playbook.title : titleHint(draft.prompt)}
								invalid={problemsAt("title").length > 0}
								onInput={(title) => change({ title })}
							/>
						</Field>
					</div>
					{choices.length > 1 ? (
						<Field id="folder" name={t("Folder")}>
							<Dropdown
								label={t("Folder")}
								value={workspace}
								options={choices.map(({ name, path }) => ({ value: path, label: name }))}
								onChange={(path) => change({ workspace: path })}
							/>
						</Field>
					) : null}
					{notes.map((note) => (
						<p key={note} class="wrong known" role="status">
							<Icon icon="warning" tone="wait" />
							<span>{note}</span>
						</p>
					))}
					{isFixed(prepared) ? null : (
						<>
							<AgentFields {...parts} problems={problemsAt("agent")} />
							<Roles {...parts} />
						</>
					)}
					<SettingsFields {...parts} />
					<CheckFields {...parts} />
				</main>
				<Baseline
					webview={webview}
					workspace={workspace}
					named={providersOf(settingsOf(draft, prepared))}
					checks={checksOf(draft, prepared)}
					providers={providers ?? props.providersRefusal}
					checked={draft.checked}
					onChecked={(key, one) => change({ checked: { ...draft.checked, [key]: one } })}
				/>
			</div>
			<footer>
				<span class="quiet small foot-words" role="status">
					{footWords(shown, draft.prompt.trim() === "" && draft.playbook === undefined)}
				</span>
				{(refusal ?? props.refusal) ? (
					<span class="refusal" role="alert">
						{refusal ?? props.refusal}
					</span>
				) : null}
				<span class="grow" />
				<Button onClick={() => void savePreset()}>{t("Save as Preset…")}</Button>
				<Button primary disabled={sending} onClick={() => void launch()}>
					{t("Launch Goal")}
					<kbd>{isMac ? t("⌘Enter") : t("Ctrl+Enter")}</kbd>
				</Button>
			</footer>
		</>
	);
}

function providersOf({ agent, assignments = [] }: PartialLaunchSettings): readonly string[] {
	return [agent, ...assignments].flatMap((one) => one?.provider ?? []);
}

/** The field of a longer prompt keeps its height: to measure it takes seconds. */
const maxMeasuredChars = 20_000;

const isMac = /Mac/.test(navigator.platform);

function footWords(problems: readonly Problem[], isEmpty: boolean): string {
	const stops = problems.filter((problem) => problem.stops).length;
	if (stops > 0)
		return stops === 1 ? t("1 thing is to be corrected first.") : t("{0} things are to be corrected first.", stops);
	if (isEmpty) return t("Say what is to be done, then launch.");
	const known = problems.length;
	if (known > 0)
		return known === 1
			? t("1 thing to know. You can launch now; the baseline follows.")
			: t("{0} things to know. You can launch now; the baseline follows.", known);
	return t("You can launch now; the baseline follows.");
}

function titleHint(prompt: string): string {
	const [line = ""] = prompt.trimStart().slice(0, 200).split("\n", 1);
	const short = line.length > 24 ? `${line.slice(0, 23).trimEnd()}…` : line;
	return short ? t("{0} (from the prompt)", short) : t("Made from the prompt");
}

/** The control of what is wrong first. */
function focusField(field: string): void {
	const [part = "", name = ""] = field.split(/\.(.*)/s);
	const places: Readonly<Record<string, string>> = {
		role: `[data-role="${CSS.escape(name)}"]`,
		input: `[data-field="${CSS.escape(field)}"]`,
		agent: '[data-field="primary-agent"]',
		images: '[data-field="prompt"]',
	};
	const section = document.querySelector(places[part] ?? `[data-field="${part}"]`);
	const control =
		section?.querySelector<HTMLElement>("[aria-invalid='true'], .picker.invalid") ??
		section?.querySelector<HTMLElement>("vscode-text-area, vscode-text-field, vscode-dropdown, .picker");
	control?.scrollIntoView({ block: "center" });
	control?.focus();
}
