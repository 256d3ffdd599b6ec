import { raiseStep } from "../budgetLimits.ts";
import type { QuestionRow } from "./question.ts";

/** How a goal goes on that has reached a limit, or has one that cannot be held. */
export const budget: QuestionRow = {
	kind: "budget",
	options: [
		{
			answer: "price",
			label: "Set Price",
			effect: (_goal, { unpriced }) =>
				unpriced?.keepsPrompts
					? "The goal reckons with this price, the limit of money stays, and the goal goes on. What is kept in the provider's cache is taken for 1.25 times the input, unless you name its price: 3, 15, cache 3.75."
					: "The goal reckons with this price, the limit of money stays, and the goal goes on. 0, 0 for what is free.",
			value: "price",
			primary: true,
		},
		{
			answer: "tokens",
			label: "Limit Tokens",
			effect: "A limit of tokens takes the place of the limit of money, and the goal goes on.",
			value: "tokens",
		},
		{
			answer: "raise",
			label: (_goal, { unpriced }) => (unpriced ? "Go On Without Limit" : "Raise"),
			effect: (goal, { resource, unpriced }) =>
				unpriced
					? "The limit of money is taken away, and the goal goes on. Limits of tokens, minutes and turns stay."
					: resource
						? `The limit is raised by ${raiseStep(goal, resource)} ${resource}, and the goal goes on.`
						: "The limit is raised, and the goal goes on.",
			primary: true,
			plain: "approve",
		},
		{
			answer: "stop",
			label: "Stop Goal",
			effect: "The goal ends as failed. What was done stays.",
			plain: "deny",
		},
	],
	ends(goal, { threadId }) {
		const thread = threadId ? goal.threads[threadId] : undefined;
		const isGone = thread !== undefined && thread.state !== "active";
		return isGone ? "What would have gone beyond the limit has ended." : undefined;
	},
};
