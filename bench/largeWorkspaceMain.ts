import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openChanges } from "../src/daemon/changes/openChanges.ts";

/** Run by largeWorkspace.ts in a process of its own, whose memory is then that of the snapshots: folder, data, files. */
async function main(workspace: string, folder: string, files: number): Promise<void> {
	for (let file = 0; file < files; file++) {
		if (file % 100 === 0) mkdirSync(folderOf(workspace, file), { recursive: true });
		write(workspace, file, "first");
	}
	const baseBytes = process.memoryUsage.rss();
	const changes = await openChanges({ workspace, folder });
	if ("unavailable" in changes) throw new Error(changes.unavailable);
	const take = async () => {
		const startedAt = performance.now();
		const { tree } = await changes.snapshot();
		return { tree, ms: performance.now() - startedAt };
	};
	let before = await take();
	const firstMs = before.ms;
	// What was read shortly after it was written is read again, once.
	await new Promise((resolve) => setTimeout(resolve, 2500));
	await take();
	const later: Record<string, { ms: number; compareMs: number; found: number }> = {};
	for (const changed of [0, 1, 1000]) {
		for (let n = 0; n < changed; n++) write(workspace, (n * 97) % files, `changed ${changed}`);
		const after = await take();
		const startedAt = performance.now();
		const found = (await changes.between(before.tree, after.tree)).length;
		later[changed] = { ms: after.ms, compareMs: performance.now() - startedAt, found };
		before = after;
	}
	const peakBytes = process.resourceUsage().maxRSS * 1024;
	await changes.close();
	console.log(JSON.stringify({ firstMs, later, baseBytes, peakBytes }));
}

function folderOf(workspace: string, file: number): string {
	return path.join(workspace, `p${Math.floor(file / 10_000)}`, `d${Math.floor(file / 100) % 100}`);
}

function write(workspace: string, file: number, word: string): void {
	writeFileSync(
		path.join(folderOf(workspace, file), `f${file}.ts`),
		`export const value${file} = "${word}";\n`.repeat(20),
	);
}

const [workspace, folder, files] = process.argv.slice(2);
void main(workspace!, folder!, Number(files));
