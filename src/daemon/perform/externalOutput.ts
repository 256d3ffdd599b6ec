import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ToolCallId } from "../../core/ids.ts";
import type { Output } from "../../core/values.ts";
import { headChars, tailChars, textOutput } from "../engine/texts/textOutput.ts";
import { keptFolder } from "../mcp/keptFolder.ts";
import type { ExternalResult } from "../tools/tool.ts";

/** What a server answered, as an event carries it: a long text, and what is no text, lie in files beside the log. */
export async function keepExternal(
	dataFolder: string,
	toolCallId: ToolCallId,
	{ text, files }: ExternalResult,
): Promise<{ readonly output: Output; readonly files: readonly string[] }> {
	const output = textOutput(text);
	const isLong = text.length > headChars + tailChars;
	if (!isLong && files.length === 0) return { output, files: [] };
	const folder = keptFolder(dataFolder, toolCallId);
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const kept = await Promise.all(
		files.map(async ({ bytes, type }, at) => {
			const file = path.join(folder, `${at + 1}${endings[type] ?? ".bin"}`);
			await writeFile(file, bytes, { mode: 0o600 });
			return file;
		}),
	);
	if (!isLong) return { output, files: kept };
	const whole = path.join(folder, "output.txt");
	await writeFile(whole, text, { mode: 0o600 });
	return { output: { ...output, path: whole }, files: kept };
}

const endings: Readonly<Record<string, string>> = {
	"image/png": ".png",
	"image/jpeg": ".jpg",
	"image/gif": ".gif",
	"image/webp": ".webp",
	"image/svg+xml": ".svg",
	"audio/mpeg": ".mp3",
	"audio/wav": ".wav",
	"application/json": ".json",
	"application/pdf": ".pdf",
	"application/gzip": ".gz",
	"text/plain": ".txt",
};
