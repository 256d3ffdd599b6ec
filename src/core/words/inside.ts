import type { RanInside } from "../sandbox.ts";

/** Where a command runs that has walls around it. */
export function insideWords({ name, network }: RanInside): string {
	return `in a sandbox (${name}, ${network ? "with" : "without"} the network)`;
}
