/**
 * Why an answer ended. Only `stop` says that the model was done; with any other reason it was ended by something else.
 * Servers have words of their own for the same thing; an unknown one stays as it came.
 */
export function finishReason({ unified, raw }: { readonly unified: string; readonly raw: string | undefined }): string {
	if (unified !== "other") return unified;
	const word = raw?.trim() ?? "";
	const known = Object.entries(words).find(([, alike]) => alike.includes(word.toLowerCase()))?.[0];
	return known ?? (word.slice(0, 60) || "other");
}

const words: Readonly<Record<string, readonly string[]>> = {
	stop: ["stop", "end_turn", "end", "eos", "eos_token", "stop_sequence", "stop_token", "complete", "completed"],
	length: ["length", "max_tokens", "max_output_tokens", "max_length", "model_length", "model_context_window_exceeded"],
	"tool-calls": ["tool_call", "tool_calls", "tool_use", "function_call", "function_calls"],
	"content-filter": [
		"content_filter",
		"content_filtered",
		"safety",
		"recitation",
		"blocklist",
		"prohibited_content",
		"spii",
		"sensitive",
		"refusal",
		"guardrail_intervened",
	],
};

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
