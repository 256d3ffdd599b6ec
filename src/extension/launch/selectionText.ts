/** A passage that a goal is about, in the words in which it is handed over with the prompt. */
export interface Selected {
	/** As a person knows it: below its folder. */
	readonly path: string;
	/** Counted from 1. */
	readonly firstLine: number;
	readonly lastLine: number;
	readonly language: string;
	readonly text: string;
}

/** `src/app.ts:12-20`, which editors and terminals open. */
export function placeOf({ path, firstLine, lastLine }: Selected): string {
	return firstLine === lastLine ? `${path}:${firstLine}` : `${path}:${firstLine}-${lastLine}`;
}

/** The place, and below it the text between fences that nothing in it can close. */
export function quoteSelection(selected: Selected): string {
	const isCut = selected.text.length > maxQuotedChars;
	const text = isCut ? selected.text.slice(0, maxQuotedChars) : selected.text;
	const ticks = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
	const fence = "`".repeat(ticks + 1);
	const rest = isCut ? `\n\nThe passage goes on in the file; its first ${maxQuotedChars} characters are here.` : "";
	return `${placeOf(selected)}\n\n${fence}${selected.language}\n${text.replace(/\n$/, "")}\n${fence}${rest}`;
}

/** More is read in the file. */
const maxQuotedChars = 20_000;
