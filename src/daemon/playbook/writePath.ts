import { isLanguage } from "./fenceWords.ts";

/**
 * The path behind `write`. Without quotes it may hold blanks as long as it reads as one path: `write js app.js`, two
 * files and attributes are refused, since a file of another name would be written without a word.
 */
export function readWritePath(
	rest: string,
): { readonly path: string } | { readonly problem: string; readonly fix: string } {
	if (rest === "") return { problem: "this write fence names no file", fix: "Write “write notes/report.txt”." };
	const quote = closing[rest[0]!];
	if (quote !== undefined) {
		const end = rest.lastIndexOf(quote);
		const behind = end > 0 ? rest.slice(end + 1).trim() : undefined;
		if (behind === undefined) return { problem: "the quote before this path is never closed", fix: "Close it." };
		const path = rest.slice(1, end);
		if (behind === "" && !path.includes(quote)) return { path };
		return { problem: `“${shown(rest)}” is more than a path`, fix: "Name one file, with nothing after it." };
	}
	const words = rest.split(/\s+/);
	if (words.length === 1 && !/^\{|^\w+=/.test(rest)) return { path: rest };
	const before = words.slice(0, -1);
	const last = words.at(-1)!;
	const isStrange =
		isLanguage(words[0]!) ||
		(isLanguage(last) && words.length > 1) ||
		/^(?:to|file|path|into|in|as|text):?$/i.test(words[0]!) ||
		words.some((word) => /[{}=]/.test(word)) ||
		before.some((word) => /[^.]\.[a-z][a-z0-9]{0,7}$/i.test(word));
	if (!isStrange) return { path: rest };
	const likely = words.findLast((word) => /[./]/.test(word)) ?? last;
	const fix = `Write “write ${shown(likely)}” if that is the file; a path with blanks goes into quotes.`;
	return { problem: `“${shown(rest)}” reads like more than a path`, fix };
}

const closing: Readonly<Record<string, string>> = { '"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "«": "»" };

function shown(text: string): string {
	return text.slice(0, 80);
}
