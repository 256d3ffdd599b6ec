import type { Approval, Goal } from "../goal.ts";
import { threads } from "../rules/threads.ts";
import type { Asked } from "../values.ts";
import { capital } from "../words/capital.ts";
import { decidedOtherwise, type OptionRow, type QuestionRow } from "./question.ts";

/**
 * What an agent, or a server that it uses, wants to know from a person. Its options are answers beside those that every
 * such question has. It waits for as long as it takes, and is never answered with a yes by time alone.
 */
export const agent: QuestionRow = {
	kind: "question",
	options: ({ asked }) => (asked ? [...asked.options.map((option) => offered(option, asked)), ...always] : []),
	ends(goal, { toolCallId, threadId }) {
		if (toolCallId !== undefined) {
			const call = goal.calls[toolCallId];
			if (call?.state === "unknown") return "The call in which it was asked was cut off.";
			return call === undefined ? decidedOtherwise : undefined;
		}
		const asks = threads(goal).find((thread) => thread.threadId === threadId);
		return asks?.state === "active" && asks.turn ? undefined : "The agent does not wait for it any more.";
	},
};

/** Answers to every such question; an option of the same name is told apart. */
const always: readonly OptionRow[] = [
	{
		answer: "choose",
		label: "Choose Several",
		effect: (_goal, { asked }) =>
			asked?.from === undefined
				? "The agent goes on with those that you choose."
				: "The server goes on with those that you choose.",
		chooses: true,
	},
	{
		answer: "default",
		label: "Use Its Default",
		effect: (_goal, { asked }) =>
			`The ${asked?.from === undefined ? "agent" : "server"} goes on with what it would choose: ${asked?.default?.join(", ")}.`,
		primary: true,
		plain: "approve",
		when: (_goal, { asked }) => !isOffered(asked),
	},
	{
		answer: "text",
		label: "Answer in Words",
		effect: (_goal, { asked }) =>
			asked?.from === undefined ? "The agent goes on with what you write." : "The server goes on with what you write.",
		reason: (_goal, { asked }) =>
			asked?.from === undefined ? "Your answer, read by the agent" : "Your answer, sent to the server",
		asksFirst: true,
	},
	{
		answer: "decline",
		label: "Decline",
		effect: (_goal, { asked }) =>
			asked?.from === undefined
				? "The agent is told that you give no answer, and goes on."
				: "The server is told that you give no answer, and goes on.",
		reason: (_goal, { asked }) =>
			asked?.from === undefined ? "Reason, read by the agent" : "Reason, kept in the log alone",
		plain: "deny",
	},
];

/** The answers that an agent's question may be given. */
export function askedOptions({ options, several, closed, default: taken }: Asked): readonly string[] {
	return [
		...options.map(({ answer }) => answer),
		...(several ? ["choose"] : []),
		...(taken ? ["default"] : []),
		...(closed && options.length > 0 ? [] : ["text"]),
		"decline",
	];
}

/** What can be meant by an option of the agent's, and what cannot, because it has a meaning everywhere. */
export const reservedAnswers: readonly string[] = [...always.map(({ answer }) => answer), "approve", "deny"];

function offered({ answer, label, description }: Asked["options"][number], asked: Asked): OptionRow {
	const isDefault = isOffered(asked) && asked.default?.[0] === label;
	const goesOn = `The ${asked.from === undefined ? "agent" : "server"} goes on with this answer.`;
	return {
		answer,
		label,
		effect: description ? `${capital(description).replace(/[.\s]+$/, "")}.` : goesOn,
		primary: isDefault,
		plain: isDefault ? "approve" : undefined,
		also: [label],
		// Chosen only where all of the question can be read.
		runs: true,
	};
}

/** The default is one of the options, and so needs no button of its own. */
function isOffered(asked: Asked | undefined): boolean {
	return asked?.default?.length === 1 && asked.options.some(({ label }) => label === asked.default?.[0]);
}

/** Pending, or already answered, by what whoever asked knows it by: nobody is asked the same twice. */
export function questionByKey(goal: Goal, key: string): Approval | Goal["settled"][number] | undefined {
	return (
		Object.values(goal.approvals).find(({ asked }) => asked?.key === key) ??
		goal.settled.findLast((settled) => settled.key === key)
	);
}
