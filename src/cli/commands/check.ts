import type { Context } from "../input/context.ts";
import { resolveCheck, resolveGoal } from "../input/resolve.ts";
import { checkLine } from "./show.ts";

export async function runChecks(context: Context, typed: string, typedCheck: string | undefined): Promise<void> {
	const goalId = await resolveGoal(context, typed);
	const checkId =
		typedCheck === undefined ? undefined : resolveCheck(await context.ask("goal/get", { goalId }), typedCheck);
	const { checks, queued } = await context.ask("check/run", { goalId, checkId });
	if (queued) context.output.note(queued);
	context.output.result(checks, () => checks.map(checkLine).join("\n") || "This goal has no checks.");
}
