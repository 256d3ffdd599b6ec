import { createScanner } from "jsonc-parser";

/**
 * Whether a JSON text has more nested brackets than a person writes. Parsers call themselves for each, and a text
 * that is made to end their stack can end the whole process: the engine does not always survive it as an exception.
 */
export function isTooDeep(text: string, maxDepth = 100): boolean {
	const scanner = createScanner(text, true);
	let depth = 0;
	for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
		// A token that begins with a bracket is one; strings begin with their quote.
		const first = text[scanner.getTokenOffset()];
		if (first === "{" || first === "[") depth += 1;
		else if (first === "}" || first === "]") depth = Math.max(depth - 1, 0);
		if (depth > maxDepth) return true;
	}
	return false;
}
