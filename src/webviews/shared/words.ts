import type { ComponentChildren } from "preact";
import { filled } from "../../core/words/filled.ts";

/**
 * Every text of the webviews passes here on its way to a person. The extension hands over the translation when a webview
 * starts, before anything is shown; what it does not have stays English.
 */
export function t(message: string, ...values: readonly (string | number)[]): string {
	return filled(tLabel(message), values);
}

/** The same of a text that stands in a table of core: `scripts/texts/tableTexts.ts` says in which. */
export function tLabel(text: string): string {
	return texts.get(text) ?? text;
}

/** A text around elements, such as a link or a name that is set apart. */
export function tNodes(message: string, ...values: readonly ComponentChildren[]): ComponentChildren[] {
	return tLabel(message)
		.split(/(\{\d+\})/)
		.map((part) => (/^\{\d+\}$/.test(part) ? values[Number(part.slice(1, -1))] : part));
}

type Texts = Readonly<Record<string, string>>;

export function translateWith(translation: Texts | undefined): void {
	texts = new Map(Object.entries(translation ?? {}));
}

let texts: ReadonlyMap<string, string> = new Map();
