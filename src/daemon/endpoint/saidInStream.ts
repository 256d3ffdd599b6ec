import { errorIn, type SaidError } from "./errorIn.ts";

/** An error that a server told in place of an answer, or of the rest of one, though its status was a success. */
class SaidInStream extends Error {
	constructor(readonly said: SaidError & { readonly responseBody: string }) {
		super(said.message);
		this.name = "SaidInStream";
	}
}

/** What a piece of a stream says went wrong, if it does; `event` is its name. */
export function errorSaid(text: string, event?: string): Error | undefined {
	const value = parsed(text);
	const error = errorIn(value, event) ?? errorIn(failedResponse(value), event);
	return error && new SaidInStream({ ...error, responseBody: text });
}

export function saidInStream(cause: unknown): SaidInStream["said"] | undefined {
	return cause instanceof SaidInStream ? cause.said : undefined;
}

/** OpenAI's responses say so by the answer itself. */
function failedResponse(value: unknown): unknown {
	const { type, response } = (value ?? {}) as { readonly type?: unknown; readonly response?: unknown };
	return type === "response.failed" ? response : undefined;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
