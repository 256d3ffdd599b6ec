import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { isTooDeep } from "./writtenSettings.ts";

/**
 * Files that people write for agents: a head of `name: value` lines between two lines of dashes, and a text below. Whatever
 * cannot be read of a head costs no more than its line.
 */
export interface HeadEntry {
	readonly key: string;
	/** Text, a list of texts, or something else that is no setting of ours. */
	readonly value: unknown;
	readonly line: number;
}

export interface HeadProblem {
	/** From 1, in the file. */
	readonly line: number;
	readonly message: string;
	readonly fix?: string;
}

export type Complain = (line: number, message: string, fix?: string) => void;

export function splitHead(text: string): {
	readonly head: string;
	readonly body: string;
	readonly problem?: HeadProblem;
} {
	const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
	if (!/^---[ \t]*$/.test(lines[0] ?? "")) return { head: "", body: text };
	const end = lines.findIndex((line, at) => at > 0 && /^---[ \t]*$/.test(line));
	if (end < 0) {
		const message = "The head that begins here is never closed; the whole file is taken for instructions.";
		const problem = { line: 1, message, fix: "End the head with a line of three dashes (---)." };
		return { head: "", body: lines.slice(1).join("\n"), problem };
	}
	return { head: lines.slice(1, end).join("\n"), body: lines.slice(end + 1).join("\n") };
}

/** The head's entries, each with its line in the file: the head begins in the second one. */
export function readHead(head: string, complain: Complain): readonly HeadEntry[] {
	if (head.trim() === "") return [];
	if (isTooDeep(head)) {
		complain(2, "The head has too many nested lists and brackets.", "Use fewer levels.");
		return plainEntries(head);
	}
	const counter = new LineCounter();
	const document = parseDocument(head, { lineCounter: counter, prettyErrors: false });
	const [error] = document.errors;
	if (error || (document.contents !== null && !isMap(document.contents))) {
		const line = error ? counter.linePos(error.pos[0]).line + 1 : 2;
		const why = error ? `: ${error.message.split("\n", 1)[0]}` : "";
		complain(line, `The head is not valid YAML${why}.`, "It is read line by line. Put texts with a colon in quotes.");
		return plainEntries(head);
	}
	if (!isMap(document.contents)) return [];
	return document.contents.items.flatMap(({ key, value }) => {
		if (!isScalar(key)) return [];
		const line = counter.linePos(key.range?.[0] ?? 0).line + 1;
		const read = isScalar(value)
			? value.value
			: isSeq(value)
				? value.items.map((item) => (isScalar(item) ? item.value : undefined))
				: undefined;
		return [{ key: String(key.value), value: read, line }];
	});
}

/** Files in the wild have heads that are no YAML: texts with colons in them. */
function plainEntries(head: string): readonly HeadEntry[] {
	return head.split("\n").flatMap((text, at) => {
		const [, key, value = ""] = /^([A-Za-z][\w-]{0,60}):[ \t]*(.*)$/.exec(text) ?? [];
		return key ? [{ key, value: value.trim().replace(/^(["'])(.*)\1$/, "$2"), line: at + 2 }] : [];
	});
}
