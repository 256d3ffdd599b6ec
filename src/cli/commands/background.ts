import type { ToolCallId } from "../../core/ids.ts";
import type { Context } from "../input/context.ts";
import { matchId, resolveGoal } from "../input/resolve.ts";
import { backgroundText } from "../terminal/backgroundText.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { showGoal } from "./show.ts";

export async function background(
	context: Context,
	typed: string,
	action: string,
	id: string | undefined,
): Promise<void> {
	if (action !== "list" && action !== "stop") throw wrongUsage(`Unknown action “${action}”: use list or stop.`);
	if (action === "stop" && id === undefined)
		throw wrongUsage("Say which command is to be stopped: `mission background GOAL` lists them with their ids.");
	const goalId = await resolveGoal(context, typed);
	const { commands } = await context.ask("background/list", { goalId });
	if (action === "list") {
		context.output.result(
			commands,
			() => backgroundText(commands, Date.now()) || "No agent of this goal runs a command in the background.",
		);
		return;
	}
	const found = matchId(id!, commands, (one) => one.toolCallId, "command");
	const toolCallId = found?.toolCallId ?? (id as ToolCallId);
	showGoal(context, await context.ask("background/stop", { goalId, toolCallId }));
}
