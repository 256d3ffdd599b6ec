import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption, typedOrRead } from "../input/given.ts";
import { givenImages, namedImages } from "../input/imageFiles.ts";
import { resolveGoal, resolveThread } from "../input/resolve.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { shown } from "./show.ts";

export async function send(context: Context, typed: string, typedText: string, options: OptionValues): Promise<void> {
	const text = (await typedOrRead(typedText, context.readStdin)) ?? "";
	const images = givenImages(namedImages(context, options));
	if (text.trim() === "" && images.length === 0)
		throw wrongUsage("The message is empty. Write what the agent should know.");
	const goalId = await resolveGoal(context, typed);
	const thread = textOption(options, "thread");
	const threadId = thread === undefined ? undefined : resolveThread(await context.ask("goal/get", { goalId }), thread);
	const goal = await context.ask("thread/send", { goalId, threadId, text, images });
	context.output.result(shown(goal), "Sent. It is read before the thread's next turn.");
}
