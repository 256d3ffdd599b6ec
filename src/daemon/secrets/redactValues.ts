/**
 * Takes known secrets out of a text. A text that was shortened may begin or end in the middle of one: as much as
 * `minCutChars` of its end at the beginning of the text, or of its beginning at the end, goes too.
 */
export function redactValues(text: string, secrets: Iterable<readonly [value: string, mark: string]>): string {
	let clean = text;
	for (const [value, mark] of secrets) {
		if (value === "") continue;
		clean = clean.replaceAll(value, mark);
		if (value.length <= minCutChars) continue;
		clean = withoutCutEnd(withoutCutBeginning(clean, value, mark), value, mark);
	}
	return clean;
}

const minCutChars = 8;

function withoutCutEnd(text: string, value: string, mark: string): string {
	const from = Math.max(0, text.length - value.length);
	const at = text.indexOf(value.slice(0, minCutChars), from);
	return at >= 0 && value.startsWith(text.slice(at)) ? text.slice(0, at) + mark : text;
}

function withoutCutBeginning(text: string, value: string, mark: string): string {
	const end = value.slice(-minCutChars);
	const at = text.slice(0, value.length).lastIndexOf(end);
	return at >= 0 && value.endsWith(text.slice(0, at + end.length)) ? mark + text.slice(at + end.length) : text;
}
