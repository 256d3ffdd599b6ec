import { hashInside, writeInside } from "../../../src/daemon/tools/workspaceFiles.ts";

/** Replaces one file again and again until it is killed. */
const place = { workspace: process.argv[2]!, denied: [] };
void write();

async function write(): Promise<never> {
	for (let round = 0; ; round++) {
		const content = `${String.fromCharCode(97 + (round % 26)).repeat(500_000)}\n`;
		await writeInside(place, "big.txt", Buffer.from(content), { expectedBefore: await hashInside(place, "big.txt") });
		if (round === 0) process.stdout.write("begun\n");
	}
}
