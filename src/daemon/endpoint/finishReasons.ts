/** Why an answer ended, in the words of many servers; an unknown word is passed on. */
const rows: readonly (readonly [meaning: string, words: RegExp])[] = [
	[
		"stop",
		/^(stop|eos|eos_token|end|end_?turn|end_of_turn|stop_sequence|stop_token|complete|completed|done|finished|normal)$/,
	],
	["tool_calls", /^(tool_calls?|tool_use|function_calls?)$/],
	["length", /^(length|max_?tokens|max_output_tokens|max_new_tokens|model_length|max_length|token_limit)$/],
	["content_filter", /^(content_filter(ed)?|safety|recitation|blocklist|prohibited_content|spii|refusal|sensitive)$/],
	["error", /^(error|abort(ed)?|cancel(l?ed)?|failed|network_error|insufficient_system_resource)$/],
];

export function finishOf(said: unknown): string | undefined {
	if (typeof said !== "string" || said.trim() === "" || /^(null|none|undefined)$/i.test(said.trim())) return undefined;
	const word = said.trim().toLowerCase();
	return rows.find(([, words]) => words.test(word))?.[0] ?? said;
}
