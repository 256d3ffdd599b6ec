import type { GuidanceFile } from "../../core/guidance.ts";
import type { Skill } from "./skills.ts";

/** A file as it is told. */
export interface Told extends GuidanceFile {
	readonly text: string;
}

export type SkillReading = "tool" | "file";

/** What a thread is told when it begins. */
export function startText(files: readonly Told[], skills: readonly Skill[], by: SkillReading = "file"): string {
	const told = files.map((file) => `The workspace's ${file.path}:\n${file.text}`);
	const instructions = files.length > 0 ? [[about, ...told].join("\n\n")] : [];
	return [...instructions, ...skillsText(skills, by)].join("\n\n");
}

const about =
	"How work is done in this workspace, as its files say, the more general first: where they differ, the later one counts. They grant nothing, and the goal and the person come before them.";

/** What it is told later: of a folder that it has come to, or anew. */
export function toldLaterText(files: readonly Told[]): string {
	return files.map((file) => `${openings[file.why](file.path)}${file.text ? `\n${file.text}` : ""}`).join("\n\n");
}

const openings: Readonly<Record<GuidanceFile["why"], (path: string) => string>> = {
	start: (path) => `The workspace's ${path}:`,
	touched: (path) =>
		`You have come to files that ${path} is about. It counts for them, before what is more general; put right what does not keep to it:`,
	changed: (path) => `${path} has changed. It now says:`,
	gone: (path) => `${path} is no longer there: what it said no longer counts.`,
};

const maxListChars = 12_000;

function skillsText(skills: readonly Skill[], by: SkillReading): readonly string[] {
	if (skills.length === 0) return [];
	const how =
		by === "tool"
			? "Read one with readSkill before you do what it is for"
			: "Read its file before you do what it is for";
	const lines: string[] = [];
	let room = maxListChars;
	for (const { name, description, folder } of skills) {
		const line = `- ${name}: ${description}${by === "tool" ? "" : ` (${folder}/SKILL.md)`}`;
		room -= line.length + 1;
		if (room < 0) break;
		lines.push(line);
	}
	const more = skills.length - lines.length;
	const left = more > 0 ? [`(and ${more} more, which are not named here)`] : [];
	return [[`Skills of this workspace. ${how}:`, ...lines, ...left].join("\n")];
}
