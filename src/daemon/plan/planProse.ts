import { parseInfo } from "../playbook/fenceInfo.ts";
import { wordMeant } from "../playbook/fenceWords.ts";
import { scanMarkdown } from "./markdownLines.ts";

/**
 * Instructions are any Markdown, and stand in a document in which some Markdown means something. A line that would
 * be read as more than prose has a backslash before it there, and loses it again when it is read.
 */
export function escapeProse(text: string, isIntro = false): string {
	const lines = text.split("\n");
	const parts = scanMarkdown(lines);
	const isPlain = parts.every(
		(part) =>
			part.kind === "prose" ||
			(part.kind === "heading" && part.level !== 2 && !(isIntro && part.level === 1)) ||
			(part.kind === "comment" && part.closed) ||
			(part.kind === "fence" && part.closed && !isCheck(part.info) && !isNearlyCheck(part.info)),
	);
	if (!isPlain) return lines.map((line) => (meaningful.test(line) ? `\\${line}` : line)).join("\n");
	const prose = new Set(parts.flatMap((part) => (part.kind === "prose" ? [part.line - 1] : [])));
	return lines.map((line, at) => (prose.has(at) && escaped.test(line) ? `\\${line}` : line)).join("\n");
}

/** Of one line of prose. */
export function unescapeLine(line: string): string {
	return escaped.test(line) ? line.slice(1) : line;
}

export function isCheck(info: string): boolean {
	return /^check(?:\s|$)/.test(info);
}

/** A person who writes `Check` means a check. */
export function isNearlyCheck(info: string): boolean {
	return wordMeant(parseInfo(info).word) === "check";
}

const meaningful = /^\\* {0,3}(?:#|`{3}|~{3}|<!--)/;
const escaped = /^\\+ {0,3}(?:#|`{3}|~{3}|<!--)/;
