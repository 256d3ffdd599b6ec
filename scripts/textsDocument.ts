import { root } from "./paths.mjs";
import { readSources } from "./texts/sourceTexts.ts";
import { readTables } from "./texts/tableTexts.ts";

const folders = ["src/extension", "src/webviews"];

/** What is translated: every text of the extension and its webviews, under itself, as VS Code reads it. */
export function textsDocument(): { readonly "l10n/bundle.l10n.json": string } {
	const sorted = [...new Set([...readSources(root, folders).texts, ...readTables(root)])].sort();
	const bundle = Object.fromEntries(sorted.map((text) => [text, text]));
	return { "l10n/bundle.l10n.json": `${JSON.stringify(bundle, undefined, "\t")}\n` };
}

/** Texts that people read and no translator sees. */
export function textProblems(): readonly string[] {
	return readSources(root, folders).faults.map(({ place, code, why }) => `${place}: ${why}\n\t${code}`);
}
