import { open, type Word } from "../script.ts";
import { type Atom, atomsOf } from "./atoms.ts";

/**
 * Says what an expansion comes to that begins at `start`, and where it ends; `undefined` where none begins. A word that
 * `maySplit` comes to several even in quotes.
 */
export type Expand = (start: number) => { readonly end: number; readonly value: Word | string } | undefined;

/**
 * One word of the text, from `start` to `end` as the grammar has it, read a second time by the rules of quoting. Where the
 * two do not agree on what is one word, nothing is known of it.
 */
export function readWord(text: string, start: number, end: number, expand: Expand): readonly Atom[] | undefined {
	const atoms: Atom[] = [];
	let at = start;
	while (at < end) {
		const char = text[at]!;
		const quoted = text[at + 1] === "'" || text[at + 1] === '"';
		if (char === "\\") {
			if (at + 1 >= end) return undefined;
			if (text[at + 1] !== "\n") add(atoms, atomsOf(characterAt(text, at + 1), "quote"));
			at += 1 + characterAt(text, at + 1).length;
		} else if (char === "'") {
			const close = text.indexOf("'", at + 1);
			if (close < 0 || close >= end) return undefined;
			add(atoms, atomsOf(text.slice(at + 1, close), "quote"));
			at = close + 1;
		} else if (char === '"' || (char === "$" && quoted && text[at + 1] === '"')) {
			const close = readQuoted(text, char === "$" ? at + 2 : at + 1, end, expand, atoms);
			if (close === undefined) return undefined;
			at = close + 1;
		} else if (char === "$" && quoted) {
			const found = ansiQuoted(text, at + 2, end);
			if (found === undefined) return undefined;
			add(atoms, atomsOf(found.value, "quote"));
			at = found.end;
		} else if (/[$`<>]/.test(char)) {
			const found = expand(at);
			if (found === undefined || found.end > end) {
				if (char !== "$") return undefined;
				add(atoms, atomsOf(char, "quote"));
				at++;
			} else {
				const isProcess = char === "<" || char === ">";
				// Where nothing is left there is no word, unless more stands beside it.
				add(atoms, atomsOf(textOf(found.value) || open, isProcess ? "quote" : "expansion"));
				at = found.end;
			}
		} else if (/[\s;&|()]/.test(char)) return undefined;
		else {
			const whole = characterAt(text, at);
			add(atoms, atomsOf(whole, "text"));
			at += whole.length;
		}
	}
	return atoms;
}

function textOf(value: Word | string): string {
	return typeof value === "string" ? value : value.text;
}

/** What stands in a here-document, whose delimiter is not quoted. */
export function readBody(text: string, start: number, end: number, expand: Expand): readonly Atom[] {
	const atoms: Atom[] = [];
	readQuoted(text, start, end, expand, atoms, false);
	return atoms;
}

/** Where the quotation mark stands that ends it. */
function readQuoted(
	text: string,
	start: number,
	end: number,
	expand: Expand,
	atoms: Atom[],
	isEnded = true,
): number | undefined {
	for (let at = start; at < end; ) {
		const char = text[at]!;
		if (char === '"' && isEnded) return at;
		if (char === "\\") {
			const next = text[at + 1] ?? "";
			if (next !== "\n") add(atoms, atomsOf(/[\\"$`]/.test(next) ? next : `\\${next}`, "quote"));
			at += 2;
			continue;
		}
		const found = char === "$" || char === "`" ? expand(at) : undefined;
		const isMany = typeof found?.value === "object" && found.value.maySplit;
		add(atoms, atomsOf(found ? textOf(found.value) : char, isMany ? "expansion" : "quote"));
		at = found ? found.end : at + 1;
	}
	return undefined;
}

/** One by one: a text may have more characters than a call takes arguments. */
function add(atoms: Atom[], more: readonly Atom[]): void {
	for (const atom of more) atoms.push(atom);
}

function characterAt(text: string, at: number): string {
	return String.fromCodePoint(text.codePointAt(at) ?? 32);
}

const letters: Readonly<Record<string, string>> = {
	a: "\x07",
	b: "\b",
	e: "\x1b",
	E: "\x1b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
};

/** `$'…'` */
function ansiQuoted(text: string, start: number, end: number): { value: string; end: number } | undefined {
	let value = "";
	for (let at = start; at < end; ) {
		if (text[at] === "'") return { value, end: at + 1 };
		if (text[at] !== "\\") {
			value += text[at++];
			continue;
		}
		const rest = text.slice(at + 1, end);
		const coded =
			/^x([0-9a-fA-F]{1,2})/.exec(rest) ?? /^u([0-9a-fA-F]{1,4})/.exec(rest) ?? /^U([0-9a-fA-F]{1,8})/.exec(rest);
		const octal = /^[0-7]{1,3}/.exec(rest);
		if (coded || octal) {
			const code = coded ? Number.parseInt(coded[1]!, 16) : Number.parseInt(octal![0], 8) & 0xff;
			// What follows a zero is cut off there; bytes that are no ASCII depend on the locale.
			if (code === 0) return undefined;
			value += code < 0x80 ? String.fromCharCode(code) : open;
			at += 1 + (coded ?? octal)![0].length;
		} else if (/^c/.test(rest)) {
			value += open;
			at += 3;
		} else {
			value += letters[rest[0]!] ?? (/[\\'"?]/.test(rest[0]!) ? rest[0] : `\\${rest[0]}`);
			at += 2;
		}
	}
	return undefined;
}
