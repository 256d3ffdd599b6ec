import { sha256 } from "../platform/digest.ts";
import type { Clock, Log } from "../platform/ports.ts";
import type { Connected, ConnectOptions } from "./connection.ts";
import type { McpConnection, ResolvedReach } from "./mcpConnection.ts";

/**
 * Servers that are in use, one connection a goal and a server: begun when it is first needed, begun again when it has
 * ended, and no more when it ends again and again. It ends with its goal.
 */
export interface ServerPool {
	/** The sentence why there is none goes on from the server's name. */
	connection(goalId: string, name: string, reach: ResolvedReach): Promise<McpConnection | { readonly failed: string }>;
	/** It runs, begun for this goal in just this way. */
	isOpen(goalId: string, name: string, reach: ResolvedReach): boolean;
	/** Of a goal: what its servers are, as far as they were asked for. */
	states(goalId: string): readonly ServerState[];
	end(goalId: string): Promise<void>;
	close(): Promise<void>;
}

export interface ServerState {
	readonly name: string;
	readonly state: "starting" | "running" | "ended" | "failed";
	readonly reason?: string;
}

/** How often one server begins within a goal, until the daemon starts again. */
const maxStarts = 4;
const retryMs = 60_000;
/** A program may be fetched first. */
const connectMs = 60_000;
/** Longer answers are not read. */
export const maxMessageBytes = 8 * 1024 * 1024;

interface Slot {
	readonly name: string;
	readonly goalId: string;
	readonly abort: AbortController;
	opening: Promise<Connected>;
	connection?: McpConnection;
	failed?: string;
	/** One that could not be begun is tried again after a while only. Milliseconds since the epoch. */
	retryAt: number;
	starts: number;
}

export function openServerPool(parts: {
	readonly version: string;
	readonly clock: Clock;
	readonly log: Log;
	connect(reach: ResolvedReach, options: ConnectOptions): Promise<Connected>;
	/** Processes of servers are written down while they run, so that what a killed daemon leaves is found again. */
	onStarted(pid: number): void;
	onEnded(pid: number): void;
}): ServerPool {
	const slots = new Map<string, Slot>();
	/** Servers on their way out. */
	const going = new Set<Promise<void>>();
	let isClosed = false;

	return {
		async connection(goalId, name, reach) {
			// The values are part of what it is: with another token it is begun anew.
			const key = sha256([goalId, name, reach]);
			const known = slots.get(key);
			if (known?.connection?.isOpen()) return known.connection;
			if (known && !known.connection && known.failed === undefined) return settled(known);
			if (known?.failed !== undefined && parts.clock.now() < known.retryAt) return { failed: known.failed };
			if (known && known.starts >= maxStarts)
				return {
					failed: `${known.failed ?? "it ended again and again."} It was begun ${known.starts} times, and is not begun again for this goal until the daemon starts anew.`,
				};
			if (isClosed) return { failed: "the daemon is stopping." };
			// With another value it is another server: the one before has no use any more.
			void drop((slot) => slot.goalId === goalId && slot.name === name);
			const slot = begin(goalId, name, reach, (known?.starts ?? 0) + 1);
			slots.set(key, slot);
			return settled(slot);
		},
		isOpen: (goalId, name, reach) => slots.get(sha256([goalId, name, reach]))?.connection?.isOpen() === true,
		states: (goalId) =>
			[...slots.values()]
				.filter((slot) => slot.goalId === goalId)
				.map(({ name, connection, failed }) => {
					if (failed !== undefined) return { name, state: "failed", reason: failed };
					if (!connection) return { name, state: "starting" };
					return { name, state: connection.isOpen() ? "running" : "ended" };
				}),
		end: (goalId) => drop((slot) => slot.goalId === goalId),
		async close() {
			isClosed = true;
			void drop(() => true);
			// Also those whose goals have just ended.
			await Promise.all(going);
		},
	};

	function begin(goalId: string, name: string, reach: ResolvedReach, starts: number): Slot {
		const abort = new AbortController();
		const began = parts.clock.now();
		const opening = parts.connect(reach, {
			client: { name: "mission-control", version: parts.version },
			signal: abort.signal,
			timeoutMs: connectMs,
			maxMessageBytes,
			onStarted: parts.onStarted,
			onEnded: parts.onEnded,
		});
		const slot: Slot = { name, goalId, abort, opening, starts, retryAt: 0 };
		opening.then(
			(connected) => {
				slot.retryAt = parts.clock.now() + starts * retryMs;
				if (connected.kind === "failed") slot.failed = connected.reason;
				else slot.connection = connected.connection;
				const how = connected.kind === "failed" ? connected.reason : `after ${parts.clock.now() - began} ms`;
				parts.log.info(`MCP server ${name} of ${goalId} ${connected.kind}: ${how}`);
			},
			(cause: unknown) => {
				slot.failed = `it could not be spoken to: ${String(cause)}`;
			},
		);
		return slot;
	}

	async function settled(slot: Slot): Promise<McpConnection | { readonly failed: string }> {
		const connected = await slot.opening.catch((cause: unknown) => ({
			kind: "failed" as const,
			reason: `it could not be spoken to: ${String(cause)}`,
		}));
		return connected.kind === "failed" ? { failed: connected.reason } : connected.connection;
	}

	function drop(which: (slot: Slot) => boolean): Promise<void> {
		const ending = end(which).finally(() => going.delete(ending));
		going.add(ending);
		return ending;
	}

	async function end(which: (slot: Slot) => boolean): Promise<void> {
		const dropped = [...slots].filter(([, slot]) => which(slot));
		for (const [key] of dropped) slots.delete(key);
		await Promise.all(
			dropped.map(async ([, slot]) => {
				slot.abort.abort();
				const connected = await slot.opening.catch(() => undefined);
				if (connected?.kind === "connected") await connected.connection.close();
			}),
		);
	}
}
