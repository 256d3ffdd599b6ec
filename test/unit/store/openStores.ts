import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { withChain } from "../../../src/daemon/store/chainedStore.ts";
import { createEventLog } from "../../../src/daemon/store/eventLog.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import type { FileIo } from "../../../src/daemon/store/fileIo.ts";
import { ownerCheck } from "../../../src/daemon/store/ownerCheck.ts";
import { loadSqlite } from "../../../src/daemon/store/sqliteFile.ts";
import { openSqliteStore, resourceLimits } from "../../../src/daemon/store/sqliteStore.ts";
import { connectStore } from "../../../src/daemon/store/storeClient.ts";
import { storeFileName } from "../../../src/daemon/store/storeFile.ts";
import type { StoreReply } from "../../../src/daemon/store/storeMessages.ts";
import { createStoreQueue } from "../../../src/daemon/store/storeQueue.ts";

/** Ways to open the real store from source. */

export const wasmPath = require.resolve("sql.js/dist/sql-wasm-debug.wasm");
const workerSource = resolve("src/daemon/store/storeWorker.ts");
export const nonce = "6e6f6e63652d6f66-this-daemon";

const folders: string[] = [];

/** A folder with an owner file that names us. Removed by `removeFolders`. */
export function newFolder(): string {
	const folder = fs.mkdtempSync(join(tmpdir(), "mission-store-"));
	folders.push(folder);
	fs.writeFileSync(ownerFile(folder), JSON.stringify({ nonce }));
	return folder;
}

export function ownerFile(folder: string): string {
	return join(folder, "owner.json");
}

export function removeFolders(): void {
	for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
}

/** In a worker thread, as the daemon has it. */
export function openInWorker(
	folder: string,
	onStarted?: (worker: Worker) => void,
	onLost?: (why: string) => void,
): Promise<Store> {
	return openSqliteStore({
		folder,
		onLost,
		owner: { file: ownerFile(folder), nonce },
		wasmPath,
		workerFactory(workerData) {
			const source = `require("tsx/cjs"); require(${JSON.stringify(workerSource)})`;
			const worker = new Worker(source, { eval: true, workerData, resourceLimits });
			onStarted?.(worker);
			return worker;
		},
	});
}

export interface HereOptions {
	readonly io?: FileIo;
	/** As the io knows it. */
	readonly folder: string;
	readonly checkOwner?: () => void;
	readonly synchronous?: "FULL" | "NORMAL";
	readonly maxWalBytes?: number;
}

/** In this thread, on any disk: the same queue and log without the worker between. */
export async function openHere(options: HereOptions): Promise<Store> {
	const { io = fs, folder, checkOwner = () => undefined, synchronous, maxWalBytes } = options;
	const engine = await loadSqlite(wasmPath);
	const log = createEventLog({
		file: engine.open({ folder, name: storeFileName, io, synchronous }),
		checkOwner,
		maxWalBytes,
	});
	let listener: (replies: readonly StoreReply[]) => void = () => undefined;
	let onEnded: () => void = () => undefined;
	const ended = new Promise<void>((resolveEnded) => {
		onEnded = resolveEnded;
	});
	const queue = createStoreQueue({ log, post: (replies) => listener(replies), onClosed: onEnded });
	const rows = connectStore({
		post: (requests) => queue.push(requests),
		onReplies: (added) => {
			listener = added;
		},
		onLost: () => undefined,
		ended: () => ended,
	});
	return withChain(rows);
}

export function checkFolderOwner(folder: string): () => void {
	return ownerCheck({ file: ownerFile(folder), nonce });
}
