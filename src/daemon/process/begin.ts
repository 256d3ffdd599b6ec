import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { crashPoint } from "../platform/crashPoint.ts";
import { makeDurableFolder } from "../platform/durableFolder.ts";
import { type BegunStore, beginStore } from "../store/beginStore.ts";
import { storeKindOf } from "../store/storeKinds.ts";
import { type Lock, takeLock } from "./lock.ts";

/**
 * What a daemon does first: it takes its folder and starts the store's thread, which needs as long to come up as the rest
 * of the daemon needs to be loaded. So this file imports little, and main.ts loads compose.ts after it.
 */
export interface Begun {
	readonly home: string;
	readonly lock: Lock;
	readonly store: BegunStore;
}

/**
 * `storeAddress` says where goals are kept (storeKinds.ts). Resolves with undefined when another daemon holds the folder.
 * Rejects with a sentence when the folder or the store cannot be used.
 */
export async function begin(home: string, storeAddress: string | undefined): Promise<Begun | undefined> {
	const kind = storeKindOf(storeAddress);
	prepareFolder(home);
	process.chdir(home);
	const lock = await takeLock(home);
	if (!lock) return undefined;
	crashPoint("start.locked");
	return { home, lock, store: beginStore(kind, home, lock.owner) };
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
