import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { openChanges } from "../../../src/daemon/changes/openChanges.ts";

/** Run by a test, to be killed: changes files and takes snapshots without end, and prints the tree of each. */
async function main(workspace: string, folder: string): Promise<void> {
	const changes = await openChanges({ workspace, folder });
	if ("unavailable" in changes) throw new Error(changes.unavailable);
	for (let round = 0; ; round++) {
		for (let file = 0; file < 40; file++) {
			const path = `${workspace}/d${(round + file) % 9}/e${file % 5}`;
			mkdirSync(path, { recursive: true });
			writeFileSync(`${path}/f${file}`, `${process.pid} ${round} ${file}\n`.repeat(1 + ((round * file) % 300)));
		}
		if (round % 7 === 6) rmSync(`${workspace}/d${round % 9}`, { recursive: true, force: true });
		const { tree } = await changes.snapshot();
		console.log(tree);
		if (round % 20 === 19) void changes.pack().catch(() => {});
	}
}

void main(process.argv[2]!, process.argv[3]!);
