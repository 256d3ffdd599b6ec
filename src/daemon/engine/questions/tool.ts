import { agentKind } from "../../../core/agentKinds.ts";
import type { DeadlineAct } from "../../../core/deadline.ts";
import type { EventOf, GoalEvent } from "../../../core/events.ts";
import type { Approval, Check, Goal, ToolCall } from "../../../core/goal.ts";
import type { GrantId, MessageId } from "../../../core/ids.ts";
import { Refusal } from "../../../core/refusal.ts";
import { isExternalCall } from "../../../core/rules/externalCalls.ts";
import type { Risk } from "../../../core/values.ts";
import type { NewId } from "../../platform/ports.ts";
import type { Verdict } from "../../policy/judge.ts";
import type { Proposal } from "../../policy/proposal.ts";
import { asking, type Consequences, type Given } from "./question.ts";

/** After how long an act that waits for a person is denied, or its step skipped, by what it may do. */
export type Deadlines = Readonly<Partial<Record<Risk, { readonly minutes: number; readonly act: DeadlineAct }>>>;

/** Whether a call or a check happens, as it is proposed. */
export function askToRun(
	{ call, check }: { readonly call?: ToolCall; readonly check?: Check },
	proposal: Proposal,
	{ reasons, goalScope }: Verdict & { kind: "ask" },
	newId: NewId,
	now: number,
	deadlines: Deadlines = {},
): EventOf<"approval.requested"> {
	const deadline = deadlines[proposal.risk];
	return {
		...asking(check ? "check" : "call", newId, now),
		deadline: deadline && { at: new Date(now + deadline.minutes * 60_000).toISOString(), act: deadline.act },
		kind: "tool",
		toolCallId: call?.toolCallId,
		checkId: check?.checkId,
		stepId: call?.stepId ?? check?.stepId,
		threadId: call?.threadId,
		summary: summaryOf(proposal),
		command: proposal.command,
		url: proposal.url,
		risk: proposal.risk,
		reasons: [...reasons],
		digest: proposal.digest,
		files: { ...proposal.files },
		covers: proposal.covers === "once" ? undefined : proposal.covers,
		written: proposal.written && { ...proposal.written },
		goalScope,
		options: ["approve", "deny"],
	};
}

function summaryOf({ kind, command, tool, summary }: Proposal): string {
	if (command) return `Run \`${command}\``;
	if (kind === "fetch") return `Fetch ${summary}`;
	return kind === "external" ? `Call ${summary}` : `${tool} ${summary}`;
}

/** The answer itself lets it happen, or not; approved for longer than once, it leaves a grant. */
export const toolAnswered: Consequences = (approval, given, goal, { by, newId }): GoalEvent[] => {
	const { answer, scope } = given;
	if (answer === "deny") return reasonFor(approval, given, goal, newId);
	if (answer !== "approve" || scope === "once") return [];
	if (!approval.goalScope) throw new Refusal("badScope", "This can only be approved once.");
	if (scope === "workspace" && approval.covers === "written") {
		throw new Refusal(
			"badScope",
			"It may load files that cannot be named beforehand, so it can be approved once or for this goal, not for all goals of the folder.",
		);
	}
	const call = approval.toolCallId ? goal.calls[approval.toolCallId] : undefined;
	const isCommand = approval.command !== undefined;
	if (approval.url !== undefined) {
		const subject = new URL(approval.url).host;
		return [{ type: "grant.added", grantId: newId<GrantId>("g"), scope, kind: "host", subject, files: {}, by }];
	}
	return [
		{
			type: "grant.added",
			grantId: newId<GrantId>("g"),
			scope,
			kind: isCommand ? "command" : call && isExternalCall(call) ? "external" : "write",
			subject: isCommand ? approval.command! : (call?.name ?? ""),
			files: approval.files,
			covers: approval.covers,
			written: approval.written,
			by,
		},
	];
};

/**
 * An agent that runs its own tools learns from its protocol only that it may not. The reason is said to it as any word of
 * a person's: it gets a turn to read it before its report counts. One whose calls the engine runs reads it as the result.
 */
function reasonFor({ toolCallId }: Approval, { reason }: Given, goal: Goal, newId: NewId): GoalEvent[] {
	const call = toolCallId ? goal.calls[toolCallId] : undefined;
	const thread = call && goal.threads[call.threadId];
	if (!thread || !reason?.trim() || agentKind(thread.assignment).runsTools !== "agent") return [];
	const { threadId } = thread;
	return [{ type: "message.added", messageId: newId<MessageId>("m"), threadId, from: "person", text: reason }];
}
