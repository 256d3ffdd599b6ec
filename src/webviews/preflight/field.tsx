import type { ComponentChildren } from "preact";
import type { Source } from "../../core/settings.ts";
import { Icon } from "../shared/icon.tsx";
import { Link } from "../shared/link.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import type { Problem } from "./problems.ts";

/** Where a value comes from, in two words. */
export function sourceWords({ kind, name }: Source): string {
	switch (kind) {
		case "preset":
			return name ?? t("the preset");
		case "lastGoal":
			return t("last goal here");
		case "roleFile":
			return name ?? t("a role file");
		case "savedDefault":
			return t("saved default");
		case "primaryAgent":
			return t("inherits primary agent");
		case "playbook":
			return t("the playbook");
		case "launch":
			return t("set here");
		case "default":
			return name ?? t("default");
	}
}

export interface SourceNoteProps {
	readonly webview: Webview;
	readonly source: Source;
	/** What is named, for who hears it: "Autonomy". */
	readonly of: string;
	/** There is room for few words. */
	readonly short?: boolean;
	/** Takes back what was set here. Absent where nothing was. */
	readonly onBack?: () => void;
}

/** The source as a word, or as a link where it is a file. What was set here goes back to it with one click. */
export function SourceNote({ webview, source, of, short, onBack }: SourceNoteProps) {
	if (onBack)
		return (
			<span class="source">
				{short ? null : `${t("set here")} · `}
				<Link class="small cut" label={t("{0}: back to {1}", of, sourceWords(source))} onOpen={onBack}>
					{t("Back to {0}", sourceWords(source))}
				</Link>
			</span>
		);
	const { path } = source;
	if (path && source.kind === "roleFile")
		return (
			<span class="source">
				<Link
					class="small cut"
					label={t("{0}: open {1}", of, sourceWords(source))}
					onOpen={() => webview.open({ kind: "settingsFile", path })}
				>
					{sourceWords(source)}
				</Link>
			</span>
		);
	return <span class="source">{sourceWords(source)}</span>;
}

/** A part of the form: its name, where its value comes from, the control, and what is wrong with it. */
export function Field(props: {
	readonly id: string;
	readonly name: string;
	readonly note?: ComponentChildren;
	readonly action?: ComponentChildren;
	readonly hint?: ComponentChildren;
	readonly problems?: readonly Problem[];
	readonly onKey?: (provider: string) => void;
	readonly children: ComponentChildren;
}) {
	return (
		<section class="field" aria-labelledby={props.id} data-field={props.id}>
			<div class="field-head">
				<h2 id={props.id}>{props.name}</h2>
				{props.note}
				{props.action ? <span class="grow" /> : null}
				{props.action}
			</div>
			{props.children}
			{props.hint ? <p class="quiet small hint">{props.hint}</p> : null}
			<Problems problems={props.problems ?? []} onKey={props.onKey} />
		</section>
	);
}

/** Below the field that it is about; what stops the launch and what is only to be known look different. */
export function Problems(props: {
	readonly problems: readonly Problem[];
	/** Asks for the key of a provider. */
	readonly onKey?: (provider: string) => void;
	readonly children?: ComponentChildren;
}) {
	const { problems, onKey, children } = props;
	return (
		<>
			{problems.map(({ field, sentence, stops, needsKey }) => (
				<div
					key={`${field} ${sentence}`}
					class={`wrong ${stops ? "stops" : "known"}`}
					role={stops ? "alert" : "status"}
				>
					<Icon icon={stops ? "error" : "warning"} tone={stops ? "fail" : "wait"} />
					<span>
						{sentence}{" "}
						{needsKey && onKey ? (
							<>
								<Link class="small" label={t("Set key of {0}", needsKey)} onOpen={() => onKey(needsKey)}>
									{t("Set key")}
								</Link>
								{children ? " · " : null}
							</>
						) : null}
						{children}
					</span>
				</div>
			))}
		</>
	);
}
