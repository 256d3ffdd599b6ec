import { sizeOf, type Trace, timed } from "../platform/trace.ts";
import type { Store } from "./eventStore.ts";

export function tracedStore(store: Store, trace: Trace): Store {
	return {
		...store,
		append: (goalId, expectedSeq, epoch, events, summary) =>
			timed(trace, `store: append ${events.length} events to ${goalId}, ${sizeOf(events)} bytes`, () =>
				store.append(goalId, expectedSeq, epoch, events, summary),
			),
		read: (goalId, query) =>
			timed(
				trace,
				`store: read ${goalId}`,
				() => store.read(goalId, query),
				(rows) => `${rows.length} events`,
			),
	};
}
