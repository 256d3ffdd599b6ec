import { type Failure, failureOf, ModelFailure } from "../endpoint/modelFailure.ts";

/** What keeps a model of VS Code from answering, each as the failure that it is for the goal. */

/** Codes of failures that a window lifts by itself. */
export const windowNeeded = "windowNeeded";
export const consentNeeded = "consentNeeded";

export function noWindow(model: string, offered: readonly string[]): ModelFailure {
	const have = offered.length > 0 ? ` Those that are open have ${listed(offered)}.` : "";
	return failed({
		code: windowNeeded,
		reason: `It waits for a window of VS Code that has the model ${model}, and goes on by itself when one is open.${have}`,
	});
}

export function notAllowed(model: string, windows: readonly string[]): ModelFailure {
	const where = windows.find((name) => name !== "");
	return failed({
		code: consentNeeded,
		reason: `VS Code does not let Mission Control use the model ${model} yet. Run “Mission Control: Allow a Model of VS Code…” in its window${where ? ` (${where})` : ""} and allow it; then it goes on by itself.`,
	});
}

/** The answer may have been paid for, though it never came. */
export function windowGone(model: string): ModelFailure {
	return failed({
		code: "cutOff",
		reason: `The window of VS Code in which ${model} answered went away before the answer was whole.`,
		retryable: true,
	});
}

export function tooLarge(model: string): ModelFailure {
	return failed({
		code: "contextLength",
		reason: `The conversation is too long to be handed to a window of VS Code for ${model}.`,
	});
}

export function tooMuch(model: string): ModelFailure {
	return failed({
		code: "badRequest",
		reason: `${model} wrote more than an answer may hold, and was stopped.`,
	});
}

/** What VS Code, or the extension behind the model, said. */
export function failedInWindow(model: string, code: string, message: string): ModelFailure {
	const line = message.replace(/\s+/g, " ").trim().slice(0, 300).replace(/[.:]$/, "");
	const said = line ? `: ${line}` : "";
	if (code === "blocked")
		return failed({
			code: "rateLimited",
			reason: `VS Code says that ${model} is blocked for now, for example because its quota is used up${said}.`,
			retryable: true,
			retryAfterMs: blockedMs,
		});
	if (code === "noPermissions") return notAllowed(model, []);
	if (code === "notFound") return noWindow(model, []);
	const words = `${code} ${message}`;
	if (/off.?topic|content.?filter|filtered|responsible.?ai/i.test(words))
		return failed({ code: "badRequest", reason: `${model} refused the request for what it is about${said}.` });
	if (/quota|rate.?limit|too many requests|exhausted|\b429\b/i.test(words))
		return failed({
			code: "rateLimited",
			reason: `${model} asks to wait${said}.`,
			retryable: true,
			retryAfterMs: blockedMs,
		});
	const read = failureOf({ statusCode: 400, message }, { provider: "", model, baseUrl: "", began: false });
	if (read.code === "contextLength")
		return failed({
			code: "contextLength",
			reason: `The conversation is too long for ${model}${said}.`,
			contextWindow: read.contextWindow,
		});
	return failed({ code: "serverError", reason: `${model} failed in VS Code${said}.`, retryable: true });
}

/** VS Code does not say for how long. */
const blockedMs = 60_000;

function failed(failure: Omit<Failure, "kind" | "retryable"> & { readonly retryable?: boolean }): ModelFailure {
	return new ModelFailure({ retryable: false, ...failure, kind: "failed" });
}

const mostNamed = 5;

function listed(names: readonly string[]): string {
	const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
	return `${names.slice(0, mostNamed).join(", ")}${more}`;
}
