import type { ToolCallId } from "../../core/ids.ts";
import { lastLineOf } from "../../core/words/lastLine.ts";

/** The line that each command in the background printed last, as far as this daemon has heard it. Kept nowhere. */
export interface LastLines {
	push(id: ToolCallId, text: string): void;
	of(id: ToolCallId): string | undefined;
	forget(id: ToolCallId): void;
}

/** Of a line that never ends. */
const maxChars = 2000;

export function openLastLines(): LastLines {
	const ends = new Map<ToolCallId, string>();
	return {
		push(id, text) {
			const whole = ((ends.get(id) ?? "") + text).slice(-maxChars);
			// What stands before the last line that holds anything is never shown.
			const from = whole.trimEnd().lastIndexOf("\n") + 1;
			ends.set(id, whole.slice(from));
		},
		of: (id) => lastLineOf(ends.get(id) ?? ""),
		forget: (id) => void ends.delete(id),
	};
}
