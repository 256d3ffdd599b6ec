import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Dialect } from "../../../../src/daemon/policy/shell/tree/script.ts";

/**
 * The corpus: lines of commands in text files, `topic.bash.txt`, `powershell.txt`, `cmd.txt`. `# …` is a comment. `@ …`
 * says what is expected of the lines below it, and may name, behind a colon, a word that one of the reasons holds:
 *
 * - `@ read`, `@ write`, `@ network`: exactly that, and read for sure;
 * - `@ dangerous`: exactly that;
 * - `@ at least write`: that or worse;
 * - `@ unsure`: cannot be read for sure, or is dangerous;
 * - `@ read, but asked`: a harmless read that is known to be asked about all the same. It counts against the reader.
 *
 * `↵` stands for the end of a line, `‹U+200B›` for the character of that number.
 */
export interface CorpusLine {
	readonly dialect: Dialect;
	readonly expected: Expected;
	readonly word?: string;
	readonly text: string;
	/** For people: file and number. */
	readonly at: string;
}

const expectations = ["read", "write", "network", "dangerous", "at least write", "unsure", "read, but asked"] as const;
export type Expected = (typeof expectations)[number];

export function corpusLines(): readonly CorpusLine[] {
	const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".txt"));
	return files.flatMap(linesOf);
}

function linesOf(file: string): readonly CorpusLine[] {
	const dialect = /(bash|powershell|cmd)\.txt$/.exec(file)![1] as Dialect;
	const lines: CorpusLine[] = [];
	let expected: Expected | undefined;
	let word: string | undefined;
	for (const [index, line] of readFileSync(path.join(import.meta.dirname, file), "utf8")
		.split("\n")
		.entries()) {
		const at = `${file}:${index + 1}`;
		const [, name, about] = /^@ ([^:]+)(?:: (.+))?$/.exec(line) ?? [];
		if (name !== undefined) {
			expected = expectations.find((one) => one === name);
			word = about;
			if (expected === undefined) throw new Error(`${at}: “${name}” says nothing that a line may be expected to be.`);
		} else if (line !== "" && !line.startsWith("#")) {
			if (expected === undefined) throw new Error(`${at}: nothing says what is expected of it.`);
			lines.push({ dialect, expected, word, text: unescaped(line), at });
		}
	}
	return lines;
}

function unescaped(line: string): string {
	return line
		.replaceAll("↵", "\n")
		.replaceAll(/‹U\+([0-9A-F]+)›/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}
