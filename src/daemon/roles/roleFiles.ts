import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Assignment } from "../../core/values.ts";
import type { SettingsProblem } from "../../protocol/launchDefaults.ts";
import { decodeText } from "../tools/textFile.ts";
import { readInside } from "../tools/workspaceFiles.ts";
import { parseRole } from "./parseRole.ts";
import { type ListedModel, roleModel } from "./roleModel.ts";

/**
 * Roles that a repository describes for other tools. Read when a client asks for them, never kept: what a launch takes
 * of them is in its goal. Of two files with one role the first counts.
 */
export interface FileRole {
	readonly about: string;
	/** In the workspace, with `/`. */
	readonly path: string;
	/** What it says of who works in the role: its instructions, and the model where there is one here. */
	readonly assignment: Assignment;
	/** What it asks for and cannot have here. */
	readonly notes: readonly string[];
}

export interface RoleFiles {
	readonly roles: readonly FileRole[];
	readonly notes: readonly string[];
	/** What is wrong in files, and what of them is read over. */
	readonly problems: readonly SettingsProblem[];
}

export interface Models {
	/** Those known without asking a provider. */
	listed(): readonly ListedModel[];
	/** After asking; only where a file names a model that is not among them. */
	asked(): Promise<readonly ListedModel[]>;
	isProvider(id: string): boolean;
}

/** Of a name in two of them the first counts. Chat modes are an older name of the same. */
const folders = [
	{ folder: ".github/agents", ending: ".md" },
	{ folder: ".claude/agents", ending: ".md" },
	{ folder: ".github/chatmodes", ending: ".chatmode.md" },
];
const maxFiles = 50;
const maxBytes = 64 * 1024;

/** `denied`: what nothing may read, as for tools. */
export async function readRoleFiles(workspace: string, denied: readonly string[], models: Models): Promise<RoleFiles> {
	const roles: FileRole[] = [];
	const notes: string[] = [];
	const problems: SettingsProblem[] = [];
	let asked: Promise<readonly ListedModel[]> | undefined;
	const modelOf = async (names: readonly string[]) => {
		const found = roleModel(names, models.listed(), models.isProvider);
		if (found !== undefined || names.length === 0) return found;
		asked ??= models.asked();
		return roleModel(names, await asked, models.isProvider);
	};
	for (const { folder, ending } of folders) {
		const all = await filesIn(path.join(workspace, folder), ending);
		if (all.length > maxFiles) notes.push(`${folder} has ${all.length} files; the first ${maxFiles} are read.`);
		for (const name of all.slice(0, maxFiles)) {
			const file = `${folder}/${name}`;
			const complain = (message: string, line = 1, fix?: string) =>
				void problems.push({ path: path.join(workspace, file), line, message, fix });
			const read = await readInside({ workspace, denied }, file, maxBytes + 1).catch((cause) => String(cause.message));
			if (read === undefined) continue;
			if (typeof read === "string") {
				complain(`The file cannot be read: ${read}`);
				continue;
			}
			if (read.size > maxBytes) {
				complain(`The file has ${read.size} bytes, more than the ${maxBytes} a role may have. Make it shorter.`);
				continue;
			}
			const text = decodeText(read.bytes);
			if (text === undefined) {
				complain("The file is not a text file.");
				continue;
			}
			const parsed = parseRole(text, name);
			for (const { line, message, fix } of parsed.problems) complain(message, line, fix);
			if (!parsed.role) continue;
			const { role, about, instructions, effort, models: names } = parsed.role;
			const first = roles.find((one) => one.assignment.role === role);
			if (first) {
				complain(
					`The role ${role} is already described in ${first.path}, which counts.`,
					1,
					"Give one of them another name.",
				);
				continue;
			}
			const choice = await modelOf(names);
			const missing: string[] = [];
			if (names.length > 0 && choice === undefined) {
				missing.push(
					`${file} asks for the model ${names.map((one) => `“${one}”`).join(" or ")}, which no provider here lists; the ${role} works with the primary agent's.`,
				);
			}
			const chosen = choice === "inherit" || choice === undefined ? {} : choice;
			roles.push({
				about,
				path: file,
				notes: missing,
				assignment: { role, enabled: true, effort, instructions, ...chosen, source: "roleFile", from: file },
			});
		}
	}
	return { roles, notes, problems };
}

async function filesIn(folder: string, ending: string): Promise<readonly string[]> {
	const names = await readdir(folder).catch(() => []);
	return names.filter((name) => name.toLowerCase().endsWith(ending) && name.toLowerCase() !== "readme.md").sort();
}
