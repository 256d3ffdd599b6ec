import { type Image, problemTogether, readImage } from "../../core/image.ts";
import { Refusal } from "../../core/refusal.ts";
import type { GivenImage } from "../../protocol/methods.ts";
import { keepImage } from "./imageFiles.ts";

export interface CheckedImage {
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** What a person gave, before anything is kept of it; what cannot be shown to a model is refused by its name. */
export function checkedImages(given: readonly GivenImage[]): readonly CheckedImage[] {
	const checked = given.map(({ name, base64 }) => ({ name: shortName(name), bytes: Buffer.from(base64, "base64") }));
	for (const { name, bytes } of checked) {
		const read = readImage(name, bytes);
		if ("problem" in read) throw new Refusal("badImage", read.problem);
	}
	const problem = problemTogether(checked.map(({ bytes }) => ({ bytes: bytes.length })));
	if (problem) throw new Refusal("badImage", problem);
	return checked;
}

/** They are on the disk when it resolves. */
export async function keepChecked(folder: string, checked: readonly CheckedImage[]): Promise<Image[]> {
	const kept: Image[] = [];
	for (const { name, bytes } of checked) {
		const image = await keepImage(folder, name, bytes);
		if ("problem" in image) throw new Refusal("badImage", image.problem);
		kept.push(image);
	}
	return kept;
}

/** Without its folders, and with nothing that cannot be read. */
function shortName(name: string): string {
	const last = name.split(/[\\/]/).at(-1) ?? "";
	const plain = [...last]
		.filter((letter) => letter >= " " && letter !== "\x7f")
		.join("")
		.trim();
	return plain.length > maxNameChars ? `${plain.slice(0, maxNameChars)}…` : plain || "image";
}

const maxNameChars = 100;
