/**
 * Patterns of commands are words, as a command is: quotes and backslashes are taken away as a shell would. A last word `*`
 * stands for any further words; any other `*` for text inside of one word.
 */
export interface CommandPattern {
	readonly words: readonly WordPattern[];
	/** More words may follow. */
	readonly isOpen: boolean;
}

interface WordPattern {
	readonly text: string;
	readonly test: (word: string) => boolean;
}

export function commandPattern(text: string): CommandPattern {
	const words = split(text);
	const isOpen = words.at(-1) === "*" && words.length > 1;
	return { words: (isOpen ? words.slice(0, -1) : words).map((word) => ({ text: word, test: globTest(word) })), isOpen };
}

/**
 * Whether a command is just what the pattern says. A word that nobody knows beforehand is none that was allowed, but
 * behind the pattern's own words, where any may follow.
 */
export function coversCommand({ words, isOpen }: CommandPattern, command: readonly (string | undefined)[]): boolean {
	if (isOpen ? command.length < words.length : command.length !== words.length) return false;
	return words.every(({ test }, at) => {
		const word = command[at];
		return word !== undefined && test(word);
	});
}

/**
 * Whether a command is what the pattern speaks of: by the program's name, wherever it lies, and with options in between.
 * "maybe": if words that nobody knows beforehand are what the pattern says.
 */
export function speaksOf(
	{ words, isOpen }: CommandPattern,
	command: readonly (string | undefined)[],
): "yes" | "maybe" | "no" {
	const [program, ...others] = words;
	const [name, ...args] = command;
	if (program && name !== undefined && !program.test(name) && !program.test(baseName(name))) return "no";
	let isKnown = name !== undefined;
	let at = 0;
	for (const { test } of others) {
		for (let mayBeValue = false; ; at++) {
			if (at >= args.length) return "no";
			const word = args[at];
			isKnown &&= word !== undefined;
			if (word === undefined || test(word)) break;
			const isOption = word.startsWith("-");
			if (!isOption && !mayBeValue) return "no";
			mayBeValue = isOption;
		}
		at++;
	}
	// Options behind it do not make another command of it.
	const rest = isOpen ? [] : args.slice(at);
	if (rest.some((word) => word !== undefined && !word.startsWith("-"))) return "no";
	return isKnown && !rest.includes(undefined) ? "yes" : "maybe";
}

function baseName(word: string): string {
	return word.slice(Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1).replace(/\.exe$/i, "");
}

/** In steps that are bounded by both lengths, whatever the pattern. */
export function globTest(pattern: string): (text: string) => boolean {
	const parts = pattern.split("*");
	if (parts.length === 1) return (text) => text === pattern;
	const first = parts[0]!;
	const last = parts.at(-1)!;
	const inner = parts.slice(1, -1).filter((part) => part !== "");
	return (text) => {
		if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
		let at = first.length;
		const end = text.length - last.length;
		for (const part of inner) {
			const found = text.indexOf(part, at);
			if (found < 0 || found + part.length > end) return false;
			at = found + part.length;
		}
		return true;
	};
}

function split(text: string): string[] {
	const words: string[] = [];
	let word: string | undefined;
	let quote = "";
	for (let at = 0; at < text.length; at++) {
		const char = text[at]!;
		if (quote !== "") {
			if (char === quote) quote = "";
			else if (char === "\\" && quote === '"' && at + 1 < text.length) word += text[++at]!;
			else word += char;
		} else if (char === "'" || char === '"') {
			quote = char;
			word ??= "";
		} else if (/\s/.test(char)) {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else word = (word ?? "") + (char === "\\" && at + 1 < text.length ? text[++at]! : char);
	}
	if (word !== undefined) words.push(word);
	return words;
}
