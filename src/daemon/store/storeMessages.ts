import type { Checkpoint, EventQuery, ProvenEvent, StoredEvent, StoreErrorCode } from "./eventStore.ts";

/** What the daemon's thread and the store's thread say to each other. Both post lists: one message per turn. */
export type StoreRequest = { readonly id: number } & StoreCall;

export type StoreCall =
	| {
			readonly op: "append";
			readonly goalId: string;
			readonly expectedSeq: number;
			readonly epoch: number;
			readonly events: readonly ProvenEvent[];
			readonly summary: string;
	  }
	| { readonly op: "claim"; readonly goalId: string }
	| { readonly op: "saveCheckpoint"; readonly goalId: string; readonly checkpoint: Checkpoint }
	| { readonly op: "requestOnce"; readonly requestId: string; readonly goalId: string }
	| { readonly op: "read"; readonly goalId: string; readonly query: EventQuery }
	| { readonly op: "search"; readonly goalId: string; readonly text: string; readonly limit: number }
	| { readonly op: "erase"; readonly goalId: string }
	| { readonly op: "goals" }
	| { readonly op: "checkpoint"; readonly goalId: string }
	| { readonly op: "close" };

export type StoreReply =
	| { readonly id: number; readonly value: unknown }
	/** A slice of a long read; the last one comes as the value. */
	| { readonly id: number; readonly part: readonly StoredEvent[] }
	| { readonly id: number; readonly failure: StoreFailure };

/** An error, as far as it crosses threads. Without a code it is a defect. */
export interface StoreFailure {
	readonly code: StoreErrorCode | undefined;
	readonly message: string;
}

/** The first message of the worker. */
export type StoreGreeting = { readonly ready: true } | { readonly ready: false; readonly failure: StoreFailure };

export interface StoreWorkerData {
	readonly folder: string;
	readonly wasmPath: string;
	readonly owner: StoreOwner;
}

/** The folder is ours as long as the file carries the nonce. */
export interface StoreOwner {
	readonly file: string;
	readonly nonce: string;
}

/** The `id` of replies is the request's. The store posts nothing after the reply to `close`. */
export interface StorePort {
	post(requests: readonly StoreRequest[]): void;
	onReplies(listener: (replies: readonly StoreReply[]) => void): void;
	/** Called when the other side is gone without having been closed. */
	onLost(listener: (reason: string) => void): void;
	/** Resolves when the other side has ended. */
	ended(): Promise<void>;
}
