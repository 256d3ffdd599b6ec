import path from "node:path";
import { Worker } from "node:worker_threads";
import { makeDurableFolder } from "../platform/durableFolder.ts";
import { resourceLimits } from "./sqliteStore.ts";
import type { StoreKind } from "./storeKinds.ts";
import type { StoreOwner, StoreWorkerData } from "./storeMessages.ts";

/** A store that comes up while the daemon is loaded. */
export interface BegunStore {
	readonly kind: StoreKind;
	readonly folder: string;
	/** It opens the store's file by itself, and greets. */
	readonly thread: Worker;
}

const begins: { readonly [K in StoreKind]: (home: string, owner: StoreOwner) => BegunStore } = {
	sqlite(home, owner) {
		const folder = path.join(home, "store");
		makeDurableFolder(folder);
		const wasmPath = path.join(__dirname, "sql-wasm-debug.wasm");
		const workerData: StoreWorkerData = { folder, wasmPath, owner };
		const thread = new Worker(path.join(__dirname, "storeWorker.js"), { workerData, resourceLimits });
		return { kind: "sqlite", folder, thread };
	},
};

export function beginStore(kind: StoreKind, home: string, owner: StoreOwner): BegunStore {
	return begins[kind](home, owner);
}
