/**
 * How long something took or has been going on, the one way in which every user interface and the dossier write it:
 * `42 ms`, `0.4 s`, `12 s`, `1 min 5 s`, `2 h 3 min`, `3 d 4 h`. Under a minute it never says a minute.
 */
export function duration(ms: number): string {
	if (!Number.isFinite(ms)) return "";
	if (ms < 99.5) return `${Math.max(0, Math.round(ms))} ms`;
	const tenths = Math.round(ms / 100);
	return tenths < 100 ? `${(tenths / 10).toFixed(1)} s` : wholeUnits(Math.round(ms / 1000));
}

/** Of something that goes on: whole seconds that have passed, so that nothing flickers. */
export function elapsed(ms: number): string {
	return wholeUnits(Math.max(0, Math.floor(ms / 1000)));
}

/** How long ago something was, in its largest unit: `12 s`, `3 min`, `2 h`, `5 d`. */
export function age(ms: number): string {
	return elapsed(ms).split(" ").slice(0, 2).join(" ");
}

const units = [
	[86_400, "d"],
	[3600, "h"],
	[60, "min"],
	[1, "s"],
] as const;

/** The two largest units of so many seconds; the second one only where there is something of it. */
function wholeUnits(seconds: number): string {
	const from = units.findIndex(([size]) => seconds >= size);
	if (from < 0) return "0 s";
	let left = seconds;
	const parts = units.slice(from, from + 2).map(([size, unit]) => {
		const number = Math.floor(left / size);
		left -= number * size;
		return number > 0 ? `${number} ${unit}` : "";
	});
	return parts.filter(Boolean).join(" ");
}
