/**
 * Why an answer ended, in the words of many servers. Only `stop` says that the model was done; with any other reason it
 * was ended by something else. An unknown word is passed on as it came.
 */
const rows: readonly (readonly [meaning: string, words: RegExp])[] = [
	[
		"stop",
		/^(stop|eos|eos_token|end|end_?turn|end_of_turn|stop_sequence|stop_token|complete|completed|done|finished|normal)$/,
	],
	[
		"tool-calls",
		/^(tool_?calls?|tool_use|function_?calls?|(malformed|unexpected)_(function|tool)_call|too_many_tool_calls)$/,
	],
	[
		"length",
		/^(length|max_?tokens|max_output_tokens|max_new_tokens|model_length|max_length|token_limit|model_context_window_exceeded)$/,
	],
	[
		"content-filter",
		/^(content_?filter(ed)?|safety|image_safety|recitation|blocklist|prohibited_content|spii|refusal|sensitive|guardrail_intervened)$/,
	],
	["error", /^(error|abort(ed)?|cancel(l?ed)?|failed|network_error|insufficient_system_resource)$/],
];

/** `stop`, `tool-calls`, `length`, `content-filter`, `error`, or the word as it came; undefined when nothing was said. */
export function finishOf(said: unknown): string | undefined {
	if (typeof said !== "string" || said.trim() === "" || /^(null|none|undefined)$/i.test(said.trim())) return undefined;
	const word = said.trim().toLowerCase().replaceAll("-", "_");
	return rows.find(([, words]) => words.test(word))?.[0] ?? said.trim();
}

const longestWord = 60;

/**
 * The same of what a provider package made of it: `unified` is its own reading, `raw` the server's word. Undefined when
 * the server never said that the answer is whole, or said that it failed.
 */
export function finishReason({
	unified,
	raw,
}: {
	readonly unified: string;
	readonly raw: string | undefined;
}): string | undefined {
	if (unified !== "other" && unified !== "error") return unified;
	const said = finishOf(raw);
	return said === "error" ? undefined : said?.slice(0, longestWord);
}
