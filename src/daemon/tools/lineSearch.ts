import vm from "node:vm";

/**
 * A regular expression an agent wrote, applied line by line. Some expressions take exponential time, and one that hangs
 * would hang the whole daemon: it runs in a context of its own with a time limit, which ends it inside a match too.
 */
export interface LineSearch {
	/** Undefined when it took too long. */
	run(text: string, maxMatches: number): readonly LineMatch[] | undefined;
}
export interface LineMatch {
	/** From 1. */
	readonly line: number;
	readonly text: string;
}

const timeLimitMs = 300;

export function lineSearch(pattern: string): LineSearch | { readonly problem: string } {
	let expression: RegExp;
	try {
		expression = new RegExp(pattern, "u");
	} catch {
		try {
			expression = new RegExp(pattern);
		} catch (cause) {
			return { problem: (cause as Error).message };
		}
	}
	const sandbox = vm.createContext(Object.assign(Object.create(null), { expression, text: "", maxMatches: 0 }));
	return {
		run(text, maxMatches) {
			Object.assign(sandbox, { text, maxMatches });
			try {
				return JSON.parse(String(script.runInContext(sandbox, { timeout: timeLimitMs }))) as LineMatch[];
			} catch (cause) {
				if ((cause as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
				throw cause;
			}
		},
	};
}

const script = new vm.Script(`
	(() => {
		const matches = [];
		const lines = text.split("\\n");
		for (let at = 0; at < lines.length && matches.length < maxMatches; at++)
			if (expression.test(lines[at])) matches.push({ line: at + 1, text: lines[at].slice(0, 2000) });
		return JSON.stringify(matches);
	})()
`);
