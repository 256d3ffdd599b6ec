import { useState } from "preact/hooks";
import { type InputSpec, inputWords } from "../../core/inputs.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import type { LaunchPreparation } from "../../protocol/launchDefaults.ts";
import { type PlaybookPreview, playbookNotRun, stepActions } from "../../protocol/playbookActions.ts";
import { Checkbox } from "../shared/controls/checkbox.tsx";
import { Dropdown } from "../shared/controls/dropdown.tsx";
import { Picker } from "../shared/controls/picker.tsx";
import { TextField } from "../shared/controls/textField.tsx";
import { plural, visible } from "../shared/format.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import type { Draft } from "./draft.ts";
import { Field, Problems, SourceNote } from "./field.tsx";
import { type ChosenPlaybook, handedSteps, inputText, inputValues, refusedLines, whatItSays } from "./playbookModel.ts";
import type { Problem } from "./problems.ts";

interface PlaybookProps {
	readonly webview: Webview;
	readonly draft: Draft;
	readonly prepared: LaunchPreparation;
	readonly chosen: ChosenPlaybook | undefined;
	readonly workspace: string;
	readonly problemsAt: (field: string) => readonly Problem[];
	readonly change: (fields: Partial<Draft>) => void;
}

/** Which playbook is run, if any: what is in it, what it asks for, and what it may do without asking. */
export function PlaybookField(props: PlaybookProps) {
	const { webview, prepared, chosen, workspace, problemsAt, change } = props;
	const { playbook } = prepared;
	const [problem, setProblem] = useState<string>();
	const name = chosen?.read?.path ?? chosen?.file.split(/[\\/]/).at(-1);
	async function choose(): Promise<void> {
		setProblem(undefined);
		try {
			const { file, none } = await webview.host.request("form/choosePlaybook", { workspace });
			if (file !== undefined || none) change({ playbook: file, inputs: {}, granted: undefined });
		} catch (cause) {
			setProblem(cause instanceof Error ? cause.message : String(cause));
		}
	}
	const open = (line?: number) => chosen && webview.open({ kind: "settingsFile", path: chosen.file, line });
	const refused = chosen?.refusal === undefined ? [] : refusedLines(chosen.refusal, chosen.read?.path);
	const problems = [
		...(refused.length > 0 ? [] : problemsAt("playbook")),
		...(problem ? [{ field: "playbook", sentence: problem, stops: false }] : []),
	];
	return (
		<>
			<Field
				id="playbook"
				name={t("Playbook")}
				note={playbook ? null : <span class="source">{t("fixed commands, step by step, in place of a plan")}</span>}
				hint={
					playbook ? (
						<>
							<span class="strong">{playbook.title}</span>
							{` · ${plural(playbook.steps.length, "{0} step", "{0} steps")} · `}
							<Link class="small" label={t("Open {0}", name ?? "")} onOpen={() => open()}>
								{t("Open")}
							</Link>
						</>
					) : undefined
				}
				problems={problems}
			>
				<Picker label={t("Playbook: {0}", name ?? t("None"))} invalid={refused.length > 0} onOpen={() => void choose()}>
					{name ?? t("None")}
				</Picker>
				{refused.map(({ line, sentence }) => (
					<div key={`${line} ${sentence}`} class="wrong stops" role="alert">
						<Icon icon="error" tone="fail" />
						<span>
							{line === undefined ? null : (
								<>
									<Link class="small" onOpen={() => open(line)}>
										{`${name}:${line}`}
									</Link>{" "}
								</>
							)}
							{sentence}
						</span>
					</div>
				))}
				{chosen?.read?.isUnsaved ? (
					<div class="wrong known" role="status">
						<Icon icon="warning" tone="wait" />
						<span>{t("{0} has changes that are not saved. What runs is the saved file.", name ?? "")}</span>
					</div>
				) : null}
			</Field>
			{playbook && playbook.inputs.length > 0 ? (
				<Field id="inputs" name={t("Inputs")} note={<span class="source">{t("commands get them as variables")}</span>}>
					<div class="inputs">
						{playbook.inputs.map((spec) => (
							<Input key={spec.name} spec={spec} {...props} />
						))}
					</div>
				</Field>
			) : null}
			{playbook && chosen?.read ? <Approved {...props} playbook={playbook} sha256={chosen.read.sha256} /> : null}
		</>
	);
}

function Input({ spec, webview, draft, problemsAt, change }: PlaybookProps & { readonly spec: InputSpec }) {
	const { name, type, description, required, options = [] } = spec;
	const text = inputText(draft, spec);
	const problems = problemsAt(`input.${name}`);
	const say = (value: string) => change({ inputs: { ...draft.inputs, [name]: value } });
	const forget = () => {
		const { [name]: _, ...rest } = draft.inputs ?? {};
		change({ inputs: rest });
	};
	const isOwn = draft.inputs?.[name] !== undefined && spec.default !== undefined && text !== spec.default;
	const values = type === "boolean" ? ["true", "false"] : options;
	const open = text === "" || !(required || spec.default !== undefined);
	return (
		<div class="input" data-field={`input.${name}`}>
			<div class="row input-head">
				<span class="mono cut">{name}</span>
				{spec.default === undefined ? (
					<span class="source">{required ? t("required") : t("optional")}</span>
				) : (
					<SourceNote
						webview={webview}
						source={{ kind: "default" }}
						of={name}
						short
						onBack={isOwn ? forget : undefined}
					/>
				)}
			</div>
			{type === "choice" || type === "boolean" ? (
				<Dropdown
					label={t("Input {0}", name)}
					value={text}
					invalid={problems.length > 0}
					options={[
						...(open ? [{ value: "", label: required ? t("Choose…") : t("No value") }] : []),
						...values.map((value) => ({ value, label: value })),
					]}
					onChange={say}
				/>
			) : (
				<TextField
					label={t("Input {0}", name)}
					value={text}
					placeholder={type === "number" ? t("A number") : undefined}
					invalid={problems.length > 0}
					onInput={say}
				/>
			)}
			{description ? <p class="quiet small hint">{description}</p> : null}
			<Problems problems={problems} />
		</div>
	);
}

/** What it may do without asking, all of it in view before the box is ticked; and what stays to be asked about. */
function Approved(props: PlaybookProps & { readonly playbook: PlaybookPreview; readonly sha256: string }) {
	const { draft, prepared, playbook, sha256, change } = props;
	// What is not in view is not approved: the list is there unless the person folds it.
	const [isOpen, setOpen] = useState(true);
	const what = whatItSays(playbook);
	const handed = handedSteps(draft, prepared);
	const notRun = playbookNotRun(playbook);
	const values = inputValues(draft, playbook.inputs).map(inputWords);
	return (
		<Field id="approved" name={t("What it does")} note={<span class="source">{what}</span>}>
			{what === "" ? null : (
				<>
					<Checkbox
						checked={draft.granted === sha256}
						label={t("Approve what it says, exactly as written now")}
						onChange={(is) => change({ granted: is ? sha256 : undefined })}
					>
						{t("Approve what it says, exactly as written now")}
					</Checkbox>
					<p class="quiet small hint">
						{draft.granted === sha256
							? t("Runs without asking: {0}.", what)
							: t("Each action is asked about as the autonomy says.")}
						{values.length > 0 ? ` ${t("With {0}.", values.join(", "))}` : null}
					</p>
					<button
						type="button"
						class="link small row add unfold"
						aria-expanded={isOpen}
						aria-controls="approved-list"
						onClick={() => setOpen(!isOpen)}
					>
						<Icon icon={isOpen ? "chevron-down" : "chevron-right"} />
						{isOpen ? t("Hide what it says") : t("Show what it says")}
					</button>
					{isOpen ? <Actions playbook={playbook} /> : null}
				</>
			)}
			{handed.length > 0 ? (
				<>
					<p class="small strong part">{t("For agents: what they do is asked about as ever")}</p>
					<ul class="handed">
						{handed.map(({ stepId, title, agent }) => (
							<li key={stepId} class="row small">
								<Icon icon="comment-discussion" tone="agent" />
								<span class="cut">{title}</span>
								<span class="grow" />
								<span class={agent ? "mono cut" : "quiet"}>
									{agent ? formatModelRef(agent) : t("no agent is set up for it")}
								</span>
							</li>
						))}
					</ul>
				</>
			) : null}
			{notRun.length > 0 ? (
				<>
					<p class="small strong part">{t("Not run")}</p>
					<ul class="handed">
						{notRun.map(({ what: code, line, reason, text }) => (
							<li key={line} class="row small" title={text}>
								<Icon icon="circle-slash" />
								<span class="nowrap">{t("{0}, line {1}", code, line)}</span>
								<span class="quiet cut">{reason}</span>
							</li>
						))}
					</ul>
				</>
			) : null}
		</Field>
	);
}

function Actions({ playbook }: { readonly playbook: PlaybookPreview }) {
	const steps = playbook.steps
		.map((step, index) => ({ step, index }))
		.filter(({ step }) => stepActions(step).length > 0);
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable from the keyboard.
		<ol class="approved" id="approved-list" aria-label={t("What it says")} tabIndex={0}>
			{steps.map(({ step, index }) => (
				<li key={step.stepId}>
					<p class="small strong">{`${index + 1} ${step.title}`}</p>
					{stepActions(step).map(({ action, text, line }, at) => (
						<div key={at}>
							<p class="quiet small">
								{action === "command"
									? t("command")
									: action === "check"
										? t("check")
										: t("writes {0}", action.slice(6))}
								{line === undefined ? null : ` · ${t("line {0}", line)}`}
							</p>
							<pre class="command">{visible(text.trimEnd())}</pre>
						</div>
					))}
				</li>
			))}
		</ol>
	);
}
