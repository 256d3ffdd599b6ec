import fs, { type Stats } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import type { Random } from "./seed.ts";

/**
 * What a power cut may leave of a folder that real code writes with the real calls. Each call that changes or syncs
 * something is followed by a look at the whole folder, so the folder must be small. From these looks a disk is made as
 * it may be found after a cut at any of them: of each file what was synced last, or any content it had since, or nothing;
 * of each folder the names that were synced last, or any that it had since. Each file and each folder goes for itself,
 * which is harsher than file systems are.
 *
 * What other processes write, git and the runners of commands, is seen, but not what they sync. A call that a module
 * keeps in a constant when it is loaded is not seen at all.
 */
export interface WatchedFolder {
	/** How many moments there were so far at which the power may have gone. */
	readonly moments: number;
	/** The folder as it may be found after a cut at a moment, written to another place. */
	found(moment: number, random: Random, place: string): void;
	stop(): void;
}

export function watchFolder(root: string): WatchedFolder {
	const looks: Look[] = [];
	const watcher = {
		changed: () => void looks.push(look(root, looks.at(-1))),
		synced(stats: Stats) {
			const now = look(root, looks.at(-1));
			const known = now.inodes.get(keyOf(stats));
			if (known) now.inodes.set(keyOf(stats), { ...known, safe: looks.length });
			looks.push(now);
		},
	};
	watcher.changed();
	for (const inode of looks[0]!.inodes.values()) inode.safe = 0;
	watchers.add(watcher);
	install();
	return {
		get moments() {
			return looks.length;
		},
		found(moment, random, place) {
			const versions = new Map<string, Inode>();
			const choose = (key: string): Inode => {
				let chosen = versions.get(key);
				if (chosen) return chosen;
				const to = looks.findLastIndex(({ inodes }, at) => at <= moment && inodes.has(key));
				const first = looks.findIndex(({ inodes }) => inodes.has(key));
				const last = looks[to]!.inodes.get(key)!;
				const at = random.between(last.safe ?? first - 1, to);
				// Its name may be there before anything of it is.
				const empty = { names: last.names && new Map(), bytes: last.bytes && Buffer.alloc(0) };
				chosen = at < first ? empty : looks[at]!.inodes.get(key)!;
				versions.set(key, chosen);
				return chosen;
			};
			const write = (key: string, to: string): void => {
				const inode = choose(key);
				if (inode.bytes) fs.writeFileSync(to, inode.bytes);
				if (!inode.names) return;
				fs.mkdirSync(to, { recursive: true });
				for (const [name, child] of inode.names) write(child, path.join(to, name));
			};
			write(looks[moment]!.root, place);
		},
		stop() {
			watchers.delete(watcher);
			if (watchers.size === 0) uninstall();
		},
	};
}

interface Look {
	readonly root: string;
	readonly inodes: Map<string, Inode>;
}

interface Inode {
	/** Of a folder: what is in it. */
	readonly names?: ReadonlyMap<string, string>;
	readonly bytes?: Buffer;
	/** Since which look it is as it was synced; undefined when it never was. */
	safe?: number;
}

function look(root: string, before: Look | undefined): Look {
	const inodes = new Map<string, Inode>();
	const visit = (file: string): string | undefined => {
		const stats = real.lstatSync(file, { throwIfNoEntry: false });
		if (!stats) return undefined;
		const key = keyOf(stats);
		const safe = before?.inodes.get(key)?.safe;
		if (stats.isFile()) inodes.set(key, { bytes: real.readFileSync(file), safe });
		if (stats.isDirectory()) {
			const names = new Map<string, string>();
			inodes.set(key, { names, safe });
			for (const name of real.readdirSync(file)) {
				const child = visit(path.join(file, name));
				if (child) names.set(name, child);
			}
		}
		return key;
	};
	return { root: visit(root)!, inodes };
}

/** Numbers are given again when a file is gone. */
function keyOf({ ino, birthtimeMs }: Stats): string {
	return `${ino} ${birthtimeMs}`;
}

interface Watcher {
	changed(): void;
	synced(stats: Stats): void;
}

const watchers = new Set<Watcher>();
const changed = () => watchers.forEach((watcher) => void watcher.changed());
const synced = (fd: number) => {
	const stats = real.fstatSync(fd);
	for (const watcher of watchers) watcher.synced(stats);
};
const real = { ...fs };
const realPromises = { ...fs.promises };
type Calls = Record<string, (...args: never[]) => unknown>;
const [now, later] = [fs as unknown as Calls, fs.promises as unknown as Calls];

/** Nobody who comes later notices. */
function uninstall(): void {
	for (const [calls, as] of [
		[now, real as unknown as Calls] as const,
		[later, realPromises as unknown as Calls] as const,
	])
		for (const name of Object.keys(as)) if (calls[name] !== as[name]) calls[name] = as[name]!;
	syncBuiltinESMExports();
}

/** Every call by which the daemon changes files; what it does not use is not here. */
function install(): void {
	if (watchers.size > 1) return;
	const changing = ["writeSync", "writeFileSync", "renameSync", "unlinkSync", "linkSync", "mkdirSync", "rmdirSync"];
	for (const name of [...changing, "rmSync", "fchmodSync"]) now[name] = after(now[name]!, changed);
	now.fsyncSync = after(now.fsyncSync!, (fd: number) => synced(fd));
	const { fsync } = real;
	now.fsync = ((fd: number, done: (cause?: Error | null) => void) =>
		fsync(fd, (cause) => {
			if (!cause) synced(fd);
			done(cause);
		})) as never;
	for (const name of ["writeFile", "appendFile", "rename", "unlink", "link", "copyFile", "mkdir", "rmdir", "rm"])
		later[name] = afterwards(later[name]!, changed);
	later.open = afterwards(later.open!, (_args, handle) => {
		changed();
		const methods = handle as Calls & { readonly fd: number };
		for (const name of ["writeFile", "write", "appendFile", "truncate"])
			methods[name] = afterwards(methods[name]!.bind(handle) as never, changed);
		methods.sync = afterwards(methods.sync!.bind(handle) as never, () => synced(methods.fd));
	});
	syncBuiltinESMExports();
}

function after(call: (...args: never[]) => unknown, then: (first: never) => void) {
	return (...args: never[]) => {
		const result = call(...args);
		then(args[0]!);
		return result;
	};
}

function afterwards(call: (...args: never[]) => unknown, then: (args: never[], result: unknown) => void) {
	return async (...args: never[]) => {
		const result = await call(...args);
		then(args, result);
		return result;
	};
}
