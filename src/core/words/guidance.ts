import type { EventBody } from "../events.ts";

/** What a thread was told, in a line: `AGENTS.md, src/AGENTS.md (changed), 2 skills`. */
export function guidanceWords({ files, skills = [] }: Pick<EventBody<"guidance.given">, "files" | "skills">): string {
	const named = files.map(({ path, why }) => (why === "changed" || why === "gone" ? `${path} (${why})` : path));
	const names = skills.map(({ name }) => name);
	const told = names.length > 0 ? [`${names.length === 1 ? "skill" : "skills"} ${names.join(", ")}`] : [];
	return [...named, ...told].join(", ");
}
