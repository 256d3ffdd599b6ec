import type { Goal, Step } from "../../core/goal.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { stepChecks } from "../../core/rules/checks.ts";
import { goalRequests, messageRefusal } from "../../core/rules/controls.ts";
import { childThreads } from "../../core/rules/delegations.ts";
import { endStates } from "../../core/rules/goalState.ts";
import { stalls } from "../../core/rules/movement.ts";
import { stepPosition, unmetNeeds } from "../../core/rules/progress.ts";
import { allowedOfStep } from "../../core/rules/stepControls.ts";
import { isPlanned } from "../../core/rules/steps.ts";
import { goalMark, markOfStep, markOfThread } from "../../core/words/markOf.ts";
import { approvalMarks, type Mark, stepMarks, type Tone } from "../../core/words/marks.ts";
import { modeChangeText } from "../../core/words/modeChange.ts";
import { threadName } from "../../core/words/threadName.ts";
import { withLocalTimes } from "../../core/words/waiting.ts";
import { type ChangeView, type GoalSummary, summaryAllows } from "../../protocol/view.ts";
import { approvalContext } from "../approvals/approvalContext.ts";
import { approvalSentence, fitsTreeRow } from "../approvals/approvalText.ts";
import { commandLine, plainLine } from "../approvals/visibleText.ts";
import { statusWord } from "../documents/statusWord.ts";
import { contextOf } from "../menus/rowContext.ts";
import { clockTime, dayOrTime } from "../words/times.ts";
import { t, tLabel } from "../words/words.ts";
import type { Group, TreeNode } from "./nodes.ts";

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
				context: contextOf("group", [node.group]),
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
				icon: iconOf(approvalMarks.pending),
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
				icon: iconOf(markOfThread(goal, thread)),
				context: contextOf("thread", [thread.state], messageRefusal(goal, thread) ? [] : ["message"]),
				fold: childThreads(goal, thread.threadId).length > 0 ? "open" : "leaf",
				click: "missionControl.openThread",
			};
		}
		case "changes":
			return {
				id: `changes:${node.goalId}`,
				label: t("Changed files"),
				description: [String(node.changes.length), lineCounts(sumOf(node.changes))].filter(Boolean).join("  "),
				icon: { codicon: "diff-multiple" },
				context: contextOf("changes", []),
				fold: "folded",
			};
		case "change":
			return changeRow(node.goalId, node.change, node.under);
		case "note":
			return {
				id: `note:${node.goalId}`,
				label: "",
				description: node.text,
				context: contextOf("note", []),
				fold: "leaf",
			};
	}
}

/** Colours of the theme for what the colour of a mark means. */
const colors: { readonly [T in Tone]: string | undefined } = {
	done: "charts.green",
	active: "charts.blue",
	wait: "charts.yellow",
	fail: "charts.red",
	idle: undefined,
	agent: "charts.purple",
};

function iconOf({ icon, tone }: Mark): Icon {
	return { codicon: icon, color: colors[tone] };
}

export function groupTitle(group: Group): string {
	const titles = {
		needsYou: t("Needs you"),
		running: t("Running"),
		blocked: t("Blocked"),
		finished: t("Finished"),
	};
	return titles[group];
}

/** `+3 −1`; empty where lines were not counted. */
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
		icon: iconOf(goalMark(goal)),
		spoken: [goal.title, tLabel(goalMark(goal).word), withLocalTimes(goal.stateReason, clockTime, now), steps]
			.filter(Boolean)
			.join(", "),
		context: contextOf(
			"goal",
			[goal.state],
			goalRequests.filter((request) => summaryAllows(goal, request)),
		),
		// VS Code asks once, when it first sees the row: a goal that is under way may come to wait for the person.
		fold: goal.state === "queued" || endStates.includes(goal.state) ? "folded" : "open",
		click: "missionControl.openOverview",
	};
}

/** The word that a goal's icon stands for, with what matters most about it. Empty: its steps say more. */
function goalWord(goal: GoalSummary, now: number): string {
	const ended = dayOrTime(goal.updatedAt, now);
	switch (goal.state) {
		case "completed":
			return goal.verified ? ended : `${tLabel(stepMarks.unverified.word)} ${ended}`;
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
			return tLabel(goalMark(goal).word);
	}
}

/** A step that another plan dropped: it can be read and undone, nothing else. */
function droppedRow(step: Step, goal: Goal): Row {
	const word = [tLabel(stepMarks.dropped.word), step.undone && tLabel(stepMarks.undone.word)]
		.filter(Boolean)
		.join(" · ");
	return {
		id: `step:${goal.goalId}:${step.stepId}`,
		label: step.title,
		description: word,
		tooltip: [step.title, word, plainLine(step.instructions, 300)].filter(Boolean).join("\n"),
		icon: iconOf(stepMarks.dropped),
		spoken: [step.title, word].join(", "),
		context: contextOf("step", ["dropped", "begun"], allowedOfStep(goal, step)),
		fold: "folded",
		click: "missionControl.openThread",
	};
}

function stepRow(step: Step, goal: Goal): Row {
	if (!isPlanned(goal, step)) return droppedRow(step, goal);
	const position = stepPosition(goal, step);
	const total = goal.plan?.order.length ?? 0;
	const mark = markOfStep(goal, step);
	const word = stepWord(step, goal, mark);
	const reason = step.reason ?? step.attempts.at(-1)?.diagnosis;
	const isStuck = Object.values(goal.approvals).some(({ kind, stepId }) => kind === "step" && stepId === step.stepId);
	return {
		id: `step:${goal.goalId}:${step.stepId}`,
		label: `${position} ${step.title}`,
		description: word,
		tooltip: [`${position} ${step.title}`, plainLine(step.instructions, 300), reason && plainLine(reason, 300)]
			.filter(Boolean)
			.join("\n"),
		icon: iconOf(mark),
		spoken: [t("Step {0} of {1}", position, total), step.title, word || tLabel(mark.word)].join(", "),
		context: contextOf(
			"step",
			step.attempt > 0 ? [isStuck ? "stuck" : step.state, "begun"] : [isStuck ? "stuck" : step.state],
			allowedOfStep(goal, step),
		),
		fold: step.attempt > 0 ? "folded" : "leaf",
		click: "missionControl.openThread",
	};
}

/** What matters most about a step. Empty: its icon says enough. */
function stepWord(step: Step, goal: Goal, mark: Mark): string {
	switch (mark) {
		case stepMarks.completed:
			return stepChecks(goal, step.stepId).some((check) => check.state === "stale") ? t("check stale") : "";
		case stepMarks.in_progress:
			return silent(step, goal) || (step.attempt > 1 ? t("attempt {0}", step.attempt) : "");
		case stepMarks.verifying:
		case stepMarks.reviewing:
			return silent(step, goal) || tLabel(mark.word);
		case stepMarks.pending: {
			const needs = unmetNeeds(goal, step);
			return needs.length > 0 ? t("needs {0}", needs.join(", ")) : "";
		}
		default:
			return tLabel(mark.word);
	}
}

function silent({ stepId }: Step, goal: Goal): string {
	const found = stalls(goal).find((stall) => stall.stepId === stepId);
	return found ? t("silent since {0}", dayOrTime(found.since, Date.now())) : "";
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
		context: contextOf("change", [change.status]),
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
