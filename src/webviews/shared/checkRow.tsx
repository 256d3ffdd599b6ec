import type { ComponentChildren } from "preact";
import type { Check } from "../../core/goal.ts";
import { checkMarks } from "../../core/words/marks.ts";
import { firstLine } from "./format.ts";
import { Icon } from "./icon.tsx";
import { checkWord } from "./marks.ts";

/** A check and how fresh its verdict is. */
export function CheckRow({ check, action, detail }: { check: Check; action?: ComponentChildren; detail?: string }) {
	const mark = checkMarks[check.state];
	const more = detail ?? (check.state === "red" && check.diagnosis ? firstLine(check.diagnosis) : undefined);
	return (
		<div class="check-row">
			<Icon icon={mark.icon} tone={mark.tone} />
			<code class="plain cut" title={check.command}>
				{check.command}
			</code>
			<span class={`row num nowrap${check.state === "green" || check.state === "pending" ? " quiet" : ""}`}>
				{action}
				{checkWord(check)}
			</span>
			{more ? <span class="detail">{more}</span> : null}
		</div>
	);
}
