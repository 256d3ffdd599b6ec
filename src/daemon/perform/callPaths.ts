import { sha256 } from "../platform/digest.ts";
import { fileRulesOf } from "../policy/fileRules.ts";
import { type ToolContext, ToolError } from "../tools/tool.ts";
import { absent, readInside } from "../tools/workspaceFiles.ts";
import { relativeInside, resolveInside } from "../tools/workspacePath.ts";
import type { ActivityContext } from "./parts.ts";
import { rulesIn } from "./standing.ts";

/** `mission` and its data folder are out of reach for every tool, and what rules deny. */
export function toolContextOf({ parts, driver, signal }: ActivityContext): ToolContext {
	const goal = driver.goal();
	return {
		workspace: goal.workspace,
		denied: [parts.dataFolder],
		fileRules: fileRulesOf(rulesIn(parts), goal.workspace),
		signal,
	};
}

/** The sentence with which a path is refused, if it is. */
export async function refusedPath(
	context: ToolContext,
	path: string,
	purpose: "read" | "write",
): Promise<string | undefined> {
	try {
		await resolveInside(context, path, purpose);
		return undefined;
	} catch (cause) {
		if (cause instanceof ToolError) return cause.message;
		throw cause;
	}
}

/** As rules know it: by the name that was given, and by where links lead. Throws `ToolError` where it may not be touched. */
export async function ruledPaths(context: ToolContext, path: string): Promise<readonly string[]> {
	const { relative, real } = await resolveInside(context, path, "write");
	return [...new Set([relative, relativeInside(context.workspace, real) ?? real])];
}

export interface FileState {
	/** Undefined when there is no such file. */
	readonly bytes: Uint8Array | undefined;
	readonly sha256: string;
}

/** The largest file that an edit takes, in bytes. */
const maxEditBytes = 16 * 1024 * 1024;

export async function fileState(context: ToolContext, path: string): Promise<FileState> {
	const file = await readInside(context, path, maxEditBytes);
	if (!file) return { bytes: undefined, sha256: absent };
	if (file.size > maxEditBytes)
		throw new ToolError(`${path} is too large to edit: ${file.size} bytes, at most ${maxEditBytes}.`);
	return { bytes: file.bytes, sha256: sha256(file.bytes) };
}
