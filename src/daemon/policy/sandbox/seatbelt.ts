import type { Enclosed } from "./sandbox.ts";
import type { Place, Walls } from "./walls.ts";

/**
 * Walls of macOS: a profile for `sandbox-exec`, in which the last rule that fits counts. What bubblewrap does by mounts is
 * said by rules here: nothing is written but in a few places, and nothing is read of what is hidden.
 */
export function enclosedBySeatbelt({ network }: { readonly network: boolean }, { places, env }: Walls): Enclosed {
	return { before: [seatbelt, "-p", seatbeltProfile(network, places)], env };
}

export const seatbelt = "/usr/bin/sandbox-exec";

export function seatbeltProfile(network: boolean, places: readonly Place[]): string {
	return [
		"(version 1)",
		"(allow default)",
		"(deny file-write*)",
		`(allow file-write* ${["/dev/null", "/dev/zero", "/dev/tty", "/dev/dtracehelper"].map(literal).join(" ")})`,
		"(deny signal)",
		"(allow signal (target same-sandbox))",
		// Others that would run something outside for it.
		"(deny appleevent-send)",
		"(deny job-creation)",
		"(deny lsopen)",
		...(network
			? ["(deny network* (remote unix-socket))", `(allow network* (remote unix-socket ${dns}))`]
			: [noNetwork]),
		...places.flatMap(rules),
	].join("\n");
}

const noNetwork = "(deny network*)";
const dns = '(literal "/private/var/run/mDNSResponder")';

function rules({ path, as, isFolder }: Place): string[] {
	const place = isFolder ? `(subpath ${quoted(path)})` : literal(path);
	switch (as) {
		case "writable":
		case "empty":
			return [
				`(allow file-read* file-write* ${place})`,
				`(allow network* (local unix-socket ${place}) (remote unix-socket ${place}))`,
			];
		case "fixed":
			return [`(deny file-write-unlink ${literal(path)})`];
		case "readOnly":
			return [`(deny file-write* ${place})`];
		case "hidden":
			return [`(deny file-read* file-write* ${place})`];
	}
}

function literal(path: string): string {
	return `(literal ${quoted(path)})`;
}

function quoted(path: string): string {
	return `"${path.replace(/["\\]/g, "\\$&")}"`;
}
