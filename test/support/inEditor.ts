import { createRequire } from "node:module";
import path from "node:path";
import * as esbuild from "esbuild";

const require = createRequire(import.meta.url);
const root = path.join(import.meta.dirname, "../..");

/** A module of `src/extension` as an editor loads it, with a stand-in for what VS Code gives to it. */
export async function inEditor<Module>(file: string, vscode: object): Promise<Module> {
	const { outputFiles } = await esbuild.build({
		entryPoints: [path.join(root, "src/extension", file)],
		bundle: true,
		write: false,
		format: "cjs",
		platform: "node",
		external: ["vscode"],
		logLevel: "error",
	});
	const module = { exports: {} as Module };
	const load = new Function("require", "module", "exports", outputFiles[0]!.text);
	load((name: string) => (name === "vscode" ? vscode : require(name)), module, module.exports);
	return module.exports;
}
