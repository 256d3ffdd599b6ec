import * as vscode from "vscode";
import { statusWord } from "./statusWord.ts";
import { queryValue, schemes } from "./uris.ts";

/** The letter and colour of a changed file in the tree, as source control shows them. */
export function registerChangeDecorations(): vscode.Disposable {
	return vscode.window.registerFileDecorationProvider({
		provideFileDecoration(uri) {
			if (uri.scheme !== schemes.change) return undefined;
			const status = queryValue(uri, "status") as keyof typeof letters;
			if (!letters[status]) return undefined;
			const color = new vscode.ThemeColor(`gitDecoration.${status}ResourceForeground`);
			return new vscode.FileDecoration(letters[status], statusWord(status), color);
		},
	});
}

const letters = { added: "A", modified: "M", deleted: "D", renamed: "R" } as const;
