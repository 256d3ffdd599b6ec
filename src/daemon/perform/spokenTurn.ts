import type { RecordedEvent } from "../../core/events.ts";
import type { Thread } from "../../core/goal.ts";
import type { TurnId } from "../../core/ids.ts";

/** What an agent that speaks and acts within its turn has said in it. */
export interface SpokenTurn {
	readonly texts: readonly string[];
	/** The last that came of the turn: a call that was not carried out, about which nothing was said. */
	readonly refused?: { readonly summary: string; readonly reason: string };
}

export const unspoken: SpokenTurn = { texts: [] };

export function spokenIn(
	transcript: readonly RecordedEvent[],
	{ role }: Pick<Thread, "role">,
	turnId: TurnId,
): SpokenTurn {
	const begun = transcript.findLastIndex((event) => event.type === "turn.started" && event.turnId === turnId);
	const texts: string[] = [];
	const summaries = new Map<string, string>();
	let refused: SpokenTurn["refused"];
	for (const event of transcript.slice(begun + 1)) {
		if (event.type === "tool.requested") summaries.set(event.toolCallId, `${event.name} ${event.summary}`);
		if (event.type === "tool.completed") {
			const { refused: reason, toolCallId } = event;
			refused = reason === undefined ? undefined : { summary: summaries.get(toolCallId) ?? "a call", reason };
		}
		if (event.type !== "message.added" || event.from !== role || !event.text) continue;
		texts.push(event.text);
		refused = undefined;
	}
	return { texts, refused };
}
