import type { Goal, Grant } from "../../protocol/goal.ts";
import type { Risk } from "../../protocol/values.ts";

/**
 * Whether an action may happen: allow, ask or refuse, with reasons. Pure; what it needs to know of the world (the files
 * a command names, whether a path is inside) is in the proposal. Nothing an agent writes can make it more lenient.
 */
export interface Proposal {
	readonly kind: "read" | "edit" | "command" | "todo";
	/** The tool's name. */
	readonly tool: string;
	/** What people see of it: the command, or the path. */
	readonly summary: string;
	readonly command?: string;
	readonly risk: Risk;
	/** Why it has that risk. */
	readonly reasons: readonly string[];
	/** Hex SHA-256 of the action: command, folder, policy revision, contents of the files that it names. */
	readonly digest: string;
	/** Path to hex SHA-256. */
	readonly files: Readonly<Record<string, string>>;
	/** The digest that a person approved for this very action. */
	readonly approved?: string;
	/** Who wrote the command. */
	readonly origin: "person" | "playbook" | "planner" | "agent";
	/** Why it can never be allowed. */
	readonly forbidden?: string;
}

export type Verdict =
	| { readonly kind: "allow" }
	| { readonly kind: "ask"; readonly reasons: readonly string[]; readonly goalScope?: string }
	| { readonly kind: "refuse"; readonly reason: string };

/** `standing`: what was approved for the goal's folder, in whichever goal. */
export function judge(goal: Goal, proposal: Proposal, standing: readonly Grant[] = []): Verdict {
	if (proposal.forbidden !== undefined) return { kind: "refuse", reason: proposal.forbidden };
	if (proposal.kind === "read" || proposal.kind === "todo") return { kind: "allow" };
	if (proposal.origin === "person") return { kind: "allow" };
	if (proposal.approved === proposal.digest || isGranted(goal, proposal, standing)) return { kind: "allow" };
	if (proposal.kind === "edit" && goal.settings.autonomy === "autonomous") return { kind: "allow" };
	const changed = proposal.approved === undefined ? [] : ["What you approved has changed since, so it asks again."];
	return { kind: "ask", reasons: [...proposal.reasons, ...changed], goalScope: goalScope(proposal) };
}

function isGranted(goal: Goal, proposal: Proposal, standing: readonly Grant[]): boolean {
	return [...Object.values(goal.grants), ...standing].some((grant) => covers[grant.kind](grant, proposal, goal));
}

const covers: Readonly<Record<Grant["kind"], (grant: Grant, proposal: Proposal, goal: Goal) => boolean>> = {
	playbook: (grant, proposal, goal) => proposal.origin === "playbook" && goal.playbook?.sha256 === grant.subject,
	write: (grant, proposal) => proposal.kind === "edit" && grant.subject === proposal.tool,
	command: (grant, proposal) =>
		proposal.kind === "command" && grant.subject === proposal.command && areEqual(grant.files, proposal.files),
};

/** Also a file that was not there when the person said yes makes it another action: it may be the script that would run. */
function areEqual(some: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>): boolean {
	const paths = Object.keys(some);
	return paths.length === Object.keys(others).length && paths.every((path) => some[path] === others[path]);
}

function goalScope(proposal: Proposal): string {
	return proposal.kind === "command"
		? "this same command in this folder, until a file that it names changes"
		: `every ${proposal.tool} inside the workspace`;
}
