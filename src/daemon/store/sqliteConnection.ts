/**
 * A connection to SQLite through the functions that the WebAssembly module exports. sql.js has a class for this, but it
 * opens files of its own memory only, and it converts each value one byte or character at a time; rows of a log are
 * read by the thousand.
 */
export interface SqliteConnection {
	/** Runs statements that return nothing of interest. */
	script(sql: string): void;
	prepare(sql: string): SqliteStatement;
	/** Statements are finalized before. */
	close(): void;
}

export interface SqliteStatement {
	bind(values: readonly SqlValue[]): void;
	/** True when there is a row. */
	step(): boolean;
	/** The current row. Blobs are copies. */
	row(): SqlValue[];
	/** Ends the execution, so that the statement holds no page and can be used again. */
	reset(): void;
	finalize(): void;
}

export type SqlValue = number | string | Buffer | null;

/** What SQLite answered instead of doing it. */
export class SqliteError extends Error {
	constructor(
		/** SQLite's primary result code. */
		readonly code: number,
		message: string,
	) {
		super(message);
		this.name = "SqliteError";
	}
}

/** The C API, as far as the module exports it. Pointers are addresses in `memory`. */
export interface SqliteExports {
	readonly memory: WebAssembly.Memory;
	malloc(bytes: number): number;
	free(pointer: number): void;
	sqlite3_open(path: number, result: number): number;
	sqlite3_close_v2(db: number): number;
	sqlite3_errmsg(db: number): number;
	sqlite3_exec(db: number, sql: number, callback: 0, context: 0, message: 0): number;
	sqlite3_prepare_v2(db: number, sql: number, bytes: number, result: number, tail: 0): number;
	sqlite3_step(statement: number): number;
	sqlite3_reset(statement: number): number;
	sqlite3_clear_bindings(statement: number): number;
	sqlite3_finalize(statement: number): number;
	sqlite3_bind_int(statement: number, index: number, value: number): number;
	sqlite3_bind_double(statement: number, index: number, value: number): number;
	sqlite3_bind_text(statement: number, index: number, text: number, bytes: number, free: -1): number;
	sqlite3_bind_blob(statement: number, index: number, blob: number, bytes: number, free: -1): number;
	sqlite3_column_count(statement: number): number;
	sqlite3_column_type(statement: number, column: number): number;
	sqlite3_column_double(statement: number, column: number): number;
	sqlite3_column_text(statement: number, column: number): number;
	sqlite3_column_blob(statement: number, column: number): number;
	sqlite3_column_bytes(statement: number, column: number): number;
}

const SQLITE_OK = 0;
const SQLITE_NOMEM = 7;
const SQLITE_ROW = 100;
const SQLITE_DONE = 101;
const SQLITE_INTEGER = 1;
const SQLITE_FLOAT = 2;
const SQLITE_TEXT = 3;
const SQLITE_BLOB = 4;
/** SQLite copies the value before the call returns. */
const SQLITE_TRANSIENT = -1;

export function openConnection(sqlite: SqliteExports, path: string): SqliteConnection {
	let memory = Buffer.from(sqlite.memory.buffer);

	/** Growing the memory replaces its buffer. */
	function look(): Buffer {
		if (memory.buffer !== sqlite.memory.buffer) memory = Buffer.from(sqlite.memory.buffer);
		return memory;
	}

	/** Calls `use` with the address of a copy of `bytes` and a zero behind it. */
	function lend<Result>(bytes: Uint8Array, use: (pointer: number) => Result): Result {
		const pointer = sqlite.malloc(bytes.length + 1);
		if (pointer === 0) throw new SqliteError(SQLITE_NOMEM, "out of memory");
		try {
			const target = look();
			target.set(bytes, pointer);
			target[pointer + bytes.length] = 0;
			return use(pointer);
		} finally {
			sqlite.free(pointer);
		}
	}

	/** Calls `make` with the address for a pointer, and returns what it put there. */
	function receive(make: (result: number) => void): number {
		return lend(Buffer.alloc(4), (result) => {
			make(result);
			return look().readUInt32LE(result);
		});
	}

	function check(code: number): void {
		if (code !== SQLITE_OK) throw new SqliteError(code, message());
	}

	function message(): string {
		const pointer = sqlite.sqlite3_errmsg(db);
		const bytes = look();
		return bytes.toString("utf8", pointer, bytes.indexOf(0, pointer));
	}

	let db = 0;
	let opened = SQLITE_OK;
	db = receive((result) => {
		opened = lend(Buffer.from(path), (name) => sqlite.sqlite3_open(name, result));
	});
	if (opened !== SQLITE_OK) {
		const error = new SqliteError(opened, message());
		sqlite.sqlite3_close_v2(db);
		throw error;
	}

	function prepare(sql: string): SqliteStatement {
		const bytes = Buffer.from(sql);
		const statement = receive((result) =>
			lend(bytes, (text) => check(sqlite.sqlite3_prepare_v2(db, text, bytes.length + 1, result, 0))),
		);
		const columns = sqlite.sqlite3_column_count(statement);

		function bindOne(index: number, value: SqlValue): number {
			if (value === null) return SQLITE_OK; // unbound is null
			if (typeof value === "number")
				return value === (value | 0)
					? sqlite.sqlite3_bind_int(statement, index, value)
					: sqlite.sqlite3_bind_double(statement, index, value);
			const isText = typeof value === "string";
			const data = isText ? Buffer.from(value) : value;
			const bind = isText ? sqlite.sqlite3_bind_text : sqlite.sqlite3_bind_blob;
			return lend(data, (pointer) => bind(statement, index, pointer, data.length, SQLITE_TRANSIENT));
		}

		function column(index: number): SqlValue {
			switch (sqlite.sqlite3_column_type(statement, index)) {
				case SQLITE_INTEGER:
				case SQLITE_FLOAT:
					return sqlite.sqlite3_column_double(statement, index); // whole numbers are exact up to 2^53
				case SQLITE_TEXT: {
					const pointer = sqlite.sqlite3_column_text(statement, index);
					return look().toString("utf8", pointer, pointer + sqlite.sqlite3_column_bytes(statement, index));
				}
				case SQLITE_BLOB: {
					const pointer = sqlite.sqlite3_column_blob(statement, index);
					const bytes = sqlite.sqlite3_column_bytes(statement, index);
					return Buffer.from(look().subarray(pointer, pointer + bytes));
				}
				default:
					return null;
			}
		}

		return {
			bind(values) {
				sqlite.sqlite3_clear_bindings(statement);
				for (let index = 0; index < values.length; index++) check(bindOne(index + 1, values[index] ?? null));
			},
			step() {
				const code = sqlite.sqlite3_step(statement);
				if (code === SQLITE_ROW) return true;
				if (code === SQLITE_DONE) return false;
				throw new SqliteError(code, message());
			},
			row() {
				const row: SqlValue[] = [];
				for (let index = 0; index < columns; index++) row.push(column(index));
				return row;
			},
			reset: () => void sqlite.sqlite3_reset(statement),
			finalize: () => void sqlite.sqlite3_finalize(statement),
		};
	}

	return {
		script: (sql) => lend(Buffer.from(sql), (text) => check(sqlite.sqlite3_exec(db, text, 0, 0, 0))),
		prepare,
		close: () => check(sqlite.sqlite3_close_v2(db)),
	};
}
