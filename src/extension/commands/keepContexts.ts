import { goalRequests } from "../../core/rules/controls.ts";
import { summaryAllows } from "../../protocol/view.ts";
import type { Approvals } from "../approvals/approvals.ts";
import type { Waiting } from "../approvals/toastQueue.ts";
import type { Daemon } from "../connection/daemon.ts";
import type { Goals } from "../connection/goals.ts";
import type { OwnAnswer, OwnKeys } from "../menus/contextKeys.ts";
import { setContext } from "../menus/setContext.ts";
import { answering } from "./commandShapes.ts";

const ownAnswers: { readonly [A in OwnAnswer]: (waiting: Waiting) => boolean } = {
	approve: answering("approve"),
	approveForGoal: answering("approve", "goal"),
	deny: answering("deny"),
};

/** What menus and welcome texts look at. */
export function keepContexts({ onConnection, connection }: Daemon, goals: Goals, approvals: Approvals): () => void {
	const known = new Map<keyof OwnKeys, unknown>();
	const set = <K extends keyof OwnKeys>(key: K, value: OwnKeys[K]) => {
		if (known.get(key) === value) return;
		known.set(key, value);
		setContext(key, value);
	};
	set("connection", connection.state);
	const stops = [
		onConnection(({ state }) => set("connection", state)),
		goals.onChange(() => {
			set("goalsKnown", goals.areKnown);
			set(
				"waiting",
				goals.all.some((goal) => goal.pendingApprovals > 0),
			);
			for (const request of goalRequests)
				set(
					`can.${request}`,
					goals.all.some((goal) => summaryAllows(goal, request)),
				);
			for (const answer of Object.keys(ownAnswers) as OwnAnswer[])
				set(`can.${answer}`, approvals.waiting.some(ownAnswers[answer]));
		}),
	];
	return () => {
		for (const stop of stops) stop();
	};
}
