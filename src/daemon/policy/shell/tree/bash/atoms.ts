import { listed, open, type Word } from "../script.ts";

/**
 * A word of bash on its way from text to meaning: characters, and for each where it comes from. Only what stands bare in
 * the text is looked at for braces, a tilde, wildcards; only what comes from a bare expansion is split at blanks.
 */
export interface Atom {
	readonly char: string;
	readonly from: "text" | "quote" | "expansion";
}

export function atomsOf(text: string, from: Atom["from"]): Atom[] {
	return [...text].map((char) => ({ char, from }));
}

/** The words that the atoms come to. None: the braces make too many, or one that may be left out, `{a,}`. */
export function wordsOf(atoms: readonly Atom[], home: string | undefined): readonly Word[] | undefined {
	const alternatives = withoutBraces(atoms);
	if (atoms.length > 0 && alternatives?.some((one) => one.length === 0)) return undefined;
	return alternatives?.flatMap((one) => split(withHome(one, home)).map(wordOf));
}

export function wordOf(atoms: readonly Atom[]): Word {
	const text = atoms.map(({ char }) => char).join("");
	const bare = atoms.filter(({ from }) => from !== "quote");
	return {
		text,
		isOpen: text.includes(open) || text.includes(listed),
		isGlob: bare.some(({ char }) => char === "*" || char === "?" || char === "["),
		maySplit: atoms.some(({ char, from }) => from === "expansion" && isUnknown(char)),
	};
}

function isUnknown(char: string): boolean {
	return char === open || char === listed;
}

export function withHome(atoms: readonly Atom[], home: string | undefined): readonly Atom[] {
	const [first] = atoms;
	if (first?.char !== "~" || first.from !== "text") return atoms;
	const end = atoms.findIndex(({ char }) => char === "/");
	const name = atoms.slice(1, end < 0 ? undefined : end);
	if (name.some(({ from }) => from !== "text")) return atoms;
	const folder = name.length === 0 ? (home ?? open) : open;
	return [...atomsOf(folder, "quote"), ...(end < 0 ? [] : atoms.slice(end))];
}

/** At the blanks that an expansion brought. */
function split(atoms: readonly Atom[]): readonly (readonly Atom[])[] {
	const words: Atom[][] = [[]];
	for (const atom of atoms) {
		if (atom.from === "expansion" && /\s/.test(atom.char)) words.push([]);
		else words.at(-1)!.push(atom);
	}
	return words.length === 1 ? words : words.filter((word) => word.length > 0);
}

const maxAlternatives = 200;

/** `a{b,c}` is `ab ac`; `{1..3}` is `1 2 3`. */
function withoutBraces(atoms: readonly Atom[]): readonly (readonly Atom[])[] | undefined {
	for (let start = 0; start < atoms.length; start++) {
		if (!isText(atoms[start], "{")) continue;
		const inner = innerOf(atoms, start);
		if (inner === undefined) continue;
		const all: (readonly Atom[])[] = [];
		for (const middle of inner.alternatives) {
			const rest = withoutBraces([...middle, ...atoms.slice(inner.end + 1)]);
			if (rest === undefined) return undefined;
			all.push(...rest.map((one) => [...atoms.slice(0, start), ...one]));
			if (all.length > maxAlternatives) return undefined;
		}
		return all;
	}
	return [atoms];
}

function innerOf(
	atoms: readonly Atom[],
	start: number,
): { readonly alternatives: readonly (readonly Atom[])[]; readonly end: number } | undefined {
	const commas: number[] = [];
	let depth = 0;
	for (let at = start; at < atoms.length; at++) {
		if (isText(atoms[at], "{")) depth++;
		else if (isText(atoms[at], ",") && depth === 1) commas.push(at);
		else if (isText(atoms[at], "}") && --depth === 0) {
			if (commas.length === 0) {
				const sequence = sequenceOf(atoms.slice(start + 1, at));
				return sequence && { alternatives: sequence, end: at };
			}
			const bounds = [start, ...commas, at];
			const alternatives = bounds.slice(1).map((end, index) => atoms.slice(bounds[index]! + 1, end));
			return { alternatives, end: at };
		}
	}
	return undefined;
}

function sequenceOf(atoms: readonly Atom[]): readonly (readonly Atom[])[] | undefined {
	if (atoms.some(({ from }) => from !== "text")) return undefined;
	const text = atoms.map(({ char }) => char).join("");
	const match = /^(-?\d{1,9}|[A-Za-z])\.\.(-?\d{1,9}|[A-Za-z])(?:\.\.-?\d{1,9})?$/.exec(text);
	if (!match) return undefined;
	const [from, to] = [numberOf(match[1]!), numberOf(match[2]!)];
	const count = Math.min(Math.abs(to - from), 20);
	const step = to < from ? -1 : 1;
	const isLetter = /[A-Za-z]/.test(match[1]!);
	// Of a long row the first are enough to say what kind of word it is.
	return Array.from({ length: count + 1 }, (_, index) => from + index * step).map((value) =>
		atomsOf(isLetter ? String.fromCharCode(value) : String(value), "quote"),
	);
}

function numberOf(text: string): number {
	return /[A-Za-z]/.test(text) ? text.charCodeAt(0) : Number(text);
}

function isText(atom: Atom | undefined, char: string): boolean {
	return atom?.char === char && atom.from === "text";
}
