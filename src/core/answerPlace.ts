import * as v from "valibot";
import type { Actor } from "./values.ts";

/** Where an answer came from: a window, the command line, a deadline that a setting gave, or the daemon itself. */
export const AnswerPlace = v.picklist(["window", "cli", "deadline", "daemon"]);
export type AnswerPlace = v.InferOutput<typeof AnswerPlace>;

export function placeOf({ client }: Actor): AnswerPlace {
	if (client === "CLI") return "cli";
	if (client === "the deadline") return "deadline";
	return client === "the daemon" ? "daemon" : "window";
}
