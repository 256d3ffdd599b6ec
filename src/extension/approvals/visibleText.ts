/**
 * Whether a command can be shown in full, on one line, exactly as it would run. The person is never offered to approve what they
 * cannot see: line breaks are folded in a toast, bidirectional and invisible characters show something else than what
 * runs, and VS Code turns `[text](command:…)` in a notification into a link that hides its target.
 */
export function isWhollyVisible(command: string, maxChars: number): boolean {
	return command.length <= maxChars && !hidden.test(command) && !command.includes("](") && !/^\s|\s$/.test(command);
}

/** A text of an agent inside a sentence of ours: one line, no links, no longer than `maxChars`. */
export function plainLine(text: string, maxChars: number): string {
	const line = text.replace(new RegExp(hidden, "gu"), " ").replace(/\s+/g, " ").replaceAll("](", "] (").trim();
	return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1).trimEnd()}…`;
}

/** A command on one line, for where it is not approved: each end of a line is seen. */
export function commandLine(command: string, maxChars: number): string {
	return plainLine(command.trim().replace(/\s*[\r\n]+\s*/g, " ↵ "), maxChars);
}

/**
 * Control characters (line breaks and tabs too), invisible ones, spaces that are none to a shell, and what changes the
 * direction of writing.
 */
const hidden = /(?! )[\p{Cc}\p{Cf}\p{Z}\u115f\u1160\u3164\uffa0]/u;
