/**
 * Characters that make a text look like another: what a person reads in a question is then not what a shell runs. A text
 * that holds one cannot be judged.
 */
export function unseenCharacter(text: string): string | undefined {
	const found = unseen.exec(text)?.[0];
	if (found === undefined) return undefined;
	const code = found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
	return `it holds a character that is not seen, or looks like another (U+${code})`;
}

/** Controls, marks of direction, what has no width, blanks that are none to a shell, tags, and our own marks. */
const unseen =
	// biome-ignore lint/suspicious/noMisleadingCharacterClass: each is looked for by itself, whatever stands before it
	/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFE00-\uFE0E\uFEFF\uFFA0\uFFF0-\uFFFD]|[\u{E0000}-\u{E0FFF}]/u;

/** Of a program's name, or of an option: letters that look like those of ASCII. */
export function hasLookAlikes(text: string): boolean {
	return /[^\x20-\x7E]/.test(text);
}

/** A dash that is none. */
export function isLookAlikeOption(text: string): boolean {
	return /^[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/.test(text);
}
