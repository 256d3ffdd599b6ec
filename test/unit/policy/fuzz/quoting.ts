import type { Random } from "../../../support/seed.ts";

/** One of them, by chance. */
export function oneOf<T>(random: Random, all: readonly T[]): T {
	return all[random.between(0, all.length - 1)]!;
}

export function single(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

export function double(text: string): string {
	return `"${text.replaceAll(/[\\"$`]/g, "\\$&")}"`;
}

/** `$'…'`, some letters by their number. */
export function ansi(text: string, random: Random): string {
	const coded = [...text].map((char) => {
		const code = char.codePointAt(0)!;
		if (char === "'" || char === "\\") return `\\${char}`;
		if (char === "\n") return "\\n";
		if (code > 0x7e || random.next() < 0.6) return char;
		return oneOf(random, [
			`\\x${code.toString(16).padStart(2, "0")}`,
			`\\${code.toString(8).padStart(3, "0")}`,
			`\\u${code.toString(16).padStart(4, "0")}`,
		]);
	});
	return `$'${coded.join("")}'`;
}

/** A text as one word of a shell, in any of the ways that come to the same. */
export function word(text: string, random: Random): string {
	const isPlain = /^[\w./-]+$/.test(text);
	const ways = [single, double, ansi, pieces, ...(isPlain ? [(plain: string) => plain, escaped] : [])];
	return oneOf(random, ways)(text, random);
}

/** Each piece quoted in another way. */
function pieces(text: string, random: Random): string {
	const cut = random.between(0, text.length);
	return [text.slice(0, cut), text.slice(cut)].map((one) => oneOf(random, [single, double])(one)).join("");
}

function escaped(text: string, random: Random): string {
	return [...text].map((char) => (random.next() < 0.5 ? `\\${char}` : char)).join("");
}

/** For languages that write strings as JSON does. */
export function json(text: string): string {
	return JSON.stringify(text);
}
