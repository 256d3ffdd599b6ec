import { sha256 } from "../platform/digest.ts";
import { decodeText } from "../tools/textFile.ts";
import { type ToolContext, ToolError } from "../tools/tool.ts";
import { absent, readInside, writeInside } from "../tools/workspaceFiles.ts";
import { numberOf } from "./fields.ts";

/** The files of the workspace as an agent reads and writes them through us: by the same guards as our own tools. */
const maxBytes = 16 * 1024 * 1024;

/** Throws `ToolError`. Lines count from 1. */
export async function readText(
	context: ToolContext,
	{ path, line, limit }: { readonly path: string; readonly line?: number | null; readonly limit?: number | null },
): Promise<string> {
	const file = await readInside(context, path, maxBytes);
	if (!file) throw new ToolError(`${path} is not there.`);
	if (file.size > maxBytes) throw new ToolError(`${path} is too large to be read: ${file.size} bytes.`);
	const text = decodeText(file.bytes);
	if (text === undefined) throw new ToolError(`${path} is no text.`);
	const first = numberOf(line) ?? 1;
	const most = numberOf(limit);
	if (first <= 1 && most === undefined) return text;
	const lines = text.split("\n");
	return lines.slice(Math.max(0, first - 1), most === undefined ? undefined : Math.max(0, first - 1) + most).join("\n");
}

/** Throws `ToolError`. */
export async function writeText(context: ToolContext, path: string, content: string): Promise<void> {
	const before = await readInside(context, path, maxBytes);
	const expectedBefore = before ? sha256(before.bytes) : absent;
	await writeInside(context, path, Buffer.from(content, "utf8"), { expectedBefore });
}
