import type { Check, Goal, Step } from "../../core/goal.ts";
import type { GoalState } from "../../core/rules/goalState.ts";
import type { Mark } from "./icon.tsx";

/** The one sign and word of each state, the same in every webview. Shape, then word, then colour. */
export interface StateMark extends Mark {
	readonly word: string;
}

const goalMarks: { readonly [S in GoalState]: StateMark } = {
	queued: { icon: "circle-large", tone: "idle", word: "Queued" },
	planning: { icon: "record", tone: "active", word: "Planning" },
	running: { icon: "record", tone: "active", word: "Running" },
	awaiting_approval: { icon: "shield", tone: "wait", word: "Waits for you" },
	paused: { icon: "debug-pause", tone: "idle", word: "Paused" },
	blocked: { icon: "warning", tone: "wait", word: "Blocked" },
	completed: { icon: "pass-filled", tone: "done", word: "Completed" },
	failed: { icon: "error", tone: "fail", word: "Failed" },
	cancelled: { icon: "circle-slash", tone: "idle", word: "Cancelled" },
};

export function goalMark(state: GoalState, verified?: boolean): StateMark {
	if (state === "completed" && verified === false) return { icon: "pass", tone: "idle", word: "Completed, unverified" };
	return goalMarks[state];
}

const stepMarks: { readonly [S in Step["state"]]: StateMark } = {
	pending: { icon: "circle-large", tone: "idle", word: "pending" },
	in_progress: { icon: "record", tone: "active", word: "in progress" },
	verifying: { icon: "half-disc", tone: "active", word: "in review" },
	completed: { icon: "pass-filled", tone: "done", word: "done" },
	failed: { icon: "error", tone: "fail", word: "failed" },
	skipped: { icon: "skipped", tone: "idle", word: "skipped" },
};

/** What holds the step now decides its sign. */
export function stepMark(goal: Goal, step: Step): StateMark {
	if (Object.values(goal.approvals).some((approval) => approval.stepId === step.stepId)) {
		return { icon: "shield", tone: "wait", word: "waits for you" };
	}
	if (step.state === "completed" && step.verified === false) return { icon: "pass", tone: "idle", word: "unverified" };
	if (step.state === "pending" && step.needs.length > 0) {
		const open = step.needs.filter((need) => !isOver(goal.steps[need]));
		if (open.length > 0) {
			const names = open.map((need) => (goal.plan?.order.indexOf(need) ?? -1) + 1).sort((a, b) => a - b);
			return { ...stepMarks.pending, word: `needs ${names.join(", ")}` };
		}
	}
	return step.undone ? { ...stepMarks.skipped, word: "undone" } : stepMarks[step.state];
}

const checkMarks: { readonly [S in Check["state"]]: StateMark } = {
	pending: { icon: "circle-large", tone: "idle", word: "pending" },
	waiting: { icon: "shield", tone: "wait", word: "waits for you" },
	running: { icon: "record", tone: "active", word: "running" },
	green: { icon: "pass", tone: "done", word: "green" },
	red: { icon: "error", tone: "fail", word: "red" },
	stale: { icon: "stale", tone: "wait", word: "stale" },
	unknown: { icon: "warning", tone: "wait", word: "outcome unknown" },
};

export function checkMark(check: Check): StateMark {
	const mark = checkMarks[check.state];
	return check.state === "red" && check.exitCode !== undefined
		? { ...mark, word: `red · exit ${check.exitCode}` }
		: mark;
}

function isOver(step: Step | undefined): boolean {
	return step?.state === "completed" || step?.state === "skipped";
}
