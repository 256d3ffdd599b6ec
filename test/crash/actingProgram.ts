import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

/** What the program of actingProgramMain.ts notes of itself. */
export interface Note {
	readonly pid: number;
	readonly did: "new" | "resume" | "prompt" | "asked" | "acted";
	readonly session?: string;
	/** What the MCP server of its session is given. */
	readonly servers?: string;
	readonly act?: string;
	readonly answer?: string;
}

export function notesIn(file: string): readonly Note[] {
	if (!existsSync(file)) return [];
	return readFileSync(file, "utf8")
		.split("\n")
		.flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Note]));
}

/** One file, which Node starts without a loader. */
export async function buildProgram(folder: string): Promise<string> {
	const outfile = path.join(folder, "agent.cjs");
	await build({
		entryPoints: [path.join(__dirname, "actingProgramMain.ts")],
		outfile,
		bundle: true,
		platform: "node",
		format: "cjs",
		logLevel: "error",
	});
	return outfile;
}
