import type { Goal } from "../goal.ts";
import { checkWaits } from "../rules/checks.ts";
import { readsMessages } from "../rules/threads.ts";
import { decidedOtherwise, type OptionRow, type QuestionRow } from "./question.ts";

/** Whether a command, a write or another act of an agent happens. */
export const call: QuestionRow = {
	kind: "tool",
	options: [
		...allow("It is carried out", { effect: "It is carried out, this once." }),
		{
			answer: "deny",
			label: "Deny",
			effect: (goal, { threadId }) =>
				runsPlaybook(goal, threadId)
					? "It is not carried out, and you are asked how its step goes on."
					: "It is not carried out. The agent reads your reason and goes on.",
			reason: "Reason, read by the agent",
			plain: "deny",
		},
	],
	ends: (goal, { toolCallId }) =>
		toolCallId !== undefined && goal.calls[toolCallId] === undefined ? decidedOtherwise : undefined,
};

/** Whether a check runs that a planner or a playbook wrote. */
export const check: QuestionRow = {
	kind: "tool",
	options: [
		...allow("The check runs", { effect: "The check runs, this once." }),
		{
			answer: "deny",
			label: "Deny",
			effect: "The check does not run, and counts as red.",
			reason: "Reason, kept with the check",
			plain: "deny",
		},
	],
	ends: (goal, { checkId }) => (checkId && checkWaits(goal, goal.checks[checkId]) ? undefined : decidedOtherwise),
};

function allow(what: string, once: Pick<OptionRow, "effect">): readonly OptionRow[] {
	const yes = { answer: "approve", runs: true } as const;
	return [
		{ ...yes, label: "Approve", ...once, primary: true, plain: "approve" },
		{
			...yes,
			scope: "goal",
			label: "Approve for Goal",
			effect: (_goal, { goalScope = "" }) => `${what}, and later without asking: ${sentence(goalScope)}`,
			when: (_goal, { goalScope }) => goalScope !== undefined,
		},
	];
}

function runsPlaybook(goal: Goal, threadId: keyof Goal["threads"] | undefined): boolean {
	const thread = threadId ? goal.threads[threadId] : undefined;
	return thread !== undefined && !readsMessages(thread);
}

function sentence(words: string): string {
	return /[.!?]$/.test(words) ? words : `${words}.`;
}
