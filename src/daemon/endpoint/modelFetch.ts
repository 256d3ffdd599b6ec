import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch as undiciFetch } from "undici";

/**
 * The way to an endpoint. How long a model may be silent is the caller's to say: the platform's own fetch gives up after
 * five minutes, this one never does by itself. A proxy of the environment is used, except for this machine.
 */
export const modelFetch = (async (input: string | URL, init?: RequestInit) => {
	const isHere = isLoopback(new URL(String(input)).hostname);
	const dispatcher = isHere || !isProxyNamed() ? direct : (proxied ??= new EnvHttpProxyAgent(patient));
	return undiciFetch(input, { ...(init as UndiciInit), dispatcher });
}) as typeof globalThis.fetch;

type UndiciInit = Parameters<typeof undiciFetch>[1];

const patient = { headersTimeout: 0, bodyTimeout: 0 };
const direct = new Agent(patient);
let proxied: Dispatcher | undefined;

function isProxyNamed(): boolean {
	const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY } = process.env;
	return Boolean(http_proxy || HTTP_PROXY || https_proxy || HTTPS_PROXY);
}

/** A server of this machine is never meant to be reached through a proxy. */
function isLoopback(hostname: string): boolean {
	return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\./.test(hostname);
}
