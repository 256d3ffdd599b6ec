/*
 * MCP servers for the tests: real ones from npm, and the package with which one of the newer revision is made. Fetched on
 * first use, at the versions locked in scripts/mcp, without running any package's install scripts. They never become
 * dependencies.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { downloads, root } from "./paths.mjs";
import { npm } from "./run.mjs";
import { seconds } from "./setup.mjs";

/** Fetches them unless they are there already. Returns the folder of their packages. */
export async function fetchMcpServers() {
	const source = path.join(root, "scripts/mcp");
	const lock = fs.readFileSync(path.join(source, "package-lock.json"));
	const folder = path.join(downloads, `mcp-${createHash("sha256").update(lock).digest("hex").slice(0, 12)}`);
	const packages = path.join(folder, "node_modules");
	if (fs.existsSync(packages)) return packages;
	console.log("Fetching MCP servers to test with (about 50 MB on disk, once) …");
	const startedAt = Date.now();
	// Beside the final place, then renamed: a fetch that was interrupted, or two at once, never leave half of it.
	const unfinished = `${folder}.${process.pid}`;
	try {
		fs.mkdirSync(unfinished, { recursive: true });
		for (const file of ["package.json", "package-lock.json"])
			fs.copyFileSync(path.join(source, file), path.join(unfinished, file));
		await npm(["ci", "--ignore-scripts"], { cwd: unfinished });
		if (!fs.existsSync(folder)) fs.renameSync(unfinished, folder);
	} finally {
		fs.rmSync(unfinished, { recursive: true, force: true });
	}
	console.log(`MCP servers fetched in ${seconds(startedAt)}.`);
	return packages;
}
