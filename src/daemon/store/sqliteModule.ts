import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import initSqlJs from "sql.js/dist/sql-wasm-debug.js";
import { StoreError } from "./eventStore.ts";
import type { SqliteExports } from "./sqliteConnection.ts";
import { createWasmFiles, routedImports, type WasmFiles } from "./wasmFiles.ts";

/**
 * Loads stock sql.js with its system calls answered by the host (wasmFiles.ts). The build with readable import names is
 * used, pinned by its hash, because another build could import other calls and then write into thin air.
 */
export interface SqliteModule {
	readonly sqlite: SqliteExports;
	readonly files: WasmFiles;
}

/** `sql-wasm-debug.wasm` of sql.js 1.16.0. */
const pinnedSha256 = "d60edf60bd7134326204069ece82255dbe7c017f16664fbe6ed90ba89f277417";

/** sql.js is one instance per thread. */
let loaded: Promise<SqliteModule> | undefined;

export function loadSqliteModule(wasmPath: string): Promise<SqliteModule> {
	loaded ??= start(compile(wasmPath));
	return loaded;
}

/** Compiles the module and refuses any but the one this was written for. */
export function compile(wasmPath: string): WebAssembly.Module {
	const bytes = readFileSync(wasmPath);
	const sha256 = createHash("sha256").update(bytes).digest("hex");
	if (sha256 !== pinnedSha256)
		throw new StoreError(
			"unavailable",
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
		"unavailable",
		`The event store cannot reach the disk through this build of sql.js, which does not import ${missing.join(", ")}; install sql.js 1.16.0 again.`,
	);
}

async function start(module: WebAssembly.Module): Promise<SqliteModule> {
	const files = createWasmFiles();
	const instance = await new Promise<WebAssembly.Instance>((resolve, reject) => {
		let created: WebAssembly.Instance;
		initSqlJs({
			useOldExtensionFunctions: false,
			instantiateWasm(imports, done) {
				try {
					created = new WebAssembly.Instance(module, files.imports(withQuietGrowth(imports.env)));
					files.attach(created.exports.memory as WebAssembly.Memory);
					done(created);
				} catch (error) {
					reject(error);
				}
			},
		}).then(() => resolve(created), reject);
	});
	return { sqlite: instance.exports as unknown as SqliteExports, files };
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
