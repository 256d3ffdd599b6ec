import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Step } from "../../core/goal.ts";
import type { MessageId, StepId, ThreadId } from "../../core/ids.ts";
import { finalChecks, stepChecks } from "../../core/rules/checks.ts";
import { finalReviewIsDue, reviewIsDue } from "../../core/rules/reviews.ts";
import { reviewerOf } from "../../core/rules/roster.ts";
import { planSteps } from "../../core/rules/steps.ts";
import { viewCheck } from "../../protocol/view.ts";
import { unifiedDiffs } from "../changes/unifiedDiff.ts";
import { goalImages } from "../engine/enact.ts";
import type { ActivityContext } from "./parts.ts";

/**
 * Opens an independent review: a thread of its own, which sees nothing of the work but what can be judged, namely what
 * was asked, what was reported, what the checks said and what changed on disk. All of it is read from the log, so that
 * it can be made again.
 */
export async function performReview(context: ActivityContext, stepId: StepId | undefined): Promise<void> {
	const { parts, driver } = context;
	const goal = driver.goal();
	const step = stepId ? goal.steps[stepId] : undefined;
	if (stepId && !step) return;
	const brief = step ? await stepBrief(context, step) : await goalBrief(context);
	await driver.recordFact((now): GoalEvent[] => {
		const current = stepId ? now.steps[stepId] : undefined;
		const isDue = current ? current.attempt === step?.attempt && reviewIsDue(now, current) : finalReviewIsDue(now);
		const assignment = reviewerOf(now);
		if (now.end || !assignment || !isDue) return [];
		const threadId = parts.newId<ThreadId>("t");
		return [
			{
				type: "thread.opened",
				threadId,
				role: "reviewer",
				stepId,
				attempt: current?.attempt,
				assignment,
				purpose: "review",
			},
			{
				type: "message.added",
				messageId: parts.newId<MessageId>("m"),
				threadId,
				from: "goal",
				text: brief,
				...goalImages(now),
			},
		];
	});
}

async function stepBrief(context: ActivityContext, step: Step): Promise<string> {
	const goal = context.driver.goal();
	const report = await reportOf(context, step);
	return [
		`Review the step “${step.title}”, attempt ${step.attempt}. What was asked:\n${shortened(step.instructions || step.title, maxChars.instructions)}`,
		`What the ${step.role} reported:\n${shortened(report, maxChars.report)}`,
		`Its checks, run by the daemon after the report:\n${checkLines(stepChecks(goal, step.stepId))}`,
		`What the step changed:\n${await changesOf(context, step.stepId)}`,
	].join("\n\n");
}

async function goalBrief(context: ActivityContext): Promise<string> {
	const goal = context.driver.goal();
	const lines = planSteps(goal).map((step) => {
		const proof = step.state === "completed" ? (step.verified ? ", verified" : ", unverified") : "";
		return `- ${step.title} (${step.state}${proof}): ${shortened(step.instructions, maxChars.stepLine)}`;
	});
	return [
		`Review the result of the whole goal. What was asked:\n${shortened(goal.prompt, maxChars.instructions)}`,
		`Its steps:\n${lines.join("\n")}`,
		`Its checks, run by the daemon on the files as they are now:\n${checkLines(finalChecks(goal))}`,
		`What was changed:\n${await changesOf(context)}`,
	].join("\n\n");
}

const maxChars = { instructions: 8000, report: 8000, stepLine: 500, check: 600, diff: 60_000 };

async function reportOf({ driver }: ActivityContext, step: Step): Promise<string> {
	const threadId = step.attempts.at(-1)?.threadId;
	const events = threadId ? await driver.transcript(threadId) : [];
	const said = events.findLast((event) => event.type === "message.added" && event.from === step.role);
	return said?.type === "message.added" ? said.text : "Nothing was reported.";
}

function checkLines(checks: readonly Goal["checks"][keyof Goal["checks"]][]): string {
	if (checks.length === 0) return "None. Nothing was run to prove it.";
	return checks
		.map((check) => {
			const { state, exitCode } = viewCheck(check);
			const exit = exitCode === undefined ? "" : `, exit code ${exitCode}`;
			const said = check.diagnosis ? `: ${shortened(check.diagnosis, maxChars.check)}` : "";
			return `- \`${check.command}\`: ${state}${exit}${said}`;
		})
		.join("\n");
}

async function changesOf({ parts, driver }: ActivityContext, stepId?: StepId): Promise<string> {
	const goal = driver.goal();
	const changes = await parts.changes(goal);
	if ("unavailable" in changes) return `It is not known: ${changes.unavailable}`;
	const list = await parts.listChanges(goal.goalId, stepId);
	if (list.length === 0) return goal.files.untracked ? `It is not known: ${goal.files.untracked}` : "No file.";
	const named = list
		.slice(0, maxNamed)
		.map(({ status, path, from }) => `${status} ${path}${from ? ` from ${from}` : ""}`);
	const more = list.length > named.length ? [`and ${list.length - named.length} more`] : [];
	const diff = await unifiedDiffs(list, (blob) => changes.content(blob), maxChars.diff);
	return [[...named, ...more].join("\n"), `\`\`\`diff\n${shortened(diff, maxChars.diff)}\n\`\`\``].join("\n\n");
}

const maxNamed = 200;

function shortened(text: string, most: number): string {
	return text.length > most ? `${text.slice(0, most)}\n[… ${text.length - most} characters left out]` : text;
}
