import path from "node:path";
import { sha256 } from "../platform/digest.ts";
import type { FileContents } from "../platform/fileContents.ts";
import type { GoalFile } from "./goalFiles.ts";
import { ownOutput } from "./ownOutput.ts";
import { isInside, whatRuns } from "./shell/facts/whatRuns.ts";
import type { ParsedCommand } from "./shell/parse/parseCommand.ts";

/**
 * What an approval of a command is bound to. Every file that it executes, or that names what it executes, and every
 * workspace file that it names as an argument, unless the command itself writes that file and does not execute it. Where
 * more may be loaded than can be told, also every file that the goal has written; and where it is unknown what runs,
 * the approval is for this one time.
 */
export interface Binding {
	/** Path to content: relative in the workspace, absolute elsewhere. */
	readonly files: Readonly<Record<string, string>>;
	/** What a longer approval may cover. */
	readonly covers: "files" | "written" | "once";
	/** Files that the goal has written, where `covers` is not `files`: path to content. */
	readonly written: Readonly<Record<string, string>>;
	/** Why it does not cover more. */
	readonly why?: string;
}

const absentFile = "absent";
/** More would make an approval that soon no longer holds. */
const maxFiles = 1000;

export async function bindingOf(
	command: ParsedCommand,
	contents: FileContents,
	/** The files that the goal has written, or why that is not known. */
	goalFiles: () => Promise<ReadonlyMap<string, GoalFile> | string>,
	/** Why it may load more than its text tells. */
	loads?: string,
): Promise<Binding> {
	const { workspace, text } = command;
	const told = await whatRuns(command, contents);
	const runs = { ...told, loads: told.loads ?? loads };
	const files: Record<string, string> = {};
	const known = runs.data.length > 0 || runs.loads || runs.unknown ? await goalFiles() : new Map<string, GoalFile>();
	for (const file of [...runs.executed].sort()) {
		const hash = await contents.hash(file);
		if (hash) files[nameOf(workspace, file)] = hash.sha256;
	}
	for (const file of [...runs.data].sort()) {
		const name = nameOf(workspace, file);
		const hash = await contents.hash(file);
		const last = typeof known === "string" ? undefined : known.get(name);
		const isOwn = last?.lastBy === text && last.blob !== undefined && last.blob === hash?.blob;
		if (hash) files[name] = isOwn ? ownOutput : hash.sha256;
	}
	if (Object.keys(files).length > maxFiles) return once(files, {}, "it runs or names too many files");
	if (!runs.loads && !runs.unknown) return { files, covers: "files", written: {} };
	if (typeof known === "string") return once(files, {}, runs.unknown ?? `${runs.loads}, and ${known}`);
	const written: Record<string, string> = {};
	for (const [name, { onlyBy, isNew, blob }] of known) {
		if (name in files) continue;
		const hash = await contents.hash(path.join(workspace, name));
		const isOwn = onlyBy === text && isNew && blob === hash?.blob;
		if (!isOwn) written[name] = hash?.sha256 ?? absentFile;
	}
	if (runs.unknown) return once(files, written, runs.unknown);
	if (Object.keys(written).length > maxFiles)
		return once(
			files,
			{ [`${Object.keys(written).length} files`]: sha256(written) },
			`${runs.loads}, and this goal has written too many files`,
		);
	return { files, covers: "written", written, why: runs.loads };
}

function once(files: Binding["files"], written: Binding["written"], why: string): Binding {
	return { files, covers: "once", written, why };
}

function nameOf(workspace: string, file: string): string {
	return isInside(workspace, file) ? path.relative(workspace, file).split(path.sep).join("/") : file;
}
