import { statfs } from "node:fs/promises";
import type { BaselineRow } from "../../protocol/baseline.ts";

/** Below this a build may stop in the middle. */
const littleBytes = 1024 ** 3;
/** Below this nothing goes well. */
const tooLittleBytes = 200 * 1024 ** 2;

export interface Place {
	readonly id: string;
	readonly label: string;
	readonly folder: string;
}

/** `free` tells how many bytes are left where a folder lies. */
export async function diskRows(places: readonly Place[], free = freeBytes): Promise<readonly BaselineRow[]> {
	return Promise.all(
		places.map(async ({ id, label, folder }): Promise<BaselineRow> => {
			const bytes = await free(folder).catch(() => undefined);
			if (bytes === undefined)
				return { id, state: "note", label, value: "unknown", detail: `${folder} does not say how much is free.` };
			const row = { id, label, value: size(bytes), bytes };
			if (bytes < tooLittleBytes)
				return { ...row, state: "problem", detail: "Free some: what is written may be cut off." };
			if (bytes < littleBytes) return { ...row, state: "note", detail: "That is little for builds and tests." };
			return { ...row, state: "ok" };
		}),
	);
}

async function freeBytes(folder: string): Promise<number> {
	const { bavail, bsize } = await statfs(folder);
	return bavail * bsize;
}

function size(bytes: number): string {
	const gigabytes = bytes / 1024 ** 3;
	return gigabytes >= 1 ? `${gigabytes.toFixed(1)} GB` : `${Math.floor(bytes / 1024 ** 2)} MB`;
}
