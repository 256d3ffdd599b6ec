import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** How clients find the daemon of a data folder. */
export interface DaemonFile {
	readonly pid: number;
	readonly port: number;
	readonly token: string;
	readonly version: string;
	readonly protocol: number;
	readonly startedAt: string;
}

/** Written whole or not at all, and readable by its owner alone: it holds the token. */
export function writeDaemonFile(home: string, content: DaemonFile): void {
	const file = daemonFile(home);
	writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
	renameSync(`${file}.new`, file);
}

/** Another daemon's, which has taken the folder over, stays. */
export function removeDaemonFile(home: string): void {
	const file = daemonFile(home);
	try {
		const { pid } = JSON.parse(readFileSync(file, "utf8")) as { pid?: number };
		if (pid === process.pid) rmSync(file, { force: true });
	} catch {
		// There is none.
	}
}

function daemonFile(home: string): string {
	return path.join(home, "daemon.json");
}
