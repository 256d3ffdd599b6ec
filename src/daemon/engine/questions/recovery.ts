import type { GoalEvent } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import type { CheckId, ToolCallId } from "../../../core/ids.ts";
import { isAgentOwned } from "../../../core/rules/calls.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import { asking } from "./question.ts";

/** The answer itself says what becomes of it: nothing follows beside it. */
export function askRecovery(
	goal: Goal,
	{ toolCallId, checkId }: { readonly toolCallId?: ToolCallId; readonly checkId?: CheckId },
	newId: NewId,
	now: number,
): GoalEvent[] {
	const call = toolCallId ? goal.calls[toolCallId] : undefined;
	const check = checkId ? goal.checks[checkId] : undefined;
	const what = call?.summary ?? check?.command;
	if (what === undefined) return [];
	const isOwn = call !== undefined && isAgentOwned(call);
	return [
		{
			...asking(check ? "checkRecovery" : "callRecovery", newId, now),
			kind: "recovery",
			risk: "write",
			toolCallId,
			checkId,
			stepId: call?.stepId ?? check?.stepId,
			threadId: call?.threadId,
			command: call?.name === "runCommand" || check ? what : undefined,
			summary: `It is unknown whether \`${what}\` had its effect.`,
			reasons: isOwn
				? [
						"The agent had begun it, and its turn ended before it told how it went.",
						"Verify goes on and lets the checks decide, Skip goes on without it.",
					]
				: [
						"It had begun when the daemon ended, and left no record of how it went.",
						"Verify goes on and lets the checks decide, Skip goes on without it, Run Again runs it again.",
					],
			digest: sha256(["recovery", goal.goalId, toolCallId ?? checkId, call?.run ?? check?.runs]),
			options: isOwn ? ["verify", "skip"] : ["verify", "skip", "rerun"],
		},
	];
}
