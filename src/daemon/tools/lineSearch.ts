import vm from "node:vm";
import type { SearchPattern } from "./searchPattern.ts";

/**
 * A regular expression an agent wrote, applied to a text. Some expressions take exponential time, and one that hangs
 * would hang the whole daemon: it runs in a context of its own with a time limit, which ends it inside a match too.
 */
export interface LineSearch {
	/** The lines that match, from 0, in order; undefined when it took too long. The text's lines end with `\n` alone. */
	run(text: string, maxLines: number): readonly number[] | undefined;
}

const timeLimitMs = 300;

export function lineSearch(pattern: SearchPattern): LineSearch | { readonly problem: string } {
	let expression: RegExp;
	const flags = `gm${pattern.ignoreCase ? "i" : ""}${pattern.dotAll ? "s" : ""}`;
	try {
		expression = new RegExp(pattern.unicodeSource, `${flags}u`);
	} catch {
		// Without `u` more is let through: escapes that are not needed, a brace that stands for itself.
		try {
			expression = new RegExp(pattern.source, flags);
		} catch (cause) {
			return { problem: (cause as Error).message };
		}
	}
	const sandbox = vm.createContext(Object.assign(Object.create(null), { expression, text: "", maxLines: 0 }));
	const script = pattern.spansLines ? acrossLines : lineByLine;
	return {
		run(text, maxLines) {
			Object.assign(sandbox, { text, maxLines });
			try {
				return JSON.parse(String(script.runInContext(sandbox, { timeout: timeLimitMs }))) as number[];
			} catch (cause) {
				if ((cause as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
				throw cause;
			}
		},
	};
}

const lineByLine = new vm.Script(`
	(() => {
		const found = [];
		const lines = text.split("\\n");
		if (lines.at(-1) === "") lines.pop();
		for (let at = 0; at < lines.length && found.length < maxLines; at++) {
			expression.lastIndex = 0;
			if (expression.test(lines[at])) found.push(at);
		}
		return JSON.stringify(found);
	})()
`);

/** All lines of which a match takes a part. */
const acrossLines = new vm.Script(`
	(() => {
		const found = [];
		let line = 0;
		let counted = 0;
		const lineAt = (offset) => {
			for (let next = text.indexOf("\\n", counted); next >= 0 && next < offset; next = text.indexOf("\\n", counted)) {
				line++;
				counted = next + 1;
			}
			return line;
		};
		expression.lastIndex = 0;
		for (let match = expression.exec(text); match && found.length < maxLines; match = expression.exec(text)) {
			if (match[0] === "") expression.lastIndex = match.index + 1;
			if (match.index === text.length && text.endsWith("\\n")) break;
			const from = lineAt(match.index);
			const to = lineAt(Math.max(match.index, match.index + match[0].length - 1));
			for (let at = Math.max(from, (found.at(-1) ?? -1) + 1); at <= to && found.length < maxLines; at++) found.push(at);
		}
		return JSON.stringify(found);
	})()
`);
