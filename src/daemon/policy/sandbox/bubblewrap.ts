import type { Enclosed, SandboxSettings, Start } from "./sandbox.ts";
import type { Place, Walls } from "./walls.ts";

/**
 * Walls of Linux: namespaces, made by bubblewrap. All of the system is there to be read; a few places are writable, and
 * a few are empty.
 *
 * A runner ends what it started by a signal to its group, and gives it time. Bubblewrap itself stands in that group, and
 * its end would be the end of everything inside. So it is started deaf to the signals that ask, and what runs inside
 * hears them again; where `env` cannot do that, what is inside ends at once.
 */
export interface Bubblewrap {
	readonly program: string;
	/** `env` can make programs deaf to signals. */
	readonly keepsGrace: boolean;
	/** `prlimit` is there. */
	readonly limits: boolean;
	/** Root may write what belongs to others, which it may not inside without this capability. */
	readonly isRoot: boolean;
}

const asking = "TERM,HUP,INT";

export function enclosedBy(
	{ program, keepsGrace, limits, isRoot }: Bubblewrap,
	start: Pick<Start, "cwd" | "network"> & { readonly isForeign?: boolean },
	{ places, env }: Walls,
	settings: Pick<SandboxSettings, "memoryMb" | "processes">,
): Enclosed {
	const wrap = [
		program,
		...["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
		...places.flatMap(mount),
		// Only now: others may lie inside of them.
		...places.filter(({ as, isFolder }) => as === "hidden" && isFolder).flatMap(({ path }) => ["--remount-ro", path]),
		...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
		...(start.network ? [] : ["--unshare-net"]),
		...["--cap-drop", "ALL"],
		...(isRoot && start.isForeign ? ["--cap-add", "CAP_DAC_OVERRIDE"] : []),
		...["--chdir", start.cwd, "--"],
		...(limits ? limited(settings) : []),
		...(keepsGrace ? ["env", `--default-signal=${asking}`] : []),
	];
	const [first, ...rest] = keepsGrace ? ["env", `--ignore-signal=${asking}`, ...wrap] : wrap;
	return { before: [first!, ...rest], env };
}

function mount({ path, as, isFolder, from = path }: Place): string[] {
	switch (as) {
		case "writable":
		case "fixed":
			return ["--bind", from, path];
		case "readOnly":
			return ["--ro-bind", from, path];
		case "empty":
			return ["--tmpfs", path];
		case "hidden":
			return isFolder ? ["--perms", "0500", "--tmpfs", path] : ["--ro-bind", "/dev/null", path];
	}
}

/** Memory is counted as what a process may write: address space alone is reserved by the gigabyte by some. */
function limited({ memoryMb, processes }: Pick<SandboxSettings, "memoryMb" | "processes">): string[] {
	const memory = memoryMb === undefined ? [] : [`--data=${memoryMb * 1024 * 1024}`];
	return ["prlimit", "--core=0", `--nproc=${processes}`, ...memory];
}
