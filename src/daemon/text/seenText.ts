/**
 * A stranger's text without what cannot be seen or turns the direction of writing: a person decides by what they read.
 * One line, unless it may be long.
 */
export function seenText(text: string, isLong = false): string {
	const plain = text.replace(/\r\n?/g, "\n").replace(/[\p{Cf}\u115f\u1160\u3164\uffa0]/gu, "");
	const seen = isLong ? plain.replace(/[^\P{Cc}\n\t]/gu, "") : plain.replace(/[\p{Cc}\s]+/gu, " ");
	return seen.trim();
}
