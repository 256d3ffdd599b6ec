import type { Goal, Step } from "../../../core/goal.ts";
import { checks } from "../../../core/rules/checks.ts";
import { stepPosition } from "../../../core/rules/progress.ts";
import { reviewOf } from "../../../core/rules/reviews.ts";
import { isDone, planSteps } from "../../../core/rules/steps.ts";

/**
 * What planners are told of the goal beyond its prompt: when part of it is done and the rest is planned anew, and at its
 * end, when they look back. Made from the goal alone, so that it is the same whoever asks.
 */
export function planningBrief(goal: Goal): string {
	const { replan, planNote } = goal;
	if (!replan) return `${goal.prompt}${planNote ? `\n\nThe last plan was sent back with this note:\n${planNote}` : ""}`;
	const cause = replan.stepId ? goal.steps[replan.stepId] : undefined;
	return [
		goal.prompt,
		`This goal is under way, and what remains of it is planned anew.${cause ? ` Step “${cause.stepId}” led to it.` : ""} The reason:\n${replan.reason}`,
		`The steps so far:\n${planSteps(goal).map(stepLine).join("\n")}`,
		goalChecks(goal),
		`Answer with a plan of what is left to do:
- What is completed or skipped stays as it is; leave it out, or name its id. Other steps may name it in "needs".
- A step that is in progress goes on if you name its id, and is ended if you leave it out.
- All other steps are replaced by yours. Give new work an id of its own.`,
	]
		.filter(Boolean)
		.join("\n\n");
}

export function reflectionBrief(goal: Goal): string {
	const { usage, counts } = goal;
	const { review } = goal;
	return [
		"All steps of the goal are done and its checks are green. Look back on it.",
		`The steps:\n${planSteps(goal).map(stepLine).join("\n")}`,
		goalChecks(goal),
		review?.verdict
			? `The final review: ${review.verdict}. ${review.summary ?? ""}\nNot covered: ${review.gaps || "nothing named"}`
			: "",
		`It took ${usage.turns} turns and ${usage.toolCalls} calls; ${counts.changes} changes of files, ${counts.errors} failures on the way${goal.replans > 0 ? `, ${goal.replans} new plans` : ""}.`,
	]
		.filter(Boolean)
		.join("\n\n");
}

/** For the person who is asked whether more may be used: what there is for what was used, and what is open. */
export function handOffNote(goal: Goal): string {
	const steps = planSteps(goal);
	if (steps.length === 0) return "There is no plan yet.";
	const done = steps.filter(isDone);
	const open = steps.filter((step) => step.state === "in_progress" || step.state === "verifying");
	const pending = steps.filter((step) => step.state === "pending");
	const { changes } = goal.counts;
	return [
		`${done.length} of ${steps.length} steps are done, ${changes === 1 ? "1 change of a file is" : `${changes} changes of files are`} recorded.`,
		...open.map((step) => `Step ${stepPosition(goal, step)}, “${step.title}”, is under way${nextTodo(goal, step)}.`),
		pending.length > 0 ? `To come: ${pending.map(({ title }) => `“${title}”`).join(", ")}.` : "",
	]
		.filter(Boolean)
		.join(" ");
}

/** What the agent itself said it does next. */
function nextTodo(goal: Goal, step: Step): string {
	const threadId = step.attempts.at(-1)?.threadId;
	const todos = (threadId && goal.todos[threadId]) || [];
	const next = todos.find(({ state }) => state === "in_progress") ?? todos.find(({ state }) => state === "pending");
	return next ? `, next in it: ${next.content}` : "";
}

function stepLine(step: Step): string {
	const failures = step.attempts.flatMap(({ attempt, diagnosis }) =>
		diagnosis ? [`\n  attempt ${attempt} failed: ${shortened(diagnosis)}`] : [],
	);
	const review = reviewOf(step);
	const said =
		review?.verdict === "pass" && review.summary ? `\n  its review passed: ${shortened(review.summary)}` : "";
	const verified = step.state === "completed" && !step.verified ? ", unverified" : "";
	return `- ${step.stepId}: ${step.title} (${step.state.replace("_", " ")}${verified})${failures.join("")}${said}`;
}

function goalChecks(goal: Goal): string {
	const own = checks(goal).filter((check) => check.stepId === undefined);
	return own.length === 0
		? ""
		: `Checks of the whole goal:\n${own.map(({ command }) => `- \`${command}\``).join("\n")}`;
}

const maxChars = 1500;

function shortened(text: string): string {
	return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
}
