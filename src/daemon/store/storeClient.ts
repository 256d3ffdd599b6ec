import { type RowStore, type StoredEvent, StoreError } from "./eventStore.ts";
import { storeError } from "./storeFailure.ts";
import type { StoreCall, StoreFailure, StorePort, StoreReply, StoreRequest } from "./storeMessages.ts";

/**
 * A store whose work is done behind a port. Requests of one turn of the event loop travel in one message, and
 * long reads come back in parts.
 */
export function connectStore(port: StorePort): RowStore {
	const pending = new Map<number, Pending>();
	let outbox: StoreRequest[] = [];
	let nextId = 1;
	let refusal: StoreError | undefined;
	let closing: Promise<void> | undefined;

	port.onReplies((replies) => replies.forEach(settle));
	port.onLost((reason) => {
		refusal ??= storeError("io", `the store's worker is gone: ${reason}`);
		for (const { reject } of pending.values()) reject(refusal);
		pending.clear();
	});

	function settle(reply: StoreReply): void {
		const waiting = pending.get(reply.id);
		if (waiting === undefined) return;
		if ("part" in reply) {
			waiting.parts.push(...reply.part);
			return;
		}
		pending.delete(reply.id);
		if ("failure" in reply) waiting.reject(toError(reply.failure));
		else
			waiting.resolve(waiting.parts.length === 0 ? reply.value : [...waiting.parts, ...(reply.value as StoredEvent[])]);
	}

	function send(call: StoreCall): Promise<unknown> {
		return new Promise((resolve, reject) => {
			const id = nextId++;
			pending.set(id, { resolve, reject, parts: [] });
			if (outbox.length === 0) queueMicrotask(flush);
			outbox.push({ id, ...call });
		});
	}

	function flush(): void {
		const requests = outbox;
		outbox = [];
		port.post(requests);
	}

	/** The reply's type follows from the request; the other side is our own. */
	function ask<Value>(call: StoreCall): Promise<Value> {
		return refusal === undefined ? (send(call) as Promise<Value>) : Promise.reject(refusal);
	}

	async function close(): Promise<void> {
		refusal ??= storeError("closed", "it was closed");
		try {
			await Promise.race([send({ op: "close" }), port.ended()]);
		} finally {
			await port.ended();
		}
	}

	return {
		append(goalId, expectedSeq, epoch, events, summary) {
			const tooLarge = events.find(({ body }) => body.length > maxBodyLength);
			if (tooLarge !== undefined)
				return Promise.reject(new RangeError(`The body of ${tooLarge.type} has ${tooLarge.body.length} characters.`));
			return ask({ op: "append", goalId, expectedSeq, epoch, events, summary });
		},
		read: (goalId, query) => ask({ op: "read", goalId, query }),
		search: (goalId, text, limit) => ask({ op: "search", goalId, text, limit }),
		goals: () => ask({ op: "goals" }),
		claim: (goalId) => ask({ op: "claim", goalId }),
		checkpoint: (goalId) => ask({ op: "checkpoint", goalId }),
		saveCheckpoint: (goalId, checkpoint) => ask({ op: "saveCheckpoint", goalId, checkpoint }),
		erase: (goalId) => ask({ op: "erase", goalId }),
		requestOnce: (requestId, goalId) => ask({ op: "requestOnce", requestId, goalId }),
		close: () => (closing ??= close()),
	};
}

/** Long output belongs into files. More than this could exhaust the worker's memory, and every goal with it. */
const maxBodyLength = 16 * 1024 * 1024;

interface Pending {
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: Error) => void;
	readonly parts: StoredEvent[];
}

function toError({ code, message }: StoreFailure): Error {
	return code === undefined ? new Error(message) : new StoreError(code, message);
}
