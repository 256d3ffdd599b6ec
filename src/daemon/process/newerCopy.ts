import { existsSync, readdirSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { isNewer } from "../../protocol/version.ts";

/**
 * A login service names the copy of the daemon with which it was installed, and that copy stays. What came since is run in
 * its place, in the same process, so that an update needs no new installation: copies appear under the data folder whole,
 * each named after its version and contents, whenever a newer client meets the folder.
 */
export function runNewerCopy(home: string, own: string): boolean {
	for (const script of newerCopies(home, own)) {
		const argv = process.argv;
		try {
			const now = new Date();
			utimesSync(path.dirname(script), now, now);
			process.argv = [process.execPath, script, "run", "--home", home];
			createRequire(script)(script);
			return true;
		} catch (cause) {
			process.argv = argv;
			console.error(`The daemon in ${script} cannot be run: ${String(cause)}`);
		}
	}
	return false;
}

/** The newest first. */
function newerCopies(home: string, own: string): readonly string[] {
	const copies = path.join(home, "bin");
	const ownVersion = versionOfCopy(path.basename(path.dirname(own)));
	return namesIn(copies)
		.filter((name) => copyName.test(name) && isNewer(versionOfCopy(name), ownVersion))
		.sort((a, b) => (isNewer(versionOfCopy(a), versionOfCopy(b)) ? -1 : 1))
		.map((name) => path.join(copies, name, path.basename(own)))
		.filter((script) => existsSync(script));
}

const copyName = /^[^.].*-[0-9a-f]{12}$/;

function versionOfCopy(name: string): string {
	return name.replace(/-[0-9a-f]{12}$/, "");
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
