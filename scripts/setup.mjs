/*
 * What a fresh machine needs before anything of the project can run: a Node that is new enough and the locked
 * dependencies. Only Node's built-ins may be imported here, since it runs before `npm ci`.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./paths.mjs";
import { npm, Sentence } from "./run.mjs";

/** What mocha and the bundler ask for. */
const oldestNode = [20, 19];

/** Runs a script's main function; a Sentence ends it with that sentence alone. */
export async function script(main) {
	try {
		requireNode();
		process.exitCode = (await main(process.argv.slice(2))) ?? 0;
	} catch (error) {
		console.error(error instanceof Sentence ? error.message : error);
		process.exitCode = 1;
	}
}

/** Whether the module at `url` is the one that Node was started with. */
export function isMain(url) {
	return Boolean(process.argv[1]) && fs.realpathSync(process.argv[1]) === fileURLToPath(url);
}

/** Installs exactly what package-lock.json names, unless that is what lies in node_modules already. */
export async function ensureDependencies() {
	const reason = whyInstall(root);
	if (!reason) return;
	console.log(`Installing dependencies (${reason}) …`);
	const startedAt = Date.now();
	// `ci` refuses a lockfile without the packages of every platform, which npm writes where a registry has not all of
	// them. `install` takes the same versions from it and only leaves those out.
	await npm(["ci"]).catch(() => npm(["install", "--no-save"]));
	console.log(`Dependencies installed in ${seconds(startedAt)}.`);
}

export function seconds(startedAt) {
	return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}

function requireNode() {
	const [major, minor] = process.versions.node.split(".").map(Number);
	if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
	throw new Sentence(`This is Node ${process.versions.node}. Mission Control needs ${oldestNode.join(".")} or newer.`);
}

/**
 * npm keeps what it installed in node_modules/.package-lock.json. Comparing versions, not dates, does not install again
 * after a mere checkout, nor misses a lockfile that changed. Packages for other platforms are never installed.
 */
function whyInstall(folder) {
	const wanted = packages(path.join(folder, "package-lock.json"));
	const present = packages(path.join(folder, "node_modules/.package-lock.json"));
	if (!wanted) throw new Sentence("package-lock.json is missing or damaged. Check the project out again.");
	if (!present) return "none yet";
	for (const [name, entry] of Object.entries(wanted)) {
		if (!name) continue;
		const installed = present[name];
		if (installed ? installed.version !== entry.version : !entry.optional && !entry.peer) return `${name} differs`;
		if (installed && !fs.existsSync(path.join(folder, name))) return `${name} is gone`;
	}
}

function packages(file) {
	try {
		return JSON.parse(fs.readFileSync(file, "utf8")).packages;
	} catch {
		return undefined;
	}
}
