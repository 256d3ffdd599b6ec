import type { GoalState } from "../core/rules/goalState.ts";
import type { CheckView, StepView } from "../protocol/view.ts";
import { paint } from "./output.ts";

/** States in their colours, and as signs that stand before a line. */
const goalColours: Readonly<Record<GoalState, keyof typeof paint>> = {
	queued: "dim",
	planning: "cyan",
	running: "cyan",
	awaiting_approval: "yellow",
	paused: "yellow",
	blocked: "red",
	completed: "green",
	failed: "red",
	cancelled: "dim",
};

export function stateText(state: GoalState): string {
	return paint[goalColours[state]](state.replace("_", " "));
}

const stepSigns: Readonly<Record<StepView["state"], string>> = {
	pending: paint.dim("○"),
	in_progress: paint.cyan("●"),
	verifying: paint.cyan("◐"),
	completed: paint.green("✓"),
	failed: paint.red("✗"),
	skipped: paint.dim("–"),
};

export function stepSign(state: StepView["state"]): string {
	return stepSigns[state];
}

const checkSigns: Readonly<Record<CheckView["state"], string>> = {
	pending: paint.dim("○"),
	green: paint.green("✓"),
	red: paint.red("✗"),
	stale: paint.yellow("~"),
};

export function checkSign(state: CheckView["state"]): string {
	return checkSigns[state];
}
