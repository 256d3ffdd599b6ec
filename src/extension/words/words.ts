import { filled } from "../../core/words/filled.ts";

/**
 * Every sentence of the extension passes here on its way to a person, so that the texts stay in files that know nothing
 * of VS Code and are translated all the same: `activate` hands over VS Code's translator.
 */
export function t(message: string, ...values: readonly (string | number)[]): string {
	return translate(message, ...values);
}

/** The same of a text that stands in a table of core: `scripts/texts/tableTexts.ts` says in which. */
export function tLabel(text: string): string {
	return translate(text);
}

export type Translate = (message: string, ...values: readonly (string | number)[]) => string;

export function translateWith(translator: Translate): void {
	translate = translator;
}

let translate: Translate = (message, ...values) => filled(message, values);
