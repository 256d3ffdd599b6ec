#!/usr/bin/env node
/*
 * `npm run screenshots`: the README's picture, taken anew. The stories of test/e2e make it; this runs the one with a
 * model and keeps its picture.
 */
import fs from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";
import { run } from "./run.mjs";
import { script } from "./setup.mjs";

const picture = "workbench-vs-dark.png";

await script(async () => {
	const test = [path.join(root, "scripts/test.mjs"), "--only", "build,e2e", "--grep", "The same goal with a model"];
	const code = await run(process.execPath, test, { timeoutMs: 600_000 });
	if (code !== 0) return code;
	const folder = path.join(root, "media/screenshots");
	fs.mkdirSync(folder, { recursive: true });
	fs.copyFileSync(path.join(root, "test/output", picture), path.join(folder, "workbench.png"));
	return 0;
});
