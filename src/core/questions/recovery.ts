import type { QuestionRow } from "./question.ts";
import { call as aboutCall, check as aboutCheck } from "./tool.ts";

/** What becomes of an act that had begun when the daemon ended, and left no record of how it went. */
export const callRecovery: QuestionRow = {
	kind: "recovery",
	options: [
		{
			answer: "verify",
			label: "Verify",
			effect: "The goal goes on as if it may have had its effect, and its checks decide.",
			primary: true,
			plain: "approve",
		},
		{ answer: "skip", label: "Go On Without It", effect: "The goal goes on as if it had not run.", plain: "deny" },
		{
			answer: "rerun",
			label: "Run Again",
			effect: "It runs once more.",
			runs: true,
			// What an agent does itself, only the agent can repeat.
			when: (goal, { toolCallId }) => toolCallId === undefined || goal.calls[toolCallId]?.owner !== "agent",
		},
	],
	ends: aboutCall.ends,
};

/** The same of a check. */
export const checkRecovery: QuestionRow = {
	kind: "recovery",
	options: [
		{
			answer: "verify",
			label: "Run Check Again",
			effect: "The check runs once more, and its result counts.",
			runs: true,
			primary: true,
			plain: "approve",
			also: ["rerun"],
		},
		{ answer: "skip", label: "Count as Red", effect: "The check does not run, and counts as red.", plain: "deny" },
	],
	ends: aboutCheck.ends,
};
