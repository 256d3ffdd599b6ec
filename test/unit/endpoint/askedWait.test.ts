import assert from "node:assert/strict";
import { askedWait, type WaitSource } from "../../../src/daemon/endpoint/askedWait.ts";

const now = Date.parse("2030-01-01T00:00:00Z");
const at = (ms: number) => new Date(now + ms).toUTCString();
const day = 24 * 60 * 60 * 1000;
const rateLimit = (message: string) => ({ said: JSON.stringify({ error: { message, type: "rate_limit_error" } }) });

describe("how long a provider asks to wait", () => {
	const rows: readonly [name: string, source: WaitSource, ms: number | undefined][] = [
		["seconds", { headers: { "retry-after": "20" } }, 20_000],
		["a part of a second", { headers: { "retry-after": "0.35" } }, 350],
		["milliseconds", { headers: { "retry-after-ms": "350" } }, 350],
		["milliseconds and seconds: the longer", { headers: { "retry-after-ms": "350", "Retry-After": "1" } }, 1000],
		["a date", { headers: { "retry-after": at(90_000) } }, 90_000],
		["a date, by the server's own clock", { headers: { "retry-after": at(90_000 - day), date: at(-day) } }, 90_000],
		["a date that has passed", { headers: { "retry-after": at(-90_000) } }, 0],
		["nothing that can be read", { headers: { "retry-after": "soon" } }, undefined],
		["less than nothing", { headers: { "retry-after": "-5" } }, undefined],
		["longer than a day", { headers: { "retry-after": "99999999" } }, day],
		["a number beyond all numbers", { headers: { "retry-after": "9".repeat(400) } }, undefined],
		[
			"OpenAI's sentence",
			rateLimit(
				"Rate limit reached for m on tokens per min (TPM): Limit 30000, Used 29000. Please try again in 12.345s. Visit the docs.",
			),
			12_345,
		],
		["a sentence in milliseconds", rateLimit("Rate limit reached. Please try again in 820ms."), 820],
		[
			"Groq's sentence",
			rateLimit("Rate limit reached for model `m`. Please try again in 7m12.5s. Need more tokens?"),
			432_500,
		],
		["Groq's hours", rateLimit("Please try again in 1h2m3s."), 3_723_000],
		["Azure's sentence", rateLimit("Requests have exceeded call rate limit. Please retry after 26 seconds."), 26_000],
		[
			"Google's sentence",
			{
				said: '[{"error":{"code":429,"message":"You exceeded your current quota.\\nPlease retry in 34.074824224s.","status":"RESOURCE_EXHAUSTED"}}]',
			},
			34_075,
		],
		[
			"Google's field",
			{
				said: '[{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}]',
			},
			34_000,
		],
		["a field in seconds", { said: { error: { message: "busy", retry_after: 9 } } }, 9000],
		["a field in milliseconds", { said: { error: { message: "busy", metadata: { retry_after_ms: 900 } } } }, 900],
		["minutes in words", rateLimit("Too many requests, wait 5 minutes and go on."), 300_000],
		["a sentence without a time", rateLimit("Please slow down and try again later."), undefined],
		[
			"requests that are used up",
			{
				status: 429,
				headers: {
					"x-ratelimit-remaining-requests": "0",
					"x-ratelimit-reset-requests": "6m0s",
					"x-ratelimit-remaining-tokens": "900",
					"x-ratelimit-reset-tokens": "12h",
				},
			},
			360_000,
		],
		[
			"tokens that are used up, as a date",
			{
				status: 429,
				headers: {
					"anthropic-ratelimit-tokens-remaining": "0",
					"anthropic-ratelimit-tokens-reset": new Date(now + 45_000).toISOString(),
				},
			},
			45_000,
		],
		[
			"a moment in milliseconds",
			{ status: 429, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now + 30_000) } },
			30_000,
		],
		["a moment in seconds", { status: 429, headers: { "ratelimit-reset": String((now + 30_000) / 1000) } }, 30_000],
		["seconds until the reset", { status: 429, headers: { "ratelimit-reset": "30" } }, 30_000],
		[
			"a reset of what is not used up",
			{ status: 429, headers: { "x-ratelimit-remaining": "5", "x-ratelimit-reset": "30" } },
			undefined,
		],
		["a reset beside another failure", { status: 500, headers: { "ratelimit-reset": "30" } }, undefined],
	];
	for (const [name, source, ms] of rows)
		it(`is read from ${name}`, () => {
			assert.equal(askedWait(source, now)?.ms, ms);
		});

	it("is at most a day, and says so", () => {
		assert.equal(askedWait({ headers: { "retry-after": "99999999" } }, now)?.isCut, true);
		assert.equal(askedWait({ headers: { "retry-after": "20" } }, now)?.isCut, false);
	});
});
