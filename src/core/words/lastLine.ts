const maxChars = 200;

/** The last line that a program printed, as a terminal would leave it; undefined when it printed nothing. */
export function lastLineOf(output: string): string | undefined {
	const line = output.trimEnd().split("\n").at(-1)!.split("\r").at(-1)!.trim();
	if (line === "") return undefined;
	return line.length > maxChars ? `${line.slice(0, maxChars)}…` : line;
}
