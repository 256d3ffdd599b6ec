/* Where things are. Everything that set-up, tests and samples write lies in folders that git ignores. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Scratch of `npm start` and of builds that only tests need. Safe to delete. */
export const scratch = path.join(root, ".cache");

/** The sample workspace as it is kept in git; people and playbooks work in copies of it. */
export const sample = path.join(root, "examples/sample");

export const vsix = path.join(root, "mission-control.vsix");

/** Downloads that may be shared by several checkouts: set MISSION_TEST_CACHE to a folder of your choice. */
export const downloads = path.resolve(process.env.MISSION_TEST_CACHE || path.join(root, ".vscode-test"));

/** The full path of a program, or undefined when it is not on the PATH. */
export function onPath(...names) {
	const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
	const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
	for (const name of names)
		for (const folder of folders)
			for (const ending of endings) {
				const file = path.join(folder, name + ending);
				if (isExecutable(file)) return file;
			}
}

function isExecutable(file) {
	try {
		fs.accessSync(file, fs.constants.X_OK);
		return fs.statSync(file).isFile();
	} catch {
		return false;
	}
}
