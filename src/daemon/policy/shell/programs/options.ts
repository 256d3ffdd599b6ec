import { known, textWord, type Word } from "../tree/script.ts";
import type { Effect, Verb } from "./row.ts";

export interface Options {
	readonly operands: readonly Word[];
	readonly given: readonly { readonly name: string; readonly value?: Word; readonly effect?: Effect }[];
	/** A word that may be one of the options that count, for all that is known. */
	readonly doubt?: Word;
	/** An option of which the row does not know whether it takes the next word. */
	readonly unknown?: string;
}

interface Known {
	readonly takes: "nothing" | "glued" | "one" | "two";
	readonly effect?: Effect;
}

/**
 * The options among the words, as programs of the kind read them: `-rf`, `-ofile`, `-o file`, `--output=file`, `--outp
 * file`. An abbreviation that could stand for an option that counts is taken for it.
 */
export function readOptions(row: Verb, args: readonly Word[]): Options {
	const table = tableOf(row);
	const operands: Word[] = [];
	const given: { name: string; value?: Word; effect?: Effect }[] = [];
	let doubt: Word | undefined;
	let unknown: string | undefined;
	const counting = [...table.values()].filter(
		({ effect }) => effect && (effect.risk !== "read" || effect.value === "script"),
	);
	const counts = counting.length > 0;
	const takesValues = counting.some(({ takes }) => takes !== "nothing");
	const stops = row.stops || row.verbs !== undefined;
	for (let at = 0; at < args.length; at++) {
		const word = args[at]!;
		const { text } = word;
		if (row.style === "slash") {
			if (text.startsWith("/") && !text.startsWith("//")) given.push({ name: text });
			else operands.push(word);
			continue;
		}
		const isFirst = row.style === "dashless" && at === 0 && /^[A-Za-z]+$/.test(text) && !word.isOpen;
		if (text === "--" && known(word) !== undefined) {
			operands.push(...args.slice(at + 1));
			break;
		}
		if (!isFirst && !(text.startsWith("-") && text.length > 1)) {
			if (counts && mayBeOption(word, takesValues)) doubt ??= word;
			operands.push(word);
			if (stops) {
				operands.push(...args.slice(at + 1));
				break;
			}
			continue;
		}
		if (counts && word.isOpen && /^-[^=]*[\uFFFB\uFFFC]/.test(text)) doubt ??= word;
		const next = () => args[++at];
		if (text.startsWith("--") || row.style === "single") long(text, next);
		else short(isFirst ? text : text.slice(1), word, next, isFirst);
	}
	return { operands, given, doubt, unknown };

	function long(text: string, next: () => Word | undefined): void {
		const end = text.indexOf("=");
		const name = end < 0 ? text : text.slice(0, end);
		const glued = end < 0 ? undefined : marked(textWord(text.slice(end + 1)));
		const found = longOption(table, name) ?? gluedOption(text);
		if (!found) {
			given.push({ name, value: glued });
			if (!glued) unknown ??= name;
			return;
		}
		const { name: full, takes, effect, value } = found;
		const words = takes === "two" ? [next(), next()] : takes === "one" && !glued && !value ? [next()] : [];
		given.push({ name: full, value: value ?? glued ?? words.at(-1), effect });
	}

	/** Also where long options have one dash, `-ofile`. */
	function gluedOption(text: string) {
		const name = text.slice(0, 2);
		const found = row.style === "single" && text.length > 2 ? table.get(name) : undefined;
		if (!found?.effect || found.takes === "nothing" || found.takes === "two") return undefined;
		return { name, ...found, value: marked(textWord(text.slice(2))) };
	}

	function short(letters: string, word: Word, next: () => Word | undefined, isFirst: boolean): void {
		for (let index = 0; index < letters.length; index++) {
			const name = `-${letters[index]}`;
			const found = table.get(name);
			if (!found) unknown ??= name;
			const rest = letters.slice(index + 1).replace(/^=/, "");
			const isValued = found?.takes === "one" || (found?.takes === "glued" && rest !== "" && !isFirst);
			if (!isValued) {
				given.push({ name, effect: found?.effect });
				continue;
			}
			if (isFirst || rest === "") given.push({ name, value: next(), effect: found.effect });
			else given.push({ name, value: marked({ ...word, text: rest }), effect: found.effect });
			if (!isFirst) return;
		}
	}
}

function marked(word: Word): Word {
	return { ...word, isOpen: /[\uFFFB\uFFFC]/.test(word.text), maySplit: false };
}

function longOption(
	table: ReadonlyMap<string, Known>,
	name: string,
): (Known & { readonly name: string; readonly value?: Word }) | undefined {
	const exact = table.get(name);
	if (exact) return { name, ...exact };
	if (name.length < 3) return undefined;
	const found = [...table].filter(([full]) => full.startsWith(name) && full.startsWith("--"));
	const [counting] = found.filter(([, { effect }]) => effect !== undefined);
	if (counting) return { name: counting[0], ...counting[1] };
	// It may also be the whole name of another one.
	return found[0] && { name: found[0][0], takes: found[0][1].takes === "nothing" ? "nothing" : "glued" };
}

/** With an ending behind its wildcards it can be no row of letters, but it can be an option with its value. */
function mayBeOption({ text, isOpen, isGlob, maySplit }: Word, takesValues: boolean): boolean {
	const isEnded = !isOpen && /\.\w+$/.test(text) && !takesValues;
	return maySplit || (isOpen && /^[\uFFFB\uFFFC]/.test(text)) || (isGlob && /^[*?[]/.test(text) && !isEnded);
}

const tables = new WeakMap<Verb, ReadonlyMap<string, Known>>();

const kinds = { "": "nothing", "=": "one", "==": "two", "?": "glued" } as const;

/** Of the options in the text, as rows have them. */
export function namesOf(text: string): readonly { readonly name: string; readonly takes: Known["takes"] }[] {
	return [...text.matchAll(/([^\s=?]+)(==|=|\?|)/g)].map(([, name, mark]) => ({
		name: name!,
		takes: kinds[mark as keyof typeof kinds],
	}));
}

function tableOf(row: Verb): ReadonlyMap<string, Known> {
	let table = tables.get(row);
	if (!table) {
		const all = new Map<string, Known>();
		for (const { name, takes } of namesOf(row.valued ?? "")) all.set(name, { takes: takes === "two" ? "two" : "one" });
		for (const { name, takes } of namesOf(row.flags ?? "")) all.set(name, { takes });
		for (const [names, effect] of Object.entries(row.options ?? {}))
			for (const { name, takes } of namesOf(names)) all.set(name, { takes, effect });
		tables.set(row, all);
		table = all;
	}
	return table;
}
