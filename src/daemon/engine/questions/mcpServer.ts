import type { EventOf } from "../../../core/events.ts";
import type { Goal, Thread } from "../../../core/goal.ts";
import type { GrantId } from "../../../core/ids.ts";
import { Refusal } from "../../../core/refusal.ts";
import { bothWays, eitherWay, ways } from "../../../core/ways.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import type { Proposal } from "../../policy/proposal.ts";
import { asking, type Consequences } from "./question.ts";

/** A server, as a question speaks of it. */
export interface AskedServer {
	readonly name: string;
	/** Of its definition. */
	readonly digest: string;
	/** The file that proposes it, with its line. */
	readonly place: string;
	/** What is started, or the address. */
	readonly what: string;
	/** What it is given: variables of the daemon's environment, inputs. */
	readonly given: readonly string[];
}

/** Whether it may be started or reached; `bound` is what the answer holds for. */
export function askAboutServer(
	thread: Thread,
	server: AskedServer,
	bound: Pick<Proposal, "files" | "written" | "covers">,
	newId: NewId,
	now: number,
): EventOf<"approval.requested"> {
	const { name, digest, place, what, given } = server;
	return {
		...asking("mcpServer", newId, now),
		kind: "question",
		risk: "dangerous",
		summary: `Use the MCP server ${name}? It is \`${what}\`.`,
		reasons: [
			`${place} proposes it, and a file can only propose: nothing is started or reached before you allow it.`,
			"It acts with your rights, and the daemon does not see what it does.",
			...given,
		],
		digest: sha256(["server", digest, bound.files, bound.written ?? {}]),
		files: { ...bound.files },
		covers: bound.covers === "once" ? undefined : bound.covers,
		written: bound.written && { ...bound.written },
		server: { name, digest },
		stepId: thread.stepId,
		threadId: thread.threadId,
		options: ["approve", "deny"],
	};
}

interface AskedInput {
	readonly id: string;
	readonly description?: string;
	readonly secret: boolean;
	readonly default?: string;
	readonly options?: readonly string[];
}

export function askForInputs(
	{ goalId }: Goal,
	thread: Thread,
	{ name, digest, place }: Omit<AskedServer, "what" | "given">,
	inputs: readonly AskedInput[],
	newId: NewId,
	now: number,
): EventOf<"approval.requested"> {
	return {
		...asking("mcpInput", newId, now),
		kind: "question",
		summary: `The MCP server ${name} needs ${inputs.map(({ id }) => id).join(", ")}.`,
		reasons: [
			...inputs.map(({ id, description }) => `${id}: ${description ?? `${place} says no more of it.`}`),
			`${bothWays(ways.serverInput, quoted(name))} ask for it. The daemon keeps it in memory alone; an agent that starts its servers itself is given it.`,
		],
		digest: sha256(["input", goalId, name, digest, inputs.map(({ id }) => id)]),
		server: {
			name,
			digest,
			inputs: inputs.map(({ options, ...input }) => ({ ...input, options: options && [...options] })),
		},
		stepId: thread.stepId,
		threadId: thread.threadId,
		options: ["give", "deny"],
	};
}

function quoted(name: string): string {
	return /^[\w.@/-]+$/.test(name) ? name : `"${name}"`;
}

export const serverAnswered: Consequences = (approval, { answer, scope }, _goal, { by, newId }) => {
	const { server, files, covers, written } = approval;
	if (!server) return [];
	if (answer === "deny") return [{ type: "server.declined", server: server.name, digest: server.digest, by }];
	if (scope === "workspace" && covers === "written")
		throw new Refusal(
			"badScope",
			"It may load files that cannot be named beforehand, so it can be allowed for this goal, not for all goals of the folder.",
		);
	const grantId = newId<GrantId>("g");
	const reach = scope === "workspace" ? "workspace" : "goal";
	return [
		{ type: "grant.added", grantId, scope: reach, kind: "server", subject: server.name, files, covers, written, by },
	];
};

export const inputAnswered: Consequences = ({ server }, { answer }, _goal, { by }) => {
	if (!server) return [];
	if (answer === "deny") return [{ type: "server.declined", server: server.name, digest: server.digest, by }];
	throw new Refusal(
		"badAnswer",
		`The value itself is handed over, so that it stands in no log: ${eitherWay(ways.serverInput, quoted(server.name))}.`,
	);
};
