import * as fs from "node:fs";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createEventLog } from "./eventLog.ts";
import { ownerCheck } from "./ownerCheck.ts";
import { loadSqlite } from "./sqliteFile.ts";
import { storeFileName } from "./storeFile.ts";
import type { StoreGreeting, StoreReply, StoreRequest, StoreWorkerData } from "./storeMessages.ts";
import { createStoreQueue, failureOf } from "./storeQueue.ts";

/** Entry of the store's worker thread: SQLite is synchronous, and the daemon must not wait for the disk. */
if (parentPort === null) throw new Error("storeWorker is started as a worker thread by sqliteStore.");
void serve(parentPort, workerData as StoreWorkerData);

async function serve(port: MessagePort, { folder, wasmPath, owner }: StoreWorkerData): Promise<void> {
	const greet = (greeting: StoreGreeting) => port.postMessage(greeting);
	try {
		const checkOwner = ownerCheck(owner);
		checkOwner();
		const engine = await loadSqlite(wasmPath);
		const log = createEventLog({ file: engine.open({ folder, name: storeFileName, io: fs }), checkOwner });
		const queue = createStoreQueue({
			log,
			post: (replies: readonly StoreReply[]) => port.postMessage(replies),
			onClosed: () => port.close(),
		});
		port.on("message", (requests: readonly StoreRequest[]) => queue.push(requests));
		greet({ ready: true });
	} catch (error) {
		greet({ ready: false, failure: failureOf(error) });
		port.close();
	}
}
