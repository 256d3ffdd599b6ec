import { type Image, imageText } from "../../core/image.ts";
import type { Context } from "../input/context.ts";
import { readEvents } from "../input/follow.ts";
import { matchId, resolveGoal } from "../input/resolve.ts";
import { exitCodes, Failure } from "../terminal/failure.ts";
import { table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

/** The images that a goal was given or has read; one of them byte for byte, where it is named. */
export async function images(context: Context, typedGoal: string, typed: string | undefined): Promise<void> {
	const goalId = await resolveGoal(context, typedGoal);
	const found = new Map<string, Image>();
	for await (const page of readEvents(context, goalId, { types: ["goal.launched", "message.added", "tool.completed"] }))
		for (const event of page)
			if ("images" in event) for (const image of event.images ?? []) found.set(image.sha256, image);
	const all = [...found.values()];
	if (typed === undefined) {
		const rows = () => table(all.map((image) => [paint.dim(image.sha256.slice(0, shownDigits)), imageText(image)]));
		return context.output.result(all, () => (all.length === 0 ? "The goal has no images." : rows()));
	}
	const image = matchId(typed, all, ({ sha256 }) => sha256, "image") ?? all.findLast(({ name }) => name === typed);
	if (!image)
		throw new Failure(
			"unknownImage",
			`The goal has no image ${typed}. \`mission images ${goalId}\` lists them.`,
			exitCodes.refused,
		);
	const { base64 } = await context.ask("image/get", { goalId, sha256: image.sha256 });
	if (context.output.json) context.output.result({ goalId, ...image, base64 }, "");
	else process.stdout.write(Buffer.from(base64, "base64"));
}

const shownDigits = 12;
