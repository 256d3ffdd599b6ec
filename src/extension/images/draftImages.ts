import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { type Image, imageTypeOf, readImage } from "../../core/image.ts";
import { Refusal } from "../../core/refusal.ts";
import type { AddedImages } from "../../protocol/webview.ts";
import { t } from "../words/words.ts";

/**
 * Images that a person gave with a text that is not sent yet. The page remembers which; the bytes, too many for what a
 * window keeps of a page, lie in a folder of the editor, by their contents.
 */
export interface DraftImages {
	keep(images: readonly NamedBytes[]): Promise<AddedImages>;
	read(sha256: string): Promise<{ readonly base64: string; readonly mediaType: Image["mediaType"] }>;
	keepOnly(wanted: readonly string[]): Promise<void>;
}

export interface NamedBytes {
	readonly name: string;
	readonly bytes: Uint8Array;
}

export function draftImages(folder: string): DraftImages {
	async function keepOne({ name, bytes }: NamedBytes): Promise<Image | { readonly problem: string }> {
		const read = readImage(name, bytes);
		if ("problem" in read) return read;
		const sha256 = hashOf(bytes);
		await mkdir(folder, { recursive: true });
		const file = path.join(folder, sha256);
		// The same may be given twice at once.
		const temporary = `${file}.${process.hrtime.bigint()}.new`;
		await writeFile(temporary, bytes);
		await rename(temporary, file);
		return { sha256, ...read };
	}
	return {
		async keep(images) {
			const kept: Image[] = [];
			const problems: string[] = [];
			for (const image of images) {
				const one = await keepOne(image);
				if ("problem" in one) problems.push(one.problem);
				else kept.push(one);
			}
			return { images: kept, problems };
		},
		async read(sha256) {
			const bytes = await readFile(path.join(folder, sha256)).catch(() => undefined);
			const mediaType = bytes && hashOf(bytes) === sha256 ? imageTypeOf(bytes) : undefined;
			if (!bytes || !mediaType)
				throw new Refusal("unknownImage", t("An image is not kept any more. Remove it, and add it again."));
			return { base64: bytes.toString("base64"), mediaType };
		},
		async keepOnly(wanted) {
			const names = await readdir(folder).catch(() => []);
			await Promise.all(
				names.filter((name) => !wanted.includes(name)).map((name) => rm(path.join(folder, name), { force: true })),
			);
		},
	};
}

function hashOf(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}
