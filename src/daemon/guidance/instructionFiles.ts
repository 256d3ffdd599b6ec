import path from "node:path";
import type { GuidanceKind } from "../../core/guidance.ts";
import { readHead, splitHead } from "../config/fileHead.ts";
import { globFilter } from "../tools/globFilter.ts";
import type { Place } from "../tools/workspacePath.ts";
import { filesBelow } from "./filesBelow.ts";
import { type GuidanceText, type LeftOut, readGuidance } from "./guidanceFile.ts";
import { withImports } from "./imports.ts";

/**
 * The instructions of a workspace, in the order in which they are told: what counts everywhere first, then folder by folder
 * towards a file, so that the nearest has the last word; then what its path is matched by.
 */
export interface Instruction extends GuidanceText {
	readonly kind: Exclude<GuidanceKind, "skills">;
}

export interface Instructions {
	readonly files: readonly Instruction[];
	readonly leftOut: readonly LeftOut[];
}

/** `touched`: files that were read or edited, in the workspace, with `/`. Without any: what counts from the start. */
export async function instructionsFor(place: Place, touched: readonly string[]): Promise<Instructions> {
	const found: Instruction[] = [];
	const leftOut: LeftOut[] = [];
	const add = (kind: Instruction["kind"], files: readonly GuidanceText[]) => {
		for (const file of files) {
			const isKnown = found.some((one) => one.path === file.path || isCopy(one, file));
			if (!isKnown) found.push({ ...file, kind });
		}
	};
	async function look(kind: Instruction["kind"], name: string): Promise<void> {
		const read = await readGuidance(place, name);
		if (!read) return;
		if ("problem" in read) return void leftOut.push(read);
		if (kind !== "claude") return add(kind, [read]);
		// What only says that another file counts is that file.
		const whole = await withImports(place, read);
		leftOut.push(...whole.leftOut);
		add(kind, whole.files);
	}
	for (const folder of ["", ...foldersTo(touched)]) {
		await look("agents", `${folder}AGENTS.md`);
		await look("claude", `${folder}CLAUDE.md`);
		if (folder !== "") continue;
		await look("claude", ".claude/CLAUDE.md");
		await look("copilot", ".github/copilot-instructions.md");
	}
	const scoped = await scopedInstructions(place);
	leftOut.push(...scoped.leftOut);
	const due = scoped.files.filter(({ applies }) => applies("*") || touched.some(applies));
	add("instructions", due);
	return { files: found, leftOut };
}

/** The same words under another name, in the same folder. */
function isCopy(one: GuidanceText, file: GuidanceText): boolean {
	return one.text === file.text && path.posix.dirname(one.path) === path.posix.dirname(file.path);
}

/** Of so many folders on the way to what was touched. */
const maxFolders = 60;

/** Each folder on the way to the files, with a `/` behind, the outer ones first. */
function foldersTo(touched: readonly string[]): readonly string[] {
	const folders = new Set<string>();
	for (const file of touched) {
		const names = file.split("/").slice(0, -1);
		for (let depth = 1; depth <= names.length; depth++) folders.add(`${names.slice(0, depth).join("/")}/`);
	}
	const isOwn = (folder: string) => /^\.(?:github|claude|agents|git)\//.test(folder);
	return [...folders].filter((folder) => !isOwn(folder)).slice(0, maxFolders);
}

export interface ScopedInstruction extends GuidanceText {
	/** As written; undefined where the file says nothing of it. */
	readonly applyTo?: string;
	/** `*` asks whether it applies to everything. */
	applies(file: string): boolean;
}

const scopedFolder = ".github/instructions";
const maxScoped = 50;

/** Those of .github/instructions, also in folders there. */
export async function scopedInstructions(
	place: Place,
): Promise<{ readonly files: readonly ScopedInstruction[]; readonly leftOut: readonly LeftOut[] }> {
	const files: ScopedInstruction[] = [];
	const leftOut: LeftOut[] = [];
	const { names: all } = await filesBelow(path.join(place.workspace, scopedFolder));
	const names = all.filter((name) => name.endsWith(".instructions.md")).map((name) => `${scopedFolder}/${name}`);
	if (names.length > maxScoped)
		leftOut.push({ path: scopedFolder, problem: `it has ${names.length} files, and the first ${maxScoped} are read` });
	for (const name of names.slice(0, maxScoped)) {
		const read = await readGuidance(place, name);
		if (!read) continue;
		if ("problem" in read) {
			leftOut.push(read);
			continue;
		}
		const { head, body } = splitHead(read.text);
		const value = readHead(head, () => {}).find(({ key }) => key === "applyTo")?.value;
		const applyTo = [value]
			.flat()
			.filter((glob) => typeof glob === "string")
			.join(",");
		if (body.trim() === "") continue;
		const applies = matcher(applyTo);
		if (!applies) leftOut.push({ path: name, problem: `its applyTo “${applyTo.slice(0, 80)}” is no glob` });
		else files.push({ ...read, text: body.trim(), applyTo: applyTo || undefined, applies });
	}
	return { files, leftOut };
}

function matcher(applyTo: string): ((file: string) => boolean) | undefined {
	const globs = splitGlobs(applyTo);
	if (globs.some((glob) => /^(?:\*\*\/)?\*{1,2}$/.test(glob))) return () => true;
	try {
		const filters = globs.map((glob) => globFilter(glob, undefined));
		return (file) => file !== "*" && filters.some((fits) => fits(file));
	} catch {
		return undefined;
	}
}

/** At commas outside of braces. */
function splitGlobs(text: string): readonly string[] {
	const globs = text.match(/(?:\{[^{}]*\}|[^,])+/g) ?? [];
	return globs.map((glob) => glob.trim()).filter(Boolean);
}
