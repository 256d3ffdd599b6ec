import { type Mark, signs, type Tone } from "../../core/words/marks.ts";
import { paint } from "./output.ts";

/** States as a terminal shows them: the word, or the sign that stands before a line, in the colour of what it means. */
export function coloured({ tone }: Pick<Mark, "tone">, text: string): string {
	return paint[colours[tone]](text);
}

export function stateText(mark: Pick<Mark, "word" | "tone">): string {
	return coloured(mark, mark.word);
}

export function sign({ icon, tone }: Omit<Mark, "word">): string {
	return coloured({ tone }, signs[icon]);
}

export const colours = {
	done: "green",
	active: "cyan",
	wait: "yellow",
	fail: "red",
	idle: "dim",
	agent: "cyan",
} as const satisfies Record<Tone, keyof typeof paint>;
