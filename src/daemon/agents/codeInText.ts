/**
 * Where a Markdown text shows code. What stands there is quoted: a tag in it opens nothing, and a call in it is an example.
 */
export interface CodeSpan {
	readonly from: number;
	readonly to: number;
	/** Of a fence: its info string and what stands between its lines. Absent for code within a line. */
	readonly fence?: { readonly info: string; readonly from: number; readonly to: number };
}

/** Fences that are closed, and code within lines, in their order. */
export function codeSpans(text: string): readonly CodeSpan[] {
	const spans: CodeSpan[] = [];
	let at = 0;
	for (const fence of fences(text)) {
		spans.push(...inlineSpans(text, at, fence.from), fence);
		at = fence.to;
	}
	return [...spans, ...inlineSpans(text, at, text.length)];
}

export function isInside(spans: readonly CodeSpan[], at: number): boolean {
	return spans.some(({ from, to }) => from <= at && at < to);
}

/** A fence inside which another one seems to begin was never closed: the line that closes it belongs to the other. */
function* fences(text: string): Generator<CodeSpan> {
	const lines = /^[ \t]*(`{3,}|~{3,})([^\n`]*)$/gm;
	let open: { from: number; mark: string; info: string; inner: number } | undefined;
	for (const match of text.matchAll(lines)) {
		const [line, mark = "", info = ""] = match;
		const from = match.index;
		const closes = open && mark.startsWith(open.mark) && info.trim() === "";
		if (open && closes) {
			yield {
				from: open.from,
				to: from + line.length,
				fence: { info: open.info, from: open.inner, to: Math.max(open.inner, from) },
			};
			open = undefined;
		} else if (!open || mark[0] === open.mark[0]) {
			open = { from, mark, info: info.trim(), inner: Math.min(from + line.length + 1, text.length) };
		}
	}
}

function inlineSpans(text: string, from: number, to: number): CodeSpan[] {
	const spans: CodeSpan[] = [];
	for (const match of text.slice(from, to).matchAll(/(?<!`)(`{1,2})(?!`)[^\n]*?[^`\n]\1(?!`)/g))
		spans.push({ from: from + match.index, to: from + match.index + match[0].length });
	return spans;
}
