import { readableAnswer } from "./answerStream.ts";
import type { Dialect } from "./askEndpoint.ts";
import { chatAdaptations } from "./chatAdaptations.ts";
import { heardEvents } from "./eventStream.ts";
import { geminiAdaptations } from "./geminiAdaptations.ts";
import { imageAdaptations } from "./imageAdaptations.ts";
import { messagesAdaptations } from "./messagesAdaptations.ts";
import { responsesAdaptations } from "./responsesAdaptations.ts";
import { withRefusals } from "./responsesStream.ts";

/**
 * What is particular of each protocol below its package. Chat completions are spoken by hundreds of servers, each in its
 * way, so that their answers are put in order first; the others are read as they come.
 */
export const chatDialect: Dialect = {
	adaptations: [...imageAdaptations, ...chatAdaptations],
	readable: readableAnswer,
};
export const responsesDialect: Dialect = {
	adaptations: [...imageAdaptations, ...responsesAdaptations],
	readable: withRefusals,
};
export const messagesDialect: Dialect = {
	adaptations: [...imageAdaptations, ...messagesAdaptations],
	readable: heardEvents,
};
export const geminiDialect: Dialect = {
	adaptations: [...imageAdaptations, ...geminiAdaptations],
	readable: heardEvents,
};
