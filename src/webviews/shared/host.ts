import { AbstractMessageReader, AbstractMessageWriter, type DataCallback, type Message } from "vscode-jsonrpc/browser";
import type { Notice } from "../../protocol/methods.ts";
import { connect, type Requester } from "../../protocol/peer.ts";
import { type SurfaceMethods, type SurfaceNotices, surfaceMethods, surfaceNotices } from "../../protocol/surface.ts";

/**
 * The editor, as a webview sees it: JSON-RPC messages, posted whole in both directions. What may be asked stands in
 * surface.ts; the daemon's address and token never come here.
 */
export interface Host extends Requester<SurfaceMethods> {
	/** Calls `listen` for every notice of that name until the returned function is called. */
	on<K extends NoticeName>(name: K, listen: (params: Notice<SurfaceNotices, K>) => void): () => void;
}

export type NoticeName = keyof SurfaceNotices & string;

export function connectHost(): Host {
	const listeners = new Map<string, Set<(params: never) => void>>();
	const api = acquireVsCodeApi();
	const peer = connect(
		{ reader: new WindowReader(), writer: new EditorWriter(api) },
		surfaceMethods,
		surfaceNotices,
		(name, params) => {
			for (const listen of [...(listeners.get(name) ?? [])]) listen(params as never);
		},
		(cause) => console.error(cause),
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

interface EditorApi {
	postMessage(message: unknown): void;
}
declare function acquireVsCodeApi(): EditorApi;

class WindowReader extends AbstractMessageReader {
	override listen(callback: DataCallback) {
		const receive = (event: MessageEvent) => {
			if (isMessage(event.data)) callback(event.data);
		};
		window.addEventListener("message", receive);
		return { dispose: () => window.removeEventListener("message", receive) };
	}
}

class EditorWriter extends AbstractMessageWriter {
	readonly #api: EditorApi;
	constructor(api: EditorApi) {
		super();
		this.#api = api;
	}
	async write(message: Message): Promise<void> {
		this.#api.postMessage(message);
	}
	end(): void {}
}

function isMessage(data: unknown): data is Message {
	return typeof data === "object" && data !== null && (data as { jsonrpc?: unknown }).jsonrpc === "2.0";
}
