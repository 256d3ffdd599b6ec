import { createHash, randomBytes } from "node:crypto";
import { existsSync, promises as fs, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isNewer } from "../protocol/version.ts";

/**
 * The daemon runs from a copy of itself under the data folder, so that an update of the extension, or a new build,
 * never pulls files from under it. A copy is named after its version and its contents, and is complete when it is there.
 */
const keptCopies = 3;

/** What lies beside the daemon and belongs to other processes. */
const notTheDaemons = /^(extension|cli)\.js$|\.map$/;

/** The script to run: that of the copy, which is made when it is not there. */
export async function copyOfDaemon(home: string, daemonScript: string): Promise<string> {
	const folder = path.dirname(daemonScript);
	const files = await readFiles(folder);
	if (!files.has(path.basename(daemonScript)))
		throw new Error(`${daemonScript} is not there: build the project, or install the extension again.`);
	const version = await versionOf(folder);
	// A data folder may lie inside a project whose package.json would make ES modules of these files.
	files.set("package.json", Buffer.from(JSON.stringify({ name: "mission-daemon", version, type: "commonjs" })));
	const copies = path.join(home, "bin");
	const copy = path.join(copies, `${version}-${hashOf(files)}`);
	await fs.mkdir(copies, { recursive: true, mode: 0o700 });
	if (!(await isComplete(copy, files))) await writeCopy(copies, copy, files);
	const now = new Date();
	await fs.utimes(copy, now, now).catch(() => undefined);
	await removeOldCopies(copies, path.basename(copy));
	return path.join(copy, path.basename(daemonScript));
}

/**
 * The script of the newest copy there is: a data folder never goes back to an older daemon by itself, so two windows of
 * different versions do not replace each other's. Removing the copies is the way back.
 */
export async function newestCopy(home: string, own: string): Promise<string> {
	const copies = path.join(home, "bin");
	let newest = { version: versionOfCopy(path.basename(path.dirname(own))), script: own };
	for (const name of await fs.readdir(copies).catch(() => [])) {
		const version = versionOfCopy(name);
		const script = path.join(copies, name, path.basename(own));
		if (!name.startsWith(".") && isNewer(version, newest.version) && existsSync(script)) newest = { version, script };
	}
	const now = new Date();
	await fs.utimes(path.dirname(newest.script), now, now).catch(() => undefined);
	return newest.script;
}

function versionOfCopy(name: string): string {
	return name.replace(/-[0-9a-f]{12}$/, "");
}

/** The version of a daemon as it was built. */
export function versionOfDaemon(daemonScript: string): Promise<string> {
	return versionOf(path.dirname(daemonScript));
}

/** A login service runs this copy: it stays, however many newer ones come. */
export function keepCopy(home: string, script: string): void {
	const file = keptFile(home);
	mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
	writeFileSync(`${file}.new`, path.basename(path.dirname(script)), { mode: 0o600 });
	renameSync(`${file}.new`, file);
}

export function letGoOfCopy(home: string): void {
	rmSync(keptFile(home), { force: true });
}

/** The script of the copy that stays, if there is one. */
export function keptCopy(home: string): string | undefined {
	const name = keptName(home);
	return name === undefined ? undefined : path.join(home, "bin", name, "daemon.js");
}

function keptFile(home: string): string {
	return path.join(home, "bin", ".service");
}

function keptName(home: string): string | undefined {
	try {
		return readFileSync(keptFile(home), "utf8");
	} catch {
		return undefined;
	}
}

async function readFiles(folder: string): Promise<Map<string, Buffer>> {
	const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
	const names = entries.filter((entry) => entry.isFile() && !notTheDaemons.test(entry.name)).map((entry) => entry.name);
	const read = names.sort().map(async (name) => [name, await fs.readFile(path.join(folder, name))] as const);
	return new Map(await Promise.all(read));
}

async function versionOf(folder: string): Promise<string> {
	const text = await fs.readFile(path.join(folder, "..", "package.json"), "utf8").catch(() => "{}");
	const { version } = JSON.parse(text) as { version?: unknown };
	return typeof version === "string" && /^[\w.+-]{1,60}$/.test(version) ? version : "0.0.0";
}

function hashOf(files: ReadonlyMap<string, Buffer>): string {
	const hash = createHash("sha256");
	for (const [name, bytes] of files) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
	return hash.digest("hex").slice(0, 12);
}

/** Sizes tell a copy that a crash cut short. */
async function isComplete(copy: string, files: ReadonlyMap<string, Buffer>): Promise<boolean> {
	for (const [name, bytes] of files) {
		const stat = await fs.stat(path.join(copy, name)).catch(() => undefined);
		if (stat?.size !== bytes.length) return false;
	}
	return true;
}

/** Written aside and renamed into place: two clients that start at once, or a crash between, leave a whole copy or none. */
async function writeCopy(copies: string, copy: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
	const temporary = path.join(copies, `.${randomBytes(6).toString("hex")}`);
	try {
		await fs.mkdir(temporary, { mode: 0o700 });
		for (const [name, bytes] of files) await fs.writeFile(path.join(temporary, name), bytes, { flush: true } as object);
		await fs.rename(temporary, copy).catch(async (cause: NodeJS.ErrnoException) => {
			if (await isComplete(copy, files)) return;
			if (cause.code !== "ENOTEMPTY" && cause.code !== "EEXIST" && cause.code !== "EPERM") throw cause;
			await fs.rename(copy, `${temporary}-broken`);
			await fs.rename(temporary, copy);
		});
	} finally {
		await fs.rm(temporary, { recursive: true, force: true });
		await fs.rm(`${temporary}-broken`, { recursive: true, force: true });
	}
}

async function removeOldCopies(copies: string, current: string): Promise<void> {
	const names = (await fs.readdir(copies).catch(() => [])).filter((name) => !name.startsWith("."));
	const dated = await Promise.all(
		names.map(async (name) => ({ name, at: (await fs.stat(path.join(copies, name)).catch(() => undefined))?.mtimeMs })),
	);
	const kept = keptName(path.dirname(copies));
	const old = dated.filter(({ name }) => name !== current && name !== kept).sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
	for (const { name } of old.slice(keptCopies - 1)) {
		await fs.rm(path.join(copies, name), { recursive: true, force: true }).catch(() => undefined);
	}
}
