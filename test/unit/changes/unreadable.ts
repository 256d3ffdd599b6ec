import { chmodSync, writeFileSync } from "node:fs";
import { openChanges } from "../../../src/daemon/changes/openChanges.ts";

/** Run by a test as a user who is not root: takes a snapshot, shuts a file and a folder, edits another, takes one more. */
async function main(workspace: string, folder: string): Promise<void> {
	const changes = await openChanges({ workspace, folder });
	if ("unavailable" in changes) throw new Error(changes.unavailable);
	const before = await changes.snapshot();
	writeFileSync(`${workspace}/locked.txt`, "v2\n");
	writeFileSync(`${workspace}/open.txt`, "v2\n");
	chmodSync(`${workspace}/locked.txt`, 0);
	chmodSync(`${workspace}/shut`, 0);
	const after = await changes.snapshot();
	const changed = await changes.between(before.tree, after.tree);
	chmodSync(`${workspace}/shut`, 0o700);
	await changes.close();
	const skipped = after.skipped.map(({ path, reason }) => `${path} ${reason}`).sort();
	console.log(JSON.stringify({ skipped, changed: changed.map(({ path, status }) => `${path} ${status}`) }));
}

void main(process.argv[2]!, process.argv[3]!);
