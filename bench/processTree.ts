import { readdirSync, readFileSync } from "node:fs";

/** What a process and all it started use, read from /proc. Linux only, like the figures that need it. */
export interface Use {
	/** Processor time of the process itself, in milliseconds. */
	readonly ownCpuMs: number;
	/** And of the children that it has waited for. */
	readonly childrenCpuMs: number;
	/** Bytes handed to the disk, with those of children that were waited for. */
	readonly writtenBytes: number;
}

/** The kernel counts in hundredths of a second. */
const msPerTick = 10;

export function useOf(pid: number): Use {
	const fields = statFields(pid);
	const ms = (...at: number[]) => at.reduce((sum, field) => sum + Number(fields?.[field] ?? 0), 0) * msPerTick;
	const written = /^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, "latin1"))?.[1];
	return { ownCpuMs: ms(11, 12), childrenCpuMs: ms(13, 14), writtenBytes: Number(written ?? 0) };
}

/** Resident memory of one process, in bytes. */
export function residentBytes(pid: number): number {
	const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
	return Number(kib ?? 0) * 1024;
}

/** Proportional memory of a process and everything below it, in bytes. */
export function treePssBytes(pid: number): number {
	let sum = 0;
	for (const member of treeOf(pid)) {
		try {
			const kib = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, "latin1"))?.[1];
			sum += Number(kib ?? 0) * 1024;
		} catch {
			// It has ended since it was listed.
		}
	}
	return sum;
}

/** Looks again and again until told to stop, which gives the largest it saw. */
export function watchPeakPss(pid: number, everyMs = 50): () => number {
	let peak = 0;
	const look = () => {
		peak = Math.max(peak, treePssBytes(pid));
	};
	const timer = setInterval(look, everyMs);
	return () => {
		clearInterval(timer);
		look();
		return peak;
	};
}

function treeOf(root: number): number[] {
	const children = new Map<number, number[]>();
	for (const name of readdirSync("/proc")) {
		if (!/^\d+$/.test(name)) continue;
		const parent = Number(statFields(Number(name))?.[1] ?? 0);
		children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
	}
	const tree = [root];
	for (let at = 0; at < tree.length; at++) tree.push(...(children.get(tree[at]!) ?? []));
	return tree;
}

/** The fields of /proc/PID/stat behind the program's name, which may hold anything. */
function statFields(pid: number): string[] | undefined {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, "latin1");
		return text.slice(text.lastIndexOf(")") + 2).split(" ");
	} catch {
		return undefined;
	}
}
