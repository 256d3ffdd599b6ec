import { askEndpoint, type Dialect } from "../../endpoint/askEndpoint.ts";
import type { EndpointCall, OpenedModel } from "./wire.ts";

/** Stands where a package insists on a key and the server wants none; the header that it would be sent in is taken off. */
export const noKey = "none";

/** The way of a wire's package to its endpoint: each call under way by its signal, which is all of it that the package hands on. */
export function endpointCalls(
	fetch: typeof globalThis.fetch,
	dialect: Dialect,
	withoutHeader?: string,
): Pick<OpenedModel, "begin"> & { readonly fetch: typeof globalThis.fetch } {
	const calls = new WeakMap<AbortSignal, EndpointCall>();
	return {
		begin: (abortSignal, call) => void calls.set(abortSignal, call),
		fetch(input, given = {}) {
			const init = withoutHeader === undefined ? given : { ...given, headers: without(given.headers, withoutHeader) };
			const call = init.signal ? calls.get(init.signal) : undefined;
			return call ? askEndpoint(input, init, { ...call, fetch, dialect }) : fetch(input, init);
		},
	};
}

function without(given: RequestInit["headers"], name: string): Headers {
	const headers = new Headers(given);
	headers.delete(name);
	return headers;
}
