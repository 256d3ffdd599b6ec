import type { Image } from "../../core/image.ts";
import { imagesFolder, keepImage } from "../images/imageFiles.ts";
import type { ActivityContext } from "./parts.ts";

/** Those of what a call came to that models can look at, kept with the goal before the event that names them. */
export async function keepImages(
	{ parts, driver }: Pick<ActivityContext, "parts" | "driver">,
	found: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<readonly Image[]> {
	const folder = imagesFolder(parts.dataFolder, driver.goalId);
	const kept: Image[] = [];
	for (const { name, bytes } of found) {
		const image = await keepImage(folder, name, bytes);
		if (!("problem" in image)) kept.push(image);
	}
	return kept;
}
