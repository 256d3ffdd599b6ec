#!/usr/bin/env node
/*
 * `npm run screenshots`: the README's pictures, taken anew. The stories of test/e2e make them; this runs those that do
 * and keeps the pictures.
 */
import fs from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";
import { run } from "./run.mjs";
import { script } from "./setup.mjs";

/** What a story calls its picture → the README's name for it. */
const pictures = { "workbench-vs-dark": "workbench", "preflight-vs-dark": "launchForm" };
const stories = "The same goal with a model|gives the reviewer another model";

await script(async () => {
	const test = [path.join(root, "scripts/test.mjs"), "--only", "build,e2e", "--grep", stories];
	const code = await run(process.execPath, test, { timeoutMs: 600_000 });
	if (code !== 0) return code;
	const folder = path.join(root, "media/screenshots");
	fs.mkdirSync(folder, { recursive: true });
	for (const [from, to] of Object.entries(pictures))
		fs.copyFileSync(path.join(root, "test/output", `${from}.png`), path.join(folder, `${to}.png`));
	return 0;
});
