import { isRecord } from "./isRecord.ts";

/**
 * How long a provider asks to wait: in a header, as seconds, milliseconds or a date, in a field of its error, or in its
 * sentence. Never earlier than asked: of several the longest counts.
 */
export interface AskedWait {
	readonly ms: number;
	/** It asked for longer than is waited. */
	readonly isCut: boolean;
}

export interface WaitSource {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** The error as it was said: a text, or what the stream held. */
	readonly said?: unknown;
}

const longestMs = 24 * 60 * 60 * 1000;

export function askedWait(source: WaitSource, now: number): AskedWait | undefined {
	const headers = Object.fromEntries(
		Object.entries(source.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
	);
	const text = typeof source.said === "string" ? source.said : JSON.stringify(source.said ?? "");
	const asked = [...inHeaders(headers, now), ...inFields(source.said), ...inSentence(text)];
	const waits = asked.length > 0 ? asked : source.status === 429 ? resets(headers, now) : [];
	const ms = Math.max(...waits.filter((wait) => Number.isFinite(wait)), Number.NEGATIVE_INFINITY);
	if (!Number.isFinite(ms) || ms < 0) return undefined;
	return { ms: Math.min(Math.ceil(ms), longestMs), isCut: ms > longestMs };
}

function inHeaders(headers: Readonly<Record<string, string>>, now: number): readonly number[] {
	const waits = [numberOf(headers["retry-after-ms"])];
	const after = headers["retry-after"];
	const seconds = numberOf(after);
	if (seconds !== undefined) waits.push(seconds * 1000);
	else if (after !== undefined) waits.push(untilDate(after, headers.date, now));
	return waits.filter((wait) => wait !== undefined);
}

/** The server's clock is what its date is by. */
function untilDate(date: string, serverDate: string | undefined, now: number): number | undefined {
	const at = Date.parse(date);
	const serverNow = Date.parse(serverDate ?? "");
	return Number.isNaN(at) ? undefined : Math.max(0, at - (Number.isNaN(serverNow) ? now : serverNow));
}

/** `retryDelay: "34s"` of Google's, `retry_after` in seconds, `retry_after_ms`, wherever they stand. */
function inFields(said: unknown, depth = 0): readonly number[] {
	if (depth > 6) return [];
	if (typeof said === "string") {
		if (!/^\s*[[{]/.test(said)) return [];
		try {
			return inFields(JSON.parse(said), depth + 1);
		} catch {
			return [];
		}
	}
	if (Array.isArray(said)) return said.flatMap((each) => inFields(each, depth + 1));
	if (!isRecord(said)) return [];
	return Object.entries(said).flatMap(([key, value]) => {
		const name = key.toLowerCase().replace(/[-_]/g, "");
		const given = typeof value === "number" || typeof value === "string" ? String(value) : undefined;
		if (given === undefined) return inFields(value, depth + 1);
		if (name === "retryafterms") return [numberOf(given)].filter((ms) => ms !== undefined);
		if (name !== "retryafter" && name !== "retrydelay" && name !== "retryafterseconds") return [];
		const seconds = numberOf(given);
		return [seconds === undefined ? durationIn(given) : seconds * 1000].filter((ms) => ms !== undefined);
	});
}

/** “try again in 1m3.5s”, “Please retry in 34.07s”, “retry after 20 seconds”, “wait 5 minutes”. */
function inSentence(text: string): readonly number[] {
	const asked =
		/(?:(?:try|tried) again|retry|retried|wait|available(?: again)?|resets?)(?: your request)?(?: again)?(?: in| after| for| at least| another)*:? ?(?:about |approximately )?((?:[\d.]+ ?[a-zµ]+[, ]*(?:and )?)+)/gi;
	return [...text.matchAll(asked)].map(([, words = ""]) => durationIn(words)).filter((ms) => ms !== undefined);
}

/** When a quota of requests or tokens that is used up begins anew. */
function resets(headers: Readonly<Record<string, string>>, now: number): readonly number[] {
	const waits: number[] = [];
	for (const [name, value] of Object.entries(headers)) {
		const kind = /^(?:x-|anthropic-)?ratelimit-(?:(.*)-)?reset(?:-(.*))?$/.exec(name);
		if (!kind) continue;
		const what = kind[1] ?? kind[2];
		const left = [`remaining-${what}`, `${what}-remaining`, "remaining"]
			.flatMap((rest) => [`x-ratelimit-${rest}`, `anthropic-ratelimit-${rest}`, `ratelimit-${rest}`])
			.map((each) => numberOf(headers[each]))
			.find((each) => each !== undefined);
		const wait = left === undefined || left <= 0 ? momentIn(value, headers.date, now) : undefined;
		if (wait !== undefined) waits.push(wait);
	}
	return waits;
}

/** Seconds from now, a moment in seconds or milliseconds since 1970, a duration, or a date. */
function momentIn(value: string, serverDate: string | undefined, now: number): number | undefined {
	const number = numberOf(value);
	if (number === undefined) return durationIn(value) ?? untilDate(value, serverDate, now);
	if (number > 1e11) return Math.max(0, number - now);
	return number > 1e8 ? Math.max(0, number * 1000 - now) : number * 1000;
}

const units: readonly (readonly [names: RegExp, ms: number])[] = [
	[/^(ms|msecs?|millis|milliseconds?)$/, 1],
	[/^(s|secs?|seconds?)$/, 1000],
	[/^(m|mins?|minutes?)$/, 60_000],
	[/^(h|hrs?|hours?)$/, 3_600_000],
	[/^(d|days?)$/, 86_400_000],
];

function durationIn(text: string): number | undefined {
	let total: number | undefined;
	for (const [, amount, name = ""] of text.toLowerCase().matchAll(/(\d+(?:\.\d+)?) ?([a-zµ]+)/g)) {
		const unit = units.find(([names]) => names.test(name));
		if (!unit) break;
		total = (total ?? 0) + Number(amount) * unit[1];
	}
	return total;
}

function numberOf(text: string | undefined): number | undefined {
	const trimmed = text?.trim();
	return trimmed && /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : undefined;
}
