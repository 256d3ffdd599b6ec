import { Refusal } from "../core/refusal.ts";
import "vscode-jsonrpc/node";
import WebSocket from "ws";
import { maxMessageBytes } from "../protocol/methods.ts";
import type { DaemonFile } from "./daemonFile.ts";

/** How long the daemon may take to accept a connection. */
const handshakeTimeoutMs = 5_000;

/** Opens a socket to the daemon that the file names, or rejects with a sentence and a code. */
export function openSocket(file: DaemonFile): Promise<WebSocket> {
	return new Promise((resolve, reject) => {
		const socket = new WebSocket(`ws://127.0.0.1:${file.port}/`, {
			headers: { authorization: `Bearer ${file.token}` },
			handshakeTimeout: handshakeTimeoutMs,
			maxPayload: maxMessageBytes,
			perMessageDeflate: false,
			followRedirects: false,
		});
		const failed = (cause: Error) => reject(cause);
		socket.once("error", failed);
		socket.once("unexpected-response", (request, response) => {
			request.destroy();
			const status = response.statusCode ?? 0;
			reject(
				status === 401 || status === 403
					? new Refusal("unauthorized", "The daemon does not accept this client: its token is another one.")
					: new Refusal("unreachable", `What answers on port ${file.port} is not the daemon (HTTP ${status}).`),
			);
		});
		socket.once("open", () => {
			socket.off("error", failed);
			// Between here and the pipe that takes over, an error must not end the process; close follows it.
			socket.on("error", () => undefined);
			resolve(socket);
		});
	});
}
