import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption } from "../input/given.ts";
import { resolveGoal } from "../input/resolve.ts";
import { exitCodes, Failure, wrongUsage } from "../terminal/failure.ts";
import { editPlan } from "./editPlan.ts";

export async function plan(context: Context, typed: string, action: string, options: OptionValues): Promise<void> {
	if (!["show", "edit", "approve", "return"].includes(action)) {
		throw wrongUsage(`Unknown action “${action}”: use show, edit, approve or return.`);
	}
	const goalId = await resolveGoal(context, typed);
	if (action === "edit") return editPlan(context, goalId, options);
	const goal = await context.ask("goal/get", { goalId });
	if (action === "show") {
		const { markdown } = await context.ask("plan/get", { goalId });
		context.output.result({ goalId, ...goal.plan, markdown }, () => markdown.trimEnd() || "There is no plan yet.");
		return;
	}
	const note = textOption(options, "note");
	const waiting = goal.approvals.find((approval) => approval.kind === "plan");
	if (!waiting && action === "approve")
		throw new Failure("notNow", "No plan of this goal waits for your approval.", exitCodes.refused);
	const answered = waiting
		? await context.ask("approval/answer", {
				approvalId: waiting.approvalId,
				answer: action,
				reason: note,
				digest: waiting.digest,
			})
		: await context.ask("goal/control", { goalId, action: "replan", reason: note });
	context.output.result(
		answered,
		action === "approve" ? "The plan is approved." : "The plan goes back to the planner.",
	);
}
