import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { signalGroup } from "../commands/endLeftovers.ts";
import { bootId, identify, isRunning } from "../commands/processIdentity.ts";

/**
 * Which processes are servers of this daemon: an empty file each, named after the process. A server whose daemon was
 * killed reads the end of its input and ends by itself; one that does not is ended by its group when the next daemon starts.
 */
export interface Leftovers {
	add(pid: number): void;
	remove(pid: number): void;
	/** Ends what an earlier daemon left. */
	end(): Promise<void>;
}

export function openLeftovers(folder: string): Leftovers {
	const names = new Map<number, string>();
	return {
		add(pid) {
			const name = `${bootId()}.${pid}.${identify(pid).start}`;
			names.set(pid, name);
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			writeFileSync(path.join(folder, name), "");
		},
		remove(pid) {
			const name = names.get(pid);
			names.delete(pid);
			if (name !== undefined) rmSync(path.join(folder, name), { force: true });
		},
		async end() {
			const own = new Set(names.values());
			for (const name of listed(folder)) {
				if (own.has(name)) continue;
				const [boot, pid, start] = name.split(".");
				const identity = { pid: Number(pid), start: Number(start) };
				if (process.platform !== "win32" && boot === bootId() && (await isRunning(identity)))
					signalGroup(identity.pid, "SIGKILL");
				rmSync(path.join(folder, name), { force: true });
			}
		},
	};
}

function listed(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
