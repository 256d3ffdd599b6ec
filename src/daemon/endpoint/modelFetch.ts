import { Agent, EnvHttpProxyAgent, fetch } from "undici";
import { followRedirects } from "./redirects.ts";

/**
 * The way to an endpoint. How long a model may be silent is the caller's to say: the platform's own fetch gives up after
 * five minutes, this one never does by itself. A proxy of the environment is used, except for this machine. Redirects
 * are followed where keys may go with them; otherwise only where they are asked for.
 */
export const modelFetch = openModelFetch();

export function openModelFetch(): typeof globalThis.fetch {
	const patient = { headersTimeout: 0, bodyTimeout: 0 };
	const direct = new Agent(patient);
	const byEnvironment = new EnvHttpProxyAgent(patient);
	async function send(url: string, init: RequestInit): Promise<Response> {
		const dispatcher = isLoopback(new URL(url).hostname) ? direct : byEnvironment;
		return (await fetch(url, { ...(init as Parameters<typeof fetch>[1]), dispatcher })) as unknown as Response;
	}
	return (async (input: string | URL, init: RequestInit = {}) =>
		init.redirect ? send(String(input), init) : followRedirects(send, String(input), init)) as typeof globalThis.fetch;
}

function isLoopback(hostname: string): boolean {
	return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\./.test(hostname);
}
