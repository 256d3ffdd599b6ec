/** The part of sql.js 1.16.0 that the store uses; the package ships no types. */
declare module "sql.js/dist/sql-wasm-debug.js" {
	export interface SqlJsConfig {
		/** Emscripten's hook: instantiate the module with these imports, or your own, and hand the instance over. */
		instantiateWasm(imports: { env: WebAssembly.ModuleImports }, done: (instance: WebAssembly.Instance) => void): void;
		useOldExtensionFunctions: boolean;
	}

	/** Resolves when the instance is initialized. The first call decides for the whole thread. */
	const initSqlJs: (config: SqlJsConfig) => Promise<unknown>;
	export default initSqlJs;
}
