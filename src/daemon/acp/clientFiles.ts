import type { Intended, IntendedWrite } from "../agents/turnSession.ts";
import { sha256 } from "../platform/digest.ts";
import { decodeText } from "../tools/textFile.ts";
import { type ToolContext, ToolError } from "../tools/tool.ts";
import { hashInside, readInside, writeInside } from "../tools/workspaceFiles.ts";
import { numberOf } from "./fields.ts";

/** The files of the workspace as an agent reads and writes them through us: by the same guards as our own tools. */
const maxBytes = 16 * 1024 * 1024;

/** Agents ask for a file to learn that they may make it: they know it by the protocol's code, some by its words alone. */
export class NoSuchFile extends ToolError {}

/** Throws `ToolError`. Lines count from 1. */
export async function readText(
	context: ToolContext,
	{ path, line, limit }: { readonly path: string; readonly line?: number | null; readonly limit?: number | null },
): Promise<string> {
	const file = await readInside(context, path, maxBytes);
	if (!file) throw new NoSuchFile(`Resource not found: ${path} is not there.`);
	if (file.size > maxBytes) throw new ToolError(`${path} is too large to be read: ${file.size} bytes.`);
	const text = decodeText(file.bytes);
	if (text === undefined) throw new ToolError(`${path} is no text.`);
	const first = numberOf(line) ?? 1;
	const most = numberOf(limit);
	if (first <= 1 && most === undefined) return text;
	const lines = text.split("\n");
	return lines.slice(Math.max(0, first - 1), most === undefined ? undefined : Math.max(0, first - 1) + most).join("\n");
}

/**
 * Throws `ToolError`. The intent comes first, so that a daemon that is asked again after another was killed sees by the
 * content whether it was carried out, and never writes over what came later.
 */
export async function writeText(
	context: ToolContext,
	{ path, content }: { readonly path: string; readonly content: string },
	intend: (hashes: Pick<IntendedWrite, "before" | "after">) => Promise<Intended>,
): Promise<void> {
	const bytes = Buffer.from(content, "utf8");
	const now = await hashInside(context, path);
	const after = sha256(bytes);
	const meant = await intend({ before: now, after });
	if (meant.kind === "over") throw new ToolError("The turn is over: nothing was written.");
	if (meant.kind === "known") {
		if (meant.outcome?.ok || (!meant.outcome && now === after)) return;
		if (meant.outcome) throw new ToolError(meant.outcome.output);
		if (now !== meant.before)
			throw new ToolError(
				`${path} is neither as it was when this was begun nor as this would have left it: somebody changed it meanwhile. Read it again before you change it.`,
			);
	}
	await writeInside(context, path, bytes, { expectedBefore: now });
}
