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
import { threadName } from "../../core/words/threadName.ts";
import { withLocalTimes } from "../../core/words/waiting.ts";
import { type GoalSummary, summaryAllows } from "../../protocol/view.ts";
import { approvalContext } from "../approvals/approvalContext.ts";
import { approvalSentence, fitsTreeRow } from "../approvals/approvalText.ts";
import { commandLine, plainLine } from "../approvals/visibleText.ts";
import { contextOf } from "../menus/rowContext.ts";
import { clockTime, dayOrTime } from "../words/times.ts";
import { t, tLabel } from "../words/words.ts";
import { changeRow, lineCounts, sumOf } from "./changeRow.ts";
import type { Group, TreeNode } from "./nodes.ts";
import type { Icon, Row } from "./row.ts";

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
				description: approval.setAside && tLabel(approvalMarks.setAside.word),
				icon: iconOf(approval.setAside ? approvalMarks.setAside : approvalMarks.pending),
				spoken: approval.setAside ? t("Set aside: {0}", sentence) : t("Waits for you: {0}", sentence),
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

export function iconOf({ icon, tone }: Mark): Icon {
	return { codicon: icon, color: colors[tone] };
}

export function groupTitle(group: Group): string {
	const titles = {
		needsYou: t("Needs you"),
		running: t("Running"),
		blocked: t("Blocked"),
		setAside: t("Set aside"),
		finished: t("Finished"),
	};
	return titles[group];
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

function lastName(folder: string): string {
	return folder.split(/[\\/]/).filter(Boolean).at(-1) ?? folder;
}
