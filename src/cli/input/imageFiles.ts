import { readFileSync } from "node:fs";
import path from "node:path";
import { type Image, imageText, problemTogether, readImage } from "../../core/image.ts";
import type { GivenImage } from "../../protocol/methods.ts";
import { wrongUsage } from "../terminal/failure.ts";
import type { OptionValues } from "./commandRow.ts";
import type { Context } from "./context.ts";
import { listOption, whyUnread } from "./given.ts";

/** An image that was named on the command line. */
export interface NamedImage extends Omit<Image, "sha256"> {
	readonly base64: string;
}

/** What cannot be shown to a model is refused before anything is asked of the daemon. */
export function namedImages(context: Context, options: OptionValues): readonly NamedImage[] {
	const files = listOption(options, "image") ?? [];
	// Files that are not taken are not read.
	const tooMany = problemTogether(files.map(() => ({ bytes: 0 })));
	if (tooMany) throw wrongUsage(tooMany);
	const images = files.map((typed): NamedImage => {
		const file = path.resolve(context.cwd, typed);
		const bytes = bytesOf(file);
		const read = readImage(path.basename(file), bytes);
		if ("problem" in read) throw wrongUsage(read.problem);
		return { ...read, base64: bytes.toString("base64") };
	});
	const tooLarge = problemTogether(images);
	if (tooLarge) throw wrongUsage(tooLarge);
	return images;
}

/** As the wire takes them. */
export function givenImages(images: readonly NamedImage[]): GivenImage[] {
	return images.map(({ name, base64 }) => ({ name, base64 }));
}

export function imageLines(images: readonly NamedImage[]): readonly string[] {
	return images.map(imageText);
}

function bytesOf(file: string): Buffer {
	try {
		return readFileSync(file);
	} catch (cause) {
		throw wrongUsage(`The image ${file} ${whyUnread(cause)}.`);
	}
}
