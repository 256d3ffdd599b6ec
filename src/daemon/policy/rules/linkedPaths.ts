import path from "node:path";
import { followed } from "../shell/rules/forbidden.ts";
import type { Act } from "./act.ts";

/** The acts of one command with the files, too, to which links lead that it names: a rule speaks of a file by any name. */
export async function withLinkedPaths(acts: readonly Act[], workspace: string): Promise<readonly Act[]> {
	const real = await followed(workspace);
	const named = new Set(acts.flatMap(({ paths = [] }) => paths));
	const linked = new Map<string, string>();
	for (const one of named) {
		const place = path.resolve(workspace, one);
		const inside = path.relative(real, await followed(place));
		// By the name of the workspace that rules know.
		const led = path.resolve(inside.startsWith("..") ? real : workspace, inside);
		if (led !== place) linked.set(one, led);
	}
	if (linked.size === 0) return acts;
	return acts.map((act) => ({
		...act,
		paths: act.paths?.flatMap((one) => [one, ...(linked.has(one) ? [linked.get(one)!] : [])]),
	}));
}
