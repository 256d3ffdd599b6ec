import {
	ProtocolError,
	SdkError,
	SdkErrorCode,
	SdkHttpError,
	UnauthorizedError,
	UrlElicitationRequiredError,
} from "@modelcontextprotocol/client";
import { uncapital } from "../../core/words/capital.ts";
import { connectionProblem } from "../endpoint/connectionProblem.ts";
import { redirectIn } from "../endpoint/redirects.ts";
import { isOurs, type ProgramTransport } from "./programTransport.ts";

/** What went wrong with a server, in sentences that go on from its name: “it ended …”. */
export interface ConnectFailed {
	readonly kind: "failed";
	readonly reason: string;
	readonly hasEnded: boolean;
}

export function connectFailure(
	cause: unknown,
	program: ProgramTransport | undefined,
	isClosed: boolean,
	isLate: boolean,
	timeoutMs: number,
): ConnectFailed {
	const words = program?.lastWords();
	const said = words ? ` It said: ${words.slice(-500)}` : "";
	const failed = (reason: string, hasEnded = false) => ({ kind: "failed" as const, reason, hasEnded });
	if (cause instanceof Error && "code" in cause && cause.code === "ENOENT")
		return failed("its program was not found: install it, or name it by its whole path.");
	if (isClosed) return failed(`it ended before it answered.${said}`, true);
	if (isLate || (cause instanceof SdkError && cause.code === SdkErrorCode.RequestTimeout))
		return failed(`it gave no answer within ${Math.round(timeoutMs / 1000)} seconds.${said}`);
	const onTheWay = program ? undefined : (httpProblem(cause) ?? wayProblem(cause));
	if (onTheWay) return failed(onTheWay);

	return failed(`it could not be spoken to: ${messageOf(cause)}${said}`);
}

/** What its status says; its own page is no sentence. */
function httpProblem(cause: unknown): string | undefined {
	const status = statusIn(cause);
	if (status === undefined) return undefined;
	if (status === 401)
		return `it wants to know who asks (401): give it a token by “headers”, such as "Authorization": "Bearer \${input:token}". Signing in by OAuth is not supported here.`;
	if (status === 403)
		return "it does not let you in (403): look whether what “headers” give it may do this, and is still valid.";
	if (status === 429) return "it takes no more requests now (429): try again later.";
	if (status >= 500) return `it has a fault of its own (${status}): try again later, or look at its log.`;
	return `there is no MCP server at this address (${status}): correct its “url”.`;
}

/** What came between it and us. */
function wayProblem(cause: unknown): string | undefined {
	const redirect = redirectIn(cause);
	if (redirect)
		return `it sends requests on to ${redirect.to || "no address"} (${redirect.status}): if it is to be trusted, write that as its “url”.`;
	const problem = connectionProblem(cause);
	if (!problem) return undefined;
	const { why, lasts, remedy } = problem;
	if (remedy) return `it cannot be reached (${why}): ${uncapital(remedy("its “url”"))}`;
	return `it cannot be reached (${why}): ${lasts ? "correct its “url”." : "start it, or correct its “url”."}`;
}

function statusIn(cause: unknown): number | undefined {
	for (let at = cause, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++) {
		if (at instanceof SdkHttpError) return at.status;
		if (at instanceof UnauthorizedError) return 401;
	}
	return undefined;
}

export const refusals: Readonly<Record<string, string | undefined>> = {
	"sampling/createMessage": "The models of this client are lent to no server: sampling is not offered.",
	"roots/list": "This client tells no server about its folders: roots are not offered.",
};

export function callFailure(
	cause: unknown,
	timeoutMs: number,
	isLate: boolean,
	program: ProgramTransport | undefined,
	isClosed: boolean,
): string {
	if (isClosed || (cause instanceof SdkError && cause.code === SdkErrorCode.ConnectionClosed)) {
		const words = program?.lastWords();
		const said = words ? ` Its last words: ${words.slice(-500)}` : "";
		return `it ended while the call ran. ${unknown}${said}`;
	}
	if (isLate) return `it gave no answer within ${Math.round(timeoutMs / 1000)} seconds. ${unknown}`;
	if (cause instanceof UrlElicitationRequiredError)
		return "it wants addresses to be opened first, and the person did not open them. It did nothing.";
	if (cause instanceof SdkError && cause.code === SdkErrorCode.CapabilityNotSupported)
		return `it asks for what no server gets. ${refusals[methodIn(cause.data)] ?? messageOf(cause)} ${unknown}`;
	// Only the server itself can say that it did nothing.
	const isAnswer = cause instanceof ProtocolError && !isOurs(cause.data);
	return isAnswer ? messageOf(cause) : `${messageOf(cause)} ${unknown}`;
}

function methodIn(data: unknown): string {
	return typeof data === "object" && data !== null && "method" in data ? String(data.method) : "";
}

/** A server that was started again knows no session from before, and one that has ended refuses connections. */
export function isGone(cause: unknown): boolean {
	if (cause instanceof SdkHttpError && cause.status === 404) return true;
	const { code, cause: inner } = (cause ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
	return code === "ECONNREFUSED" || (inner !== undefined && isGone(inner));
}

const unknown = "Whether it had its effect is unknown: look before you repeat it.";

function messageOf(cause: unknown): string {
	if (!(cause instanceof Error)) return String(cause).slice(0, 1000);
	const inner = cause.cause instanceof Error ? ` (${cause.cause.message})` : "";
	const text = `${cause.message}${inner}`.slice(0, 1000);
	return /[.!?)]$/.test(text) ? text : `${text}.`;
}
