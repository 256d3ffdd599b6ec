import { lstatSync, readdirSync } from "node:fs";
import path from "node:path";

/** What a folder takes on the disk, in bytes. */
export function diskBytes(folder: string): number {
	let sum = 0;
	for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
		sum += (lstatSync(path.join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0) * 512;
	}
	return sum;
}
