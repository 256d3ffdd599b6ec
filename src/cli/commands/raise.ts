import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { budgetOption } from "../input/given.ts";
import { resolveGoal } from "../input/resolve.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { shown } from "./show.ts";

export async function raise(context: Context, typed: string, options: OptionValues): Promise<void> {
	const by = budgetOption(options, "");
	if (!by) throw wrongUsage("Say what to raise, and by how much: --usd, --tokens, --minutes or --turns.");
	const goal = await context.ask("goal/raise", { goalId: await resolveGoal(context, typed), by });
	context.output.result(shown(goal), "The budget is raised.");
}
