import * as path from "node:path";
import * as vscode from "vscode";
import { maxImageBytes, tooManyBytes } from "../../core/image.ts";
import { t } from "../words/words.ts";
import type { NamedBytes } from "./draftImages.ts";

/** Files that the person chose in the editor's dialog; none when it was left. */
export async function chooseImageFiles(): Promise<readonly vscode.Uri[]> {
	const chosen = await vscode.window.showOpenDialog({
		title: t("Add Images"),
		openLabel: t("Add"),
		canSelectMany: true,
		filters: { [t("Images")]: ["png", "jpg", "jpeg", "gif", "webp"] },
	});
	return chosen ?? [];
}

/** What the files hold, and a sentence for each that is not read. What is too large for any model stays where it is. */
export async function readImageFiles(
	uris: readonly vscode.Uri[],
): Promise<{ readonly files: readonly NamedBytes[]; readonly problems: readonly string[] }> {
	const files: NamedBytes[] = [];
	const problems: string[] = [];
	for (const uri of uris) {
		const name = path.posix.basename(uri.path);
		try {
			const { size, type } = await vscode.workspace.fs.stat(uri);
			if (type & vscode.FileType.Directory) problems.push(t("{0} is a folder. Add the images in it one by one.", name));
			else if (size > maxImageBytes) problems.push(tooManyBytes(name, size));
			else files.push({ name, bytes: await vscode.workspace.fs.readFile(uri) });
		} catch {
			problems.push(t("{0} cannot be read.", name));
		}
	}
	return { files, problems };
}
