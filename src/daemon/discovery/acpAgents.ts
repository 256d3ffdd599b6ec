import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import type { Env } from "../platform/ports.ts";
import { acpPrograms } from "../providers/acpPrograms.ts";

export interface AcpAgent {
	readonly program: string;
	readonly name: string;
	readonly file: string;
}

/** The known agents that are on the path. Nothing is run. */
export function acpAgents(env: Env): readonly AcpAgent[] {
	return acpPrograms.flatMap(({ program, name }) => {
		const file = findProgram(program, env);
		return file ? [{ program, name, file }] : [];
	});
}

/** The program as the path finds it. */
export function findProgram(program: string, env: Env): string | undefined {
	const folders = (env.PATH ?? env.Path ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
	const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
	for (const folder of folders) {
		const file = endings.map((ending) => path.join(folder, program + ending)).find(isProgram);
		if (file) return file;
	}
	return undefined;
}

function isProgram(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}
