import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { maxMessageBytes } from "../../protocol/methods.ts";
import type { Log } from "../platform/ports.ts";

/**
 * The daemon's server: loopback only, a token compared in constant time, no page of a browser. An upgrade without the
 * token, with any Origin, or for a foreign Host is refused before a word of the protocol is spoken.
 */
export interface WireServer {
	readonly port: number;
	clients(): number;
	close(): Promise<void>;
}

/** A client that does not read is dropped beyond this; it comes back and catches up. */
const maxUnreadBytes = 32 * 1024 * 1024;
const heartbeatMs = 30_000;

export async function openWireServer(options: {
	readonly token: string;
	readonly log: Log;
	onClient(socket: WebSocket): void;
	onGone(): void;
}): Promise<WireServer> {
	const http = createServer((_request, response) => response.writeHead(426).end());
	const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
	const expected = Buffer.from(`Bearer ${options.token}`);
	await new Promise<void>((resolve, reject) => {
		http.once("error", reject);
		http.listen(0, "127.0.0.1", resolve);
	});
	const { port } = http.address() as AddressInfo;

	http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		socket.on("error", () => socket.destroy());
		const status = refusal(request, port, expected);
		if (status) {
			socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
			return;
		}
		sockets.handleUpgrade(request, socket, head, (client) => {
			client.on("error", (cause) => options.log.debug(`client: ${cause.message}`));
			client.on("close", options.onGone);
			options.onClient(client);
		});
	});
	const heartbeat = setInterval(() => {
		for (const client of sockets.clients) {
			if (client.bufferedAmount > maxUnreadBytes) client.terminate();
			else client.ping();
		}
	}, heartbeatMs);
	heartbeat.unref();

	return {
		port,
		clients: () => sockets.clients.size,
		async close() {
			clearInterval(heartbeat);
			for (const client of sockets.clients) client.close(1001, "the daemon stops");
			const gone = new Promise<void>((resolve) => http.close(() => resolve()));
			setTimeout(() => {
				for (const client of sockets.clients) client.terminate();
				http.closeAllConnections();
			}, 200).unref();
			sockets.close();
			await gone;
		},
	};
}

/** The status line with which an upgrade is refused, if it is. */
function refusal(request: IncomingMessage, port: number, expected: Buffer): string | undefined {
	const { host, origin, authorization } = request.headers;
	if (origin !== undefined) return "403 Forbidden";
	if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return "403 Forbidden";
	const given = Buffer.from(authorization ?? "");
	if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "401 Unauthorized";
	return undefined;
}

/** Drops a client that has stopped reading. */
export function isTooSlow(socket: WebSocket): boolean {
	return socket.bufferedAmount > maxUnreadBytes;
}
