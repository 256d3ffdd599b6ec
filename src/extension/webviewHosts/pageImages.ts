import * as vscode from "vscode";
import { draftImages } from "../images/draftImages.ts";
import { chooseImageFiles, readImageFiles } from "../images/imageFiles.ts";
import type { ImagesContext } from "./webviewHost.ts";

/** Of one page, by the key under which it is remembered. */
export function pageImages({ storageUri, globalStorageUri }: vscode.ExtensionContext, key: string): ImagesContext {
	const folder = vscode.Uri.joinPath(storageUri ?? globalStorageUri, "images", encodeURIComponent(key)).fsPath;
	const drafts = draftImages(folder);
	async function keepFiles(uris: readonly vscode.Uri[]) {
		const { files, problems } = await readImageFiles(uris);
		const kept = await drafts.keep(files);
		return { images: kept.images, problems: [...problems, ...kept.problems] };
	}
	return {
		...drafts,
		choose: async () => keepFiles(await chooseImageFiles()),
		take: (uris) => keepFiles(uris.map((uri) => vscode.Uri.parse(uri, true))),
	};
}
