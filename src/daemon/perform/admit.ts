import type { GoalEvent } from "../../protocol/events.ts";
import type { Check, Goal, ToolCall } from "../../protocol/goal.ts";
import { goalHold } from "../../protocol/readiness.ts";
import { question } from "../engine/enact.ts";
import { judge, type Proposal } from "../engine/judge.ts";
import type { Performing } from "./parts.ts";
import { type Look, look } from "./snapshot.ts";

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
	readonly proposal: Proposal;
	/** The intent. */
	begin(run: number, tree: string | undefined): readonly GoalEvent[];
}

/** A look at the workspace serves as "before" this long: what a person changes in a shorter gap is taken for the agent's. */
const freshMs = 100;

export async function admit(performing: Performing, { call, check, proposal, begin }: Admittance): Promise<Admission> {
	const { parts, driver } = performing;
	const now = parts.clock.now();
	const first = judge(driver.goal(), proposal);
	const before = first.kind === "allow" ? await lookBefore(performing, now) : undefined;
	let admission: Admission = { kind: "waits" };
	await driver.commit((goal) => {
		const subject = current(goal, call, check);
		if (!subject || goal.end || goalHold(goal) || goal.undo) return [];
		const seen = before && before.basedOn === goal.files.tree ? before.events : [];
		const verdict = judge(goal, { ...proposal, approved: subject.approved });
		switch (verdict.kind) {
			case "refuse":
				admission = { kind: "refused", reason: verdict.reason };
				return [];
			case "ask":
				return [
					{
						...question(parts.newId, now),
						kind: "tool",
						toolCallId: call?.toolCallId,
						checkId: check?.checkId,
						stepId: call?.stepId ?? check?.stepId,
						threadId: call?.threadId,
						summary: proposal.command ? `Run \`${proposal.command}\`` : `${proposal.tool} ${proposal.summary}`,
						command: proposal.command,
						risk: proposal.risk,
						reasons: [...verdict.reasons],
						digest: proposal.digest,
						files: { ...proposal.files },
						goalScope: verdict.goalScope,
						options: ["approve", "deny"],
					},
				];
			case "allow": {
				const run = (call?.run ?? check?.runs ?? 0) + 1;
				const tree = seen.length > 0 ? before?.tree : goal.files.tree;
				admission = { kind: "begun", run, tree };
				return [...seen, ...begin(run, tree)];
			}
		}
	});
	return admission;
}

/** Records what was changed outside before a writer starts, so that it is not blamed for it. */
async function lookBefore(performing: Performing, now: number): Promise<Look | undefined> {
	const { files } = performing.driver.goal();
	if (files.untracked !== undefined || files.writers.length > 0 || files.unaccounted.length > 0) return undefined;
	if (files.at !== undefined && now - Date.parse(files.at) <= freshMs) return undefined;
	const seen = await look(performing, []);
	return seen.tree === seen.basedOn ? undefined : seen;
}

/** The call or check as it stands now, if it still waits to begin. */
function current(goal: Goal, call: ToolCall | undefined, check: Check | undefined): { approved?: string } | undefined {
	if (call) {
		const now = goal.calls[call.toolCallId];
		return now && !now.decided && (now.state === "requested" || now.state === "approved" || now.state === "started")
			? now
			: undefined;
	}
	const now = check ? goal.checks[check.checkId] : undefined;
	return now && now.state !== "waiting" && now.state !== "running" && now.state !== "unknown" ? now : undefined;
}
