/**
 * Swaps the folder `flip` of a workspace with a link to a folder outside, as fast as it can, until it is killed. In the
 * moments without either, somebody else may create it.
 */
import { renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import path from "node:path";

const [workspace, outside] = process.argv.slice(2);
const flip = path.join(workspace, "flip");
const kept = path.join(workspace, "kept");
const link = path.join(workspace, "link");
for (let round = 0; ; round++) {
	renameSync(flip, kept);
	symlinkSync(outside, link);
	moveOver(link, flip);
	unlinkSync(flip);
	moveOver(kept, flip);
	if (round === 0) process.stdout.write("begun\n");
}

function moveOver(from, to) {
	for (;;) {
		try {
			renameSync(from, to);
			return;
		} catch {
			try {
				rmSync(to, { recursive: true, force: true });
			} catch {
				// A file was put into it meanwhile: once more.
			}
		}
	}
}
