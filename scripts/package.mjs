#!/usr/bin/env node
/*
 * `npm run package`: builds for shipping and packs mission-control.vsix, which an editor installs with
 * `code --install-extension mission-control.vsix`. What goes in stands in .vscodeignore.
 */
import fs from "node:fs";
import path from "node:path";
import { root, vsix } from "./paths.mjs";
import { run, Sentence } from "./run.mjs";
import { ensureDependencies, isMain, script } from "./setup.mjs";

if (isMain(import.meta.url)) await script(packageExtension);

export async function packageExtension() {
	await ensureDependencies();
	if ((await run(process.execPath, ["esbuild.mjs", "--production"])) !== 0) throw new Sentence("The build failed.");
	const vsce = path.join(root, "node_modules/@vscode/vsce/vsce");
	const flags = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--out", vsix];
	if ((await run(process.execPath, [vsce, "package", ...flags], { quiet: true })) !== 0)
		throw new Sentence("The extension could not be packaged. What vsce said stands above.");
	console.log(`${path.relative(root, vsix)}: ${(fs.statSync(vsix).size / 1024 / 1024).toFixed(2)} MiB`);
}
