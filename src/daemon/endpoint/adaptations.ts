import { type Adaptation, type AdaptationRow, left } from "./adaptationRow.ts";
import { chatAdaptations } from "./chatAdaptations.ts";
import { geminiAdaptations } from "./geminiAdaptations.ts";
import { imageAdaptations, takesNoImages } from "./imageAdaptations.ts";
import { messagesAdaptations } from "./messagesAdaptations.ts";
import type { Refused } from "./refusal.ts";
import type { Body } from "./requestShapes.ts";
import { responsesAdaptations } from "./responsesAdaptations.ts";

/** What to ask instead of what was sent; undefined when nothing of it was refused, or when there is nothing else. */
export function adaptationFor(
	rows: readonly AdaptationRow[],
	refused: Refused,
	sent: Body,
	before: readonly Adaptation[],
): Adaptation | undefined {
	for (const row of rows) {
		const now = before.find(({ parameter }) => parameter === row.parameter)?.instead;
		const instead = row.refused(refused, sent, now);
		if (instead !== undefined && instead !== now) return { parameter: row.parameter, instead };
	}
	return undefined;
}

export function adapted(rows: readonly AdaptationRow[], body: Body, adaptations: readonly Adaptation[]): Body {
	return rows.reduce((now, row) => {
		const found = adaptations.find(({ parameter }) => parameter === row.parameter);
		return found ? row.apply(now, found.instead) : now;
	}, body);
}

/** What an endpoint speaks instead of what it was asked in. No row of a table: the whole request is another one. */
export const otherProtocol = "protocol";

const all = [
	...imageAdaptations,
	...chatAdaptations,
	...responsesAdaptations,
	...messagesAdaptations,
	...geminiAdaptations,
];

/** Of a model that is known to see none. */
export const noImages: Adaptation = { parameter: takesNoImages, instead: left };

function rowOf({ parameter }: Adaptation): AdaptationRow | undefined {
	return all.find((row) => row.parameter === parameter);
}

/** For a person: what is done differently, and since when. */
export function adaptationText(adaptation: Adaptation, model: string): string {
	if (adaptation.parameter === otherProtocol)
		return `${model} does not speak OpenAI's responses and is asked by chat completions from now on.`;
	return `${model} ${rowOf(adaptation)?.told(adaptation.instead) ?? `is asked without ${adaptation.parameter}`}.`;
}

/** What was asked for and is not had with it. */
export function lossOf(adaptation: Adaptation): AdaptationRow["loses"] {
	return rowOf(adaptation)?.loses;
}

/** Worth knowing at the next request, too. */
export function teaches(adaptation: Adaptation): boolean {
	return !rowOf(adaptation)?.once;
}
