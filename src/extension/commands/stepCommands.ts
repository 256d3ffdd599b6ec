import type { Step } from "../../core/goal.ts";
import { allowedOfStep } from "../../core/rules/stepControls.ts";
import { droppedSteps, planSteps } from "../../core/rules/steps.ts";
import { row } from "../menus/rowContext.ts";
import { chooseStep, wholeGoal } from "./choose.ts";
import { type CommandRow, controlStep, withGoal } from "./commandShapes.ts";
import { inRows } from "./contribution.ts";

/** What a person may ask of a step. */
export const stepCommands = {
	retryStep: {
		title: "Retry Step",
		icon: "refresh",
		menus: [
			inRows(row("step", [["failed", "stuck"]], "retry"), "inline@1"),
			inRows(row("step", [], "retry"), "3_control@1"),
		],
		acts: true,
		run: controlStep("retry"),
	},
	rerunStep: {
		title: "Rerun Step from Its Beginning",
		menus: [inRows(row("step", [], "rerun"), "3_control@2")],
		acts: true,
		run: controlStep("rerun"),
	},
	skipStep: {
		title: "Skip Step",
		menus: [inRows(row("step", [], "skip"), "3_control@3")],
		acts: true,
		run: controlStep("skip"),
	},
	undoStep: {
		title: "Undo Step…",
		icon: "discard",
		menus: [inRows(row("step", [], "undo"), "3_control@4")],
		acts: true,
		run: withGoal(async (parts, goalId, subject) => {
			const goal = await wholeGoal(parts.goals, goalId);
			const mayBe = (step: Step) => allowedOfStep(goal, step).includes("undo");
			const step = await chooseStep(goal, subject, mayBe, [...planSteps(goal), ...droppedSteps(goal)]);
			if (!step) return;
			const { undoStep } = await import("../undo/undoStep.ts");
			await undoStep(parts, goal, step);
		}),
	},
} satisfies Record<string, CommandRow>;
