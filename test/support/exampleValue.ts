import { type AnswerValueKind, type AnswerValues, answerValues } from "../../src/core/words/answerValues.ts";

/** What a person may type where an answer needs a value. */
export function exampleOf(kind: AnswerValueKind | undefined): AnswerValues | undefined {
	return kind && answerValues[kind].parse(answerValues[kind].example);
}
