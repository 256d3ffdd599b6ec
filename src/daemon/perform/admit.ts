import type { GoalEvent } from "../../core/events.ts";
import type { Check, Goal, ToolCall } from "../../core/goal.ts";
import { goalHold } from "../../core/rules/holds.ts";
import type { RanInside } from "../../core/sandbox.ts";
import { insideWords } from "../../core/words/inside.ts";
import { askToRun } from "../engine/questions/tool.ts";
import { sha256 } from "../platform/digest.ts";
import { judge, type LetPass } from "../policy/judge.ts";
import type { Proposal } from "../policy/proposal.ts";
import { type GoalSandbox, insideFor } from "../policy/sandbox/goalSandbox.ts";
import { allWriters, isBasedOn, type Look } from "../tracking/changesSince.ts";
import type { ActivityContext } from "./parts.ts";
import { isInPlace } from "./place.ts";
import { look } from "./snapshot.ts";
import { standing } from "./standing.ts";

/**
 * The gate before every effect: what is asked for is judged, and if it may happen, its intent is recorded. The judgement
 * is made in the same transaction that records the intent, on the goal as it stands then.
 */
export type Admission =
	| { readonly kind: "begun"; readonly run: number; readonly tree: string | undefined }
	| { readonly kind: "refused"; readonly reason: string }
	/** A person was asked, or the goal moved on: there is nothing to do now. */
	| { readonly kind: "waits" };

export interface Admittance {
	readonly call?: ToolCall;
	readonly check?: Check;
	/** Made anew after a look that took its time, so that what is judged is what would happen. */
	propose(): Promise<Proposal>;
	/** Of a command that the daemon starts: where. */
	readonly walls?: GoalSandbox;
	/** The intent. `inside`: the walls in which the command runs, and nowhere else, since it was judged so. */
	begin(run: number, tree: string | undefined, inside: RanInside | undefined): readonly GoalEvent[];
}

/** A look at the workspace serves as "before" this long: what a person changes in a shorter gap is taken for the agent's. */
const freshMs = 100;

export async function admit(
	context: ActivityContext,
	{ call, check, walls, propose, begin }: Admittance,
): Promise<Admission> {
	const { parts, driver } = context;
	const now = parts.clock.now();
	if (walls?.kind === "refused") return walls;
	const isSandboxed = walls?.kind === "inside";
	const proposeHere = async () => placed(await propose(), walls);
	let proposal = await proposeHere();
	let before: Look | undefined;
	if (
		judge(driver.goal(), proposal, standing(parts, driver.goal(), isSandboxed)).kind === "allow" &&
		isLookDue(driver.goal(), now)
	) {
		before = await look(context);
		proposal = await proposeHere();
	}
	let admission: Admission = { kind: "waits" };
	// The look took its time.
	if (!(await isInPlace(context))) return admission;
	await driver.commit((goal) => {
		const subject = current(goal, call, check);
		if (!subject || goal.end || goalHold(goal) || goal.undo) return [];
		// Who began to write during the look is not "outside": then the next look tells.
		const isValid = before && isBasedOn(before, goal) && allWriters(goal).length === 0;
		const seen = before && isValid && before.isNews ? before.events : [];
		const verdict = judge(
			goal,
			{ ...proposal, approved: subject.approved, approvedFiles: subject.approvedFiles },
			standing(parts, goal, isSandboxed),
		);
		switch (verdict.kind) {
			case "refuse":
				admission = { kind: "refused", reason: verdict.reason };
				return [];
			case "ask":
				return [askToRun({ call, check }, proposal, verdict, parts.newId, now, parts.deadlines)];
			case "allow": {
				const run = (call?.run ?? check?.runs ?? 0) + 1;
				const tree = seen.length > 0 ? before?.tree : goal.files.tree;
				admission = { kind: "begun", run, tree };
				return [...seen, ...begin(run, tree, insideFor(walls, proposal.risk)).map((event) => letPass(event, verdict))];
			}
		}
	});
	return admission;
}

/** What a person approves inside walls is not approved outside of them, nor the other way round. */
function placed(proposal: Proposal, walls: GoalSandbox | undefined): Proposal {
	const inside = insideFor(walls, proposal.risk);
	if (inside === undefined) return proposal;
	const { digest, reasons } = proposal;
	return { ...proposal, digest: sha256(["inside", digest, inside]), reasons: [...reasons, insideWords(inside)] };
}

/** The intent says what let it happen. */
function letPass(event: GoalEvent, { rule, grant }: LetPass): GoalEvent {
	if (event.type !== "tool.started" && event.type !== "check.started") return event;
	return { ...event, ...(rule !== undefined && { rule }), ...(grant !== undefined && { grant }) };
}

/** What was changed outside is looked for before a writer starts, so that it is not blamed for it. */
function isLookDue(goal: Goal, now: number): boolean {
	const { at, untracked } = goal.files;
	if (untracked !== undefined || allWriters(goal).length > 0) return false;
	return at === undefined || now - Date.parse(at) > freshMs;
}

/** The call or check as it stands now, if it still waits to begin. */
function current(
	goal: Goal,
	call: ToolCall | undefined,
	check: Check | undefined,
): Pick<Check, "approved" | "approvedFiles"> | undefined {
	if (call) {
		const now = goal.calls[call.toolCallId];
		return now && !now.decided && (now.state === "requested" || now.state === "approved" || now.state === "started")
			? now
			: undefined;
	}
	const now = check ? goal.checks[check.checkId] : undefined;
	return now && now.state !== "waiting" && now.state !== "running" && now.state !== "unknown" ? now : undefined;
}
