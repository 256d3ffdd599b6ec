import { type FileHandle, lstat, readlink, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { isGitSecret, isInsideGit } from "./pathRules.ts";
import { type ToolContext, ToolError } from "./tool.ts";

/**
 * Where a path that an agent gave really leads. Symbolic links are followed before anything is decided, and what was
 * opened is asked once more where it lies: a link that is swapped in between the look and the opening is caught.
 */
export type Place = Pick<ToolContext, "workspace" | "denied" | "fileRules">;
export type Purpose = "read" | "write";

export interface InsidePath {
	/** For people: relative to the workspace, with `/`; `.` for the workspace itself. */
	readonly relative: string;
	/** Absolute, without symbolic links: where it is, or would be. */
	readonly real: string;
}

/** Throws `ToolError` when it leads out of the workspace, or to something nothing may touch. */
export async function resolveInside(place: Place, given: string, purpose: Purpose): Promise<InsidePath> {
	if (given.trim() === "") throw new ToolError("The path is empty: name a file or folder of the workspace.");
	if (given.includes("\0") || given.length > 4096) throw new ToolError("This is not a path that a file can have.");
	const absolute = path.resolve(place.workspace, given);
	const relative = relativeInside(place.workspace, absolute);
	if (relative === undefined) {
		// An absolute path may name the workspace by another of its names.
		const other = path.isAbsolute(given)
			? relativeInside(place.workspace, await realOrIntended(absolute, given))
			: undefined;
		if (other === undefined) throw leadsOut(given);
		return resolveInside(place, other, purpose);
	}
	const real = await realOrIntended(absolute, relative);
	await assertAllowed(place, real, relative, purpose);
	return { relative, real };
}

/** The same questions about a place that has been found: before it is opened, and of what was opened. */
export async function assertAllowed(place: Place, real: string, shown: string, purpose: Purpose): Promise<void> {
	const inside = relativeInside(place.workspace, real);
	if (inside === undefined) throw leadsOut(shown);
	const names = inside.split("/");
	if (isGitSecret(names))
		throw new ToolError(`${shown} holds hooks or settings of git, which may be neither read nor written here.`);
	if (purpose === "write" && isInsideGit(names))
		throw new ToolError(`${shown} lies in a repository's own folder: change it with git commands.`);
	for (const denied of place.denied) {
		const realDenied = await realpath(denied).catch(() => denied);
		if (relativeInside(realDenied, real) !== undefined)
			throw new ToolError(`${shown} belongs to Mission Control itself and may be neither read nor written.`);
	}
	const refusal = purpose === "read" ? place.fileRules?.refusal(inside) : undefined;
	if (refusal) throw new ToolError(`${shown}: ${refusal}`);
}

/** Where the opened file lies, as the system knows it, and not as its name said before. */
export async function openedPath(handle: FileHandle, expected: string): Promise<string> {
	const known = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
	if (known !== undefined) return known;
	// Without /proc: the name is resolved again, and must lead to the very file that is open.
	const now = await realpath(expected);
	const [opened, named] = await Promise.all([handle.stat({ bigint: true }), stat(now, { bigint: true })]);
	if (opened.dev !== named.dev || opened.ino !== named.ino)
		throw new ToolError("The file was replaced while it was being opened. Try again.");
	return now;
}

/** The path from folder to file with `/`, `.` for the folder itself, undefined when it does not lie inside. */
export function relativeInside(folder: string, file: string): string | undefined {
	const relative = path.relative(folder, file);
	if (relative === "") return ".";
	if (relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) return undefined;
	return path.sep === "/" ? relative : relative.split(path.sep).join("/");
}

/** Resolves the deepest part that exists; what is missing behind it is taken as written. */
async function realOrIntended(absolute: string, shown: string): Promise<string> {
	const missing: string[] = [];
	for (let at = absolute; ; ) {
		try {
			return path.join(await realpath(at), ...missing);
		} catch (cause) {
			const { code } = cause as NodeJS.ErrnoException;
			if (code === "ENOTDIR") throw new ToolError(`${shown} leads through a file as if it were a folder.`);
			if (code === "ELOOP") throw new ToolError(`${shown} is a symbolic link that leads to itself.`);
			if (code === "EACCES") throw new ToolError(`${shown} lies in a folder that may not be entered.`);
			if (code === "ENAMETOOLONG") throw new ToolError("The path is too long.");
			if (code !== "ENOENT") throw cause;
		}
		// Not there by its target, but there by itself: a link to nothing, which a write would turn into a surprise.
		if (await lstat(at).catch(() => undefined)) throw new ToolError(`${shown} is a symbolic link to nothing.`);
		const parent = path.dirname(at);
		if (parent === at) return absolute;
		missing.unshift(path.basename(at));
		at = parent;
	}
}

function leadsOut(shown: string): ToolError {
	return new ToolError(`${shown.slice(0, 300)} leads out of the workspace: name a path inside it, relative to it.`);
}
