import type { Input, Methods } from "../../protocol/methods.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption } from "../input/given.ts";
import { resolveGoal, resolveStep } from "../input/resolve.ts";
import { showGoal, shown } from "./show.ts";

type Action = Input<Methods, "goal/control">["action"];

export async function control(
	context: Context,
	action: Action,
	typed: string,
	options: OptionValues,
	typedStep?: string,
): Promise<void> {
	const goalId = await resolveGoal(context, typed);
	const stepId =
		typedStep === undefined ? undefined : resolveStep(await context.ask("goal/get", { goalId }), typedStep);
	const goal = await context.ask("goal/control", {
		goalId,
		action,
		stepId,
		now: options.now === true,
		reason: textOption(options, "reason"),
	});
	if (action === "delete") context.output.result(shown(goal), () => `Deleted “${goal.title}”.`);
	else showGoal(context, goal);
}
