import { closeSync, openSync, readFileSync, readSync, realpathSync } from "node:fs";
import path from "node:path";

/** A program that is a script for Node. */
export interface NodeScript {
	/** What the script asks of Node before its own name. */
	readonly nodeArgs: readonly string[];
}

/** Undefined for every other program, and for one that starts Node by a shell. */
export function nodeScript(program: string): NodeScript | undefined {
	const words = /^#!\s*(.*)/.exec(beginning(program))?.[1]?.trim().split(/\s+/) ?? [];
	if (path.basename(words[0] ?? "") === "env") words.splice(0, words[1] === "-S" ? 2 : 1);
	const [interpreter, ...nodeArgs] = words;
	return interpreter && path.basename(interpreter) === "node" ? { nodeArgs } : undefined;
}

export interface PackageFacts {
	readonly version?: string;
	/** The oldest major version of Node that its package says it runs on. */
	readonly leastNode?: number;
}

/** Of the package that a program belongs to, read from the nearest package.json above it. */
export function packageOf(program: string): PackageFacts {
	let folder = path.dirname(real(program));
	for (;;) {
		const found = read(path.join(folder, "package.json"));
		if (found) return found;
		const above = path.dirname(folder);
		if (above === folder) return {};
		folder = above;
	}
}

/** Undefined also for one that only says how the files beside it are to be read. */
function read(file: string): PackageFacts | undefined {
	try {
		const { version, engines } = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, unknown>>;
		if (typeof version !== "string") return undefined;
		const asked = (engines as { readonly node?: unknown } | null | undefined)?.node;
		const least = typeof asked === "string" ? /^\s*(?:>=|\^|~)?\s*v?(\d+)/.exec(asked)?.[1] : undefined;
		return { version: version.slice(0, 40), ...(least !== undefined && { leastNode: Number(least) }) };
	} catch {
		return undefined;
	}
}

function beginning(file: string): string {
	const bytes = Buffer.alloc(200);
	try {
		const opened = openSync(file, "r");
		try {
			return bytes.toString("latin1", 0, readSync(opened, bytes, 0, bytes.length, 0)).split("\n", 1)[0] ?? "";
		} finally {
			closeSync(opened);
		}
	} catch {
		return "";
	}
}

function real(file: string): string {
	try {
		return realpathSync(file);
	} catch {
		return file;
	}
}
