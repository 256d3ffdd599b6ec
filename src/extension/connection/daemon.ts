import type { ClientOptions } from "../../client/clientOptions.ts";
import type { DaemonClient } from "../../client/daemonClient.ts";
import type { watchGoals } from "../../client/goalsWatch.ts";
import type { watchGoal } from "../../client/goalWatch.ts";
import { Refusal } from "../../core/refusal.ts";
import type { Input, MethodName, Methods, Result } from "../../protocol/methods.ts";
import type { Connection } from "../../protocol/webview.ts";
import { t } from "../words/words.ts";

/**
 * The daemon as the whole extension sees it. Opened after activation, so that starting VS Code waits for nothing, and
 * opened anew when trust or the data folder changes. Looking never starts a daemon; asking for something to be done does.
 */
export interface Daemon {
	readonly connection: Connection;
	/** For what a person looks at: answered from a daemon that is there, refused otherwise. */
	read<M extends MethodName>(method: M, params: Input<Methods, M>): Promise<Result<Methods, M>>;
	/** For what a person wants done: starts the daemon where none runs. */
	ask<M extends MethodName>(method: M, params: Input<Methods, M>): Promise<Result<Methods, M>>;
	onConnection(listener: (connection: Connection) => void): () => void;
	/** Called with each client that is opened; what it returns is called before that client closes. */
	whileOpen(use: Use): void;
	/** Starts the daemon, or tries again at once. */
	start(): void;
	/** Opens the client, in place of the one before if there was one. */
	open(options: ClientOptions): Promise<void>;
	close(): void;
}

/** The client's parts come with it, since they are loaded with it. */
export interface OpenClient {
	readonly client: DaemonClient;
	readonly watchGoal: typeof watchGoal;
	readonly watchGoals: typeof watchGoals;
}
type Use = (open: OpenClient) => () => void;

/** Before what a person wants done is asked: rejects where it is not to be. */
type Before = <M extends MethodName>(method: M, params: Input<Methods, M>) => Promise<void>;

export function createDaemon(before?: Before): Daemon {
	const listeners = new Set<(connection: Connection) => void>();
	const users: Use[] = [];
	let opened: OpenClient | undefined;
	let endings: (() => void)[] = [];
	let generation = 0;

	const connection = (): Connection => ({
		state: opened?.client.state ?? "connecting",
		lastSeen: opened?.client.lastSeen,
	});
	const tell = () => {
		for (const listener of [...listeners]) listener(connection());
	};
	const close = () => {
		generation++;
		for (const end of endings) end();
		endings = [];
		opened?.client.close();
		opened = undefined;
	};

	return {
		get connection() {
			return connection();
		},
		async read(method, params) {
			if (opened?.client.state !== "connected") throw notConnected();
			return opened.client.request(method, params);
		},
		async ask(method, params) {
			if (!opened) throw notConnected();
			if (before && (method === "goal/launch" || method === "roster/edit")) await before(method, params);
			return opened.client.request(method, params);
		},
		onConnection(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		whileOpen(use) {
			users.push(use);
			if (opened) endings.push(use(opened));
		},
		start() {
			opened?.client.start();
		},
		async open(options) {
			close();
			const mine = generation;
			// Loaded only now: the wire and its schemas are the larger part of the extension's code.
			const [{ openClient }, { watchGoal }, { watchGoals }] = await Promise.all([
				import("../../client/daemonClient.ts"),
				import("../../client/goalWatch.ts"),
				import("../../client/goalsWatch.ts"),
			]);
			if (mine !== generation) return;
			const open = { client: openClient(options), watchGoal, watchGoals };
			opened = open;
			endings = [open.client.onState(tell), ...users.map((use) => use(open))];
			tell();
		},
		close,
	};
}

export function notConnected(): Refusal {
	return new Refusal("notConnected", t("Not connected to the goal daemon. Start it, then try again."));
}
