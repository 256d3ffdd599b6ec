import type { Goal, Grant } from "../../core/goal.ts";
import type { Proposal } from "./proposal.ts";

/** What a person's yes to an MCP server holds for: its definition, and the files that it runs. */
export type ServerBinding = Pick<Proposal, "files" | "covers" | "written">;

/**
 * Whether a person has allowed the server as it is now. What this goal has written and the server may load when it
 * starts must be as it was then; what other goals had written then says nothing. Of one that runs and has loaded its
 * files, `covers` is `files`.
 */
export function isServerAllowed(
	goal: Goal,
	name: string,
	now: ServerBinding,
	standing: readonly Grant[] = [],
): boolean {
	const loads = { ...now.files, ...(now.covers === "written" ? now.written : {}) };
	return [...Object.values(goal.grants), ...standing].some(({ kind, subject, files, written }) => {
		if (kind !== "server" || subject !== name) return false;
		const given = { ...files, ...written };
		const isSame = Object.entries(files).every(([file, hash]) => now.files[file] === hash);
		return isSame && Object.entries(loads).every(([file, hash]) => given[file] === hash);
	});
}
