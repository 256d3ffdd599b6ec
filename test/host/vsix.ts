import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { root, vsix } from "../../scripts/paths.mjs";

/** The extension as it is shipped, packaged anew when anything that goes into it is newer than the package. */
export function packagedExtension(): string {
	const sources = ["src", "media", "package.json", "esbuild.mjs", ".vscodeignore"];
	const newest = Math.max(...sources.map((name) => newestMs(path.join(root, name))));
	if (fs.existsSync(vsix) && fs.statSync(vsix).mtimeMs > newest) return vsix;
	const { status, stderr } = spawnSync(process.execPath, ["scripts/package.mjs"], { cwd: root, encoding: "utf8" });
	if (status !== 0) throw new Error(`The extension could not be packaged:\n${stderr}`);
	return vsix;
}

function newestMs(file: string): number {
	const stats = fs.statSync(file);
	if (!stats.isDirectory()) return stats.mtimeMs;
	const inside = fs.readdirSync(file).map((name) => newestMs(path.join(file, name)));
	return Math.max(stats.mtimeMs, ...inside);
}
