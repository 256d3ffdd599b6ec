import { type ConnectionProblem, connectionProblem, failedConnection } from "../endpoint/connectionProblem.ts";
import { failureOf, shownUrl, unreachable } from "../endpoint/modelFailure.ts";
import { redirectIn } from "../endpoint/redirects.ts";
import type { Provider } from "../providers/provider.ts";
import { wires } from "../providers/wires/wires.ts";
import { type KeyChain, keySource } from "../secrets/providerKeys.ts";

/**
 * Whether a provider can be used now, and why not: its key, and one short look at its list of models. Whatever it sends
 * is a stranger's: bounded in time, bytes and number.
 */
export interface ProviderStatus {
	/** Those configured; else those it says it has, so many of them. */
	readonly models: readonly string[];
	readonly modelsLeftOut?: number;
	readonly usable: boolean;
	readonly reason?: string;
	readonly needsKey?: boolean;
	/** How long it took to answer. */
	readonly latencyMs?: number;
}

export interface Asking {
	readonly provider: Provider;
	readonly keys: KeyChain;
	/** No config names it: only what answers as a server of models does is one, and no redirect is followed. */
	readonly isGuess?: boolean;
	/** No config names it, and it is on another machine. */
	readonly isHosted?: boolean;
}

const timeoutMs = 1500;
/** The longest lists known have half a megabyte. */
const maxBytes = 8 * 1024 * 1024;
const maxModels = 1000;
const maxNameChars = 200;

export async function providerStatus(asking: Asking): Promise<ProviderStatus> {
	const { provider, keys, isGuess, isHosted } = asking;
	const { id, baseUrl } = provider;
	const { modelList, protocol } = wires[provider.kind];
	const configured = provider.models ?? [];
	const unusable = (reason: string, needsKey = false): ProviderStatus => ({
		models: configured,
		usable: false,
		reason: keys.redact(reason),
		...(needsKey && { needsKey }),
	});
	const key = await keys.resolveKey(provider);
	if (key.kind === "missing") return unusable(key.reason, true);
	const startedAt = performance.now();
	const asked = { provider: id, model: "", baseUrl, keySource: keySource(provider, keys), began: false };
	const no = isGuess ? notHere : isHosted ? outOfReach : unreachable;
	try {
		const { modelFetch } = await import("../endpoint/modelFetch.ts");
		const { url, headers } = modelList.request(baseUrl, key.kind === "key" ? key.key.reveal() : undefined);
		const response = await modelFetch(url, {
			headers,
			...(isGuess && { redirect: "manual" }),
			signal: AbortSignal.timeout(timeoutMs),
		});
		const body = await boundedText(response);
		const latencyMs = Math.round(performance.now() - startedAt);
		const { status } = response;
		if (status === 401 || status === 403) return unusable(failureOf({ statusCode: status }, asked).reason, true);
		if (status >= 500)
			return unusable(
				`Provider “${id}” answers at ${shownUrl(baseUrl)} that it cannot serve (${status}). Try again later.`,
			);
		if (configured.length > 0) return { models: configured, usable: true, latencyMs };
		// Not every endpoint lists its models: that one that was named answered is enough.
		if (!response.ok && !isGuess) return { models: [], usable: true, latencyMs };
		const listed = response.ok && body !== undefined ? namesIn(modelList.names(body)) : undefined;
		if (!listed)
			return unusable(
				`What answers at ${shownUrl(baseUrl)} is not a list of models${body === undefined ? " (it is too long)" : ""}. Check that it speaks ${protocol}.`,
			);
		const left = listed.length - maxModels;
		return {
			models: listed.slice(0, maxModels),
			...(left > 0 && { modelsLeftOut: left }),
			usable: true,
			latencyMs,
		};
	} catch (cause) {
		if (redirectIn(cause)) return unusable(failureOf(cause, asked).reason);
		return unusable(no({ provider: id, baseUrl }, connectionProblem(cause) ?? failedConnection).reason);
	}
}

function notHere({ baseUrl }: { readonly baseUrl: string }, { why }: ConnectionProblem): { readonly reason: string } {
	return { reason: `Nothing answers at ${shownUrl(baseUrl)} (${why}). Start it, then look again.` };
}

/** What stands between it and here may show a certificate of its own. */
function outOfReach(
	{ provider }: { readonly provider: string },
	{ why, remedy }: ConnectionProblem,
): { readonly reason: string } {
	const helps = remedy?.("its baseUrl in config.jsonc") ?? "See that this machine is online.";
	return { reason: `Provider “${provider}” cannot be reached (${why}). ${helps}` };
}

/** Undefined when there is more than is needed. */
async function boundedText(response: Response): Promise<string | undefined> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of response.body ?? []) {
		bytes += chunk.length;
		if (bytes > maxBytes) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}

function namesIn(listed: readonly unknown[] | undefined): readonly string[] | undefined {
	return listed && [...new Set(listed.filter((name): name is string => typeof name === "string" && isName(name)))];
}

/** As it can be shown and typed in one line. */
function isName(text: string): boolean {
	return text !== "" && text.length <= maxNameChars && !/[\s\p{Cc}\p{Cf}]/u.test(text);
}
