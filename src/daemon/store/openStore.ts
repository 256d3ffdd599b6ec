import type { BegunStore } from "./beginStore.ts";
import type { Store } from "./eventStore.ts";
import { openSqliteStore } from "./sqliteStore.ts";
import type { StoreKind } from "./storeKinds.ts";
import type { StoreOwner } from "./storeMessages.ts";

interface Opening {
	readonly owner: StoreOwner;
	/** The store is gone; from then on every call is refused. */
	onLost(why: string): void;
}

const opens: { readonly [K in StoreKind]: (begun: BegunStore, opening: Opening) => Promise<Store> } = {
	sqlite: ({ folder, thread }, { owner, onLost }) =>
		openSqliteStore({
			folder,
			owner,
			workerFactory: () => thread,
			onLost: (why) => onLost(`The store's worker is gone (${why}).`),
		}),
};

/** What has begun to come up, when it can be used. Rejects with `StoreError` "fenced", "full" or "unavailable". */
export function openStore(begun: BegunStore, opening: Opening): Promise<Store> {
	return opens[begun.kind](begun, opening);
}
