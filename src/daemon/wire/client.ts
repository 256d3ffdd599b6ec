import { isRefusal, Refusal } from "../../core/refusal.ts";
import { eitherWay, ways } from "../../core/ways.ts";
import "vscode-jsonrpc/node";
import type { WebSocket } from "ws";
import type { GoalId } from "../../core/ids.ts";
import type { Actor } from "../../core/values.ts";
import {
	type ModelMethods,
	type ModelNotices,
	modelMethods,
	modelNotices,
	modelsOffer,
} from "../../protocol/editorModels.ts";
import { methods, type Notice, type Notices, oldestProtocol, protocolVersion } from "../../protocol/methods.ts";
import { answering, hearing, openPeer } from "../../protocol/peer.ts";
import { socketPipe } from "../../protocol/socketPipe.ts";
import type { JoinedWindow } from "../editor/editorWindows.ts";
import type { Log } from "../platform/ports.ts";
import type { Trace } from "../platform/trace.ts";
import { StoreError } from "../store/eventStore.ts";
import { type HandlerContext, handlers } from "./handlers.ts";
import { isTooSlow } from "./server.ts";
import type { Services } from "./services.ts";
import { tracedRequest } from "./tracedRequest.ts";

/** One connected client: who it says it is, and what it watches. Everything it holds ends with its socket. */
export function serveClient(socket: WebSocket, services: Services, log: Log, trace?: Trace): void {
	const watches = new Map<GoalId, () => void>();
	let stopSummaries: (() => void) | undefined;
	let stopConfig: (() => void) | undefined;
	let actor: Actor | undefined;
	/** Set once it said that it offers models. */
	let joined: JoinedWindow | undefined;
	let closed = false;
	const gone = new AbortController();

	const client: HandlerContext = {
		services,
		gone: gone.signal,
		hello(protocol, who, offers) {
			if (protocol > protocolVersion) {
				throw new Refusal(
					"protocol",
					`The daemon is too old for the client: it speaks versions ${oldestProtocol} and ${protocolVersion} of the protocol, the client version ${protocol}. End it with ${eitherWay(ways.stopDaemon)}; the client then starts its own.`,
				);
			}
			if (protocol < oldestProtocol) {
				throw new Refusal(
					"protocol",
					`The client is too old for the daemon: it speaks version ${protocol} of the protocol, the daemon versions ${oldestProtocol} and ${protocolVersion}. Update the extension, or the command line.`,
				);
			}
			actor = who;
			if (offers.includes(modelsOffer) && !joined && !closed)
				joined = services.windows.join({
					list: () => peer.request("model/list", {}),
					respond: (request) => peer.request("model/respond", request),
					cancel: (callId) => client.notify("model/cancel", { callId }),
					gone: gone.signal,
				});
		},
		actor() {
			if (!actor) throw new Refusal("helloFirst", "The first request of a connection is daemon/hello.");
			return actor;
		},
		watch(goalId, stop) {
			watches.get(goalId)?.();
			if (closed) stop();
			else watches.set(goalId, stop);
		},
		unwatch(goalId) {
			watches.get(goalId)?.();
			watches.delete(goalId);
		},
		watchSummaries(stop) {
			stopSummaries?.();
			stopSummaries = stop;
			if (closed) stop();
		},
		watchConfig(stop) {
			stopConfig?.();
			stopConfig = stop;
			if (closed) stop();
		},
		notify(name, params) {
			if (closed) return;
			if (isTooSlow(socket)) socket.terminate();
			else peer.notify(name, params);
		},
	};
	const hear = <K extends keyof ModelNotices & string>(name: K, params: Notice<ModelNotices, K>): void => {
		// Of anyone else it is passed over, whatever it says.
		if (!joined) return;
		if (name === "model/parts") {
			const { callId, parts } = params as Notice<ModelNotices, "model/parts">;
			joined.parts(callId, parts);
		} else joined.changed(params as Notice<ModelNotices, "model/changed">);
	};
	const peer = openPeer<ModelMethods, Notices>(socketPipe(socket), {
		answers: answering(methods, guardedWith(trace), client),
		asks: modelMethods,
		hears: hearing(modelNotices, hear),
		report: (cause, method) => log.error(method ? `${method} failed` : "a message cannot be read", cause),
	});
	socket.on("close", () => {
		closed = true;
		gone.abort();
		for (const stop of watches.values()) stop();
		stopSummaries?.();
		stopConfig?.();
		peer.connection.dispose();
	});
}

/** Every request but the first needs a hello before it, and what refuses inside crosses the wire with its code. */
function guardedWith(trace: Trace | undefined): typeof handlers {
	const entries = Object.entries(handlers).map(([method, handle]) => [
		method,
		async (params: never, client: HandlerContext) => {
			if (method !== "daemon/hello") client.actor();
			const answer = () => (handle as (params: never, client: HandlerContext) => unknown)(params, client);
			try {
				return await (trace ? tracedRequest(method, params, answer, trace) : answer());
			} catch (cause) {
				if (isRefusal(cause) || cause instanceof StoreError) throw new Refusal(cause.code, cause.message);
				throw cause;
			}
		},
	]);
	return Object.fromEntries(entries) as unknown as typeof handlers;
}
