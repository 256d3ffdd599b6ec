/**
 * How likely a Markdown file is meant to be run: 0 when nothing in it could run, more when it is written as a playbook.
 * The daemon decides what it really is; this only orders a list.
 */
export function playbookScore(text: string): number {
	const hasSteps = /^## \S/m.test(text);
	// Also in lists and quotes, and with attributes behind the word.
	const hasCommands =
		/^[ \t>*+\d.)-]*(?:```|~~~)[ \t]*(?:\{[ \t]*\.?)?(?:sh|bash|shell|zsh|console|shell-session|write(?=[ \t]+\S))(?=[\s{},])/im.test(
			text,
		);
	const hasChecks = /^[ \t>*+\d.)-]*(?:```|~~~)[ \t]*check(?=\s)/m.test(text);
	const hasAgents = /^agent:\s*\S/m.test(text);
	if (!hasSteps || (!hasCommands && !hasChecks && !hasAgents)) return 0;
	const hasFrontMatter = /^---\r?\n[\s\S]*?\n---\r?\n/.test(text);
	const hasNeeds = /^needs:\s*\S/m.test(text);
	return 1 + (hasChecks ? 2 : 0) + (hasFrontMatter ? 1 : 0) + (hasNeeds ? 2 : 0) + (hasAgents ? 2 : 0);
}

/** The line that a refusal names (`report.md:12: …`), counted from 1. */
export function refusedLine(sentence: string, fileName: string): number | undefined {
	const at = sentence.indexOf(`${fileName}:`);
	if (at < 0) return undefined;
	const line = /^\d+/.exec(sentence.slice(at + fileName.length + 1))?.[0];
	return line ? Number(line) : undefined;
}
