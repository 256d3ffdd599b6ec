import type { EventLog } from "./eventLog.ts";
import { type StoredEvent, StoreError } from "./eventStore.ts";
import type { StoreFailure, StoreReply, StoreRequest } from "./storeMessages.ts";

/**
 * The order of work in the store. Whatever has arrived since the last turn is written in one transaction and answered
 * after its COMMIT: under load, many appends share one fsync, and a single append waits for no other. Only then one slice
 * of one long job runs, so that reading a hundred thousand events delays an append by a slice. The write-ahead log is
 * moved into the file after the answers are out.
 */
export interface StoreQueue {
	push(requests: readonly StoreRequest[]): void;
}

export interface StoreQueueOptions {
	readonly log: EventLog;
	readonly post: (replies: readonly StoreReply[]) => void;
	/** Called once, after the reply to `close`. */
	readonly onClosed: () => void;
}

type Write = Extract<StoreRequest, { op: "append" | "claim" | "saveCheckpoint" | "requestOnce" }>;
type Job = { readonly id: number; readonly steps: Iterator<readonly StoredEvent[], unknown> };

export function createStoreQueue({ log, post, onClosed }: StoreQueueOptions): StoreQueue {
	const writes: Write[] = [];
	const jobs: Job[] = [];
	let closing: number | undefined;
	let scheduled = false;
	let idle: NodeJS.Timeout | undefined;

	function push(requests: readonly StoreRequest[]): void {
		for (const request of requests) {
			if (isWrite(request)) writes.push(request);
			else if (request.op === "close") closing = request.id;
			else jobs.push({ id: request.id, steps: stepsOf(log, request) });
		}
		schedule();
	}

	function schedule(): void {
		if (scheduled) return;
		scheduled = true;
		clearTimeout(idle);
		setImmediate(turn); // after all messages that are already here
	}

	function turn(): void {
		scheduled = false;
		if (writes.length > 0) post(commit(log, takeBatch(writes)));
		const job = jobs.shift();
		if (job !== undefined) advance(job);
		if (log.wantsCheckpoint()) log.checkpoint("passive");
		if (writes.length > 0 || jobs.length > 0) schedule();
		else if (closing !== undefined) close(closing);
		else if (!scheduled) idle = setTimeout(() => log.checkpoint("empty"), idleMs).unref();
	}

	function advance(job: Job): void {
		try {
			const step = job.steps.next();
			const isOver = step.done === true;
			if (isOver) post([{ id: job.id, value: step.value }]);
			else if (step.value.length > 0) post([{ id: job.id, part: step.value }]);
			if (!isOver) jobs.push(job);
		} catch (error) {
			post([{ id: job.id, failure: failureOf(error) }]);
		}
	}

	function close(id: number): void {
		try {
			log.close();
			post([{ id, value: undefined }]);
		} catch (error) {
			post([{ id, failure: failureOf(error) }]);
		}
		onClosed();
	}

	return { push };
}

export function failureOf(error: unknown): StoreFailure {
	if (error instanceof StoreError) return { code: error.code, message: error.message };
	return { code: undefined, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

const idleMs = 500;
const maxBatchWrites = 1_000;
/** A transaction is held in memory until its commit. */
const maxBatchBytes = 4 * 1024 * 1024;

function isWrite(request: StoreRequest): request is Write {
	const { op } = request;
	return op === "append" || op === "claim" || op === "saveCheckpoint" || op === "requestOnce";
}

function takeBatch(writes: Write[]): readonly Write[] {
	let bytes = 0;
	let count = 0;
	while (count < writes.length && count < maxBatchWrites && bytes < maxBatchBytes) bytes += sizeOf(writes[count++]!);
	return writes.splice(0, count);
}

function sizeOf(write: Write): number {
	if (write.op === "saveCheckpoint") return write.checkpoint.goal.length;
	if (write.op !== "append") return 0;
	return write.events.reduce((sum, event) => sum + event.body.length, write.summary.length);
}

function commit(log: EventLog, batch: readonly Write[]): readonly StoreReply[] {
	try {
		const outcomes = log.transaction(batch.map((write) => () => perform(log, write)));
		return outcomes.map((outcome, index) => {
			const { id } = batch[index]!;
			return "refused" in outcome ? { id, failure: failureOf(outcome.refused) } : { id, value: outcome.value };
		});
	} catch (error) {
		const failure = failureOf(error);
		return batch.map(({ id }) => ({ id, failure }));
	}
}

function perform(log: EventLog, write: Write): unknown {
	switch (write.op) {
		case "append":
			return log.append(write.goalId, write.expectedSeq, write.epoch, write.events, write.summary);
		case "claim":
			return log.claim(write.goalId);
		case "saveCheckpoint":
			return log.saveCheckpoint(write.goalId, write.checkpoint);
		case "requestOnce":
			return log.requestOnce(write.requestId, write.goalId);
	}
}

function stepsOf(log: EventLog, request: Exclude<StoreRequest, Write | { op: "close" }>): Job["steps"] {
	switch (request.op) {
		case "read":
			return log.read(request.goalId, request.query);
		case "search":
			return log.search(request.goalId, request.text, request.limit);
		case "erase":
			return log.erase(request.goalId);
		case "goals":
			return once(() => log.goals());
		case "checkpoint":
			return once(() => log.savedCheckpoint(request.goalId));
	}
}

// biome-ignore lint/correctness/useYield: a job of one step
function* once(run: () => unknown): Generator<readonly never[], unknown> {
	return run();
}
