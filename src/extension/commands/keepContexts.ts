import * as vscode from "vscode";
import { goalRequests } from "../../core/rules/controls.ts";
import { summaryAllows } from "../../protocol/view.ts";
import type { Approvals } from "../approvals/approvals.ts";
import type { Daemon } from "../connection/daemon.ts";
import type { Goals } from "../connection/goals.ts";
import { answering } from "./commandShapes.ts";

/** Answers that have commands of their own. */
const answerContexts = {
	approve: answering("approve"),
	approveForGoal: answering("approve", "goal"),
	deny: answering("deny"),
};

/** What menus and welcome texts look at. */
export function keepContexts({ onConnection, connection }: Daemon, goals: Goals, approvals: Approvals): () => void {
	const known = new Map<string, unknown>();
	const set = (key: string, value: unknown) => {
		if (known.get(key) === value) return;
		known.set(key, value);
		void vscode.commands.executeCommand("setContext", `missionControl.${key}`, value);
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
			for (const [key, fits] of Object.entries(answerContexts)) set(`can.${key}`, approvals.waiting.some(fits));
		}),
	];
	return () => {
		for (const stop of stops) stop();
	};
}
