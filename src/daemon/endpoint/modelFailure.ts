import { waitText } from "../../core/words/waiting.ts";
import { askedWait } from "./askedWait.ts";
import { type ConnectionProblem, connectionProblem, tookTooLong } from "./connectionProblem.ts";
import { errorIn } from "./errorIn.ts";
import { baseOfRedirect, type Redirect, redirectIn } from "./redirects.ts";
import { saidInStream } from "./saidInStream.ts";
import { isPage, pageWords } from "./webPageWords.ts";

/**
 * What a failed model call means for the goal: a word for programs, whether asking again helps, and a sentence for the
 * person. Whoever calls this takes keys out of the sentence.
 */
export interface Failure {
	readonly kind: "failed";
	/** A word for programs: unreachable, unauthorized, rateLimited, serverError, cutOff, notFound, redirected, badRequest, contextLength. */
	readonly code: string;
	/** A sentence for the person: what happened and what to do. */
	readonly reason: string;
	readonly status?: number;
	/** Of a prompt that was too long: how many tokens the model reads, as the provider says. */
	readonly contextWindow?: number;
	/** Whether asking again can help without a person. */
	readonly retryable: boolean;
	/** As the provider asked, in milliseconds. */
	readonly retryAfterMs?: number;
	/** There is nothing at the address that was asked, whatever the model. */
	readonly unknownPath?: true;
}

/** The same, thrown by who knows already what it means. */
export class ModelFailure extends Error {
	constructor(readonly failure: Failure) {
		super(failure.reason);
		this.name = "ModelFailure";
	}
}

export interface Asked {
	readonly provider: string;
	readonly model: string;
	readonly baseUrl: string;
	/** Where the key came from, in words: `OPENAI_API_KEY`. */
	readonly keySource?: string;
	/** What helps when it cannot be reached; without it, that it be started or its address corrected. */
	readonly remedy?: string;
	/** As a person may look it up. */
	readonly protocol?: string;
	/** Whether a successful response had begun to arrive. */
	readonly began: boolean;
	/** Whether there was anything of an answer in it. */
	readonly understood?: boolean;
}

/** `cause` is whatever the provider package threw, or an error that came in the stream. */
export function failureOf(cause: unknown, asked: Asked): Failure {
	if (cause instanceof ModelFailure) return cause.failure;
	const redirect = redirectIn(cause);
	if (redirect) return redirected(redirect, asked);
	const said = saidInStream(cause);
	if (said) return statusFailure(statusForType(said), said, asked);
	const status = statusOf(cause);
	if (status !== undefined) return statusFailure(status, cause, asked);
	if (isOwnError(cause)) return statusFailure(statusForType(cause), cause, asked);
	const problem = connectionProblem(cause);
	if (asked.understood || (asked.began && problem !== undefined)) return cutOff(asked);
	return problem ? unreachable(asked, problem) : noAnswer(asked, saidBy(cause));
}

/** What came is not the beginning of an answer. `said` is the end of a clause. */
export function noAnswer({ provider, baseUrl, protocol }: Asked, said = ""): Failure {
	return {
		kind: "failed",
		code: "serverError",
		reason: `Provider “${provider}” answered with something that is not a model's answer${said}. Check that ${shownUrl(baseUrl)} speaks ${protocol ?? "the OpenAI protocol"}.`,
		retryable: true,
	};
}

function redirected(redirect: Redirect, { provider, baseUrl }: Asked): Failure {
	const { status } = redirect;
	const to = shownUrl(baseOfRedirect(redirect, baseUrl));
	return {
		kind: "failed",
		code: "redirected",
		reason: `Provider “${provider}” at ${shownUrl(baseUrl)} sends requests on to ${to} (${status}), where none is sent. If that is its address, write it as its baseUrl in config.jsonc.`,
		status,
		retryable: false,
	};
}

export function cutOff({ provider, model }: Pick<Asked, "provider" | "model">): Failure {
	return {
		kind: "failed",
		code: "cutOff",
		reason: `The answer of ${provider}/${model} broke off before its end.`,
		retryable: true,
	};
}

export function unreachable(
	{ provider, baseUrl, remedy }: Pick<Asked, "provider" | "baseUrl" | "remedy">,
	problem: ConnectionProblem,
): Failure {
	const where = baseUrl ? ` at ${shownUrl(baseUrl)}` : "";
	return {
		kind: "failed",
		code: "unreachable",
		reason: `Provider “${provider}” does not answer${where} (${problem.why}). ${remedy ?? problem.remedy?.("its baseUrl in config.jsonc") ?? "Start it, or correct its baseUrl in config.jsonc."}`,
		retryable: !problem.lasts,
	};
}

/** The address without what might be secret in it. */
export function shownUrl(baseUrl: string): string {
	try {
		const url = new URL(baseUrl);
		return `${url.origin}${url.pathname}`.replace(/\/$/, "");
	} catch {
		return "its address";
	}
}

function statusFailure(status: number, cause: unknown, asked: Asked): Failure {
	const { provider, model, baseUrl, keySource } = asked;
	const said = saidBy(cause);
	const wait = askedWait({ status, headers: headersOf(cause), said: bodyOf(cause) ?? cause }, Date.now());
	const failed = (code: string, retryable: boolean, reason: string): Failure => ({
		kind: "failed",
		code,
		reason,
		status,
		retryable,
		...(retryable && wait && { retryAfterMs: wait.ms }),
	});
	const forSo = wait && wait.ms > 0 ? ` ${waitText(wait.ms)}` : "";
	const isCut = wait?.isCut ? " It asks for longer than that, but a day is the longest wait." : "";
	if (isTooLong(status, said)) {
		const reads = windowIn(said);
		const most = reads ? `, which reads at most ${reads} tokens` : "";
		return {
			...failed("contextLength", false, `The conversation is too long for ${provider}/${model}${most}${said}.`),
			contextWindow: reads,
		};
	}
	if (status === 401 || status === 403) {
		// What it said may hold the key, or part of it, and says no more than this.
		const from = keySource ? `: check ${keySource}` : ": name one with apiKeyEnv or apiKeyCommand in config.jsonc";
		return failed("unauthorized", false, `Provider “${provider}” refused the key (${status})${from}.`);
	}
	if (status === 404 || status === 405 || status === 501) {
		const reason = `Provider “${provider}” knows no model “${model}” at ${shownUrl(baseUrl)} (${status})${said}. Check the model's name and the provider's baseUrl.`;
		const isPath = !said.toLowerCase().includes(model.toLowerCase()) && !/\bmodels?\b/i.test(said);
		if (status === 404 || isPath)
			return { ...failed("notFound", false, reason), ...(isPath && { unknownPath: true as const }) };
	}
	if (status === 402 || isOutOfCredit(cause))
		return failed(
			"rateLimited",
			false,
			`Provider “${provider}” has no credit left (${status})${said}. Add some, then resume the goal.`,
		);
	if (status === 429)
		return failed("rateLimited", true, `Provider “${provider}” asks to wait${forSo} (429)${said}.${isCut}`);
	if (status === 408 || status === 504) {
		const gone = unreachable(asked, tookTooLong);
		return { ...gone, status, ...(wait && { retryAfterMs: wait.ms }) };
	}
	// A conflict with another request, or with the server's own state, passes.
	if (status >= 500 || status === 409) {
		const asks = forSo ? ` and asks to wait${forSo}` : "";
		return failed("serverError", true, `Provider “${provider}” failed (${status})${asks}${said}.${isCut}`);
	}
	return failed("badRequest", false, `Provider “${provider}” refused the request (${status})${said}.`);
}

/** The same in the words of many vendors; a limit of tokens in a minute is another thing. */
function isTooLong(status: number, said: string): boolean {
	if (status === 401 || status === 402 || status === 403 || status === 404 || status === 429) return false;
	return (status === 413 || tooLongWords.test(said)) && !/per (minute|hour|day)|\bTPM\b/i.test(said);
}

const tooLongWords = new RegExp(
	[
		"context.?(length|window|size|limit)",
		"maximum (prompt|input) length",
		"(prompt|input|request|message)s? (is|are) too (long|large)",
		"too many (input )?tokens",
		"exceeds? the (maximum|available|allowed|model)[^.]*(tokens|context|length|size)",
		"token count[^.]*exceeds",
		"reduce the length",
		"input length[^.]*exceed",
		"tokens must be <= ",
	].join("|"),
	"i",
);

/** How many tokens the model reads, where the provider says so. */
function windowIn(said: string): number | undefined {
	for (const pattern of windowPatterns) {
		const tokens = Number(pattern.exec(said)?.[1]?.replace(/[,_]/g, ""));
		if (tokens >= 256) return tokens;
	}
	return undefined;
}

const amount = "(\\d[\\d,_]*)";
const windowPatterns = [
	`> ${amount} maximum`,
	`exceed context limit: [^>]*> ${amount}`,
	`with ${amount} maximum context`,
	`context (?:length|window|size|limit)(?: is| of|:)?(?: only)? ?\\(?${amount}`,
	`maximum (?:prompt|input|context) length is ${amount}`,
	`(?:maximum|max)[^.]*(?:allowed|tokens)[^.]*?\\(${amount}\\)`,
	`must be <= ${amount}`,
	`at most ${amount} tokens`,
	`limit (?:is|of) ${amount}`,
].map((pattern) => new RegExp(pattern, "i"));

function headersOf(cause: unknown): Readonly<Record<string, string>> | undefined {
	return (cause as { responseHeaders?: Record<string, string> } | undefined)?.responseHeaders;
}

function bodyOf(cause: unknown): string | undefined {
	const body = (cause as { responseBody?: unknown } | undefined)?.responseBody;
	return typeof body === "string" ? body : undefined;
}

function statusOf(cause: unknown): number | undefined {
	const status = (cause as { statusCode?: unknown } | undefined)?.statusCode;
	return typeof status === "number" && status >= 300 ? status : undefined;
}

/** An error that came in the stream, in place of the rest of the answer. */
function isOwnError(cause: unknown): cause is { message: string; code?: unknown; type?: unknown } {
	return !(cause instanceof Error) && typeof (cause as { message?: unknown } | undefined)?.message === "string";
}

/** A code may be a status, a word, or a number of the provider's own. */
function statusForType({ code, type, message }: { code?: unknown; type?: unknown; message: string }): number {
	const number = Number(code);
	if (number >= 400 && number < 600) return number;
	const word = `${String(code)} ${String(type)}`;
	if (/context/i.test(word)) return 400;
	if (/api.?key|authenti|permission|unauthori[sz]ed|forbidden/i.test(word)) return 401;
	if (/billing|payment/i.test(word)) return 402;
	if (/not.?found/i.test(word)) return 404;
	if (/rate.?limit|quota|overload|exhausted|too.?many/i.test(word)) return 429;
	if (/invalid|bad.?request/i.test(word)) return 400;
	return /rate.?limit|too many requests|quota/i.test(message) ? 429 : 500;
}

function isOutOfCredit(cause: unknown): boolean {
	const code = (cause as { code?: unknown }).code;
	return code === "insufficient_quota" || outOfCreditWords.test(`${bodyOf(cause) ?? ""} ${saidBy(cause)}`);
}

/** As vendors say it with statuses of their own: OpenAI with 429, Anthropic with 400, others with either. */
const outOfCreditWords =
	/"insufficient_quota"|credit balance is too low|(out of|no|insufficient) (credits?|balance|funds)\b|exceeded your current quota, please check your plan/i;

/** What the provider said about it, on one line and bounded, as the end of a clause. */
function saidBy(cause: unknown): string {
	const body = bodyOf(cause);
	const message = (cause as { message?: unknown } | undefined)?.message;
	const data = (cause as { data?: unknown } | undefined)?.data;
	const text = [errorIn(data)?.message, body && messageIn(body), body, message]
		.map(words)
		.find((each): each is string => typeof each === "string" && each.trim() !== "");
	const line = text?.replace(/\s+/g, " ").trim().slice(0, 300).replace(/[.:]$/, "");
	return line ? `: ${line}` : "";
}

/** Of a web page, which gateways answer with, what it is called. */
function words(text: unknown): unknown {
	return typeof text === "string" && isPage(text) ? pageWords(text) : text;
}

function messageIn(body: string): string | undefined {
	try {
		const parsed = JSON.parse(body) as unknown;
		return errorIn(Array.isArray(parsed) ? parsed[0] : parsed)?.message;
	} catch {
		return undefined;
	}
}
