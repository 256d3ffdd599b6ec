/**
 * Markdown as far as the document of a plan needs it, which we write ourselves: line by line, so that every part knows
 * its line. Headings with `#`, fences by CommonMark's rules (up to three spaces before them; closed by at least as many of
 * the same character), and comments. Everything else is prose. Playbooks, which people write, have a whole parser.
 */
export type MarkdownPart =
	| { readonly kind: "heading"; readonly level: number; readonly text: string; readonly line: number }
	| {
			readonly kind: "fence";
			/** What stands behind the opening fence. */
			readonly info: string;
			/** The lines between, each ended by a newline; without the indentation of the fence. */
			readonly content: string;
			/** The whole of it as written. */
			readonly source: string;
			readonly line: number;
			readonly closed: boolean;
	  }
	| { readonly kind: "comment"; readonly line: number; readonly closed: boolean }
	| { readonly kind: "prose"; readonly text: string; readonly line: number };

/** `firstLine` is the number of the first of these lines in its file. */
export function scanMarkdown(lines: readonly string[], firstLine = 1): readonly MarkdownPart[] {
	const parts: MarkdownPart[] = [];
	for (let at = 0; at < lines.length; ) {
		const text = lines[at]!;
		const line = firstLine + at;
		const opening = openingFence(text);
		if (opening) {
			const end = findFrom(lines, at + 1, (candidate) => closesFence(candidate, opening.fence));
			const inside = lines.slice(at + 1, end);
			parts.push({
				kind: "fence",
				info: opening.info,
				content: inside.map((each) => `${unindent(each, opening.indent)}\n`).join(""),
				source: lines.slice(at, end + 1).join("\n"),
				line,
				closed: end < lines.length,
			});
			at = end + 1;
		} else if (/^ {0,3}<!--/.test(text)) {
			const end = findFrom(lines, at, (candidate) => candidate.includes("-->"));
			parts.push({ kind: "comment", line, closed: end < lines.length });
			at = end + 1;
		} else {
			parts.push(heading(text, line) ?? { kind: "prose", text, line });
			at += 1;
		}
	}
	return parts;
}

function openingFence(text: string) {
	const match = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(text);
	if (!match) return undefined;
	const [, indent, fence, rest] = match as unknown as [string, string, string, string];
	// Backticks behind backticks make it inline code, as in ```` ```sh``` ````.
	if (fence.startsWith("`") && rest.includes("`")) return undefined;
	return { indent: indent.length, fence, info: rest.trim() };
}

function closesFence(text: string, fence: string): boolean {
	const match = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(text);
	return match !== null && match[1]![0] === fence[0] && match[1]!.length >= fence.length;
}

function heading(text: string, line: number): MarkdownPart | undefined {
	const match = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/.exec(text);
	if (!match) return undefined;
	return { kind: "heading", level: match[1]!.length, text: withoutClosingMarks(` ${match[2] ?? ""}`.trimEnd()), line };
}

/** `Title ##` is “Title”, `C#` is “C#”. A regular expression for it would take quadratic time on a hostile line. */
function withoutClosingMarks(text: string): string {
	let end = text.length;
	while (text[end - 1] === "#") end -= 1;
	return (text[end - 1] === " " || text[end - 1] === "\t" ? text.slice(0, end) : text).trim();
}

function unindent(text: string, indent: number): string {
	let at = 0;
	while (at < indent && text[at] === " ") at += 1;
	return text.slice(at);
}

function findFrom(lines: readonly string[], from: number, matches: (line: string) => boolean): number {
	for (let at = from; at < lines.length; at++) if (matches(lines[at]!)) return at;
	return lines.length;
}
