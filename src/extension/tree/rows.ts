import type { Goal, Step } from "../../core/goal.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { stepChecks } from "../../core/rules/checks.ts";
import { goalRequests, messageRefusal } from "../../core/rules/controls.ts";
import { childThreads } from "../../core/rules/delegations.ts";
import { endStates } from "../../core/rules/goalState.ts";
import { stalls } from "../../core/rules/movement.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { allowedOfStep } from "../../core/rules/stepControls.ts";
import { isPlanned } from "../../core/rules/steps.ts";
import { modeChangeText } from "../../core/words/modeChange.ts";
import { threadName } from "../../core/words/threadName.ts";
import { withLocalTimes } from "../../core/words/waiting.ts";
import { type ChangeView, type GoalSummary, summaryAllows } from "../../protocol/view.ts";
import { approvalContext } from "../approvals/approvalContext.ts";
import { approvalSentence, fitsTreeRow } from "../approvals/approvalText.ts";
import { commandLine, plainLine } from "../approvals/visibleText.ts";
import { statusWord } from "../documents/statusWord.ts";
import { contextOf } from "../words/menuContext.ts";
import { clockTime, dayOrTime } from "../words/times.ts";
import { t } from "../words/words.ts";
import { type Group, type TreeNode, unmetNeeds } from "./nodes.ts";

/**
 * How a row of the tree looks, as data. Shape, then word, then colour: every icon that carries a colour has a word
 * beside it or in its label, and the label for screen readers says all of it.
 */
export interface Row {
	/** The same for the same thing over all updates, so that what is folded or selected stays so. */
	readonly id: string;
	readonly label: string;
	readonly description?: string;
	readonly tooltip?: string;
	readonly icon?: Icon;
	readonly spoken?: string;
	/** What menus look at: words parted by dots, then `;can.` with each request that is allowed now. */
	readonly context: string;
	readonly fold: "leaf" | "folded" | "open";
	/** A command of ours that a click runs, with the node as its argument. */
	readonly click?: string;
}

export interface Icon {
	readonly codicon: string;
	/** A colour of the theme. */
	readonly color?: string;
}

export function rowOf(node: TreeNode, view: { readonly now: number; readonly folders: readonly string[] }): Row {
	switch (node.kind) {
		case "group":
			return {
				id: `group:${node.group}`,
				label: groupTitle(node.group),
				description: String(node.goals.length),
				context: `group.${node.group}`,
				fold: "open",
			};
		case "goal":
			return goalRow(node.summary, view.now, view.folders);
		case "approval": {
			const { approval, goal } = node;
			const short = fitsTreeRow(approval);
			const sentence = approvalSentence(approval, goal);
			return {
				id: `approval:${approval.approvalId}`,
				label: short ? approval.command! : commandLine(approval.command ?? approval.summary, 60),
				tooltip: sentence,
				icon: icons.waits,
				spoken: t("Waits for you: {0}", sentence),
				context: approvalContext(goal, approval),
				fold: "leaf",
				click: "missionControl.showApproval",
			};
		}
		case "step":
			return stepRow(node.step, node.goal);
		case "thread": {
			const { thread, goal } = node;
			const attempts = thread.stepId ? goal.steps[thread.stepId]?.attempt : undefined;
			const earlier = thread.attempt !== undefined && attempts !== undefined && thread.attempt < attempts;
			const model = formatModelRef(thread.assignment);
			const live = thread.turn !== undefined;
			const name = threadName(goal, thread);
			const about = [thread.role, model, earlier && t("attempt {0}", thread.attempt!)].filter(Boolean).join(" · ");
			return {
				id: `thread:${thread.threadId}`,
				label: name,
				description: about,
				tooltip: live ? t("{0}: {1} is writing", name, model) : `${name} (${model})`,
				spoken: `${name}, ${about}`,
				icon: thread.state === "active" ? icons.speaks : icons.spoke,
				context: contextOf(`thread.${thread.state}`, messageRefusal(goal, thread) ? [] : ["message"]),
				fold: childThreads(goal, thread.threadId).length > 0 ? "open" : "leaf",
				click: "missionControl.openThread",
			};
		}
		case "changes":
			return {
				id: `changes:${node.goalId}`,
				label: t("Changed files"),
				description: [String(node.changes.length), lineCounts(sumOf(node.changes))].filter(Boolean).join("  "),
				icon: icons.changes,
				context: "changes",
				fold: "folded",
			};
		case "change":
			return changeRow(node.goalId, node.change, node.under);
		case "note":
			return { id: `note:${node.goalId}`, label: "", description: node.text, context: "note", fold: "leaf" };
	}
}

export const icons = {
	verified: { codicon: "pass-filled", color: "charts.green" },
	unverified: { codicon: "pass" },
	running: { codicon: "record", color: "charts.blue" },
	verifying: { codicon: "color-mode", color: "charts.blue" },
	waits: { codicon: "shield", color: "charts.yellow" },
	blocked: { codicon: "warning", color: "charts.yellow" },
	paused: { codicon: "debug-pause" },
	failed: { codicon: "error", color: "charts.red" },
	cancelled: { codicon: "circle-slash" },
	pending: { codicon: "circle-large-outline" },
	skipped: { codicon: "issue-draft" },
	speaks: { codicon: "comment", color: "charts.purple" },
	spoke: { codicon: "comment" },
	changes: { codicon: "diff-multiple" },
} as const satisfies Record<string, Icon>;

export function groupTitle(group: Group): string {
	const titles = {
		needsYou: t("Needs you"),
		running: t("Running"),
		blocked: t("Blocked"),
		finished: t("Finished"),
	};
	return titles[group];
}

/** `+3 −1`; empty where nobody counted. */
export function lineCounts({ added, removed }: Pick<ChangeView, "added" | "removed">): string {
	if (added === undefined && removed === undefined) return "";
	return `+${added ?? 0} −${removed ?? 0}`;
}

function goalRow(goal: GoalSummary, now: number, folders: readonly string[]): Row {
	const steps = goal.stepsTotal > 0 ? t("{0} of {1}", goal.stepsDone, goal.stepsTotal) : "";
	const state = goalWord(goal, now) || steps;
	const elsewhere = folders.includes(goal.workspace) ? "" : lastName(goal.workspace);
	const description = [state, elsewhere].filter(Boolean).join(" · ");
	return {
		id: `goal:${goal.goalId}`,
		label: goal.title,
		description,
		tooltip: `${goal.title}\n${withLocalTimes(goal.stateReason, clockTime, now)}\n${goal.workspace}`,
		icon: goalIcon(goal),
		spoken: [goal.title, stateWord(goal), withLocalTimes(goal.stateReason, clockTime, now), steps]
			.filter(Boolean)
			.join(", "),
		context: contextOf(
			`goal.${goal.state}`,
			goalRequests.filter((request) => summaryAllows(goal, request)),
		),
		// VS Code asks once, when it first sees the row: a goal that is under way may come to wait for the person.
		fold: goal.state === "queued" || endStates.includes(goal.state) ? "folded" : "open",
		click: "missionControl.openOverview",
	};
}

function goalIcon(goal: GoalSummary): Icon {
	switch (goal.state) {
		case "completed":
			return goal.verified ? icons.verified : icons.unverified;
		case "failed":
			return icons.failed;
		case "cancelled":
			return icons.cancelled;
		case "paused":
			return icons.paused;
		case "blocked":
			return icons.blocked;
		case "queued":
			return icons.pending;
		case "awaiting_approval":
			return icons.waits;
		default:
			return icons.running;
	}
}

/** The word that a goal's icon stands for, with what matters most about it. Empty: its steps say more. */
function goalWord(goal: GoalSummary, now: number): string {
	const ended = dayOrTime(goal.updatedAt, now);
	switch (goal.state) {
		case "completed":
			return goal.verified ? ended : `${t("unverified")} ${ended}`;
		case "failed":
			return t("failed {0}", ended);
		case "cancelled":
			return t("cancelled {0}", ended);
		case "blocked":
			if (goal.triesAgainAt) return t("tries again at {0}", clockTime(goal.triesAgainAt));
			return plainLine(goal.stateReason, 60).replace(/\.$/, "");
		case "queued":
			return plainLine(goal.stateReason, 60).replace(/\.$/, "");
		case "running":
			return goal.silentSince ? t("silent since {0}", dayOrTime(goal.silentSince, now)) : "";
		case "awaiting_approval":
			return "";
		default:
			return stateWord(goal);
	}
}

function stateWord(goal: GoalSummary): string {
	const words = {
		queued: t("queued"),
		planning: t("planning"),
		running: t("running"),
		awaiting_approval: t("waits for you"),
		paused: t("paused"),
		blocked: t("blocked"),
		completed: goal.verified ? t("completed") : t("completed, unverified"),
		failed: t("failed"),
		cancelled: t("cancelled"),
	};
	return words[goal.state];
}

/** A step that another plan dropped: it can be read and undone, nothing else. */
function droppedRow(step: Step, goal: Goal): Row {
	const word = [t("no longer in the plan"), step.undone && t("undone")].filter(Boolean).join(" · ");
	return {
		id: `step:${goal.goalId}:${step.stepId}`,
		label: step.title,
		description: word,
		tooltip: [step.title, word, plainLine(step.instructions, 300)].filter(Boolean).join("\n"),
		icon: icons.skipped,
		spoken: [step.title, word].join(", "),
		context: contextOf("step.dropped.begun", allowedOfStep(goal, step)),
		fold: "folded",
		click: "missionControl.openThread",
	};
}

function stepRow(step: Step, goal: Goal): Row {
	if (!isPlanned(goal, step)) return droppedRow(step, goal);
	const position = stepPosition(goal, step);
	const total = goal.plan?.order.length ?? 0;
	const waits = Object.values(goal.approvals).some((approval) => approval.stepId === step.stepId);
	const word = stepWord(step, goal, waits);
	const reason = step.reason ?? step.attempts.at(-1)?.diagnosis;
	const isStuck = Object.values(goal.approvals).some(({ kind, stepId }) => kind === "step" && stepId === step.stepId);
	return {
		id: `step:${goal.goalId}:${step.stepId}`,
		label: `${position} ${step.title}`,
		description: word,
		tooltip: [`${position} ${step.title}`, plainLine(step.instructions, 300), reason && plainLine(reason, 300)]
			.filter(Boolean)
			.join("\n"),
		icon: stepIcon(step, waits),
		spoken: [t("Step {0} of {1}", position, total), step.title, word || step.state].join(", "),
		context: contextOf(
			`step.${isStuck ? "stuck" : step.state}${step.attempt > 0 ? ".begun" : ""}`,
			allowedOfStep(goal, step),
		),
		fold: step.attempt > 0 ? "folded" : "leaf",
		click: "missionControl.openThread",
	};
}

function stepIcon(step: Step, waits: boolean): Icon {
	if (waits) return icons.waits;
	switch (step.state) {
		case "completed":
			return step.verified ? icons.verified : icons.unverified;
		case "in_progress":
			return icons.running;
		case "verifying":
			return icons.verifying;
		case "failed":
			return icons.failed;
		case "skipped":
			return icons.skipped;
		default:
			return icons.pending;
	}
}

function stepWord(step: Step, goal: Goal, waits: boolean): string {
	if (waits) return t("waits for you");
	switch (step.state) {
		case "completed": {
			if (!step.verified) return t("unverified");
			return stepChecks(goal, step.stepId).some((check) => check.state === "stale") ? t("check stale") : "";
		}
		case "in_progress":
			return silent(step, goal) || (step.attempt > 1 ? t("attempt {0}", step.attempt) : "");
		case "verifying":
			if (silent(step, goal)) return silent(step, goal);
			return isInReview(goal, step) ? t("in review") : t("checking");
		case "failed":
			return t("failed");
		case "skipped":
			return step.undone ? t("undone") : t("skipped");
		default: {
			const needs = unmetNeeds(goal, step);
			return needs.length > 0 ? t("needs {0}", needs.join(", ")) : "";
		}
	}
}

function silent({ stepId }: Step, goal: Goal): string {
	const found = stalls(goal).find((stall) => stall.stepId === stepId);
	return found ? t("silent since {0}", dayOrTime(found.since, Date.now())) : "";
}

function isInReview(goal: Goal, step: Step): boolean {
	return Object.values(goal.threads).some(
		(thread) => thread.stepId === step.stepId && thread.purpose === "review" && thread.state === "active",
	);
}

function changeRow(goalId: string, change: ChangeView, under: string): Row {
	const slash = change.path.lastIndexOf("/");
	const folder = slash > 0 ? change.path.slice(0, slash) : "";
	const mode = modeChangeText(change);
	const by =
		change.by === "outside"
			? t("outside the goal")
			: change.by === "check"
				? t("by a check")
				: change.by === "undo"
					? t("by undo")
					: "";
	return {
		id: `change:${goalId}:${under}:${change.path}`,
		label: change.path.slice(slash + 1),
		description: [folder, lineCounts(change), mode, by].filter(Boolean).join("  "),
		tooltip: change.from ? `${change.from} → ${change.path}` : change.path,
		spoken: [change.path, statusWord(change.status), lineCounts(change), mode, by].filter(Boolean).join(", "),
		context: `change.${change.status}`,
		fold: "leaf",
		click: "missionControl.openChange",
	};
}

function sumOf(changes: readonly ChangeView[]): Pick<ChangeView, "added" | "removed"> {
	const counted = changes.filter((change) => change.added !== undefined || change.removed !== undefined);
	if (counted.length === 0 || counted.length < changes.length) return {};
	return {
		added: counted.reduce((sum, change) => sum + (change.added ?? 0), 0),
		removed: counted.reduce((sum, change) => sum + (change.removed ?? 0), 0),
	};
}

function lastName(folder: string): string {
	return folder.split(/[\\/]/).filter(Boolean).at(-1) ?? folder;
}
