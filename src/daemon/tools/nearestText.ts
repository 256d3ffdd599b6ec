/**
 * The passage of a file that is most like a text that is not in it, and in what the two differ: what an agent needs to
 * see its mistake without reading the file once more.
 */
export interface Nearest {
	/** From 1, both included. */
	readonly from: number;
	readonly to: number;
	/** In what they differ, in words; undefined where they differ in more than spelling. */
	readonly differs?: string;
	/** The first lines that differ: as the file has them, and as they were looked for. */
	readonly lines: readonly { readonly number: number; readonly file: string; readonly wanted: string }[];
}

const maxFileLines = 50_000;
const maxWantedLines = 200;
const maxShown = 3;
/** Passages that are compared line by line. */
const maxCandidates = 8;
/** Below this two texts have nothing to do with each other. */
const leastLikeness = 0.4;

export function nearestText(text: string, wanted: string): Nearest | undefined {
	const looked = withoutEmptyEnds(linesOf(wanted)).slice(0, maxWantedLines);
	if (looked.length === 0) return undefined;
	const lines = linesOf(text, maxFileLines);
	for (const { words, change } of slips) {
		const changed = linesOf(change(looked.join("\n")));
		const at = changed.join("\n") === looked.join("\n") ? -1 : placeOf(lines, withoutEmptyEnds(changed), plain);
		if (at >= 0) return { from: at + 1, to: at + withoutEmptyEnds(changed).length, differs: words, lines: [] };
	}
	const starts = candidates(lines, looked);
	let best: { at: number; likeness: number } | undefined;
	for (const at of starts) {
		const likeness = likenessAt(lines, looked, at);
		if (!best || likeness > best.likeness) best = { at, likeness };
	}
	if (!best || best.likeness < leastLikeness) return undefined;
	const found = lines.slice(best.at, best.at + looked.length);
	const different = looked.flatMap((line, index) => {
		const file = found[index] ?? "";
		return file === line ? [] : [{ number: best.at + index + 1, file, wanted: line }];
	});
	const differs = kinds.find(({ same }) => different.every(({ file, wanted: line }) => same(file) === same(line)));
	return {
		from: best.at + 1,
		to: best.at + found.length,
		differs: differs?.words,
		lines: different.slice(0, maxShown),
	};
}

/** What is often written around or into a text that was copied. */
const slips: readonly { readonly words: string; change(text: string): string }[] = [
	{
		words: "the line numbers, which are not part of the file",
		change: (text) => text.replace(/^[ \t]*\d+(?:[ \t]*[:|│→]|\t)[ \t]?/gm, ""),
	},
	{
		words: 'escapes: the find has \\n, \\t or \\" where the file has the characters themselves',
		change: (text) => text.replace(/\\(n|t|r|"|'|`|\\)/g, (_, letter: string) => escaped[letter] ?? letter),
	},
	{
		words: "entities: the find has &lt;, &gt;, &quot; or &amp; where the file has the characters themselves",
		change: (text) => text.replace(/&(lt|gt|quot|amp|#39);/g, (_, name: string) => entities[name]!),
	},
	{ words: "the fence around the find", change: (text) => text.replace(/^```.*\n|\n```\s*$/g, "") },
	{ words: "the signs of a diff in front of the lines", change: (text) => text.replace(/^[+-] ?/gm, "") },
];
const escaped: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "" };
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&", "#39": "'" };

/** The mildest difference first. */
const kinds: readonly { readonly words: string; same(line: string): string }[] = [
	{ words: "spaces at the end of lines", same: (line) => line.trimEnd() },
	{ words: "the indentation", same: (line) => line.trim() },
	{ words: "spaces", same: (line) => line.replace(/\s+/g, "") },
	{ words: "quotes, dashes or spaces that look alike", same: (line) => alike(line).replace(/\s+/g, "") },
	{ words: "capital and small letters", same: (line) => alike(line).replace(/\s+/g, "").toLowerCase() },
];

function alike(line: string): string {
	return line
		.normalize("NFKC")
		.replace(/[‘’‚‛′´`]/g, "'")
		.replace(/[“”„‟″«»]/g, '"')
		.replace(/[‐‑‒–—―−]/g, "-")
		.replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, "");
}

function plain(line: string): string {
	return alike(line).replace(/\s+/g, " ").trim().toLowerCase();
}

/** Where the looked-for lines stand one below the other; -1 for nowhere. */
function placeOf(lines: readonly string[], looked: readonly string[], read: (line: string) => string): number {
	const wanted = looked.map(read);
	if (wanted.every((line) => line === "")) return -1;
	for (let at = 0; at + wanted.length <= lines.length; at++)
		if (wanted.every((line, index) => read(lines[at + index]!) === line)) return at;
	return -1;
}

/** Places at which some line already fits; where none does, those of the lines most like the longest one. */
function candidates(lines: readonly string[], looked: readonly string[]): readonly number[] {
	const places = new Map<string, number[]>();
	for (const [at, line] of lines.entries()) {
		const key = plain(line);
		if (key.length < 3) continue;
		const known = places.get(key);
		if (known) known.push(at);
		else places.set(key, [at]);
	}
	const votes = new Map<number, number>();
	for (const [index, line] of looked.entries())
		for (const at of (places.get(plain(line)) ?? []).slice(0, 200))
			if (at >= index) votes.set(at - index, (votes.get(at - index) ?? 0) + 1);
	if (votes.size > 0) {
		const most = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
		return most.slice(0, maxCandidates).map(([at]) => at);
	}
	const anchor = looked.reduce((longest, line) => (line.trim().length > longest.trim().length ? line : longest));
	const index = looked.indexOf(anchor);
	const pairs = pairsOf(anchor);
	return lines
		.map((line, at) => ({ at: at - index, likeness: likenessOf(pairs, pairsOf(line)) }))
		.filter(({ at, likeness }) => at >= 0 && likeness > 0)
		.sort((a, b) => b.likeness - a.likeness || a.at - b.at)
		.slice(0, maxCandidates)
		.map(({ at }) => at);
}

function likenessAt(lines: readonly string[], looked: readonly string[], at: number): number {
	let sum = 0;
	let weight = 0;
	for (const [index, line] of looked.entries()) {
		const file = lines[at + index] ?? "";
		const size = Math.max(1, line.trim().length);
		weight += size;
		sum += size * (plain(file) === plain(line) ? 1 : likenessOf(pairsOf(line), pairsOf(file)));
	}
	return sum / weight;
}

/** Dice's coefficient over pairs of neighbouring characters. */
function likenessOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
	if (a.size === 0 || b.size === 0) return 0;
	let shared = 0;
	for (const pair of a) if (b.has(pair)) shared += 1;
	return (2 * shared) / (a.size + b.size);
}

function pairsOf(line: string): ReadonlySet<string> {
	const text = line.trim().slice(0, 300);
	const pairs = new Set<string>();
	for (let at = 0; at + 1 < text.length; at++) pairs.add(text.slice(at, at + 2));
	return pairs;
}

function linesOf(text: string, most?: number): readonly string[] {
	return text.split(/\r?\n/, most);
}

function withoutEmptyEnds(lines: readonly string[]): readonly string[] {
	const first = lines.findIndex((line) => line.trim() !== "");
	const last = lines.findLastIndex((line) => line.trim() !== "");
	return first < 0 ? [] : lines.slice(first, last + 1);
}
