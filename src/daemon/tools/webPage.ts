import dns from "node:dns";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Readable } from "node:stream";
import zlib from "node:zlib";
import { ToolError, type WebPage } from "./tool.ts";
import { isPrivateAddress, isPrivateAllowed } from "./webAddress.ts";

/** A redirect is told and not followed: another host is another question. */
export type WebAnswer =
	| { readonly kind: "redirect"; readonly to: string }
	| { readonly kind: "page"; readonly page: WebPage };

export interface WebRequest {
	readonly signal: AbortSignal;
	readonly timeoutMs: number;
	/** Hosts of this machine and its network that the person allows. */
	readonly privateHosts: readonly string[];
}

/** Of a page, unpacked. */
const maxBytes = 2 * 1024 * 1024;

/** Throws `ToolError` with a sentence when nothing usable comes, and the signal's reason when that aborts. */
export async function getPage(url: URL, { signal, timeoutMs, privateHosts }: WebRequest): Promise<WebAnswer> {
	const isAllowed = isPrivateAllowed(url, privateHosts);
	if (!isAllowed && isIP(url.hostname.replace(/^\[|\]$/g, "")) && isPrivateAddress(url.hostname)) throw isPrivate(url);
	const over = AbortSignal.timeout(timeoutMs);
	try {
		const response = await send(url, AbortSignal.any([signal, over]), isAllowed);
		return await read(url, response);
	} catch (cause) {
		signal.throwIfAborted();
		if (cause instanceof ToolError) throw cause;
		if (over.aborted) throw new ToolError(`${url.host} did not answer within ${timeoutMs} ms.`);
		throw new ToolError(sentence(url, cause as NodeJS.ErrnoException));
	}
}

function send(url: URL, signal: AbortSignal, isAllowed: boolean): Promise<http.IncomingMessage> {
	/** What a name leads to is looked at where the connection is made: it may lead elsewhere a moment later. */
	const lookup: LookupFunction = (host, options, done) => {
		dns.lookup(host, { ...options, all: true }, (cause, addresses) => {
			if (cause) return done(cause, "", 0);
			if (!isAllowed && addresses.some(({ address }) => isPrivateAddress(address))) return done(isPrivate(url), "", 0);
			const [first] = addresses;
			return options.all ? done(null, addresses as never) : done(null, first!.address, first!.family);
		});
	};
	return new Promise((resolve, reject) => {
		const { get } = url.protocol === "https:" ? https : http;
		const request = get(url, { lookup, signal, agent: false, headers }, resolve);
		request.on("error", reject);
	});
}

const headers = {
	"user-agent": "mission-control",
	accept: "text/html, application/xhtml+xml, text/markdown, text/plain, application/json, */*;q=0.5",
	"accept-encoding": "gzip, deflate, br",
};

async function read(url: URL, response: http.IncomingMessage): Promise<WebAnswer> {
	const { statusCode: status = 0, statusMessage = "", headers: got } = response;
	if (status >= 300 && status < 400 && got.location) {
		response.destroy();
		if (!URL.canParse(got.location, url.href))
			throw new ToolError(`${url.host} leads to something that is no address.`);
		return { kind: "redirect", to: new URL(got.location, url.href).href };
	}
	const type = (got["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
	const body = unpacked(response, got["content-encoding"]);
	const chunks: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const chunk of body as AsyncIterable<Buffer>) {
			chunks.push(chunk.subarray(0, maxBytes - size));
			size += chunk.length;
			if (size > maxBytes) break;
		}
	} finally {
		body.destroy();
		response.destroy();
	}
	const isCut = size > maxBytes;
	return { kind: "page", page: { status, statusText: statusMessage, type, bytes: Buffer.concat(chunks), isCut } };
}

/** Unpacked piece by piece, so that what is small on the way is never large here. */
function unpacked(response: http.IncomingMessage, encoding = "identity"): Readable {
	const unpack = unpackers[encoding.trim().toLowerCase()];
	if (!unpack) return response;
	const unpacking = unpack();
	response.on("error", (cause) => unpacking.destroy(cause));
	return response.pipe(unpacking);
}

const unpackers: Readonly<Record<string, () => zlib.Gunzip | zlib.Inflate | zlib.BrotliDecompress>> = {
	gzip: () => zlib.createGunzip(),
	"x-gzip": () => zlib.createGunzip(),
	deflate: () => zlib.createInflate(),
	br: () => zlib.createBrotliDecompress(),
};

function isPrivate(url: URL): ToolError {
	return new ToolError(
		`${url.host} lies in this machine or its network, which is fetched from only where the person allows it (fetch.privateHosts in config.jsonc).`,
	);
}

function sentence({ host, hostname }: URL, { code = "", message }: NodeJS.ErrnoException): string {
	if (code === "ENOTFOUND" || code === "EAI_AGAIN")
		return `There is no host ${hostname}, or its name cannot be looked up now.`;
	if (code === "ECONNREFUSED") return `Nothing answers at ${host}.`;
	if (/CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY/.test(code)) return `${host} cannot be trusted: ${message}.`;
	if (code === "HPE_HEADER_OVERFLOW") return `${host} answers with headers that are too long.`;
	if (/^(Z_|ERR_BROTLI|ERR__ERROR)/.test(code)) return `${host} answers with something that cannot be unpacked.`;
	return `${host} could not be read: ${message || code}.`;
}
