import { elapsed } from "./duration.ts";

/** How long a wait is, for people: a second that has begun counts, so that nothing is promised too early. */
export function waitText(ms: number): string {
	return elapsed(Math.max(1000, Math.ceil(ms / 1000) * 1000));
}

/** Moments in a sentence as a clock shows them here; of one to come, how long it is until then. */
export function withLocalTimes(text: string, clock: (at: string) => string, now: number): string {
	return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => {
		const ms = Date.parse(at) - now;
		return ms > 0 ? `${clock(at)} (in ${waitText(ms)})` : clock(at);
	});
}
