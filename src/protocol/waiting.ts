/** How long a wait is, for people: never a precision that nobody needs. */
export function waitText(ms: number): string {
	const seconds = Math.ceil(ms / 1000);
	if (seconds < 120) return `${Math.max(seconds, 1)} s`;
	const minutes = Math.round(ms / 60_000);
	if (minutes < 120) return `${minutes} min`;
	const hours = Math.round(ms / 3_600_000);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** Moments in a sentence as a clock shows them here; of one to come, how long it is until then. */
export function withLocalTimes(text: string, clock: (at: string) => string, now: number): string {
	return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => {
		const ms = Date.parse(at) - now;
		return ms > 0 ? `${clock(at)} (in ${waitText(ms)})` : clock(at);
	});
}
