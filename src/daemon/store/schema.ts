import { crashPoint } from "../platform/crashPoint.ts";
import type { SqliteFile } from "./sqliteFile.ts";
import { storeError } from "./storeFailure.ts";

/**
 * The tables, as migrations that only go forward. An event's row id is its goal's number times 2^32 plus its seq, so a
 * page of a goal is one range of the table itself, and each index on a type, thread or step is in the goal's order
 * without naming goal or seq. Types, threads and steps are numbers into `names`. That keeps a row of 300 bytes of body
 * near 450 bytes on disk, indices included.
 */
export const migrations: readonly string[] = [
	`
	CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
	CREATE TABLE goals (
		id INTEGER PRIMARY KEY,
		goal TEXT NOT NULL UNIQUE,
		epoch INTEGER NOT NULL,
		last_seq INTEGER NOT NULL,
		last_hash BLOB NOT NULL,
		updated_at REAL NOT NULL,
		indexed_seq INTEGER NOT NULL,
		summary TEXT NOT NULL
	) STRICT;
	CREATE TABLE events (
		id INTEGER PRIMARY KEY,
		epoch INTEGER NOT NULL,
		at REAL NOT NULL,
		type INTEGER NOT NULL,
		thread INTEGER,
		step INTEGER,
		hash BLOB NOT NULL,
		digest BLOB NOT NULL,
		salt BLOB,
		body TEXT
	) STRICT;
	CREATE INDEX events_type ON events (type);
	CREATE INDEX events_thread ON events (thread) WHERE thread IS NOT NULL;
	CREATE INDEX events_step ON events (step) WHERE step IS NOT NULL;
	CREATE TABLE checkpoints (
		id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, fold_version INTEGER NOT NULL, goal TEXT NOT NULL
	) STRICT;
	CREATE TABLE requests (request TEXT PRIMARY KEY, goal TEXT NOT NULL) STRICT, WITHOUT ROWID;
	`,
];

/** Brings the file to the newest version, or refuses one that is newer than this program. */
export function migrate(file: SqliteFile): void {
	const version = Number(file.row("PRAGMA user_version")?.[0]);
	if (version > migrations.length)
		throw storeError("newerVersion", `version ${version}, this one knows ${migrations.length}`);
	for (let next = version; next < migrations.length; next++) {
		file.script(`BEGIN; ${migrations[next]}`);
		crashPoint("store.migrating");
		file.script(`PRAGMA user_version=${next + 1}; COMMIT`);
	}
}
