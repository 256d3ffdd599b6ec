/** The beginning of a unified diff, as lines with their numbers: plain text, for reading in passing. */
export interface HunkLine {
	readonly kind: "same" | "added" | "removed";
	readonly number: number;
	readonly text: string;
}

export interface Hunk {
	readonly lines: readonly HunkLine[];
	/** Changed and unchanged lines that are not shown. */
	readonly more: number;
}

export function readHunk(diff: string, maxLines: number): Hunk {
	const lines: HunkLine[] = [];
	let before = 0;
	let after = 0;
	let inHunk = false;
	let total = 0;
	for (const line of diff.split("\n")) {
		const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
		if (head) {
			before = Number(head[1]);
			after = Number(head[2]);
			inHunk = true;
			continue;
		}
		if (line.startsWith("diff --git ")) inHunk = false;
		if (!inHunk || line === "" || line.startsWith("\\")) continue;
		total++;
		const text = line.slice(1);
		if (lines.length < maxLines) lines.push(readLine(line[0], text));
	}
	return { lines, more: total - lines.length };

	function readLine(sign: string | undefined, text: string): HunkLine {
		if (sign === "+") return { kind: "added", number: after++, text };
		if (sign === "-") return { kind: "removed", number: before++, text };
		before++;
		return { kind: "same", number: after++, text };
	}
}
