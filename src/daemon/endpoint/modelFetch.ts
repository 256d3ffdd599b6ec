import { Agent, EnvHttpProxyAgent, fetch } from "undici";

/**
 * The way to an endpoint. How long a model may be silent is the caller's to say: the platform's own fetch gives up after
 * five minutes, this one never does by itself. A proxy of the environment is used, except for this machine.
 */
export const modelFetch = openModelFetch();

export function openModelFetch(): typeof globalThis.fetch {
	const patient = { headersTimeout: 0, bodyTimeout: 0 };
	const direct = new Agent(patient);
	const byEnvironment = new EnvHttpProxyAgent(patient);
	return (async (input: string | URL, init?: RequestInit) => {
		const dispatcher = isLoopback(new URL(input).hostname) ? direct : byEnvironment;
		return fetch(input, { ...(init as Parameters<typeof fetch>[1]), dispatcher });
	}) as typeof globalThis.fetch;
}

function isLoopback(hostname: string): boolean {
	return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\./.test(hostname);
}
