import { readdir } from "node:fs/promises";
import path from "node:path";
import { type HeadProblem, readHead, splitHead } from "../config/fileHead.ts";
import type { Place } from "../tools/workspacePath.ts";
import { type LeftOut, readWhole } from "./guidanceFile.ts";

/**
 * Agent Skills of a workspace: a folder with a SKILL.md, whose head says what it is for. Agents are told names and
 * descriptions, and read the rest when they need it. What a skill asks to be allowed it is not.
 */
export interface Skill {
	readonly name: string;
	readonly description: string;
	/** Its folder in the workspace, with `/`. */
	readonly folder: string;
	/** Its SKILL.md below the head. */
	readonly body: string;
	readonly sha256: string;
	readonly bytes: number;
}

export interface Skills {
	readonly skills: readonly Skill[];
	readonly leftOut: readonly LeftOut[];
}

/** The first that has a skill of a name wins. */
const folders = [".agents/skills", ".claude/skills", ".github/skills"];
const maxSkills = 60;

export async function findSkills(place: Place): Promise<Skills> {
	const skills = new Map<string, Skill>();
	const leftOut: LeftOut[] = [];
	for (const folder of folders) {
		const entries = await readdir(path.join(place.workspace, folder), { withFileTypes: true }).catch(() => []);
		const names = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith(".")).map(({ name }) => name);
		for (const name of names.sort()) {
			const where = `${folder}/${name}`;
			const read = await readWhole(place, `${where}/SKILL.md`);
			if (!read) continue;
			if (skills.size >= maxSkills) {
				leftOut.push({ path: where, problem: `there are more than ${maxSkills} skills` });
				return { skills: [...skills.values()], leftOut };
			}
			if ("problem" in read) {
				leftOut.push(read);
				continue;
			}
			const { skill, problem } = parseSkill(read.text, name);
			const first = skill && skills.get(skill.name);
			if (problem) leftOut.push({ path: read.path, problem });
			if (first) leftOut.push({ path: read.path, problem: `${first.folder} has the skill of this name, and counts` });
			else if (skill) skills.set(skill.name, { ...skill, folder: where, sha256: read.sha256, bytes: read.bytes });
		}
	}
	return { skills: [...skills.values()], leftOut };
}

const maxNameChars = 64;
const maxDescriptionChars = 1024;

/** A problem without a skill leaves it out; one with a skill is worth knowing. */
function parseSkill(
	text: string,
	folder: string,
): { readonly skill?: Pick<Skill, "name" | "description" | "body">; readonly problem?: string } {
	const { head, body, problem } = splitHead(text);
	const wrong: HeadProblem[] = problem ? [problem] : [];
	const entries = readHead(head, (line, message) => void wrong.push({ line, message }));
	const get = (key: string) => entries.find((entry) => entry.key === key)?.value;
	const [name, description] = [get("name"), get("description")];
	const said = wrong[0] ? ` (line ${wrong[0].line}: ${wrong[0].message})` : "";
	if (typeof name !== "string" || !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || name.length > maxNameChars)
		return {
			problem: `a skill needs a name of lower-case letters, digits and single dashes, at most ${maxNameChars}${said}`,
		};
	if (name !== folder)
		return { problem: `it is named “${name}”, and its folder “${folder.slice(0, 80)}”: both have to be the same` };
	if (typeof description !== "string" || description.trim() === "")
		return { problem: `a skill needs a description, by which agents choose it${said}` };
	if (description.length > maxDescriptionChars)
		return {
			problem: `its description has ${description.length} characters, more than ${maxDescriptionChars}`,
		};
	const asks = entries.filter(({ key }) => requests.has(key)).map(({ key }) => key);
	return {
		skill: { name, description: description.replace(/\s+/g, " ").trim(), body: body.trim() },
		problem: asks.length > 0 ? `it asks for ${asks.join(", ")}, which no file can grant` : undefined,
	};
}

const requests: ReadonlySet<string> = new Set([
	"allowed-tools",
	"allowedTools",
	"hooks",
	"permissionMode",
	"permissions",
]);
