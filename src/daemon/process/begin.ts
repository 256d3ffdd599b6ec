import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { crashPoint } from "../platform/crashPoint.ts";
import { makeDurableFolder } from "../platform/durableFolder.ts";
import { resourceLimits } from "../store/sqliteStore.ts";
import type { StoreWorkerData } from "../store/storeMessages.ts";
import { type Lock, takeLock } from "./lock.ts";

/**
 * What a daemon does first: it takes its folder and starts the store's thread, which needs as long to come up as the rest
 * of the daemon needs to be loaded. So this file imports little, and main.ts loads compose.ts after it.
 */
export interface Begun {
	readonly home: string;
	readonly lock: Lock;
	readonly storeFolder: string;
	/** It opens the store's file by itself, and greets. */
	readonly storeThread: Worker;
}

/** Resolves with undefined when another daemon holds the folder. Rejects with a sentence when the folder cannot be used. */
export async function begin(home: string): Promise<Begun | undefined> {
	prepareFolder(home);
	process.chdir(home);
	const lock = await takeLock(home);
	if (!lock) return undefined;
	crashPoint("start.locked");
	const storeFolder = path.join(home, "store");
	makeDurableFolder(storeFolder);
	const wasmPath = path.join(__dirname, "sql-wasm-debug.wasm");
	const workerData: StoreWorkerData = { folder: storeFolder, wasmPath, owner: lock.owner };
	const workerPath = path.join(__dirname, "storeWorker.js");
	const storeThread = new Worker(workerPath, { workerData, resourceLimits });
	return { home, lock, storeFolder, storeThread };
}

function prepareFolder(home: string): void {
	try {
		makeDurableFolder(home);
		writeFileSync(path.join(home, ".writable"), "", { mode: 0o600 });
		rmSync(path.join(home, ".writable"), { force: true });
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new Error(
			`The data folder ${home} cannot be written (${why}). Make it writable, or name another one in MISSION_HOME.`,
		);
	}
}
