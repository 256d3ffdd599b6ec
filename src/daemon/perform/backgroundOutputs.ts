import type { ToolCallId } from "../../core/ids.ts";

/** What commands of one goal in the background have printed, as far as this daemon has heard it: after a restart it hears all again. */
export interface BackgroundOutputs {
	add(id: ToolCallId, text: string): void;
	/** What was not read before, or the end of all. */
	read(id: ToolCallId, all: boolean): string;
	/** Forgets what all others have printed. */
	keepOnly(ids: readonly ToolCallId[]): void;
}

const maxHeard = 256 * 1024;
const maxRead = 20_000;

export function openBackgroundOutputs(): BackgroundOutputs {
	const heard = new Map<ToolCallId, { text: string; read: number; dropped: number }>();
	return {
		add(id, text) {
			const known = heard.get(id) ?? { text: "", read: 0, dropped: 0 };
			const whole = known.text + text;
			const over = Math.max(0, whole.length - maxHeard);
			heard.set(id, {
				text: whole.slice(over),
				read: Math.max(0, known.read - over),
				dropped: known.dropped + over,
			});
		},
		read(id, all) {
			const known = heard.get(id);
			if (!known) return "";
			const text = known.text.slice(all ? 0 : known.read);
			known.read = known.text.length;
			if (text.length <= maxRead) return text;
			return `[… ${text.length - maxRead} characters before this are left out …]\n${text.slice(-maxRead)}`;
		},
		keepOnly(ids) {
			for (const id of heard.keys()) if (!ids.includes(id)) heard.delete(id);
		},
	};
}
