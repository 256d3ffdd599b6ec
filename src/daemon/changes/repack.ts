import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { crashPoint } from "../platform/crashPoint.ts";
import type { Git } from "./git.ts";
import { listIds, syncFolder } from "./packFile.ts";

/**
 * Joins many small packs into one with deltas, without asking which objects are referred to: all are kept. The packs
 * that remain grow geometrically, so their number stays small without writing everything again each time. Large ones are
 * left alone until there are very many: joining the 45 MB of a first snapshot took 20 s and saved nothing.
 */
export async function repack(
	git: Git,
	packFolder: string,
	restReaders: () => Promise<void>,
	signal: AbortSignal,
): Promise<void> {
	const packs = await choose(packFolder);
	if (packs.length === 0) return;
	const ids: string[] = [];
	for (const { name } of packs) ids.push(...listIds(await readFile(join(packFolder, `${name}.idx`))));
	const output = await git.run(
		["-c", "pack.threads=1", "pack-objects", "-q", "--non-empty", join(packFolder, "pack")],
		{ input: `${ids.join("\n")}\n`, signal, background: true },
	);
	const made = `pack-${output.toString("latin1").trim()}`;
	await syncFolder(packFolder);
	crashPoint("pack.joined");
	// Windows keeps a file that another process has open.
	await restReaders();
	for (const { name } of packs) {
		if (name === made) continue;
		// Without its index a pack is not seen any more, so the order matters to whoever reads meanwhile.
		for (const ending of ["idx", "rev", "pack"]) {
			await rm(join(packFolder, `${name}.${ending}`), { force: true }).catch(() => {});
			crashPoint("pack.removing");
		}
	}
}

interface Pack {
	readonly name: string;
	readonly bytes: number;
}

async function choose(packFolder: string): Promise<readonly Pack[]> {
	const all: Pack[] = [];
	for (const file of await readdir(packFolder)) {
		if (!/^pack-[0-9a-f]{40}\.idx$/.test(file)) continue;
		const name = file.slice(0, -4);
		all.push({ name, bytes: (await stat(join(packFolder, `${name}.pack`))).size });
	}
	all.sort((a, b) => a.bytes - b.bytes);
	const small = all.filter((pack) => pack.bytes < largeBytes);
	const packs = all.length - small.length > maxLargePacks ? all : small;
	if (packs.length < 2) return [];
	// From the largest down, each pack at least twice its smaller neighbour: those stay. The rest is joined, together
	// with what would then be less than twice as large.
	let joined = packs.length;
	while (joined > 1 && packs[joined - 1]!.bytes >= 2 * packs[joined - 2]!.bytes) joined--;
	if (joined === 1) return [];
	let bytes = packs.slice(0, joined).reduce((sum, pack) => sum + pack.bytes, 0);
	while (joined < packs.length && packs[joined]!.bytes < 2 * bytes) bytes += packs[joined++]!.bytes;
	return packs.slice(0, joined);
}

const largeBytes = 4 * 1024 * 1024;
const maxLargePacks = 100;
