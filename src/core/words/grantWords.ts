import type { Grant } from "../goal.ts";

/** What a grant covers, in the words of a row: the command itself, or what is done without asking. */
export function grantSubject({ kind, subject }: Pick<GrantLike, "kind" | "subject">): string {
	switch (kind) {
		case "playbook":
			return "Commands and writes of the playbook";
		case "write":
			return `${subject} inside the workspace`;
		case "server":
			return `MCP server ${subject}`;
		case "external":
			return `Every call of ${subject}`;
		case "host":
			return `Pages of ${subject}`;
		default:
			return subject;
	}
}

/** What is asked about again once it is revoked. */
export function asksAgain(grant: GrantLike): string {
	const what = grant.kind === "command" ? `\`${grant.subject}\`` : grantSubject(grant);
	const where = grant.workspace === undefined ? "in this goal" : `in every goal of ${grant.workspace}`;
	return `Revoked. ${what} asks again ${where}.`;
}

interface GrantLike {
	readonly kind: Grant["kind"] | (string & {});
	readonly subject: string;
	readonly workspace?: string;
}
