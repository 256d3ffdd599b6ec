import type { Actor } from "../core/values.ts";
import { type ModelNotices, modelsOffer } from "../protocol/editorModels.ts";
import {
	type Input,
	type MethodName,
	type Methods,
	methods,
	type Notice,
	type Notices,
	notices,
	protocolVersion,
	type Result,
} from "../protocol/methods.ts";
import { hearing, openPeer } from "../protocol/peer.ts";
import { socketPipe } from "../protocol/socketPipe.ts";
import type { DaemonFile } from "./daemonFile.ts";
import { type ModelOffer, offerModels } from "./offeredModels.ts";
import { openSocket } from "./transport.ts";
import { wholePage } from "./wholePage.ts";

/** One connection to one daemon, from the first word to the last. Coming back is the client's business. */
export interface Connection {
	readonly hello: Result<Methods, "daemon/hello">;
	request<M extends MethodName>(method: M, params: Input<Methods, M>): Promise<Result<Methods, M>>;
	/** Resolves when the connection is gone, whoever ended it. */
	readonly closed: Promise<void>;
	close(): void;
}

export interface ConnectionEvents {
	onNotice<K extends keyof Notices>(name: K, params: Notice<Notices, K>): void;
	/** The daemon showed a sign of life. */
	onHeard(): void;
	report(cause: unknown): void;
}

/** How often the daemon is asked for a sign of life, and after how long a silence it counts as gone. */
const pingEveryMs = 10_000;
const silenceMs = 30_000;
/** A daemon that accepts a connection but says nothing is not there; on a machine that is busy its first word takes seconds. */
const helloTimeoutMs = 15_000;

/** Connects and says hello. Rejects with a sentence where the two do not understand each other. */
export async function openConnection(
	file: DaemonFile,
	actor: Actor,
	events: ConnectionEvents,
	models?: ModelOffer,
): Promise<Connection> {
	const socket = await openSocket(file);
	const offered = models && offerModels(models, (name, params) => peer.notify(name, params));
	const hear: ConnectionEvents["onNotice"] = (name, params) => {
		if (name === "model/cancel") offered?.cancel((params as Notice<Notices, "model/cancel">).callId);
		else events.onNotice(name, params);
	};
	const peer = openPeer<Methods, ModelNotices>(socketPipe(socket), {
		answers: offered?.answers,
		asks: methods,
		hears: hearing(notices, hear),
		report: events.report,
	});
	void peer.closed.then(() => offered?.close());
	const beat = keepAlive(socket, events.onHeard);
	void peer.closed.then(() => clearInterval(beat));
	const close = () => socket.terminate();
	const late = setTimeout(close, helloTimeoutMs);
	try {
		const offers = offered ? [modelsOffer] : [];
		const protocol = Math.min(protocolVersion, file.protocol);
		const hello = await peer.request("daemon/hello", { protocol, actor, offers });
		events.onHeard();
		const request: Connection["request"] = (method, params) =>
			method === "goal/events"
				? (wholePage((part) => peer.request("goal/events", part), params as never) as never)
				: peer.request(method, params);
		return { hello, request, closed: peer.closed, close };
	} catch (cause) {
		close();
		throw cause;
	} finally {
		clearTimeout(late);
	}
}

/** Without an answer for too long the socket is cut, which is how everything else learns that the daemon is gone. */
function keepAlive(socket: Awaited<ReturnType<typeof openSocket>>, onHeard: () => void): NodeJS.Timeout {
	let heardAt = performance.now();
	const heard = () => {
		heardAt = performance.now();
		onHeard();
	};
	socket.on("pong", heard);
	socket.on("message", heard);
	const timer = setInterval(() => {
		if (performance.now() - heardAt > silenceMs) socket.terminate();
		else if (socket.readyState === socket.OPEN) socket.ping();
	}, pingEveryMs);
	timer.unref();
	return timer;
}
