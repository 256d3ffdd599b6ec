import fs from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";

/**
 * Who imports whom in src, read from the import lines themselves. The formatter writes each specifier whole and with its
 * ending, so that no compiler is needed.
 */
export interface Import {
	/** Below src, with slashes: `daemon/engine/next.ts`. */
	readonly from: string;
	readonly to: string;
}

export function readImports(): readonly Import[] {
	const src = path.join(root, "src");
	const files = fs
		.readdirSync(src, { recursive: true, encoding: "utf8" })
		.map((file) => file.split(path.sep).join("/"))
		.filter((file) => /\.tsx?$/.test(file));
	return files.toSorted().flatMap((file) => importsIn(file, fs.readFileSync(path.join(src, file), "utf8")));
}

export function importsIn(file: string, text: string): readonly Import[] {
	const targets = Array.from(text.matchAll(specifier), ([, target]) =>
		path.posix.join(path.posix.dirname(file), target!),
	);
	return [...new Set(targets)].map((to) => ({ from: file, to }));
}

const specifier = /\b(?:from|import)\s*\(?\s*"(\.[^"]+\.tsx?)"/g;
