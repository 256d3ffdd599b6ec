/** What an answer that is not whole came to, as a sentence for the model; undefined when the model was done. */
export function whyEnded(finish: string, inReasoning = false): string | undefined {
	switch (finish) {
		case "stop":
			return inReasoning ? "Your answer ended in the middle of your reasoning." : undefined;
		case "length":
			return "Your answer was cut off at its length limit.";
		case "content-filter":
			return "Your answer was stopped by the provider's content filter.";
		case "tool-calls":
			return "Your answer ended as if it called a tool, but no call arrived.";
		default:
			return `Your answer was ended by the provider for a reason other than that you were done (“${finish}”).`;
	}
}
