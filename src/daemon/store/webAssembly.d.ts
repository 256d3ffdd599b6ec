/** The part of WebAssembly that the store uses: Node has it, but its types come with the DOM's, which the daemon does not see. */
declare namespace WebAssembly {
	type ModuleImports = Record<string, unknown>;
	type Imports = Record<string, ModuleImports>;

	interface ModuleImportDescriptor {
		readonly module: string;
		readonly name: string;
	}

	class Module {
		constructor(bytes: Uint8Array);
		static imports(module: Module): ModuleImportDescriptor[];
	}

	class Instance {
		constructor(module: Module, imports: Imports);
		readonly exports: Readonly<Record<string, unknown>>;
	}

	interface Memory {
		readonly buffer: ArrayBuffer;
	}
}
