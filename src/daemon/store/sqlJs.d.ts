/** The part of sql.js 1.16.0 that the store uses; the package ships no types. */
declare module "sql.js/dist/sql-wasm-debug.js" {
	export type SqlValue = number | string | Uint8Array | null;

	export interface Statement {
		bind(values: readonly SqlValue[]): boolean;
		step(): boolean;
		get(): SqlValue[];
		reset(): boolean;
		free(): boolean;
	}

	export interface Database {
		/** Pointer to the `sqlite3` handle. */
		db: number;
		exec(sql: string): ReadonlyArray<{ readonly columns: string[]; readonly values: SqlValue[][] }>;
		prepare(sql: string): Statement;
		close(): void;
	}

	export interface SqlJs {
		readonly Database: new () => Database;
		cwrap(name: string, result: "number", params: ReadonlyArray<"number" | "string">): (...args: unknown[]) => number;
		_malloc(bytes: number): number;
		_free(pointer: number): void;
	}

	export interface SqlJsConfig {
		instantiateWasm(imports: { env: WebAssembly.ModuleImports }, done: (instance: WebAssembly.Instance) => void): void;
		useOldExtensionFunctions: boolean;
	}

	const initSqlJs: (config: SqlJsConfig) => Promise<SqlJs>;
	export default initSqlJs;
}
