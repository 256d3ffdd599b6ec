import type { FileIo } from "./fileIo.ts";
import type { HostFolder } from "./hostFolder.ts";
import { openConnection, type SqliteConnection, type SqliteStatement, type SqlValue } from "./sqliteConnection.ts";
import { loadSqliteModule, type SqliteModule } from "./sqliteModule.ts";
import { toStoreError } from "./storeFailure.ts";

/**
 * SQLite on a real file, in WAL mode with `synchronous=FULL`: a commit that returned is on the disk. Statements are
 * prepared once. Failures come as the store's errors.
 */
export interface SqliteFile {
	readonly folder: HostFolder;
	/** Runs a statement that returns no rows. */
	run(sql: string, values?: readonly SqlValue[]): void;
	/** The first row, or undefined. */
	row(sql: string, values?: readonly SqlValue[]): readonly SqlValue[] | undefined;
	/** Calls `each` with every row until it returns false. */
	rows(sql: string, values: readonly SqlValue[], each: RowVisitor): void;
	/** Runs several statements. */
	script(sql: string): void;
	/** Drops the connection as a crash would and opens the file again: SQLite recovers what was committed. */
	reopen(): void;
	/** Closes in order: the write-ahead log is moved into the file and removed. */
	close(): void;
	/** Closes without changing a byte on the disk. */
	abandon(): void;
}

export type RowVisitor = (row: readonly SqlValue[]) => boolean | undefined;

export interface SqliteFileOptions {
	/** Folder of the host that holds the file; it exists. */
	readonly folder: string;
	readonly name: string;
	readonly io: FileIo;
	/** Anything less than `FULL`, the default, loses acknowledged events in a power cut; a test shows that. */
	readonly synchronous?: "FULL" | "NORMAL";
}

export interface SqliteEngine {
	open(options: SqliteFileOptions): SqliteFile;
}

export async function loadSqlite(wasmPath: string): Promise<SqliteEngine> {
	const module = await loadSqliteModule(wasmPath);
	return { open: (options) => openFile(module, options) };
}

function openFile({ sqlite, files }: SqliteModule, options: SqliteFileOptions): SqliteFile {
	const folder = files.mount(options.folder, options.io);
	const statements = new Map<string, SqliteStatement>();
	let connection: SqliteConnection | undefined;

	function connect(): SqliteConnection {
		const opened = openConnection(sqlite, `${folder.path}/${options.name}`);
		try {
			// Exclusive before WAL: the index of the log is then kept in memory.
			opened.script("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL");
			opened.script(`
				PRAGMA synchronous=${options.synchronous ?? "FULL"};
				PRAGMA wal_autocheckpoint=0; -- done after the acknowledgement, by the event log
				PRAGMA cache_size=${cacheSize};
				PRAGMA cache_spill=OFF; -- nothing is written before the owner check at commit
				PRAGMA temp_store=MEMORY;
				PRAGMA secure_delete=ON; -- erased bodies are overwritten
			`);
			return opened;
		} catch (error) {
			drop(opened);
			throw error;
		}
	}

	function finish(closing: SqliteConnection): void {
		for (const statement of statements.values()) statement.finalize();
		statements.clear();
		closing.close();
	}

	/** Ends the connection without a checkpoint: a sealed folder refuses every change. */
	function drop(dropped: SqliteConnection | undefined): void {
		folder.seal();
		try {
			if (dropped !== undefined) finish(dropped);
		} catch {
			// Its state is given up anyway.
		}
		folder.reset();
	}

	function use<Result>(work: (current: SqliteConnection) => Result): Result {
		folder.lastFailure = undefined;
		try {
			connection ??= connect();
			return work(connection);
		} catch (error) {
			throw toStoreError(error, folder);
		}
	}

	function prepared(current: SqliteConnection, sql: string): SqliteStatement {
		const known = statements.get(sql);
		if (known !== undefined) statements.delete(sql); // and in again at the end: the first one is the longest unused
		const statement = known ?? current.prepare(sql);
		statements.set(sql, statement);
		if (statements.size > maxStatements) {
			const [oldest] = statements;
			statements.delete(oldest![0]);
			oldest![1].finalize();
		}
		return statement;
	}

	function rows(sql: string, values: readonly SqlValue[], each: RowVisitor): void {
		use((current) => {
			const statement = prepared(current, sql);
			try {
				statement.bind(values);
				while (statement.step()) if (each(statement.row()) === false) break;
			} finally {
				statement.reset(); // an open statement would keep the log from being used again
			}
		});
	}

	function row(sql: string, values: readonly SqlValue[] = []): readonly SqlValue[] | undefined {
		let found: readonly SqlValue[] | undefined;
		rows(sql, values, (first) => {
			found = first;
			return false;
		});
		return found;
	}

	try {
		const [mode] = row("PRAGMA journal_mode") ?? [];
		if (mode !== "wal") throw new Error(`The event store needs SQLite's WAL mode, but got ${mode}.`);
	} catch (error) {
		drop(connection);
		files.unmount(folder);
		throw error;
	}

	return {
		folder,
		run: (sql, values = []) => rows(sql, values, () => undefined),
		row,
		rows,
		script: (sql) => use((current) => current.script(sql)),
		reopen() {
			drop(connection);
			connection = undefined;
			use(() => undefined);
		},
		close() {
			if (connection === undefined) return;
			const closing = connection;
			connection = undefined;
			try {
				finish(closing);
			} finally {
				files.unmount(folder);
			}
		},
		abandon() {
			drop(connection);
			connection = undefined;
			files.unmount(folder);
		},
	};
}

/** 4 MiB of pages; negative means KiB. */
const cacheSize = -4096;
const maxStatements = 64;
