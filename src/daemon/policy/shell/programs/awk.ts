import { known, textWord, type Word } from "../tree/script.ts";
import type { Judgement } from "./row.ts";

/** What a program of awk does beside reading: it may run others, write files, and load more. */
export function awkEffects(word: Word, judgement: Judgement): void {
	const text = known({ ...word, isGlob: false });
	if (text === undefined) {
		judgement.unsure("not all of the program is known beforehand");
		return;
	}
	const strings: string[] = [];
	const code = bareCode(text, strings);
	if (code === undefined) {
		judgement.unsure("the program of awk is not understood");
		return;
	}
	if (/\bsystem\s*\(/.test(code) || /(?<!\|)\|(?!\|)/.test(code))
		judgement.add("dangerous", "runs other programs from awk");
	if (/@/.test(code)) judgement.unsure("the program of awk loads or calls what is not known");
	if (/\bENVIRON\b|\bSYMTAB\b/.test(code))
		judgement.add("dangerous", "shows variables of the environment, which may hold secrets");
	for (const [, target] of code.matchAll(/\bprintf?\b[^;}\n]*?>>?\s*([^;}\n]*)/g)) {
		const [, at] = /^"(\d+)"\s*$/.exec(target!) ?? [];
		judgement.add("write", "writes files from awk");
		if (at !== undefined && !strings[Number(at)]!.includes("\\"))
			judgement.write(textWord(strings[Number(at)]!), "writes files from awk");
		else judgement.unsure("which file it writes from awk is not known beforehand");
	}
	if (/\bgetline\b[^;}\n]*</.test(code)) judgement.unsure("which files it reads is not known beforehand");
	if (/\/inet/.test(text)) judgement.add("dangerous", "opens a connection from awk");
	if (/\bARGV\b|\bARGC\b/.test(code)) judgement.unsure("which files it reads is not known beforehand");
}

/** The program without what stands in strings, patterns and comments. */
function bareCode(text: string, strings: string[]): string | undefined {
	let code = "";
	for (let at = 0; at < text.length; at++) {
		const char = text[at]!;
		if (char === "#") {
			while (at < text.length && text[at] !== "\n") at++;
			code += "\n";
		} else if (char === '"' || (char === "/" && isOperandNext(code))) {
			const close = closing(text, at);
			if (close === undefined) return undefined;
			// A number in its place, by which it is found again.
			code += `"${strings.push(text.slice(at + 1, close)) - 1}"`;
			at = close;
		} else code += char;
	}
	return code;
}

/** Whether a slash begins a pattern here, and does not divide. */
function isOperandNext(code: string): boolean {
	return /(^|[(,~!&|{};:?\n=<>+\-*%^]|\b(return|print|in|case))\s*$/.test(code) && !/(\+\+|--)\s*$/.test(code);
}

function closing(text: string, from: number): number | undefined {
	let inClass = false;
	for (let at = from + 1; at < text.length; at++) {
		const char = text[at];
		if (char === "\\") at++;
		else if (char === "\n") return undefined;
		else if (text[from] === "/" && char === "[") inClass = true;
		else if (char === "]") inClass = false;
		// Within brackets a slash may end the pattern for one awk and not for another.
		else if (char === text[from]) return inClass && char === "/" ? undefined : at;
	}
	return undefined;
}
