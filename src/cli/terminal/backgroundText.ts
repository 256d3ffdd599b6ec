import { age } from "../../core/words/duration.ts";
import { backgroundMarks } from "../../core/words/marks.ts";
import type { BackgroundView } from "../../protocol/view.ts";
import { ago, indent, oneLine } from "./layout.ts";
import { paint } from "./output.ts";
import { coloured, sign } from "./states.ts";

/** What runs, since when, and what it printed last. */
export function backgroundText(commands: readonly BackgroundView[], now: number): string {
	return commands.map((one) => commandText(one, now)).join("\n");
}

function commandText(one: BackgroundView, now: number): string {
	const mark = backgroundMarks[one.state];
	const lines = [
		`${sign(mark)} ${oneLine(one.command, 160)}  ${coloured(mark, stateOf(one, now))}  ${paint.dim(one.toolCallId)}`,
	];
	if (one.lastLine) lines.push(indent(paint.dim(oneLine(one.lastLine, 160)), "    "));
	return lines.join("\n");
}

function stateOf({ state, startedAt, endedAt, exitCode, reason, stoppedBy }: BackgroundView, now: number): string {
	const { word } = backgroundMarks[state];
	if (state === "running") return `${word} for ${age(now - Date.parse(startedAt))}`;
	if (state === "stopping") return `${word} by ${stoppedBy}`;
	const how = exitCode === undefined ? word : `${word} with exit code ${exitCode}`;
	return `${how}${reason ? `, ${reason.replace(/\.$/, "").replace(/^[A-Z]/, (letter) => letter.toLowerCase())}` : ""}${endedAt ? `, ${ago(endedAt, now)}` : ""}`;
}
