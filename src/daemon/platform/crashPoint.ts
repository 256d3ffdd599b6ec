import type { GoalEvent } from "../../core/events.ts";

/**
 * Moments at which a daemon under test is killed. Here, and so in what is shipped, they are nothing: the build drops the
 * calls of an empty function. The test's own build puts test/crash/killAtPoint.ts in the place of this file.
 *
 * `before` and `after` are told of every event, before it is appended and when it is durable.
 */
export function crashPoint(_point: CrashPoint): void;
export function crashPoint(_point: EventPoint, _events: readonly GoalEvent[]): void;
export function crashPoint(): void {}

export type EventPoint = "before" | "after";

export type CrashPoint =
	/** The folder is locked, nothing is open. */
	| "start.locked"
	/** Goals are taken up and move; no client can come yet. */
	| "start.takenUp"
	/** A new version of the store's tables is half there. */
	| "store.migrating"
	/** A transaction is whole, and not committed. */
	| "store.uncommitted"
	/** It is durable, and no reader knows yet. */
	| "store.committed"
	/** A goal was named for a request, and nothing of it is stored. */
	| "launch.named"
	/** The spool is there, its runner is not. */
	| "spool.made"
	/** The runner waits for its "go". */
	| "spool.waiting"
	/** It was told to go. */
	| "spool.begun"
	/** An agent's spool is there, its relay is not. */
	| "relay.made"
	/** Its relay waits to be told what to start. */
	| "relay.waiting"
	/** It was told. */
	| "relay.told"
	/** The outcome is known to the daemon alone. */
	| "command.ended"
	/** The outcome is recorded, and the spool still there. */
	| "spool.kept"
	/** An edit's new content lies beside the file. */
	| "edit.prepared"
	/** An edit is done, its outcome not recorded. */
	| "edit.written"
	/** A snapshot's contents are read, none of its objects is durable. */
	| "snapshot.read"
	/** Its objects are there, its event is not. */
	| "snapshot.kept"
	/** The goal's checkpoint is in a transaction that is not committed. */
	| "checkpoint.saving"
	/** Of an undo: a file's former content lies beside it. */
	| "undo.prepared"
	/** The file that goes next is kept in the data folder, and still in its place. */
	| "undo.kept"
	/** One file is taken back, others are not. */
	| "undo.between"
	/** All are, and no reader knows yet. */
	| "undo.applied"
	/** A joined pack is there, and so are those it was made of. */
	| "pack.joined"
	/** Some of those are gone. */
	| "pack.removing"
	/** Of a goal that was deleted: its long outputs are gone, what its events said is not. */
	| "erase.files"
	/** Bodies are erased, and the write-ahead log still holds them. */
	| "erase.bodies"
	/** Drivers are closed, the rest of the daemon is not. */
	| "stop.drained";
