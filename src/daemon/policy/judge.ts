import type { Goal, Grant } from "../../core/goal.ts";
import type { GrantId } from "../../core/ids.ts";
import { ownOutput } from "./ownOutput.ts";
import type { Proposal } from "./proposal.ts";
import type { Decision, Rules } from "./rules/decide.ts";

/**
 * Whether an action may happen: allow, ask or refuse, with reasons. Pure; what it needs to know of the world (the files
 * a command names, whether a path is inside) is in the proposal. Nothing an agent writes can make it more lenient.
 */
export type Verdict =
	| ({ readonly kind: "allow" } & LetPass)
	| { readonly kind: "ask"; readonly reasons: readonly string[]; readonly goalScope?: string }
	| { readonly kind: "refuse"; readonly reason: string };

/** What let an action pass unasked: a rule, in words, or a grant. Neither where it was approved, or nobody was to be asked. */
export interface LetPass {
	readonly rule?: string;
	readonly grant?: GrantId;
}

/** What a person laid down beforehand. */
export interface Standing {
	readonly rules: Rules;
	/** What was approved for the goal's folder, in whichever goal. */
	readonly grants: readonly Grant[];
	/** Whether the action would happen inside a sandbox. */
	readonly isSandboxed: boolean;
}

/**
 * What is denied never happens, whoever wants it. A person's yes to this very action, or to more for longer, comes before
 * a rule that asks, but for an organisation's, which only a yes to this very action satisfies.
 */
export function judge(goal: Goal, proposal: Proposal, { rules, grants, isSandboxed }: Standing): Verdict {
	if (proposal.forbidden !== undefined) return { kind: "refuse", reason: proposal.forbidden };
	const { workspace, settings } = goal;
	const decision = rules.decide(proposal.acts, { workspace, isSandboxed, autonomy: settings.autonomy });
	if (decision.effect === "deny") return { kind: "refuse", reason: deniedBy(decision) };
	const asks = decision.effect === "ask" ? decision.rule : undefined;
	if (proposal.origin === "person" || (proposal.kind === "read" && !asks)) return { kind: "allow" };
	if (proposal.approved === proposal.digest) return { kind: "allow" };
	const grant = asks?.level === "organisation" ? undefined : grantFor(goal, proposal, grants);
	if (grant) return { kind: "allow", grant: grant.grantId };
	if (!asks && proposal.isAllowed) return { kind: "allow" };
	if (decision.effect === "allow") return { kind: "allow", rule: decision.rule?.name };
	const again = whyAgain(goal, proposal, grants);
	const narrow = proposal.covers === "once" ? [`This can only be approved once: ${proposal.why}`] : [];
	const ruled = asks ? [[asks.rule.why, `a rule asks (${asks.name})`].filter(Boolean).join("; ")] : [];
	const goalScope = asks?.level === "organisation" ? undefined : goalScopeOf(proposal);
	return { kind: "ask", reasons: [...again, ...ruled, ...proposal.reasons, ...narrow], goalScope };
}

/** For the agent, and for whoever reads why it did not happen. */
export function deniedBy({ rule }: Decision): string {
	const why = rule?.rule.why;
	if (why !== undefined && rule?.rule.effect === "deny" && rule.name === why) return why;
	return [why, `A rule denies it (${rule?.name}). Do it in another way, or leave it.`].filter(Boolean).join(" ");
}

function grantFor(goal: Goal, proposal: Proposal, standing: readonly Grant[]): Grant | undefined {
	return [...Object.values(goal.grants), ...standing].find((grant) => covers[grant.kind](grant, proposal, goal));
}

const covers: Readonly<Record<Grant["kind"], (grant: Grant, proposal: Proposal, goal: Goal) => boolean>> = {
	// No action, but what a server's start is asked about; see serverGrant.ts.
	server: () => false,
	external: (grant, proposal) =>
		proposal.kind === "external" &&
		grant.subject === proposal.tool &&
		changedFiles(grant.files, proposal.files).length === 0,
	host: (grant, { kind, url }) => kind === "fetch" && url !== undefined && grant.subject === new URL(url).host,
	playbook: (grant, proposal, goal) =>
		proposal.origin === "playbook" &&
		goal.playbook !== undefined &&
		(goal.playbook.digest ?? goal.playbook.sha256) === grant.subject,
	write: (grant, proposal) => proposal.kind === "edit" && grant.subject === proposal.tool,
	// One that says nothing of what it covers is of a version that bound less: it is asked for again.
	command: (grant, proposal) =>
		proposal.kind === "command" &&
		proposal.unreadable === undefined &&
		grant.subject === proposal.command &&
		grant.covers !== undefined &&
		grant.covers === proposal.covers &&
		changedFiles({ ...grant.files, ...grant.written }, { ...proposal.files, ...proposal.written }).length === 0,
};

/** Why what was approved before is asked about again: the files that changed since, the nearest yes first. */
function whyAgain(goal: Goal, proposal: Proposal, standing: readonly Grant[]): string[] {
	const now = { ...proposal.files, ...proposal.written };
	const given = [...Object.values(goal.grants), ...standing].filter(
		(grant) =>
			(grant.kind === "command" && proposal.kind === "command" && grant.subject === proposal.command) ||
			(grant.kind === "external" && proposal.kind === "external" && grant.subject === proposal.tool),
	);
	const bindings = [
		...(proposal.approved === undefined ? [] : [proposal.approvedFiles]),
		...given.map((grant) =>
			grant.kind === "command" && grant.covers === undefined ? undefined : { ...grant.files, ...grant.written },
		),
	];
	if (bindings.length === 0) return [];
	const changes = bindings.flatMap((binding) => (binding ? [changedFiles(binding, now)] : []));
	const [fewest] = changes.filter((names) => names.length > 0).sort((a, b) => a.length - b.length);
	return [
		fewest
			? `Asks again, because ${named(fewest)} changed since you approved this.`
			: "Asks again, because what it covers has changed since you approved this.",
	];
}

/** Also a file that was not there when the person said yes makes it another action: it may be the script that would run. */
function changedFiles(approved: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): string[] {
	const names = new Set([...Object.keys(approved), ...Object.keys(now)]);
	return [...names].filter((name) => approved[name] !== now[name] && !(name in approved && now[name] === ownOutput));
}

function goalScopeOf(proposal: Proposal): string | undefined {
	if (proposal.kind === "external") return `every call of ${proposal.tool}, until its server changes what it is`;
	if (proposal.url !== undefined) return `every page of ${new URL(proposal.url).host}, whatever its address says`;
	if (proposal.kind !== "command") return `every ${proposal.tool} inside the workspace`;
	if (proposal.covers === "once") return undefined;
	// What was given for inputs stays as it is for the whole goal.
	const files = Object.keys(proposal.files).filter((name) => !name.startsWith("$"));
	const bound = files.length > 0 ? `${named(files, "or")} changes` : undefined;
	if (proposal.covers !== "written") return `this same command in this folder${bound ? `, until ${bound}` : ""}`;
	return `this same command in this folder, until ${bound ? `${bound}, or ` : ""}any file changes that this goal has written (${proposal.why})`;
}

/** `a, b and c`, or the first three `and 4 more`. */
function named(names: readonly string[], joint: "and" | "or" = "and"): string {
	const shown = names.slice(0, maxNamed);
	const more = names.length - shown.length;
	const all = more > 0 ? [...shown, joint === "or" ? `one of ${more} more` : `${more} more`] : shown;
	return all.length === 1 ? all[0]! : `${all.slice(0, -1).join(", ")} ${joint} ${all.at(-1)}`;
}

const maxNamed = 3;
