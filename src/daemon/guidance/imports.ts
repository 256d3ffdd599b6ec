import path from "node:path";
import type { Place } from "../tools/workspacePath.ts";
import { type GuidanceText, type LeftOut, readGuidance } from "./guidanceFile.ts";

/** How deep imports may have imports, and how many there may be in all. */
const maxDepth = 5;
const maxImports = 20;

/** What `@path` in a CLAUDE.md brings with it, each file once, the importing one first. */
export async function withImports(
	place: Place,
	file: GuidanceText,
): Promise<{ readonly files: readonly GuidanceText[]; readonly leftOut: readonly LeftOut[] }> {
	const files = new Map([[file.path, file]]);
	const leftOut: LeftOut[] = [];
	async function follow(from: GuidanceText, depth: number): Promise<void> {
		for (const named of importsOf(from.text)) {
			if (files.size > maxImports) return;
			const target = path.posix.join(path.posix.dirname(from.path), named);
			const outside = /^(?:[~/\\]|[A-Za-z]:)/.test(named) || target === ".." || target.startsWith("../");
			if (outside) {
				if (isText(named)) leftOut.push({ path: named, problem: `${from.path} imports it from outside the workspace` });
				continue;
			}
			if (files.has(target)) continue;
			const read = await readGuidance(place, target);
			if (read && "problem" in read) leftOut.push(read);
			else if (!read && isText(named))
				leftOut.push({ path: target, problem: `${from.path} imports it, and it is not there` });
			else if (read && depth >= maxDepth)
				leftOut.push({ path: target, problem: `${from.path} imports it, more than ${maxDepth} imports deep` });
			else if (read && !files.has(read.path)) {
				files.set(read.path, read);
				await follow(read, depth + 1);
			}
		}
	}
	await follow(file, 0);
	return { files: [...files.values()], leftOut };
}

/** Names behind an @ that begins a word, outside of code. */
function importsOf(text: string): readonly string[] {
	const prose = text.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, "");
	const names = [...prose.matchAll(/(?:^|\s)@([^\s`@,;:()<>"']+)/g)].map(([, name]) => name!.replace(/[.!?]+$/, ""));
	return [...new Set(names)].filter((name) => name !== "").slice(0, 50);
}

/** A person writes @ before other things too; only what can be nothing else is missed. */
function isText(name: string): boolean {
	return /\.(?:md|mdc|markdown|txt)$/i.test(name);
}
