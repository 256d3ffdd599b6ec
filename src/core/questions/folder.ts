import { folderHold } from "../rules/holds.ts";
import type { QuestionRow } from "./question.ts";

/** What becomes of a goal in whose place another folder stands, or none. */
export const folder: QuestionRow = {
	kind: "question",
	options: [
		{
			answer: "wait",
			label: "Keep Waiting",
			effect: "The goal stays as it is, and goes on by itself when its folder is back.",
			plain: "approve",
		},
		{
			answer: "use",
			label: "Use This Folder",
			effect: "The goal goes on in the folder that stands there now.",
			runs: true,
		},
		{ answer: "stop", label: "Stop Goal", effect: "The goal is cancelled. What was done stays.", plain: "deny" },
	],
	ends: (goal, { approvalId }) =>
		folderHold(goal)?.approvalId === approvalId ? undefined : "What stands at the goal's folder has changed since.",
};
