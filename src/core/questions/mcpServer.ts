import type { Approval, Goal } from "../goal.ts";
import { decidedOtherwise, type OptionRow, type QuestionRow } from "./question.ts";

const without: Pick<OptionRow, "label" | "effect" | "plain"> = {
	label: "Go On Without It",
	effect: "The goal goes on without this server's tools.",
	plain: "deny",
};

/** Whether an MCP server that a file of the workspace proposes may be started or reached. */
export const mcpServer: QuestionRow = {
	kind: "question",
	options: [
		{
			answer: "approve",
			scope: "workspace",
			label: "Allow Here",
			effect:
				"Goals in this folder may use it, until its definition or a file that it runs changes. Its calls are asked about one by one.",
			runs: true,
			primary: true,
			when: (_goal, { covers }) => covers !== "written",
		},
		{
			answer: "approve",
			scope: "goal",
			label: "Allow for Goal",
			effect: (_goal, { covers }) =>
				covers === "written"
					? "This goal may use it, until its definition or a file that it runs changes, or it has to be started again after the goal wrote files. Its calls are asked about one by one."
					: "This goal may use it, until its definition or a file that it runs changes. Its calls are asked about one by one.",
			runs: true,
			primary: true,
			plain: "approve",
		},
		{ answer: "deny", ...without },
	],
	ends: declined,
};

/** What an MCP server needs from a person before it can be used. */
export const mcpInput: QuestionRow = {
	kind: "question",
	options: [
		{
			answer: "give",
			label: "Enter…",
			effect: "What it asks for is handed to the daemon, which keeps it in memory alone, and the goal goes on.",
			primary: true,
			plain: "approve",
		},
		{ answer: "deny", ...without },
	],
	ends: declined,
};

function declined(goal: Goal, { server }: Approval): string | undefined {
	const isDeclined = server !== undefined && goal.servers?.[server.name]?.declined === server.digest;
	return isDeclined ? decidedOtherwise : undefined;
}
