import { Refusal } from "../../src/core/refusal.ts";
import "vscode-jsonrpc/node";
import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import path from "node:path";
import { WebSocketServer } from "ws";
import type { GoalEvent, RecordedEvent } from "../../src/core/events.ts";
import { evolveAll, newGoal, record } from "../../src/core/folds/evolve.ts";
import type { Goal } from "../../src/core/goal.ts";
import type { GoalId } from "../../src/core/ids.ts";
import { defaultSettings } from "../../src/core/settings.ts";
import {
	type Handlers,
	type Methods,
	maxMessageBytes,
	methods,
	type Notices,
	protocolVersion,
} from "../../src/protocol/methods.ts";
import { answering, openPeer } from "../../src/protocol/peer.ts";
import { socketPipe } from "../../src/protocol/socketPipe.ts";
import { summarize, viewGoal } from "../../src/protocol/view.ts";

/**
 * The daemon's end of the wire without a daemon behind it: goals are lists of events in memory, which a test appends
 * to. Sockets are real, and can be cut. Goals outlive `stop`, so that a test can start a second daemon on them.
 */
export interface FakeDaemon {
	readonly home: string;
	readonly port: number;
	readonly goals: Map<GoalId, RecordedEvent[]>;
	/** Records events and tells those who watch. */
	append(goalId: GoalId, ...events: GoalEvent[]): void;
	/** Ends every connection without a word, as a crash of the network or the daemon would. */
	cut(): void;
	/** Cut at once by the daemon's end, as after a kill: its file stays. */
	crash(): Promise<void>;
	/** Ended in order: its file goes. */
	stop(): Promise<void>;
	readonly requests: string[];
	readonly connections: number;
}

type Answers = Partial<Handlers<Methods, Watcher>>;

interface Watcher {
	readonly watched: Set<GoalId>;
	watchesList: boolean;
	notify(name: keyof Notices, params: never): void;
	cut(): void;
}

export async function startFakeDaemon(
	home: string,
	options: {
		readonly goals?: Map<GoalId, RecordedEvent[]>;
		readonly answers?: Answers;
		readonly protocol?: number;
	} = {},
): Promise<FakeDaemon> {
	const goals = options.goals ?? new Map<GoalId, RecordedEvent[]>();
	const token = randomBytes(32).toString("hex");
	const startedAt = new Date().toISOString();
	const watchers = new Set<Watcher>();
	const requests: string[] = [];
	let connections = 0;

	const known = (goalId: GoalId): RecordedEvent[] => {
		const events = goals.get(goalId);
		if (!events) throw new Refusal("unknownGoal", `There is no goal ${goalId}.`);
		return events;
	};
	const fold = (goalId: GoalId): Goal => evolveAll(newGoal(goalId), known(goalId));

	const handlers: Answers = {
		"daemon/hello": ({ protocol }) => {
			const ours = options.protocol ?? protocolVersion;
			if (protocol !== ours)
				throw new Refusal("protocol", `This daemon speaks version ${ours} of the protocol, not ${protocol}.`);
			return { protocol: ours, version: "0.0.0", pid: process.pid, startedAt };
		},
		"goal/list": ({ watch }, watcher) => {
			watcher.watchesList ||= watch;
			return { goals: [...goals.keys()].map((goalId) => summarize(fold(goalId))) };
		},
		"goal/get": ({ goalId }) => viewGoal(fold(goalId), [], Date.now()),
		"goal/watch": async ({ goalId }, watcher) => {
			const goal = fold(goalId);
			watcher.watched.add(goalId);
			return { goal };
		},
		"goal/unwatch": ({ goalId }, watcher) => {
			watcher.watched.delete(goalId);
			return {};
		},
		"goal/events": ({ goalId, afterSeq = 0, limit, types }) => {
			const all = known(goalId);
			const events = all.filter((event) => event.seq > afterSeq && (!types || types.includes(event.type)));
			return { events: events.slice(0, limit), lastSeq: all.length };
		},
		...options.answers,
	};
	const all = new Proxy(handlers, {
		get:
			(target, name: keyof Methods) =>
			(params: never, watcher: Watcher): unknown => {
				requests.push(name);
				const handler = target[name] as ((params: never, watcher: Watcher) => unknown) | undefined;
				if (!handler) throw new Refusal("unknownMethod", `The fake daemon does not answer ${name}.`);
				return handler(params, watcher);
			},
	}) as Handlers<Methods, Watcher>;

	const server = http.createServer((_request, response) => response.writeHead(404).end());
	const sockets = new Set<Socket>();
	server.on("connection", (socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
	});
	const webSockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
	server.on("upgrade", (request, socket, head) => {
		if (request.headers.authorization !== `Bearer ${token}`) {
			socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
			return;
		}
		webSockets.handleUpgrade(request, socket, head, (webSocket) => {
			connections++;
			const watcher: Watcher = {
				watched: new Set(),
				watchesList: false,
				notify: (name, params) => peer.notify(name, params),
				cut: () => webSocket.terminate(),
			};
			const peer = openPeer<Record<never, never>, Notices>(socketPipe(webSocket), {
				answers: answering(methods, all, watcher),
				report(cause) {
					throw cause;
				},
			});
			watchers.add(watcher);
			webSocket.on("close", () => watchers.delete(watcher));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const file = path.join(home, "daemon.json");
	mkdirSync(home, { recursive: true });
	writeFileSync(
		`${file}.new`,
		JSON.stringify({ pid: process.pid, port, token, version: "0.0.0", protocol: protocolVersion, startedAt }),
	);
	renameSync(`${file}.new`, file);

	const cut = () => {
		for (const watcher of [...watchers]) watcher.cut();
	};
	const crash = async () => {
		for (const socket of sockets) socket.destroy();
		await new Promise<void>((resolve) => server.close(() => resolve()));
	};
	return {
		home,
		port,
		goals,
		append(goalId, ...events) {
			const log = goals.get(goalId) ?? [];
			goals.set(goalId, log);
			const recorded = record({ ...newGoal(goalId), seq: log.length }, 1, new Date().toISOString(), events);
			log.push(...recorded);
			for (const watcher of watchers) {
				if (watcher.watched.has(goalId)) watcher.notify("goal/event", { goalId, events: recorded } as never);
				if (watcher.watchesList) watcher.notify("goal/summary", { goal: summarize(fold(goalId)) } as never);
			}
		},
		cut,
		crash,
		async stop() {
			rmSync(file, { force: true });
			await crash();
		},
		requests,
		get connections() {
			return connections;
		},
	};
}

/** The first event of a goal, so that a test has one to watch. */
export function launched(goalId: GoalId, title = "A goal"): GoalEvent {
	return {
		type: "goal.launched",
		goalId,
		title,
		prompt: title,
		workspace: "/somewhere",
		settings: defaultSettings,
		by: { client: "test" },
	};
}
