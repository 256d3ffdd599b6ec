import fs from "node:fs";
import path from "node:path";

/** Puts a playbook into a folder whose three steps ask at once, each with a command that fits a row of the tree. */
export function writeBells(folder: string, title: string): string {
	const file = path.join(folder, "bells.md");
	const steps = ["morning", "noon", "evening"].map(
		(time) => `## Ring at ${time}\nneeds: none\n\n\`\`\`sh\n${commandAt(time)}\n\`\`\`\n`,
	);
	fs.writeFileSync(file, `# ${title}\n\nThree bells a day.\n\n${steps.join("\n")}`);
	return file;
}

export function commandAt(time: string): string {
	return `echo ding > ${time}.txt`;
}
