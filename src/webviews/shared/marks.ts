import type { Check, Goal, Step } from "../../core/goal.ts";
import { unmetNeeds } from "../../core/rules/progress.ts";
import { markOfStep } from "../../core/words/markOf.ts";
import { checkMarks, type Mark, stepMarks } from "../../core/words/marks.ts";
import { t, tLabel } from "./words.ts";

/** What the word of a mark says more of here: which steps are needed first, how a check ended. */
export function stepWord(goal: Goal, step: Step): string {
	const mark: Mark = markOfStep(goal, step);
	const needs = mark === stepMarks.pending ? unmetNeeds(goal, step) : [];
	return needs.length > 0 ? t("needs {0}", needs.join(", ")) : tLabel(mark.word);
}

export function checkWord({ state, exitCode }: Check): string {
	const word = tLabel(checkMarks[state].word);
	return state === "red" && exitCode !== undefined ? `${word} · ${t("exit {0}", exitCode)}` : word;
}
