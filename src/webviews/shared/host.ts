// Gives vscode-jsonrpc the browser's timers and encoders.
import "vscode-jsonrpc/browser";
import type { Message } from "vscode-jsonrpc/browser";
import type { Notice } from "../../protocol/methods.ts";
import { hearing, openPeer, type Requester } from "../../protocol/peer.ts";
import { portPipe } from "../../protocol/socketPipe.ts";
import { type WebviewMethods, type WebviewNotices, webviewMethods, webviewNotices } from "../../protocol/webview.ts";

/**
 * The editor, as a webview sees it: JSON-RPC messages, posted whole in both directions. What may be asked stands in
 * webview.ts; the daemon's address and token never come here.
 */
export interface Host extends Requester<WebviewMethods> {
	/** Calls `listen` for every notice of that name until the returned function is called. */
	on<K extends NoticeName>(name: K, listen: (params: Notice<WebviewNotices, K>) => void): () => void;
}

export type NoticeName = keyof WebviewNotices & string;

export function connectHost(): Host {
	const listeners = new Map<string, Set<(params: never) => void>>();
	const api = acquireVsCodeApi();
	const peer = openPeer(
		portPipe({
			post: (message) => api.postMessage(message),
			onMessage: (listen) =>
				window.addEventListener("message", ({ data }: MessageEvent) => {
					if (isMessage(data)) listen(data);
				}),
			onClose: () => undefined,
		}),
		{
			asks: webviewMethods,
			hears: hearing(webviewNotices, (name, params) => {
				for (const listen of [...(listeners.get(name) ?? [])]) listen(params as never);
			}),
			report: (cause) => console.error(cause),
		},
	);
	return {
		request: peer.request,
		on(name, listen) {
			const known = listeners.get(name) ?? new Set();
			listeners.set(name, known.add(listen));
			return () => known.delete(listen);
		},
	};
}

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

function isMessage(data: unknown): data is Message {
	return typeof data === "object" && data !== null && (data as { jsonrpc?: unknown }).jsonrpc === "2.0";
}
