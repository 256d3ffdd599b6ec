import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import type { Env } from "../platform/ports.ts";

/** Agents that speak the Agent Client Protocol, by the names of their programs. */
const known = [
	{ program: "claude-code-acp", name: "Claude Code" },
	{ program: "codex-acp", name: "Codex" },
	{ program: "gemini", name: "Gemini CLI" },
	{ program: "opencode", name: "OpenCode" },
	{ program: "goose", name: "Goose" },
	{ program: "qwen", name: "Qwen Code" },
	{ program: "auggie", name: "Auggie" },
	{ program: "kimi", name: "Kimi CLI" },
] as const;

export interface AcpAgent {
	readonly program: string;
	readonly name: string;
	readonly file: string;
}

/** Those on the path. Nothing is run. */
export function acpAgents(env: Env): readonly AcpAgent[] {
	return known.flatMap(({ program, name }) => {
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
