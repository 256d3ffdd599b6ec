import type { OptionValues } from "../commands.ts";
import type { Context } from "../context.ts";
import { exitCodes, Failure, wrongUsage } from "../failure.ts";
import { textOption } from "../given.ts";
import { paint } from "../output.ts";
import { resolveGoal } from "../resolve.ts";
import { stepBoard } from "./show.ts";

export async function plan(context: Context, typed: string, action: string, options: OptionValues): Promise<undefined> {
	if (!["show", "approve", "return"].includes(action)) {
		throw wrongUsage(`A plan can be shown, approved or returned; “${action}” is neither: use show, approve or return.`);
	}
	const goalId = await resolveGoal(context, typed);
	const goal = await context.ask("goal/get", { goalId });
	if (action === "show") {
		const { revision, approved, summary, steps } = goal.plan;
		context.output.result({ goalId, ...goal.plan }, () =>
			steps.length === 0
				? "There is no plan yet."
				: [
						`${paint.dim(`revision ${revision}, ${approved ? "approved" : "not approved yet"}`)}`,
						...(summary ? [summary] : []),
						stepBoard(steps),
					].join("\n"),
		);
		return;
	}
	const waiting = goal.approvals.find((approval) => approval.kind === "plan");
	if (!waiting) throw new Failure("notNow", "No plan of this goal waits for your approval.", exitCodes.refused);
	const answered = await context.ask("approval/answer", {
		approvalId: waiting.approvalId,
		answer: action,
		reason: textOption(options, "note"),
		digest: waiting.digest,
	});
	context.output.result(
		answered,
		action === "approve" ? "The plan is approved." : "The plan goes back to the planner.",
	);
}
