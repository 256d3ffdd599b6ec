import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import type { Env } from "../platform/ports.ts";

/** The program as the path finds it, or as it is named by its whole path; undefined where it cannot be run. */
export function findProgram(program: string, env: Env): string | undefined {
	if (path.isAbsolute(program)) return isProgram(program) ? program : undefined;
	return findPrograms(program, env)[0];
}

/** All of that name, in the order of the path. */
export function findPrograms(program: string, env: Env): readonly string[] {
	const folders = (env.PATH ?? env.Path ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
	const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
	return folders.flatMap((folder) => endings.map((ending) => path.join(folder, program + ending)).filter(isProgram));
}

function isProgram(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}
