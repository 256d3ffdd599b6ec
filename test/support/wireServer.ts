import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json, Said, WireFixture } from "./wireFixtures.ts";

/** A server of one protocol over real HTTP, which keeps what it was sent as it came. */
export interface WireServer {
	/** For a provider's `baseUrl`. */
	readonly baseUrl: string;
	readonly requests: readonly WireRequest[];
	/** Replaces what it answers. */
	use(script: WireScript): void;
	close(): Promise<void>;
}

export interface WireRequest {
	readonly path: string;
	readonly headers: http.IncomingHttpHeaders;
	readonly body: Json;
}

export interface RawAnswer {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** Written one after the other: bytes and texts as they are, all else as JSON. */
	readonly pieces: readonly (string | Uint8Array | object)[];
	/** So long after each. */
	readonly pauseMs?: number;
	/** The connection breaks behind them. */
	readonly breaks?: boolean;
	/** It stays open behind them. */
	readonly hangs?: boolean;
}

export type WireScript = (request: WireRequest, number: number) => Said | RawAnswer | Promise<Said | RawAnswer>;

export async function startWireServer(fixture: WireFixture, models: readonly string[] = []): Promise<WireServer> {
	let script: WireScript = () => ({ text: "ok" });
	const requests: WireRequest[] = [];
	const server = http.createServer(async (incoming, outgoing) => {
		const url = new URL(incoming.url ?? "/", "http://localhost");
		const below = url.pathname.slice(fixture.basePath.length);
		if (incoming.method === "GET" && below === "/models") {
			const data = models.map((id) => ({ id }));
			const listed = models.map((name) => ({
				name: `models/${name}`,
				supportedGenerationMethods: ["generateContent"],
			}));
			outgoing.end(JSON.stringify({ data, models: listed }));
			return;
		}
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const body = JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}");
		const request = { path: url.pathname, headers: incoming.headers, body };
		requests.push(request);
		const model = body.model ?? /models\/([^:]+):/.exec(url.pathname)?.[1];
		const said = await script(request, requests.length);
		const raw: RawAnswer = "pieces" in said ? said : { pieces: fixture.stream(said, model) };
		const isEvents = (raw.status ?? 200) < 300;
		outgoing.writeHead(raw.status ?? 200, {
			"content-type": isEvents ? "text/event-stream" : "application/json",
			...raw.headers,
		});
		if (raw.pieces.length === 0) outgoing.flushHeaders();
		for (const piece of raw.pieces) {
			if (outgoing.destroyed) return;
			await new Promise<void>((written) =>
				outgoing.write(typeof piece === "string" || piece instanceof Uint8Array ? piece : JSON.stringify(piece), () =>
					written(),
				),
			);
			if (raw.pauseMs) await sleep(raw.pauseMs);
		}
		if (raw.hangs) return;
		if (raw.breaks) outgoing.destroy();
		else outgoing.end();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${fixture.basePath}`,
		requests,
		use(next) {
			script = next;
		},
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
