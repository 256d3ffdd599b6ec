import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import initSqlJs, { type Database, type SqlJs, type SqlValue, type Statement } from "sql.js/dist/sql-wasm-debug.js";
import { StoreError } from "./eventStore.ts";
import type { FileIo } from "./fileIo.ts";
import type { HostFolder } from "./hostFolder.ts";
import { toStoreError } from "./storeFailure.ts";
import { createWasmFiles, routedImports, type WasmFiles } from "./wasmFiles.ts";

/**
 * SQLite on a real file: stock sql.js whose system calls are answered by the host (wasmFiles.ts). The build with
 * readable import names is used, pinned by its hash, because another build could import other calls and then write
 * into thin air. The connection is in WAL mode with `synchronous=FULL`, so a commit that returned is on the disk.
 */
export interface SqliteFile {
	readonly folder: HostFolder;
	/** Runs a statement that returns no rows. */
	run(sql: string, values?: readonly SqlValue[]): void;
	/** The first row, or undefined. */
	row(sql: string, values?: readonly SqlValue[]): readonly SqlValue[] | undefined;
	/** Calls `each` with every row until it returns false. */
	rows(sql: string, values: readonly SqlValue[], each: (row: readonly SqlValue[]) => boolean | undefined): void;
	/** Runs several statements. */
	script(sql: string): void;
	/** Drops the connection as a crash would and opens the file again: SQLite recovers what was committed. */
	reopen(): void;
	/** Closes in order: the write-ahead log is moved into the file and removed. */
	close(): void;
	/** Closes without changing a byte on the disk. */
	abandon(): void;
}

export interface SqliteFileOptions {
	/** Folder of the host that holds the file; it exists. */
	readonly folder: string;
	readonly name: string;
	readonly io: FileIo;
	/** Overrides for experiments; the default is `FULL`, anything less loses acknowledged events in a power cut. */
	readonly synchronous?: "FULL" | "NORMAL";
}

export interface SqliteEngine {
	open(options: SqliteFileOptions): SqliteFile;
}

/** `sql-wasm-debug.wasm` of sql.js 1.16.0. */
const pinnedSha256 = "d60edf60bd7134326204069ece82255dbe7c017f16664fbe6ed90ba89f277417";

/** 4 MiB of pages; negative means KiB. */
const cacheSize = -4096;

/** sql.js is one instance per thread, so the engine is, too. */
let engine: Promise<SqliteEngine> | undefined;

export function loadSqlite(wasmPath: string): Promise<SqliteEngine> {
	engine ??= startEngine(compile(wasmPath));
	return engine;
}

/** Compiles the module and refuses any but the one this was written for. */
export function compile(wasmPath: string): WebAssembly.Module {
	const bytes = readFileSync(wasmPath);
	const sha256 = createHash("sha256").update(bytes).digest("hex");
	if (sha256 !== pinnedSha256)
		throw new StoreError(
			"io",
			`The event store needs sql-wasm-debug.wasm of sql.js 1.16.0, but ${wasmPath} is another file (SHA-256 ${sha256}); install the pinned version again.`,
		);
	const module = new WebAssembly.Module(bytes);
	checkImports(WebAssembly.Module.imports(module));
	return module;
}

export function checkImports(imports: readonly WebAssembly.ModuleImportDescriptor[]): void {
	const names = new Set(imports.map(({ module, name }) => `${module}.${name}`));
	const missing = routedImports.filter((name) => !names.has(name));
	if (missing.length === 0) return;
	throw new StoreError(
		"io",
		`The event store cannot reach the disk through this build of sql.js, which does not import ${missing.join(", ")}; install sql.js 1.16.0 again.`,
	);
}

async function startEngine(module: WebAssembly.Module): Promise<SqliteEngine> {
	const files = createWasmFiles();
	const sql = await new Promise<SqlJs>((resolve, reject) => {
		initSqlJs({
			useOldExtensionFunctions: false,
			instantiateWasm(imports, done) {
				try {
					const instance = new WebAssembly.Instance(module, files.imports(withQuietGrowth(imports.env)));
					files.attach(instance.exports.memory as WebAssembly.Memory);
					done(instance);
				} catch (error) {
					reject(error);
				}
			},
		}).then(resolve, reject);
	});
	return { open: (options) => openFile(sql, files, options) };
}

/** This build writes a line to the console whenever its memory grows; a person at a terminal has no use for it. */
function withQuietGrowth(imports: WebAssembly.ModuleImports): WebAssembly.ModuleImports {
	const grow = imports.emscripten_resize_heap as (bytes: number) => boolean;
	return {
		...imports,
		emscripten_resize_heap(bytes: number) {
			const { warn } = console;
			console.warn = () => undefined;
			try {
				return grow(bytes);
			} finally {
				console.warn = warn;
			}
		},
	};
}

function openFile(sql: SqlJs, files: WasmFiles, options: SqliteFileOptions): SqliteFile {
	const folder = files.mount(options.folder, options.io);
	const statements = new Map<string, Statement>();
	let database: Database | undefined;

	function connect(): Database {
		const opened = openHandle(sql, files, `${folder.path}/${options.name}`);
		try {
			opened.exec("PRAGMA locking_mode=EXCLUSIVE"); // before WAL: the index of the log is then kept in memory
			const mode = opened.exec("PRAGMA journal_mode=WAL")[0]?.values[0]?.[0];
			if (mode !== "wal") throw new Error(`journal_mode is ${String(mode)}`);
			opened.exec(`
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

	/** Ends the connection without a checkpoint: a sealed folder refuses every change. */
	function drop(connection: Database | undefined): void {
		statements.clear();
		folder.seal();
		try {
			connection?.close();
		} catch {
			// Its state is given up anyway.
		}
		folder.reset();
	}

	function use<Result>(work: (connection: Database) => Result): Result {
		folder.lastFailure = undefined;
		try {
			database ??= connect();
			return work(database);
		} catch (error) {
			throw toStoreError(error, folder);
		}
	}

	function prepared(connection: Database, text: string): Statement {
		const known = statements.get(text);
		statements.delete(text); // and back in at the end: the first is the one that was not used for longest
		const statement = known ?? connection.prepare(text);
		statements.set(text, statement);
		if (statements.size > maxStatements) {
			const [oldest] = statements;
			statements.delete(oldest![0]);
			oldest![1].free();
		}
		return statement;
	}

	function rows(
		text: string,
		values: readonly SqlValue[],
		each: (row: readonly SqlValue[]) => boolean | undefined,
	): void {
		use((connection) => {
			const statement = prepared(connection, text);
			try {
				statement.bind(values);
				while (statement.step()) if (each(statement.get()) === false) break;
			} finally {
				statement.reset(); // an open statement would hold its page and keep the log from being reused
			}
		});
	}

	try {
		use(() => undefined);
	} catch (error) {
		files.unmount(folder);
		throw error;
	}

	return {
		folder,
		run: (text, values = []) => rows(text, values, () => undefined),
		row(text, values = []) {
			let found: readonly SqlValue[] | undefined;
			rows(text, values, (row) => {
				found = row;
				return false;
			});
			return found;
		},
		rows,
		script: (text) => use((connection) => void connection.exec(text)),
		reopen() {
			drop(database);
			database = undefined;
			use(() => undefined);
		},
		close() {
			if (database === undefined) return;
			const closing = database;
			database = undefined;
			statements.clear();
			try {
				closing.close();
			} finally {
				files.unmount(folder);
			}
		},
		abandon() {
			drop(database);
			database = undefined;
			files.unmount(folder);
		},
	};
}

const maxStatements = 64;

/**
 * sql.js only opens files of its own memory. So its constructor gets to open one of those, and the handle is then
 * exchanged for one on the real file: everything else of the class works on the handle it holds.
 */
function openHandle(sql: SqlJs, files: WasmFiles, path: string): Database {
	const database = new sql.Database();
	sql.cwrap("sqlite3_close_v2", "number", ["number"])(database.db);
	const result = sql._malloc(4);
	try {
		const code = sql.cwrap("sqlite3_open", "number", ["string", "number"])(path, result);
		database.db = files.pointerAt(result);
		if (code !== 0) {
			database.close();
			throw new Error("unable to open database file");
		}
		return database;
	} finally {
		sql._free(result);
	}
}
