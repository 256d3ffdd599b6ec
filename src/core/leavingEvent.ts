/**
 * An event, or its body, as it leaves the daemon: what only a model's provider can read stays in the log, for it alone.
 * It is long, and nobody else can tell what is in it. The same value when there was nothing to leave out.
 */
export function leaving<T extends object>(event: T): T {
	if (!("signed" in event) || event.signed === undefined) return event;
	const { signed: _, ...rest } = event;
	return rest as T;
}
