import { type InputValue, inputWords } from "../../core/inputs.ts";
import type { Risk } from "../../core/values.ts";
import { sha256 } from "../platform/digest.ts";
import type { FileContents } from "../platform/fileContents.ts";
import { bindingOf } from "./binding.ts";
import type { GoalFile } from "./goalFiles.ts";
import { policyRevision } from "./revision.ts";
import type { Act } from "./rules/act.ts";
import { commandActs } from "./rules/commandActs.ts";
import { withLinkedPaths } from "./rules/linkedPaths.ts";
import type { ParsedCommand } from "./shell/parse/parseCommand.ts";
import { forbiddenCommand } from "./shell/rules/forbidden.ts";
import { withLinkedRisk } from "./shell/rules/linkedRisk.ts";
import { commandRisk } from "./shell/rules/risk.ts";

/** An action that somebody means to carry out, with all that its judgement needs to know of the world. */
export interface Proposal {
	readonly kind: "read" | "fetch" | "edit" | "command" | "external";
	/** The tool's name. */
	readonly tool: string;
	/** What people see of it: the command, or the path. */
	readonly summary: string;
	readonly command?: string;
	/** The page that is fetched. */
	readonly url?: string;
	/** Why nobody can tell what the command does: then no approval that was given for longer covers it. */
	readonly unreadable?: string;
	/** What it comes to, as rules look at it. */
	readonly acts: readonly Act[];
	readonly risk: Risk;
	/** Why it has that risk. */
	readonly reasons: readonly string[];
	/** Hex SHA-256 of the action: command, folder, policy revision, and the contents that it is bound to. */
	readonly digest: string;
	/** What it runs and names: path to hex SHA-256. */
	readonly files: Readonly<Record<string, string>>;
	/** What an approval for longer than once may cover, of a command. */
	readonly covers?: "files" | "written" | "once";
	/** Files that the goal has written, where it may load more than `files`: path to hex SHA-256. */
	readonly written?: Readonly<Record<string, string>>;
	/** Why an approval does not cover more. */
	readonly why?: string;
	/** What a person approved for this very action: its digest, and what it was bound to. */
	readonly approved?: string;
	readonly approvedFiles?: Readonly<Record<string, string>>;
	/** Who wrote the command. */
	readonly origin: "person" | "playbook" | "planner" | "agent";
	/** The person's own settings let it happen unasked. */
	readonly isAllowed?: boolean;
	/** Why it can never be allowed. */
	readonly forbidden?: string;
}

/** What is known of an action beside what it does. */
export type About = Pick<Proposal, "tool" | "approved" | "origin">;

export interface World {
	readonly dataFolder: string;
	readonly contents: FileContents;
	/** The files that the goal has written, or why that is not known. */
	goalFiles(): Promise<ReadonlyMap<string, GoalFile> | string>;
}

/** `inputs`: what was given for a playbook's. What the command does depends on them, so a yes to it is bound to them, too. */
export async function commandProposal(
	command: ParsedCommand,
	about: About,
	world: World,
	inputs: readonly InputValue[] = [],
): Promise<Proposal> {
	const { text, workspace, problem } = command;
	const bound = await bindingOf(command, world.contents, world.goalFiles);
	const values = Object.fromEntries(inputs.map(({ variable, value }) => [`$${variable}`, sha256(value)]));
	const files = { ...bound.files, ...values };
	const { written } = bound;
	const judged = await withLinkedRisk(await commandRisk(command), command);
	const { risk, reasons } = judged;
	const forbidden = about.origin === "person" ? undefined : await forbiddenCommand(command, world.dataFolder);
	return {
		...about,
		kind: "command",
		summary: text,
		command: text,
		unreadable: problem,
		acts: await withLinkedPaths(commandActs(command, about.tool, judged), workspace),
		risk,
		reasons: [...reasons, ...withInputs(text, inputs)],
		digest: sha256(["command", text, workspace, policyRevision, files, written]),
		...bound,
		files,
		forbidden,
	};
}

/** The values that a person should see before they say yes: those that the command names, or all that it could. */
function withInputs(text: string, inputs: readonly InputValue[]): readonly string[] {
	const named = inputs.filter(({ variable }) => text.includes(variable));
	const given = (named.length > 0 ? named : inputs).filter(({ value }) => value !== "");
	if (given.length === 0) return [];
	const more = given.length > maxShownInputs ? ` and ${given.length - maxShownInputs} more` : "";
	return [`with ${given.slice(0, maxShownInputs).map(inputWords).join(", ")}${more}`];
}

const maxShownInputs = 10;

export interface Call {
	readonly args: unknown;
	readonly summary: string;
}

export function readProposal({ args, summary }: Call, paths: readonly string[], about: About): Proposal {
	const digest = sha256(["read", about.tool, args, policyRevision]);
	const acts = [readAct(about.tool, paths)];
	return { ...about, kind: "read", summary, acts, risk: "read", reasons: [], digest, files: {} };
}

/** A look at files with an agent's own tool. */
export function readAct(tool: string, paths: readonly string[]): Act {
	return { kind: "read", tool, risk: "read", isCertain: true, paths };
}

/**
 * An act of an agent's own of which nothing is known but its name, and files that it names: it is asked about each time,
 * and a rule that denies one of them denies it.
 */
export function actProposal({ args, summary }: Call, ruled: readonly string[], about: About): Proposal {
	const why = "it is unknown beforehand what it does";
	const digest = sha256(["act", about.tool, args, policyRevision]);
	const act = { tool: about.tool, risk: "write", isCertain: false } as const;
	const named: Act[] = ruled.length > 0 ? [{ ...act, kind: "edit", paths: ruled }] : [];
	const acts: Act[] = [{ ...act, kind: "call" }, ...named];
	return {
		...about,
		kind: "command",
		summary,
		acts,
		risk: "write",
		reasons: [why],
		digest,
		files: {},
		covers: "once",
		why,
	};
}

/** A call of a tool that belongs to a server outside: its server's words may raise the risk, and permit nothing. */
export function externalProposal(
	{ args, summary }: Call,
	{
		risk,
		reasons,
		bound,
		isAllowed,
	}: Pick<Proposal, "risk" | "reasons" | "isAllowed"> & { readonly bound: Proposal["files"] },
	about: About,
): Proposal {
	const digest = sha256(["external", about.tool, args, bound, policyRevision]);
	const acts: Act[] = [{ kind: "call", tool: about.tool, risk, isCertain: true }];
	return { ...about, kind: "external", summary, acts, risk, reasons, digest, files: bound, isAllowed };
}

/** A page of the web: what is judged is its host. */
export function fetchProposal({ url, from }: { readonly url: URL; readonly from?: URL }, about: About): Proposal {
	const digest = sha256(["fetch", url.href, policyRevision]);
	const led = from && from.host !== url.host ? [`${from.host} leads there`] : [];
	const reasons = [`reads from ${url.host}`, ...led];
	const acts: Act[] = [{ kind: "fetch", tool: about.tool, risk: "network", isCertain: true, host: url.hostname }];
	return {
		...about,
		kind: "fetch",
		summary: url.href,
		url: url.href,
		acts,
		risk: "network",
		reasons,
		digest,
		files: {},
	};
}

export interface Edit {
	/** Relative to the workspace. */
	readonly paths: readonly string[];
	/** Also those that links lead to: what rules look at. */
	readonly ruled: readonly string[];
	readonly args: unknown;
	readonly summary: string;
	/** Hex SHA-256 of the file as it is. */
	readonly before: string;
	readonly isNew: boolean;
}

export function editProposal({ paths, ruled, args, summary, before, isNew }: Edit, about: About): Proposal {
	const path = paths.join(", ");
	return {
		...about,
		kind: "edit",
		summary,
		acts: [{ kind: "edit", tool: about.tool, risk: "write", isCertain: true, paths: ruled }],
		risk: "write",
		reasons: [isNew ? `creates ${path}` : `changes ${path}`],
		digest: sha256(["edit", about.tool, args, before, policyRevision]),
		files: {},
	};
}
