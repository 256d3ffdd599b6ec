import { existsSync } from "node:fs";
import path from "node:path";
import type { BaselineRow } from "../../protocol/baseline.ts";
import { findProgram } from "../discovery/findProgram.ts";
import { askProgram } from "./askProgram.ts";

type Env = Readonly<Record<string, string>>;

interface Tool {
	readonly program: string;
	/** How it is asked for its version. */
	readonly ask?: readonly string[];
	/** Files that say that the folder needs it. */
	readonly neededBy: readonly string[];
	/** Looked for everywhere, and what is lost without it. */
	readonly without?: string;
}

const tools: readonly Tool[] = [
	{ program: "git", neededBy: [], without: "Changes are not tracked without it." },
	{ program: "rg", neededBy: [], without: "Searching in files is slower without it." },
	{ program: "node", neededBy: ["package.json"] },
	{ program: "npm", neededBy: ["package-lock.json", "package.json"] },
	{ program: "pnpm", neededBy: ["pnpm-lock.yaml"] },
	{ program: "yarn", neededBy: ["yarn.lock"] },
	{ program: "python3", neededBy: ["pyproject.toml", "requirements.txt", "setup.py"] },
	{ program: "cargo", neededBy: ["Cargo.toml"] },
	{ program: "go", ask: ["version"], neededBy: ["go.mod"] },
	{ program: "make", neededBy: ["Makefile"] },
	{ program: "mvn", neededBy: ["pom.xml"] },
	{ program: "dotnet", neededBy: ["global.json"] },
];

/** What commands will find on the path: as agents' commands see it, which may be another than that of a terminal. */
export async function toolRows(folder: string, env: Env): Promise<readonly BaselineRow[]> {
	const looked = tools.map(async ({ program, ask, neededBy, without }): Promise<BaselineRow | undefined> => {
		const reason = neededBy.find((file) => existsSync(path.join(folder, file)));
		const row = { id: `tool.${program}`, label: program };
		if (findProgram(program, env)) {
			if (!reason && !without && !["node", "npm"].includes(program)) return undefined;
			return { ...row, state: "ok", value: await versionOf(program, ask ?? ["--version"], folder, env) };
		}
		if (!reason && !without) return undefined;
		const detail = reason
			? `${reason} is here, and ${program} is not on the daemon's path: start the daemon where it is, or install it.`
			: without;
		return { ...row, state: reason ? "problem" : "note", value: "not on the path", detail };
	});
	return (await Promise.all(looked)).filter((row) => row !== undefined);
}

async function versionOf(program: string, args: readonly string[], folder: string, env: Env): Promise<string> {
	const answer = await askProgram({ program, args, folder, env, timeoutMs: 3000, maxBytes: 4096 });
	const text = answer?.exitCode === 0 ? `${answer.output}\n${answer.errors}` : "";
	return /\d+(\.\d+)+[\w.-]*/.exec(text)?.[0] ?? "found";
}
