import path from "node:path";
import * as v from "valibot";
import { type ReadTool, ToolError } from "../tools/tool.ts";
import { relativeInside, resolveInside } from "../tools/workspacePath.ts";
import { filesBelow } from "./filesBelow.ts";
import { readWhole } from "./guidanceFile.ts";
import { findSkills, type Skill } from "./skills.ts";

const Params = v.object({
	name: v.pipe(v.string(), v.description("The skill, as it is listed.")),
	path: v.optional(v.pipe(v.string(), v.description("A file of the skill, relative to its folder."))),
});

export const readSkillName = "readSkill";

const maxChars = 100_000;
const maxListed = 100;

/** The text of a skill, or a file that comes with it. It is read as it is now, inside the skill's own folder. */
export const readSkill: ReadTool<v.InferOutput<typeof Params>> = {
	name: readSkillName,
	kind: "read",
	description:
		"Reads a skill by its name: how something is done in this workspace. Read it before you do what its description says. With path: another file of the skill.",
	params: Params,
	summarize: ({ name, path: file }) => (file ? `${name}: ${file}` : name),
	path: () => ".",
	async run({ name, path: file }, context) {
		const { skills } = await findSkills(context);
		const skill = skills.find((one) => one.name === name);
		if (!skill) {
			const names = skills.map((one) => one.name).join(", ");
			throw new ToolError(`There is no skill “${name}”. ${names ? `There are: ${names}.` : "There is none."}`);
		}
		if (file !== undefined) return fileOf(skill, file, context);
		const others = await filesOf(path.join(context.workspace, skill.folder));
		const listed = others.length > 0 ? `\n\n[Files of this skill, for readSkill with path:\n${others.join("\n")}]` : "";
		return `${bounded(skill.body)}${listed}\n[The skill lies in ${skill.folder}.]`;
	},
};

async function fileOf(skill: Skill, file: string, context: Parameters<typeof readSkill.run>[1]): Promise<string> {
	const outside = new ToolError(`${file.slice(0, 200)} is not a file of the skill “${skill.name}”.`);
	if (path.isAbsolute(file)) throw outside;
	const folder = await resolveInside(context, skill.folder, "read");
	const target = await resolveInside(context, path.posix.join(skill.folder, file), "read");
	const inside = relativeInside(folder.real, target.real);
	if (inside === undefined || inside === ".") throw outside;
	const read = await readWhole(context, target.relative);
	if (!read) throw outside;
	if ("problem" in read) throw new ToolError(`${file} cannot be read: ${read.problem}.`);
	return bounded(read.text);
}

async function filesOf(folder: string): Promise<readonly string[]> {
	const { names, cut } = await filesBelow(folder);
	const files = names.filter((name) => name !== "SKILL.md");
	const more = files.length - maxListed;
	if (more <= 0) return files;
	return [...files.slice(0, maxListed), cut ? "(and more)" : `(and ${more} more)`];
}

function bounded(text: string): string {
	return text.length > maxChars ? `${text.slice(0, maxChars)}\n[cut: ${text.length} characters]` : text;
}
