import { readFileText } from "../tools/textFile.ts";
import { ToolError } from "../tools/tool.ts";
import { readInside, sha256 } from "../tools/workspaceFiles.ts";
import type { Place } from "../tools/workspacePath.ts";

/** A file for agents, whatever its encoding. Read inside the workspace only, wherever links lead. */
export interface GuidanceText {
	/** In the workspace, with `/`. */
	readonly path: string;
	/** As it is handed on. */
	readonly text: string;
	/** Hex, of the whole file. */
	readonly sha256: string;
	readonly bytes: number;
	readonly cut: boolean;
}

/** A sentence for a person: why a file is left out. */
export interface LeftOut {
	readonly path: string;
	readonly problem: string;
}

/** What is read at all, and what of it is handed on. */
const maxBytes = 256 * 1024;
const maxChars = 12_000;

/** Undefined where there is no such file, or nothing in it. */
export async function readGuidance(place: Place, path: string): Promise<GuidanceText | LeftOut | undefined> {
	const read = await readWhole(place, path);
	if (!read || "problem" in read) return read;
	const text = read.text.trim();
	if (text === "") return undefined;
	const cut = text.length > maxChars;
	return { ...read, text: cut ? `${atLine(text, maxChars)}\n(cut)` : text, cut };
}

/** The same, as long as it is: for who reads only a part of it. */
export async function readWhole(place: Place, path: string): Promise<Omit<GuidanceText, "cut"> | LeftOut | undefined> {
	try {
		const file = await readInside(place, path, maxBytes);
		if (!file) return undefined;
		if (file.size > maxBytes) return { path, problem: `it has ${file.size} bytes, more than ${maxBytes}` };
		const read = await readFileText(file.bytes);
		if (!read) return { path, problem: "it is not a text file" };
		const text = read.text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
		return { path: file.relative, text, sha256: sha256(file.bytes), bytes: file.size };
	} catch (cause) {
		if (!(cause instanceof ToolError)) throw cause;
		// A file stands where a folder would: there is nothing below it.
		return /as if it were a folder/.test(cause.message) ? undefined : { path, problem: cause.message };
	}
}

function atLine(text: string, most: number): string {
	const end = text.lastIndexOf("\n", most);
	if (end > most / 2) return text.slice(0, end);
	return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
}
