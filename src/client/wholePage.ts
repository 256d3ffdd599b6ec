import type { Input, Methods, Result } from "../protocol/methods.ts";

type Params = Input<Methods, "goal/events">;
type Page = Result<Methods, "goal/events">;

/** A page of events that is too large for one message comes in parts; who asked for it gets it whole. */
export async function wholePage(ask: (params: Params) => Promise<Page>, params: Params): Promise<Page> {
	const events: Page["events"] = [];
	for (let from = params; ; ) {
		const { more, ...part } = await ask(from);
		events.push(...part.events);
		const last = part.events.at(-1);
		if (!more || !last) return { ...part, events };
		const limit = params.limit - events.length;
		from = params.descending ? { ...params, limit, beforeSeq: last.seq } : { ...params, limit, afterSeq: last.seq };
	}
}
