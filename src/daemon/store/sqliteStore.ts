import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { withChain } from "./chainedStore.ts";
import { type Store, StoreError } from "./eventStore.ts";
import { connectStore } from "./storeClient.ts";
import type { StoreGreeting, StoreOwner, StorePort, StoreReply, StoreWorkerData } from "./storeMessages.ts";

/**
 * The event store on SQLite, in a worker thread of its own. This is the daemon's side: it opens the folder, starts the
 * worker and waits until the file is open, recovered and migrated.
 */
export interface SqliteStoreOptions {
	/** The folder of the store's file; created if need be. */
	readonly folder: string;
	/** Who may write: see ownerCheck.ts. */
	readonly owner: StoreOwner;
	/** sql.js's `sql-wasm-debug.wasm`; the build copies it next to the bundle. */
	readonly wasmPath?: string;
	/** The bundled `storeWorker.ts`; the build puts it next to the bundle. */
	readonly workerPath?: string;
	/** Called when the worker ends by itself; from then on every call is refused. */
	onLost?(why: string): void;
	/** Starts the worker some other way, for example from source. */
	readonly workerFactory?: (data: StoreWorkerData) => Worker;
}

/** Rejects with `StoreError` "fenced", "full" or "unavailable". */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
	const { folder, owner, wasmPath = join(__dirname, "sql-wasm-debug.wasm") } = options;
	const workerPath = options.workerPath ?? join(__dirname, "storeWorker.js");
	const start = options.workerFactory ?? ((workerData) => new Worker(workerPath, { workerData, resourceLimits }));
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const worker = start({ folder, wasmPath, owner });
	await greeting(worker);
	const store = withChain(connectStore(portOf(worker)));
	let isClosing = false;
	let why: string | undefined;
	worker.once("error", (error) => {
		why = error.message;
	});
	worker.once("exit", (code) => {
		if (!isClosing) options.onLost?.(why ?? `exit code ${code}`);
	});
	return {
		...store,
		close() {
			isClosing = true;
			return store.close();
		},
	};
}

/** SQLite's memory is outside of these; they bound what a read holds while it is handed over. */
export const resourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 } as const;

/** Waits for the first message; `once` takes every listener off again. */
async function greeting(worker: Worker): Promise<void> {
	const over = new AbortController();
	const { signal } = over;
	try {
		const exit = once(worker, "exit", { signal }).then((): never => {
			throw new Error("The event store's worker ended before it was ready.");
		});
		exit.catch(() => undefined);
		const [first] = (await Promise.race([once(worker, "message", { signal }), exit])) as [StoreGreeting];
		if (first.ready) return;
		const { code, message } = first.failure;
		throw code === undefined ? new Error(message) : new StoreError(code, message);
	} finally {
		over.abort();
	}
}

function portOf(worker: Worker): StorePort {
	const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
	return {
		post: (requests) => worker.postMessage(requests),
		onReplies: (listener) => worker.on("message", (replies: readonly StoreReply[]) => listener(replies)),
		onLost(listener) {
			worker.on("error", (error: Error) => listener(error.message));
			worker.on("exit", (code) => listener(`exit code ${code}`));
		},
		ended: () => ended,
	};
}
