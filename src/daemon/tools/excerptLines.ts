import { ToolError } from "./tool.ts";

/** What one call gives at most: what an event carries whole, so that nothing of it is left out in the middle. */
export const maxLines = 2000;
const maxChars = 23_000;

/** Lines of a text, both included and from 1; with which they are, and how many there are, where that is not all. */
export function excerptLines(text: string, name: string, fromLine?: number, toLine?: number): string {
	const lines = text.split("\n");
	const total = text === "" ? 0 : text.endsWith("\n") ? lines.length - 1 : lines.length;
	const from = fromLine ?? 1;
	if (from > Math.max(total, 1)) throw new ToolError(`${name} has only ${total} lines.`);
	if (toLine !== undefined && toLine < from) throw new ToolError("toLine lies before fromLine.");
	let to = Math.min(toLine ?? total, total, from + maxLines - 1);
	if (from === 1 && to === total && text.length <= maxChars) return text;
	let chars = 0;
	for (let at = from; at <= to; at++) {
		chars += lines[at - 1]!.length + 1;
		if (chars > maxChars) to = Math.max(at - 1, from);
	}
	const part = lines.slice(from - 1, to).join("\n");
	const shown = part.length > maxChars ? `${part.slice(0, maxChars)}… [the line goes on]` : part;
	const more = to < Math.min(toLine ?? total, total) ? `; read on with fromLine ${to + 1}` : "";
	return `${shown}\n[lines ${from}–${to} of ${total} of ${name}${more}]`;
}
