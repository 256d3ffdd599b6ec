#!/usr/bin/env node
/*
 * `npm run screenshots`: the README's pictures, taken anew. The stories of test/e2e make them; this runs the one with a
 * model and keeps two of its pictures.
 */
import fs from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";
import { run } from "./run.mjs";
import { script } from "./setup.mjs";

const pictures = {
	"workbench-Default Dark Modern.png": "workbench.png",
	"workbench-Default Light Modern.png": "workbench-light.png",
};

await script(async () => {
	const test = [path.join(root, "scripts/test.mjs"), "--only", "build,e2e", "--grep", "The same goal with a model"];
	const code = await run(process.execPath, test, { timeoutMs: 600_000 });
	if (code !== 0) return code;
	const folder = path.join(root, "media/screenshots");
	fs.mkdirSync(folder, { recursive: true });
	for (const [from, to] of Object.entries(pictures)) {
		fs.copyFileSync(path.join(root, "test/output", from), path.join(folder, to));
	}
	return 0;
});
