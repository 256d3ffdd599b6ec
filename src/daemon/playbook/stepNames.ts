/** How steps get their ids, and which step a name means: the same for playbooks, plans of people and plans of models. */

/**
 * Normalised (NFKC, so that full-width letters, ligatures and accents written as two characters are what they look like)
 * and in lower case; letters, digits and their marks of every script stay, runs of anything else become one `-`.
 * Invisible characters are dropped. `fallback` where nothing is left.
 */
export function slug(text: string, fallback = "step"): string {
	const plain = text.normalize("NFKC").toLowerCase().normalize("NFKC");
	const visible = plain.replace(/\p{Default_Ignorable_Code_Point}+/gu, "");
	const words = visible.match(/[\p{L}\p{N}][\p{L}\p{N}\p{Mn}\p{Mc}]*/gu) ?? [];
	return [...words.join("-")].slice(0, maxIdChars).join("").replace(/-$/, "") || fallback;
}

const maxIdChars = 80;

export interface NamedStep {
	readonly id: string;
	/** As it is written, beside its id. */
	readonly titles: readonly string[];
}

export interface StepNames {
	/** The ids of the steps that a name fits: its id, else a title exactly, else either normalised. */
	find(name: string): readonly string[];
	/** Written exactly like a title or an id. */
	isExact(name: string): boolean;
	/** The most separators that stand in any title. */
	readonly mostSeparators: number;
}

export function stepNames(steps: readonly NamedStep[]): StepNames {
	const ids = new Set(steps.map(({ id }) => id));
	const exact = new Map<string, Set<string>>();
	const normalised = new Map<string, Set<string>>();
	const add = (to: Map<string, Set<string>>, name: string, id: string) =>
		to.set(name, (to.get(name) ?? new Set()).add(id));
	for (const { id, titles } of steps) {
		add(normalised, id, id);
		for (const title of titles) {
			add(exact, title, id);
			add(normalised, slug(title, id), id);
		}
	}
	const counts = steps.flatMap(({ titles }) => titles.map((title) => title.match(separators)?.length ?? 0));
	return {
		find: (name) => (ids.has(name) ? [name] : [...(exact.get(name) ?? normalised.get(slug(name, "")) ?? [])]),
		isExact: (name) => ids.has(name) || exact.has(name),
		mostSeparators: counts.reduce((most, count) => Math.max(most, count), 0),
	};
}

const separators = /[,，、،]/g;

export type Needs = { readonly ids: readonly string[] } | NeedsProblem;

export type NeedsProblem =
	| { readonly problem: "empty" }
	| { readonly problem: "unknown"; readonly name: string }
	| { readonly problem: "several"; readonly name: string; readonly ids: readonly string[] };

/**
 * The steps that `needs:` names, with commas between; `none` is no step. A title may hold commas itself: the names are
 * cut so that each fits a step, and refused if that can be done in two ways. A name in quotes is not cut.
 */
export function readNeeds(text: string, names: StepNames): Needs {
	const pieces = cut(text);
	if (pieces.length === 1 && slug(pieces[0]!.text, "") === "none") return { ids: [] };
	if (pieces.some((piece) => piece.text === "")) return { problem: "empty" };
	// A title with commas is taken as it is written before it is taken as normalised: `a, b` are two steps first.
	const [strict, loose] = [ways(text, pieces, names, true), ways(text, pieces, names, false)];
	const found = strict.length > 0 ? strict : loose;
	if (found.length === 0) {
		const name = pieces.find((piece) => names.find(piece.text).length === 0)?.text ?? text.trim();
		return { problem: "unknown", name };
	}
	const [first, second] = found;
	const twice = first!.find(({ ids }) => ids.length > 1);
	if (twice) return { problem: "several", name: twice.name, ids: twice.ids };
	const ids = [...new Set(first!.flatMap((name) => name.ids))];
	if (second)
		return {
			problem: "several",
			name: text.trim(),
			ids: [...new Set([...ids, ...second.flatMap((name) => name.ids)])],
		};
	return { ids };
}

interface Piece {
	readonly text: string;
	readonly start: number;
	readonly end: number;
	readonly isQuoted: boolean;
}

const quotes: Readonly<Record<string, string>> = {
	'"': '"',
	"'": "'",
	"`": "`",
	"“": "”",
	"„": "“",
	"«": "»",
	"「": "」",
};

function cut(text: string): readonly Piece[] {
	const pieces: Piece[] = [];
	for (let start = 0; start <= text.length; ) {
		while (/\s/.test(text[start] ?? "")) start += 1;
		const close = quotes[text[start] ?? ""];
		const closing = close ? text.indexOf(close, start + 1) : -1;
		const isQuoted = closing > 0 && /^\s*(?:[,，、،]|$)/.test(text.slice(closing + 1, closing + 200));
		separators.lastIndex = isQuoted ? closing + 1 : start;
		const end = separators.exec(text)?.index ?? text.length;
		const inside = isQuoted ? text.slice(start + 1, closing) : text.slice(start, end);
		pieces.push({ text: inside.trim(), start, end, isQuoted });
		start = end + 1;
	}
	separators.lastIndex = 0;
	return pieces;
}

interface Name {
	readonly name: string;
	readonly ids: readonly string[];
}

/** Up to two ways in which the pieces, or runs of them, are names of steps. */
function ways(
	text: string,
	pieces: readonly Piece[],
	names: StepNames,
	isStrict: boolean,
): readonly (readonly Name[])[] {
	// From the end: what can follow behind each piece is known when the piece is looked at.
	const from: (readonly Chain[])[] = Array.from({ length: pieces.length + 1 }, () => []);
	from[pieces.length] = [undefined];
	for (let at = pieces.length - 1; at >= 0; at--) {
		const found: Chain[] = [];
		for (let to = at; to < pieces.length && to - at <= names.mostSeparators && found.length < 2; to++) {
			if (to > at && (pieces[to]!.isQuoted || pieces[at]!.isQuoted)) break;
			const name = to === at ? pieces[at]!.text : text.slice(pieces[at]!.start, pieces[to]!.end).trim();
			const ids = names.find(name);
			const isWhole = to === at || !isStrict || names.isExact(name);
			if (ids.length > 0 && isWhole) for (const rest of from[to + 1]!) found.push({ name: { name, ids }, rest });
		}
		from[at] = found.slice(0, 2);
	}
	return from[0]!.map((chain) => {
		const list: Name[] = [];
		for (let one = chain; one; one = one.rest) list.push(one.name);
		return list;
	});
}

type Chain = { readonly name: Name; readonly rest: Chain } | undefined;
