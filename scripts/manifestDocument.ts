import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { root } from "./paths.mjs";

/** package.json and package.nls.json as they are, with what the rows of commands declare in its place. */
export async function manifestDocuments(): Promise<{
	readonly "package.json": string;
	readonly "package.nls.json": string;
}> {
	const { manifest, titles } = await loadRows();
	const declared = read("package.json");
	const texts = Object.entries<string>(read("package.nls.json")).filter(([key]) => !key.startsWith("command."));
	return {
		"package.json": write({ ...declared, contributes: { ...declared.contributes, ...manifest() } }),
		"package.nls.json": write({ ...titles(), ...Object.fromEntries(texts) }),
	};
}

/** The rows stand beside what they do, which needs VS Code. Here nothing is done, so an empty one takes its place. */
async function loadRows(): Promise<typeof import("../src/extension/commands/manifest.ts")> {
	const { outputFiles } = await esbuild.build({
		entryPoints: [path.join(root, "src/extension/commands/manifest.ts")],
		bundle: true,
		write: false,
		format: "esm",
		platform: "node",
		treeShaking: true,
		logLevel: "error",
		plugins: [
			{
				name: "without vscode",
				setup(build) {
					build.onResolve({ filter: /^vscode$/ }, () => ({ path: "vscode", namespace: "empty" }));
					build.onLoad({ filter: /./, namespace: "empty" }, () => ({ contents: "module.exports = {}" }));
				},
			},
		],
	});
	return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString("base64")}`);
}

function read(name: string) {
	return JSON.parse(fs.readFileSync(path.join(root, name), "utf8"));
}

function write(value: unknown): string {
	return `${JSON.stringify(value, undefined, "\t")}\n`;
}
