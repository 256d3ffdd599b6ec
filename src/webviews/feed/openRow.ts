import type { Goal } from "../../core/goal.ts";
import type { Target } from "../../protocol/webview.ts";
import type { Webview } from "../shared/webview.tsx";
import type { Row } from "./row.ts";

/** Where a row leads: its thread, its output, its approval, a document. */
export function openRow(webview: Webview, goal: Goal, row: Row): void {
	const target = targetOf(goal, row);
	if (target) webview.open(target);
}

export function targetOf(goal: Goal, row: Row): Target | undefined {
	const { goalId } = goal;
	if (typeof row.opens === "object") return { ...row.opens, goalId };
	switch (row.opens) {
		case "thread":
			return row.threadId ? { kind: "thread", goalId, threadId: row.threadId } : { kind: "overview", goalId };
		case "approval":
			return row.approvalId ? { kind: "approval", goalId, approvalId: row.approvalId } : undefined;
		case "overview":
			return row.output ? { kind: "output", goalId, seq: row.output.seq } : { kind: "overview", goalId };
		case "dossier":
			return { kind: "dossier", goalId };
		default:
			return undefined;
	}
}
