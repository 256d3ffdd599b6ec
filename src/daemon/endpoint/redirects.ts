/**
 * Redirects of a server that keys are sent to. One is followed where it leads to the same host, and leaves the request
 * as it was: the platform would send a request on without what it asks, and its headers with keys in them to anybody.
 */
export interface Redirect {
	readonly status: number;
	/** What was asked. */
	readonly from: string;
	/** Where it leads. */
	readonly to: string;
}

/** By its name it is known also where this file is bundled twice. */
const redirected = "Redirected";

class Redirected extends Error {
	override readonly name = redirected;
	constructor(readonly redirect: Redirect) {
		super(`The server sends requests on to another address (${redirect.status}).`);
	}
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const statuses = [301, 302, 303, 307, 308];
const mostRedirects = 5;

export async function followRedirects(fetch: Fetch, first: string, init: RequestInit): Promise<Response> {
	let url = first;
	for (let redirects = 0; ; redirects++) {
		const response = await fetch(url, { ...init, redirect: "manual" });
		const location = response.headers.get("location");
		if (!statuses.includes(response.status) || location === null) return response;
		await response.body?.cancel();
		const to = URL.canParse(location, url) ? new URL(location, url) : undefined;
		const keeps = response.status >= 307 || (init.method ?? "GET") === "GET";
		if (!to || !keeps || !isSameServer(new URL(url), to) || redirects === mostRedirects)
			throw new Redirected({ status: response.status, from: first, to: to?.href ?? "" });
		url = to.href;
	}
}

/** Whoever asked may have wrapped it. */
export function redirectIn(cause: unknown): Redirect | undefined {
	for (let at = cause, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth++)
		if (at.name === redirected && "redirect" in at) return at.redirect as Redirect;
	return undefined;
}

/** Where it leads as it would be configured: without the path that was asked for below the base. */
export function baseOfRedirect({ from, to }: Redirect, baseUrl: string): string {
	const below = from.slice(baseUrl.replace(/\/+$/, "").length).replace(/\?.*$/, "");
	const path = to.replace(/\?.*$/, "");
	return path.endsWith(below) ? path.slice(0, path.length - below.length) : path;
}

/** The same origin, or the same host by TLS at last. */
function isSameServer(from: URL, to: URL): boolean {
	if (to.username || to.password) return false;
	if (to.origin === from.origin) return true;
	return from.protocol === "http:" && to.protocol === "https:" && to.hostname === from.hostname && to.port === "";
}
