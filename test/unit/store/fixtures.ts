import assert from "node:assert/strict";
import type { GoalId } from "../../../src/core/ids.ts";
import type { NewEvent, StoreErrorCode } from "../../../src/daemon/store/eventStore.ts";
import { StoreError } from "../../../src/daemon/store/eventStore.ts";

export function goalId(name: string): GoalId {
	return name as GoalId;
}

export function event(type: string, body: unknown = {}, more: Partial<NewEvent> = {}): NewEvent {
	return { at: 1_700_000_000_000, type, body: JSON.stringify(body), ...more };
}

/** An event of `bytes` of body. */
export function sized(bytes: number, more: Partial<NewEvent> = {}): NewEvent {
	return event("message.added", { text: "x".repeat(Math.max(0, bytes - 11)) }, more);
}

/** The promise rejects with a `StoreError` of this code, whose message is a sentence. */
export async function rejectsWith(code: StoreErrorCode, promise: Promise<unknown>): Promise<void> {
	await assert.rejects(promise, (error: unknown) => {
		assert.ok(error instanceof StoreError, `a StoreError, not ${String(error)}`);
		assert.equal(error.code, code, error.message);
		assert.match(error.message, /^[A-Z].*[.]$/);
		return true;
	});
}
