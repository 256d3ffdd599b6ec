import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";

/** Builds the daemon into a folder, with what is given; `--crash-points` makes it one that kills itself at named points. */
export function buildDaemon(args: readonly string[]): void {
	const root = path.join(__dirname, "../..");
	const built = spawnSync(process.execPath, [path.join(root, "esbuild.mjs"), ...args], { encoding: "utf8" });
	assert.equal(built.status, 0, built.stderr);
}
