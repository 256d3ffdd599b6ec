import { execFileSync, spawnSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";

/**
 * A real bash, in a folder of its own, that finds nothing but harmless tools, and programs that only note down that they
 * were run. It says of a text whether one of those would have run.
 */
export interface RealShell {
	/** What ran, or nothing. */
	ran(text: string): string;
	end(): void;
}

/** What a text may use and what the machine lacks is not at hand; then nothing runs. */
const tools = [
	"sh",
	"bash",
	"env",
	"nohup",
	"timeout",
	"nice",
	"stdbuf",
	"setsid",
	"xargs",
	"find",
	"awk",
	"git",
	"cat",
	"tee",
];

export function hasRealShell(): boolean {
	return process.platform === "linux" && existsSync("/usr/bin/bash");
}

export function openRealShell(noted: readonly string[]): RealShell {
	const folder = mkdtempSync(path.join(os.tmpdir(), "mc-shell-"));
	const programs = path.join(folder, "programs");
	const work = path.join(folder, "a/b/c/work");
	let count = 0;
	mkdirSync(programs);
	for (const tool of tools) {
		const found = execFileSync("sh", ["-c", `command -v ${tool} || true`], { encoding: "utf8" }).trim();
		if (found !== "") symlinkSync(found, path.join(programs, tool));
	}
	for (const name of noted) {
		const file = path.join(programs, name);
		// Only what the shell itself can do: nothing else may be found.
		writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> "$NOTED"\n`);
		chmodSync(file, 0o755);
	}
	const env = { PATH: programs, HOME: folder, GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C.UTF-8" };
	return {
		ran(text) {
			// What an earlier text left in the background notes it elsewhere.
			const log = path.join(folder, `ran-${count++}`);
			rmSync(path.join(folder, "a"), { recursive: true, force: true });
			mkdirSync(work, { recursive: true });
			writeFileSync(path.join(work, "file"), "a\n");
			spawnSync("bash", ["-c", text], {
				cwd: work,
				env: { ...env, NOTED: log },
				input: "",
				timeout: 5000,
				killSignal: "SIGKILL",
				stdio: "ignore",
			});
			return existsSync(log) ? readFileSync(log, "utf8") : "";
		},
		end: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
	};
}
