import { spawnSync } from "node:child_process";
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { grouped, median } from "./figures.ts";

/** On what the figures were taken, and how busy it was: a shared machine makes every figure worse, never better. */
export function machine(): string {
	const cpus = os.cpus();
	const memory = grouped(os.totalmem() / 2 ** 30);
	return `${cpus.length} × ${cpus[0]?.model ?? "unknown processor"}, ${memory} GiB, ${os.type()} ${os.release()}, Node ${process.version}`;
}

export function load(): string {
	return os
		.loadavg()
		.map((value) => value.toFixed(1))
		.join(" ");
}

/** What the machine itself takes right now for what our figures are made of. Medians of a few. */
export function yardstick(scratch: string): string {
	const shell = median(times(15, () => void spawnSync("/bin/bash", ["-c", "true"])));
	const file = path.join(scratch, "yardstick");
	const fd = openSync(file, "w");
	const sync = median(
		times(50, () => {
			writeSync(fd, "x".repeat(4096));
			fsyncSync(fd);
		}),
	);
	closeSync(fd);
	rmSync(file);
	const count = median(
		times(5, () => {
			let sum = 0;
			for (let n = 0; n < 2e7; n++) sum = (sum * 31 + n) | 0;
			return sum;
		}),
	);
	return `\`bash -c true\` ${grouped(shell)} ms, write and fsync of 4 KiB ${grouped(sync)} ms, 20 million additions ${grouped(count)} ms; load ${load()}`;
}

function times(count: number, work: () => unknown): number[] {
	return Array.from({ length: count }, () => {
		const started = performance.now();
		work();
		return performance.now() - started;
	});
}
